using System.Diagnostics;

namespace Flute.Tests.Reports;

/// <summary>A receiver's reports say whether its disk or its processor takes the time.</summary>
public class LimitTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(3);

    [Fact]
    public void ASlowDiskShowsAsStoring()
    {
        ReceptionReport report = Receive(loss: 0, new SlowStore());
        Assert.True(report.Storing > report.Decoding, $"{report.Storing}, {report.Decoding}");
        Assert.True(report.Storing >= Slow, $"{report.Storing}");
    }

    [Fact]
    public void RecoveringWhatWasLostShowsAsDecoding()
    {
        TimeSpan none = Receive(loss: 0, new MemoryStore()).Decoding, much = Receive(loss: 0.4, new MemoryStore()).Decoding;
        Assert.True(much > 10 * none && much > TimeSpan.FromMicroseconds(100), $"{none}, {much}");
    }

    private static ReceptionReport Receive(double loss, IObjectStore store)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = Peer.Tsi, WaitsForReports = true, ReportTo = ":9", Redundancy = 1 });
        sender.Add(FluteObject.FromMemory("0.jpg", new byte[1_000_000]));
        sender.Complete();
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), store);
        var random = new Random(1);
        byte[] packet = new byte[2000];
        var session = new SessionId(Channel.Source.Address, Peer.Tsi);
        ReceptionReport? report = null;
        for (TimeSpan now = TimeSpan.Zero; report?.Finished != true; now += TimeSpan.FromMilliseconds(1))
        {
            Assert.True(now < TimeSpan.FromSeconds(60), "it does not end");
            if (sender.TryRead(now, packet) is var length and > 0 && (LctPacket.TryParse(packet.AsSpan(0, length), out LctPacket parsed) && parsed.Toi == 0 || random.NextDouble() >= loss)) receiver.Push(packet.AsSpan(0, length), Channel.Source, now);
            while (receiver.TryTake(out _))
            {
                // Only the report counts.
            }

            report = receiver.Report(session) ?? report;
        }

        return report;
    }

    private sealed class SlowStore : IObjectStore
    {
        public Stream Open(SessionId session, FdtFile file) => new SlowStream();

        public Stream OpenTemporary() => new SlowStream();
    }

    private sealed class SlowStream : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            Wait();
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Wait();
            base.Write(buffer);
        }

        private static void Wait()
        {
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Slow;) Thread.SpinWait(100);
        }
    }
}
