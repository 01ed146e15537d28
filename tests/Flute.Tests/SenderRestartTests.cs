namespace Flute.Tests;

/// <summary>A sender that is started again with the same TSI: to receivers it goes on with a session that they may know.</summary>
public class SenderRestartTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly GroupKey Key = GroupKey.FromPassphrase("open sesame");

    private static List<byte[]> Packets(DateTimeOffset time, GroupKey? key = null, int limit = 100_000)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 5, GroupKey = key, UtcNow = () => time });
        sender.Add(FluteObject.FromMemory("a", new byte[50_000]));
        sender.Complete();
        return Channel.Drain(sender, limit);
    }

    private static int InstanceId(byte[] packet)
    {
        Assert.True(LctPacket.TryParse(packet, out LctPacket parsed));
        Assert.True(parsed.TryFind(LctExtensionType.Fdt, out LctExtension extension));
        return ((extension.Bytes[1] & 0xF) << 16) | (extension.Bytes[2] << 8) | extension.Bytes[3];
    }

    private static ulong SequenceNumber(byte[] packet)
    {
        using var authenticator = new PacketAuthenticator(Key.PacketKey(5));
        Assert.True(LctPacket.TryParse(packet, out LctPacket parsed));
        Assert.True(authenticator.Verify(packet, parsed, out ulong number));
        return number;
    }

    [Fact]
    public void ItDoesNotUseTheInstanceIdsItUsedBefore()
    {
        int first = InstanceId(Packets(Start, limit: 1)[0]);
        Assert.Equal((first + 10) & 0xFFFFF, InstanceId(Packets(Start.AddSeconds(1), limit: 1)[0]));
        Assert.NotEqual(first, InstanceId(Packets(Start.AddHours(24), limit: 1)[0]));
    }

    [Fact]
    public void InstanceIdsGoOnOneByOneAndWrap()
    {
        // The last moment before the ids wrap.
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddSeconds(((1 << 20) - 1) / 10.0);
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 5, UtcNow = () => time });
        byte[] packet = new byte[2000];
        List<int> ids = [];
        for (int i = 0; i < 3; i++)
        {
            sender.Add(FluteObject.FromMemory($"{i}", ReadOnlyMemory<byte>.Empty));
            ids.Add(InstanceId(packet[..sender.TryRead(TimeSpan.Zero, packet)]));
        }

        Assert.Equal([0xFFFFF, 0, 1], ids);
    }

    [Fact]
    public void WithAKeyItsPacketsHaveLargerNumbersAndAreNotTakenForRepetitions()
    {
        List<byte[]> before = Packets(Start, Key), after = Packets(Start.AddSeconds(1), Key);
        Assert.Equal(SequenceNumber(before[0]) + (ulong)before.Count - 1, SequenceNumber(before[^1]));
        Assert.True(SequenceNumber(after[0]) > SequenceNumber(before[^1]));
        using var receiver = new FluteReceiver(new FluteReceiverOptions { GroupKey = Key, UtcNow = static () => Start }, new MemoryStore());
        foreach (byte[] packet in before.Take(10).Concat(after.Take(10))) receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        Assert.Equal((20L, 0L), (receiver.Counts.Packets, receiver.Counts.Replayed));
    }

    [Fact]
    public void TheNumbersOfASessionNeverComeToTheirEnd()
    {
        // Whenever it begins there are numbers left for days.
        const ulong Last = (1UL << 40) - 1, Days = 7 * 86_400 * 100_000UL;
        var random = new Random(1);
        for (int i = 0; i < 50; i++)
        {
            DateTimeOffset time = Start.AddSeconds(random.NextDouble() * 60 * 86_400);
            Assert.InRange(SequenceNumber(Packets(time, Key, 1)[0]), 0UL, Last - Days);
        }
    }

    [Fact]
    public void AClockBefore1970CountsFromNothing() => Assert.Equal(0, InstanceId(Packets(DateTimeOffset.UnixEpoch.AddYears(-1), limit: 1)[0]));
}
