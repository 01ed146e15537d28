namespace Flute.Tests;

/// <summary>More objects than 16 bits can tell apart.</summary>
public class ManyObjectsTests
{
    private const int Count = 70_000;

    [Fact]
    public void WithIdentifiersOf32BitsAllArrive()
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 5, MaxObjects = Count });
        for (int i = 0; i < Count; i++) sender.Add(Tiny(i));
        sender.Complete();
        using var channel = new Channel(sender, new FluteReceiver(new FluteReceiverOptions(), new MemoryStore()));
        channel.Run();
        Assert.Equal(Count, channel.Events.OfType<ObjectReceived>().Select(static o => BitConverter.ToInt32(((MemoryStream)o.Content).ToArray())).Distinct().Count());
        Assert.Equal(SessionEnd.AllReceived, Assert.Single(channel.Events.OfType<SessionEnded>()).End);
    }

    [Fact]
    public void IdentifiersAreAsLongAsTheObjectsNeed()
    {
        // V=1 | S H O: 16 bits with H alone, 32 bits with S and O | header length | codepoint; CCI; TSI; TOI
        Assert.Equal(Hex.Text(Hex.Of("10 10 03 06  00000000  0005  ffff")), Hex.Text(Last(ushort.MaxValue).AsSpan(0, 12)));
        Assert.Equal(Hex.Text(Hex.Of("10 a0 04 06  00000000  00000005  00010000")), Hex.Text(Last(ushort.MaxValue + 1).AsSpan(0, 16)));
    }

    [Fact]
    public void ThereAreNoMoreThanTheIdentifiersCanTellApart()
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 5 });
        for (int i = 0; i < ushort.MaxValue; i++) sender.Add(Tiny(i));
        Assert.Throws<InvalidOperationException>(() => sender.Add(Tiny(0)));
    }

    private static FluteObject Tiny(int i) => new() { Name = $"{i}", Source = new MemorySource(BitConverter.GetBytes(i)) };

    // The data packet of the last of so many objects.
    private static byte[] Last(int count)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 5, MaxObjects = (uint)count });
        for (int i = 0; i < count; i++) sender.Add(Tiny(i));
        sender.Complete();
        return Channel.Drain(sender, int.MaxValue).MaxBy(static p => LctPacket.TryParse(p, out LctPacket parsed) ? (ulong)parsed.Toi : 0)!;
    }
}
