namespace Flute.Tests;

/// <summary>FDT instances hold until they expire, by the sender's clock (RFC 6726 section 3.3).</summary>
public class ExpiryTests
{
    // LCT with 4 bytes of CCI, 2 of TSI, 2 of TOI.
    private const int BaseHeader = 12;
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private static readonly byte[] Data = [.. Enumerable.Range(0, 20_000).Select(static i => (byte)(i * 7))];

    private static List<byte[]> Packets(DateTimeOffset at)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7, UtcNow = () => at, FdtLifetime = Lifetime });
        sender.Add(FluteObject.FromMemory("a", Data));
        sender.Complete();
        return Channel.Drain(sender);
    }

    /// <summary>The same packet with EXT_TIME, in which the sender tells the time.</summary>
    private static byte[] WithTime(byte[] packet, DateTimeOffset time)
    {
        var extension = new LctTime { SenderTimeHigh = NtpTime.From(time) };
        byte[] longer = new byte[packet.Length + extension.Length];
        packet.AsSpan(0, BaseHeader).CopyTo(longer);
        extension.Write(longer.AsSpan(BaseHeader));
        packet.AsSpan(BaseHeader).CopyTo(longer.AsSpan(BaseHeader + extension.Length));
        longer[2] += (byte)(extension.Length / 4);
        return longer;
    }

    private static bool IsFdt(byte[] packet) => LctPacket.TryParse(packet, out LctPacket parsed) && parsed.Toi == 0;

    private static bool TakesAll(FluteReceiver receiver)
    {
        while (receiver.TryTake(out FluteEvent? one))
        {
            if (one is ObjectReceived received) return ((MemoryStream)received.Content).ToArray().AsSpan().SequenceEqual(Data);
        }

        return false;
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(9, true)]
    [InlineData(11, false)]
    public void ByTheTimeTheSenderTells(int minutes, bool taken)
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        foreach (byte[] packet in Packets(Start)) receiver.Push(WithTime(packet, Start.AddMinutes(minutes)), Channel.Source, TimeSpan.Zero);
        Assert.Equal(taken, TakesAll(receiver));
        Assert.Equal(taken, receiver.Counts.Expired == 0);
    }

    [Fact]
    public void WhoIsNotToldTheTimeCannotKnow()
    {
        // This receiver's clock says that it is long over; with a key that would count.
        using var receiver = new FluteReceiver(new FluteReceiverOptions { UtcNow = static () => Start.AddYears(1) }, new MemoryStore());
        foreach (byte[] packet in Packets(Start)) receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        Assert.True(TakesAll(receiver));
    }

    [Fact]
    public void TimeGoesOnBetweenPacketsThatTellIt()
    {
        List<byte[]> packets = Packets(Start);
        byte[][] data = [.. packets.Where(static p => !IsFdt(p))];
        using var receiver = new FluteReceiver(new FluteReceiverOptions { CloseDelay = TimeSpan.FromHours(1) }, new MemoryStore());
        receiver.Push(WithTime(packets.First(IsFdt), Start), Channel.Source, TimeSpan.Zero);
        foreach (byte[] packet in data[..5]) receiver.Push(packet, Channel.Source, Lifetime - TimeSpan.FromSeconds(1));
        Assert.Equal(0, receiver.Counts.Expired);
        foreach (byte[] packet in data[5..]) receiver.Push(packet, Channel.Source, Lifetime + TimeSpan.FromSeconds(2));
        Assert.Equal(data.Length - 5, receiver.Counts.Expired);

        // The instance is renewed: what comes from then on is taken, and what came before is not forgotten.
        var later = new FluteSenderOptions { Tsi = 7, UtcNow = static () => Start + Lifetime, FdtLifetime = Lifetime };
        using var sender = new FluteSender(later);
        sender.Add(FluteObject.FromMemory("a", Data));
        sender.Complete();
        byte[] renewed = new byte[2000];
        int length = sender.TryRead(TimeSpan.Zero, renewed);
        Array.Resize(ref renewed, length);

        // EXT_FDT ends with the instance id: another one.
        renewed[BaseHeader + 3]++;
        receiver.Push(renewed, Channel.Source, Lifetime + TimeSpan.FromSeconds(3));
        foreach (byte[] packet in data[5..]) receiver.Push(packet, Channel.Source, Lifetime + TimeSpan.FromSeconds(4));
        Assert.True(TakesAll(receiver));
    }

    [Fact]
    public void AWrongTimeDoesHarmUntilTheNextRightOneOnly()
    {
        List<byte[]> packets = Packets(Start);
        byte[][] data = [.. packets.Where(static p => !IsFdt(p))];
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        receiver.Push(WithTime(packets.First(IsFdt), Start.AddYears(3)), Channel.Source, TimeSpan.Zero);
        receiver.Push(data[0], Channel.Source, TimeSpan.Zero);
        Assert.Equal(1, receiver.Counts.Expired);
        receiver.Push(WithTime(data[0], Start), Channel.Source, TimeSpan.Zero);
        foreach (byte[] packet in data[1..]) receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        Assert.True(TakesAll(receiver));
    }

    [Theory]
    [InlineData(100u, 90u, false)]
    [InlineData(100u, 100u, false)]
    [InlineData(100u, 101u, true)]
    [InlineData(5u, 0xFFFFFFF0u, false)]
    [InlineData(0xFFFFFFF0u, 5u, true)]
    public void SecondsWrapIn2036(uint expires, uint now, bool over) => Assert.Equal(over, NtpTime.IsOver(expires, now));
}
