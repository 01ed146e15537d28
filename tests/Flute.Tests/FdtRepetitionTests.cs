namespace Flute.Tests;

/// <summary>How often the FDT is repeated: those who join in the middle can use nothing before they have one.</summary>
public class FdtRepetitionTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1e6, 1.02)]
    [InlineData(10e6, 0.2)]
    [InlineData(100e6, 0.11)]
    [InlineData(1e9, 0.11)]
    public void WhoeverJoinsHearsAnFDTSoonAndItTakesHalfAPercentAtMost(double bitRate, double seconds)
    {
        const int Mtu = 1500;
        var options = new FluteSenderOptions { Tsi = 7, BitRate = bitRate };
        using var sender = new FluteSender(options);
        for (int i = 0; i < 4; i++) sender.Add(FluteObject.FromMemory($"{i}.jpg", new byte[(int)(bitRate / 8)]));
        sender.Complete();
        List<TimeSpan> rounds = Rounds(sender, out long fdtBytes);

        // At first it is repeated faster, and the last rounds close the session.
        TimeSpan[] inTheMiddle = [.. rounds.Where(t => t > Second * 1.5 && t < Second * 3.5)];
        Assert.All(inTheMiddle.Zip(inTheMiddle.Skip(1)), t => Assert.InRange((t.Second - t.First).TotalSeconds, 0.05, seconds));
        Assert.True(inTheMiddle.Length >= 2);
        Assert.InRange(fdtBytes, 0, Math.Max(sender.Bytes * 0.006, 25.0 * Mtu));
    }

    [Fact]
    public void WhileReceiversAreWaitedForItComesOnceASecond()
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7, WaitsForReports = true, ReportTo = "192.0.2.1:4711" }) { AnnounceOnly = true };
        sender.Add(FluteObject.FromMemory("a.jpg", new byte[1000]));
        sender.Complete();
        byte[] packet = new byte[65_536];
        var rounds = new List<TimeSpan>();
        for (TimeSpan now = TimeSpan.Zero; now < Second * 20; now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1))
        {
            while (sender.TryRead(now, packet) > 0) rounds.Add(now);
        }

        Assert.Equal(10, rounds.Count(static t => t < Second));
        Assert.All(rounds.Zip(rounds.Skip(1)).Skip(10), static t => Assert.Equal(Second, t.Second - t.First));
    }

    // At this rate a round takes longer than the longest time from one to the next.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ASessionWithALargeFDTEndsAtALowRateToo(bool served)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7, BitRate = 1e6, WaitsForReports = served, ReportTo = served ? "192.0.2.1:4711" : null });
        var random = new Random(1);
        for (int i = 0; i < 10_000; i++) sender.Add(FluteObject.FromMemory($"{random.NextInt64():x16}{random.NextInt64():x16}.jpg", new byte[1]));
        sender.Complete();
        sender.Finish();
        byte[] packet = new byte[65_536];
        long closing = 0;
        for (TimeSpan now = TimeSpan.Zero; !sender.IsFinished; now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1))
        {
            Assert.True(now < Second * 100, "it does not end");
            for (int length; (length = sender.TryRead(now, packet)) > 0;)
            {
                Assert.True(LctPacket.TryParse(packet.AsSpan(0, length), out LctPacket parsed));
                if (parsed.CloseSession) closing++;
            }
        }

        // Who reports has had all of it. Others may miss some of it: two rounds, and a packet, are for them.
        if (served) Assert.Equal(3, closing);
        else Assert.InRange(closing, 300, 500);
    }

    private static List<TimeSpan> Rounds(FluteSender sender, out long bytes)
    {
        var rounds = new List<TimeSpan>();
        byte[] packet = new byte[65_536];
        bytes = 0;
        for (TimeSpan now = TimeSpan.Zero; !sender.IsFinished;)
        {
            long before = sender.FdtPackets;
            int length = sender.TryRead(now, packet);
            if (length == 0)
            {
                now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1);
            }
            else if (sender.FdtPackets > before)
            {
                rounds.Add(now);
                bytes += length;
            }
        }

        return rounds;
    }
}
