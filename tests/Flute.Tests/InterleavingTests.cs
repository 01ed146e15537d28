namespace Flute.Tests;

/// <summary>How many blocks are sent in turns, and what becomes of bursts of loss.</summary>
public class InterleavingTests(ITestOutputHelper output)
{
    private const double BitsPerSecond = 200e6;

    /// <summary>Receivers that report lose bursts of packets; told is what was sent, and when images became whole on average.</summary>
    private static (double Sent, double Whole) Serve(long interleaved)
    {
        Dictionary<string, byte[]> files = DeliveryTests.Gallery(12, 3_000_000);
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = Peer.Tsi, WaitsForReports = true, ReportTo = ":9", BitRate = BitsPerSecond, InterleavedBytes = interleaved });
        foreach ((string name, byte[] data) in files) sender.Add(FluteObject.FromMemory(name, data));
        sender.Complete();
        var tracker = new DeliveryTracker(sender, new DeliveryOptions { SilenceTimeout = TimeSpan.FromSeconds(2) });
        using var peer = new Peer(0, 1);
        byte[] packet = new byte[2000];
        TimeSpan now = TimeSpan.Zero, reported = TimeSpan.Zero;
        double whole = 0;
        int known = 0;
        while (!sender.IsFinished)
        {
            Assert.True(now < TimeSpan.FromSeconds(60), "it does not end");

            // 30 ms without any packet, four times a second.
            peer.Loss = now.TotalMilliseconds % 250 < 30 && now > TimeSpan.FromMilliseconds(250) ? 1 : 0;
            if (now - reported > TimeSpan.FromMilliseconds(5))
            {
                reported = now;
                peer.Work(now);
                peer.Report(tracker, now);
                if (tracker.Waiting == 0 && peer.State is not null) sender.Finish();
                whole += (peer.Files.Count - known) * now.TotalSeconds;
                known = peer.Files.Count;
            }

            tracker.Plan(now);
            int length = tracker.MaySend(now) ? sender.TryRead(now, packet) : 0;
            if (length == 0)
            {
                now += TimeSpan.FromMicroseconds(20);
                continue;
            }

            tracker.LastSent = now;
            peer.Push(packet.AsSpan(0, length), now);
        }

        DeliveryTests.AllHave(files, peer);
        return ((sender.Bytes + 42.0 * sender.Packets) / files.Values.Sum(static f => f.Length), whole / known / now.TotalSeconds);
    }

    [Fact]
    public void WithReportsAFewBlocksInTurnsLoseNothingToBurstsAndImagesBecomeWholeOneAfterTheOther()
    {
        (double manySent, double manyWhole) = Serve(48L << 20);
        (double fewSent, double fewWhole) = Serve(8L << 20);
        output.WriteLine($"48 MB: {manySent:0.000} bytes sent per byte, whole after {manyWhole:0.00} of the time; 8 MB: {fewSent:0.000}, {fewWhole:0.00}");
        Assert.InRange(fewSent, 1, manySent * 1.01);
        Assert.InRange(manyWhole, 0.9, 1);
        Assert.InRange(fewWhole, 0.4, 0.8);
    }
}
