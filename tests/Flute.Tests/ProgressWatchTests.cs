namespace Flute.Tests;

/// <summary>Receivers that report and get nowhere are given up; those that only have it hard are not.</summary>
public class ProgressWatchTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2), Step = TimeSpan.FromMilliseconds(5);

    private static FluteSender Sender(int blockBytes = 2 << 20, params byte[][] files)
    {
        var sender = new FluteSender(new FluteSenderOptions { Tsi = Peer.Tsi, WaitsForReports = true, ReportTo = ":9", BlockBytes = blockBytes });
        foreach (byte[] file in files) sender.Add(FluteObject.FromMemory($"{sender.Symbols.Source}", file));
        sender.Complete();
        return sender;
    }

    /// <summary>Sends, and has somebody report every 5 ms, until he is given up or so long.</summary>
    /// <returns>When he was given up, or null.</returns>
    private static TimeSpan? GivenUp(FluteSender sender, TimeSpan longest, Func<int, PacketMark?, ReceptionReport> report, int packetsPerStep = 20)
    {
        var tracker = new DeliveryTracker(sender, new DeliveryOptions { SilenceTimeout = Timeout });
        ReceiverState receiver = tracker.Join("somebody", TimeSpan.Zero);
        byte[] packet = new byte[2000];
        PacketMark? last = null;
        int reports = 0;
        for (TimeSpan now = TimeSpan.Zero; now < longest; now += Step)
        {
            for (int i = 0; i < packetsPerStep && tracker.MaySend(now) && sender.TryRead(now, packet) is > 0 and int length; i++)
            {
                tracker.LastSent = now;
                Assert.True(LctPacket.TryParse(packet.AsSpan(0, length), out LctPacket parsed));
                if (parsed.Toi > 0) last = new PacketMark((ulong)parsed.Toi, FecPayloadId.Read(parsed.Payload, (FecEncodingId)parsed.Codepoint));
            }

            tracker.Update(receiver, report(++reports, last), now);
            tracker.Plan(now);
            if (tracker.DropSilent(now).Count == 0) continue;
            Assert.Equal(0, tracker.Waiting);

            // More packets alone do not bring it back.
            tracker.Update(receiver, report(++reports, last), now += Step);
            Assert.True(receiver.IsGone);
            Assert.Empty(tracker.DropSilent(now));
            tracker.Update(receiver, report(++reports, last) with { Blocks = [(1, 0)] }, now += Step);
            Assert.False(receiver.IsGone);
            return now;
        }

        return null;
    }

    [Fact]
    public void OneThatCountsPacketsAndGetsNothingIsGivenUp()
    {
        using FluteSender sender = Sender(files: [new byte[500_000]]);
        TimeSpan? at = GivenUp(sender, Timeout * 4, static (n, last) => new ReceptionReport { Packets = 20L * n, HasFdt = true, IsIdle = true, Last = last });
        Assert.InRange(at!.Value, Timeout, Timeout * 1.5);
    }

    [Fact]
    public void OneThatCountsPacketsAndTellsNotHowFarItIsIsWaitedForAndNotForEver()
    {
        using FluteSender sender = Sender(files: [new byte[500_000]]);
        TimeSpan? at = GivenUp(sender, Timeout * 40, static (n, _) => new ReceptionReport { Packets = 20L * n, HasFdt = true, IsIdle = true });
        Assert.InRange(at!.Value, Timeout * 30, Timeout * 32);
        Assert.InRange(sender.Packets - sender.FdtPackets, sender.Symbols.Source, sender.Symbols.Source * 2);
    }

    [Fact]
    public void OneThatHearsOnlyTheTableIsGivenUpWhenEverythingWasSent()
    {
        using FluteSender sender = Sender(files: [new byte[5_000_000]]);
        TimeSpan? at = GivenUp(sender, Timeout * 4, static (n, _) => new ReceptionReport { Packets = 1 + n / 50, HasFdt = true, IsIdle = true });
        Assert.InRange(at!.Value, Timeout, Timeout * 3);
    }

    [Fact]
    public void SymbolsThatComeAndGoAreNoProgress()
    {
        using FluteSender sender = Sender(files: [new byte[500_000]]);
        TimeSpan? at = GivenUp(sender, Timeout * 4, static (n, last) => new ReceptionReport { Packets = 20L * n, HasFdt = true, Last = last, Open = [new OpenBlock(1, 0, n % 2 * 10)] });
        Assert.InRange(at!.Value, Timeout, Timeout * 1.5);
    }

    [Fact]
    public void OneThatBeginsAnewAgainAndAgainIsGivenUp()
    {
        using FluteSender sender = Sender(files: [new byte[500_000]]);
        TimeSpan? at = GivenUp(sender, Timeout * 12, static (n, last) => new ReceptionReport { Packets = 20L * n, HasFdt = true, Last = last, Restarted = [1], Open = [new OpenBlock(1, 0, 10)] });
        Assert.InRange(at!.Value, Timeout, Timeout * 2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OneThatDecodesForSecondsIsWaitedForAndNotForEver(bool hasFdt)
    {
        using FluteSender sender = Sender(files: [new byte[500_000]]);
        TimeSpan? at = GivenUp(
            sender, Timeout * 40, (n, last) => new ReceptionReport { Packets = 20L * n, HasFdt = hasFdt, Last = last, Open = hasFdt ? [new OpenBlock(1, 0, OpenBlock.Decoding)] : [] });
        Assert.InRange(at!.Value, Timeout * 30, Timeout * 32);
    }

    [Fact]
    public void OneThatIsBusyOrWaitedWithIsNotGivenUp()
    {
        using FluteSender sender = Sender(files: [new byte[500_000]]);
        Assert.Null(GivenUp(sender, Timeout * 40, static (n, last) => new ReceptionReport { Packets = 20L * n, HasFdt = true, Last = last, IsBusy = true }));
        using FluteSender announcing = Sender(files: [new byte[500_000]]);
        announcing.AnnounceOnly = true;
        Assert.Null(GivenUp(announcing, Timeout * 40, static (n, _) => new ReceptionReport { Packets = n, HasFdt = true, IsIdle = true }));
    }

    [Fact]
    public void NobodyIsGivenUpWhileWhatItMissesIsNotSent()
    {
        // Another one's needs, or a low rate, may keep a sender from it for long.
        using FluteSender sender = Sender(files: [new byte[500_000]]);
        Assert.Null(GivenUp(sender, Timeout * 20, static (n, last) => new ReceptionReport { Packets = n, HasFdt = true, Last = last, Open = [new OpenBlock(1, 0, 10)] }, packetsPerStep: 0));
    }

    [Theory]
    [InlineData(0.75)]
    [InlineData(0.9)]
    public void HeavyLossIsNoReason(double loss)
    {
        Dictionary<string, byte[]> files = DeliveryTests.Gallery(3, 1_000_000);
        using Peer lucky = new(0, 1), unlucky = new(loss, 2);
        NobodyIsGivenUp(Sender(files: [.. files.Values]), [lucky, unlucky], packetsPerMillisecond: 2);
    }

    [Fact]
    public void ThousandsOfOpenBlocksAreNoReason()
    {
        // 2,061 blocks of two symbols, of which a report names 512. In the first pass one of three packets is lost.
        var sender = new FluteSender(new FluteSenderOptions { Tsi = Peer.Tsi, WaitsForReports = true, ReportTo = ":9", BlockBytes = 2912, Fec = FecEncodingId.CompactNoCode });
        sender.Add(FluteObject.FromMemory("large", DeliveryTests.Gallery(1, 6_000_000)["0.jpg"]));
        sender.Complete();
        using Peer peer = new(0.34, 2), other = new(0.34, 3);
        NobodyIsGivenUp(sender, [peer, other], packetsPerMillisecond: 1);
    }

    [Fact]
    public void DamageIsNoReason()
    {
        Dictionary<string, byte[]> files = DeliveryTests.Gallery(1, 4_000_000);
        using Peer peer = new(0.02, 2);
        int packets = 0;
        peer.Alter = packet =>
        {
            if (packet[3] == 6 && packets++ is 500 or 4500) packet[^1] ^= 1;
        };
        NobodyIsGivenUp(Sender(files: [.. files.Values]), [peer], packetsPerMillisecond: 1);
        Assert.Equal(2, peer.Restarts);
    }

    // Slowly, so that it takes many times the timeout.
    private static void NobodyIsGivenUp(FluteSender sender, Peer[] peers, int packetsPerMillisecond)
    {
        using FluteSender own = sender;
        TimeSpan timeout = TimeSpan.FromMilliseconds(300);
        var tracker = new DeliveryTracker(sender, new DeliveryOptions { SilenceTimeout = timeout });
        byte[] packet = new byte[2000];
        int step = 0;
        TimeSpan now = TimeSpan.Zero;
        for (; !sender.IsFinished; now += TimeSpan.FromMilliseconds(1))
        {
            Assert.True(now < TimeSpan.FromMinutes(5), "it does not end");
            for (int i = 0; i < packetsPerMillisecond && tracker.MaySend(now) && sender.TryRead(now, packet) is > 0 and int length; i++)
            {
                tracker.LastSent = now;
                foreach (Peer peer in peers) peer.Push(packet.AsSpan(0, length), now);
            }

            if (++step % 5 != 0) continue;
            foreach (Peer peer in peers)
            {
                peer.Work(now);
                peer.Report(tracker, now);
            }

            Assert.Empty(tracker.DropSilent(now));
            tracker.Plan(now);
            if (tracker.Waiting == 0) sender.Finish();
        }

        Assert.True(now > timeout * 5, $"{now}");
        Assert.All(peers, static p => Assert.Empty(p.Failures));
        Assert.All(peers, p => Assert.Equal(sender.Objects.Count, p.Files.Count));
    }
}
