namespace Flute.Tests;

/// <summary>Receivers that report, served until all have everything, over simulated networks.</summary>
public class DeliveryTests
{
    internal static Dictionary<string, byte[]> Gallery(int count, int bytes)
    {
        var random = new Random(count);
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            byte[] data = new byte[bytes + 1000 * i];
            random.NextBytes(data);
            files.Add($"{i}.jpg", data);
        }

        return files;
    }

    private static double Serve(Dictionary<string, byte[]> files, Peer[] peers, Action<int, TimeSpan>? at = null, int? allThere = null) =>
        Serve([.. files.Select(static f => FluteObject.FromMemory(f.Key, f.Value))], peers, at, allThere);

    internal static double Serve(IReadOnlyList<FluteObject> files, Peer[] peers, Action<int, TimeSpan>? at = null, int? allThere = null)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = Peer.Tsi, WaitsForReports = true, ReportTo = ":9" });
        foreach (FluteObject file in files) sender.Add(file);
        sender.Complete();
        var tracker = new DeliveryTracker(sender, new DeliveryOptions { SilenceTimeout = TimeSpan.FromSeconds(2) });
        sender.AnnounceOnly = true;
        byte[] packet = new byte[2000];
        TimeSpan now = TimeSpan.Zero, reported = TimeSpan.Zero;
        int wanted = allThere ?? peers.Length;
        for (int step = 0; !sender.IsFinished; step++)
        {
            Assert.True(now < TimeSpan.FromSeconds(60), "it does not end");
            now += TimeSpan.FromTicks(100);
            at?.Invoke(step, now);
            if (now - reported > TimeSpan.FromMilliseconds(5))
            {
                reported = now;
                foreach (Peer peer in peers)
                {
                    peer.Work(now);
                    peer.Report(tracker, now);
                }

                tracker.DropSilent(now);
                if (tracker.Present >= wanted) sender.AnnounceOnly = false;
                if (!sender.AnnounceOnly && tracker.Waiting == 0) sender.Finish();
            }

            if (!sender.AnnounceOnly) tracker.Plan(now);
            int length = tracker.MaySend(now) ? sender.TryRead(now, packet) : 0;
            if (length == 0)
            {
                now += TimeSpan.FromMicroseconds(200);
                continue;
            }

            tracker.LastSent = now;
            foreach (Peer peer in peers) peer.Push(packet.AsSpan(0, length), now);
        }

        return (sender.Bytes + 42.0 * sender.Packets) / files.Sum(static f => f.Source.Length);
    }

    internal static void AllHave(Dictionary<string, byte[]> files, params Peer[] peers)
    {
        foreach (Peer peer in peers)
        {
            Assert.Empty(peer.Failures);
            Assert.Equal(files.Count, peer.Files.Count);
            foreach ((string name, byte[] data) in files) Assert.True(data.AsSpan().SequenceEqual(peer.Files[name]), name);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.10)]
    [InlineData(0.20)]
    public void AllGetEverythingAndLittleIsSentInVain(double loss)
    {
        Dictionary<string, byte[]> files = Gallery(10, 1_000_000);
        Peer[] peers = [new(loss, 1), new(loss, 2), new(loss, 3)];
        double ratio = Serve(files, peers);
        AllHave(files, peers);

        // Headers alone are 4 %; the rest is the worst of three receivers' bad luck, which grows with the loss.
        Assert.InRange(ratio * (1 - loss), 0.9, loss < 0.2 ? 1.06 : 1.075);
        foreach (Peer peer in peers)
        {
            Assert.InRange(peer.State!.LossRate, loss - 0.02, loss + 0.02);
            Assert.Equal(10, peer.State.Objects);
            peer.Dispose();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    public void ReceiversThatLagBehindTheirReportsAreNotSentMoreForIt(double loss)
    {
        Dictionary<string, byte[]> files = Gallery(10, 1_000_000);
        Peer[] peers = [new(loss, 1) { LongestStall = TimeSpan.FromMilliseconds(80) }, new(loss, 2) { LongestStall = TimeSpan.FromMilliseconds(30) }, new(loss, 3)];
        double ratio = Serve(files, peers);
        AllHave(files, peers);
        Assert.InRange(ratio * (1 - loss), 0.9, 1.06);
    }

    [Fact]
    public void ReceiversWithDifferentLossCostWhatTheWorstOneCosts()
    {
        Dictionary<string, byte[]> files = Gallery(10, 1_000_000);
        Peer[] peers = [new(0, 1), new(0.02, 2), new(0.15, 3)];
        double ratio = Serve(files, peers);
        AllHave(files, peers);
        Assert.InRange(ratio * 0.85, 0.9, 1.06);
    }

    [Fact]
    public void OneThatComesLateIsServedToo()
    {
        Dictionary<string, byte[]> files = Gallery(10, 300_000);
        Peer[] peers = [new(0.02, 1), new(0.02, 2)];
        peers[1].IsThere = false;
        int half = 1000;
        double ratio = Serve(files, peers, (step, _) => peers[1].IsThere |= step > half, allThere: 1);
        AllHave(files, peers);
        Assert.InRange(ratio, 1.2, 1.9);
    }

    [Fact]
    public void OneThatVanishesIsGivenUpAndTheOthersGetEverything()
    {
        Dictionary<string, byte[]> files = Gallery(10, 300_000);
        Peer[] peers = [new(0.02, 1), new(0.02, 2), new(0.02, 3)];
        Serve(files, peers, (step, _) => peers[2].IsThere &= step < 800);
        AllHave(files, peers[0], peers[1]);
        Assert.True(peers[2].State!.IsGone);
        Assert.Null(peers[2].State!.Completed);
    }

    [Fact]
    public void ManySmallImages()
    {
        var files = Enumerable.Range(0, 2000).ToDictionary(static i => $"{i}.jpg", static i => BitConverter.GetBytes(i * 7919), StringComparer.Ordinal);
        Peer[] peers = [new(0.05, 1), new(0.05, 2)];
        Serve(files, peers);
        AllHave(files, peers);
    }

    [Fact]
    public void ReportsWithAKeyCannotBeForgedRepeatedOrReordered()
    {
        byte[] key = GroupKey.FromPassphrase("secret").ReportKey(7), challenge = [1, 2, 3, 4, 5, 6, 7, 8];
        using var writer = new ReportCodec(challenge, key);
        byte[] join = writer.Join("me"), first = writer.Report(new ReceptionReport { Packets = 1 }), second = writer.Report(new ReceptionReport { Packets = 2 });
        bool Reads(ReportCodec codec, byte[] line) => codec.TryRead(line.AsMemory()[..^1], out _, out _, out _);

        using (var good = new ReportCodec(challenge, key))
        {
            Assert.True(Reads(good, join));
            Assert.True(Reads(good, first));
            Assert.False(Reads(good, first));
            Assert.True(Reads(good, second));
        }

        using var reordered = new ReportCodec(challenge, key);
        Assert.True(Reads(reordered, join));
        Assert.False(Reads(reordered, second));
        using var other = new ReportCodec([9, .. challenge], key);
        Assert.False(Reads(other, join));
        byte[] changed = [.. join];
        changed[20] ^= 1;
        using var careful = new ReportCodec(challenge, key);
        Assert.False(Reads(careful, changed));
        using var plain = new ReportCodec(challenge, null);
        Assert.False(careful.TryRead(plain.Join("me").AsMemory()[..^1], out _, out _, out bool authentic));
        Assert.False(authentic);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"type\":\"report\"}")]
    [InlineData("{\"type\":7}")]
    [InlineData("{\"type\":\"report\",\"packets\":1e99,\"idle\":true,\"fdt\":true,\"finished\":false}")]
    [InlineData("{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"open\":[1,2]}")]
    [InlineData("{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"objects\":[\"x\"]}")]
    [InlineData("{\"type\":\"report\",\"packets\":-1,\"idle\":true,\"fdt\":true,\"finished\":false}")]
    [InlineData("{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"open\":[1,0,-2]}")]
    [InlineData("{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"open\":[1,0,16777216]}")]
    [InlineData("{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"open\":[1,65536,0]}")]
    [InlineData("{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"blocks\":[1,-1]}")]
    [InlineData("{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"blocks\":[-1,1]}")]
    [InlineData("{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"last\":[1,0,-1]}")]
    [InlineData("{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"refused\":1}")]
    [InlineData("{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"objects\":[1],\"refused\":-1}")]
    public void WhatIsNoReportIsRefused(string line)
    {
        using var codec = new ReportCodec([1], null);
        Assert.False(codec.TryRead(System.Text.Encoding.UTF8.GetBytes(line), out _, out _, out _));
    }

    [Fact]
    public void WhatCameFromAnybodyMayBeReported()
    {
        // Who sends a receiver packets with odd TOIs must not make its sender refuse its reports.
        var report = new ReceptionReport
        {
            Last = new PacketMark(ulong.MaxValue, new FecPayloadId(255, 0xFFFFFF)),
            Objects = [ulong.MaxValue],
            Refused = 1,
            Restarted = [ulong.MaxValue],
            Blocks = [(ulong.MaxValue, 65_535)],
            Open = [new OpenBlock(ulong.MaxValue, 65_535, OpenBlock.Decoding), new OpenBlock(1, 0, 0)],
        };
        using var writer = new ReportCodec([1], null);
        using var reader = new ReportCodec([1], null);
        Assert.True(reader.TryRead(writer.Report(report).AsMemory()[..^1], out _, out ReceptionReport? read, out _));
        Assert.Equal(report.Last, read!.Last);
        Assert.Equal(report.Objects, read.Objects);
        Assert.Equal(report.Restarted, read.Restarted);
        Assert.Equal(report.Blocks, read.Blocks);
        Assert.Equal(report.Open, read.Open);
    }

    [Fact]
    public void CountsThatCannotBeDoNotMakeItSendForEver()
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = Peer.Tsi, WaitsForReports = true, ReportTo = ":9" });
        sender.Add(FluteObject.FromMemory("a", new byte[100_000]));
        sender.Complete();
        var tracker = new DeliveryTracker(sender, new DeliveryOptions());
        TimeSpan now = TimeSpan.Zero;
        ReceiverState odd = tracker.Join("odd", now);
        tracker.Update(odd, new ReceptionReport { HasFdt = true, Packets = long.MinValue, Refused = int.MaxValue }, now);
        Send();
        for (int i = 0; i < 3; i++)
        {
            now += TimeSpan.FromMilliseconds(100);
            tracker.Update(odd, new ReceptionReport { HasFdt = true, IsIdle = true, Packets = 1, Refused = int.MaxValue, Open = [new OpenBlock(1, 0, -2_000_000_000)] }, now);
            tracker.Plan(now);
        }

        Assert.Equal((0, 0, 1L), (odd.Objects, odd.Refused, odd.Packets));
        Assert.InRange(odd.LossRate, 0, 1);
        long before = sender.Packets;
        Send();

        // All of the block, four times, as it says that it lost nearly all.
        Assert.InRange(sender.Packets - before, 1, 5 * sender.Symbols.Source);
        sender.SendMore(1, 0, int.MaxValue);
        sender.SendMore(1, 0, int.MaxValue);
        before = sender.Packets;
        Send();
        Assert.InRange(sender.Packets - before, 1, 10 * sender.Symbols.Source);

        void Send()
        {
            byte[] packet = new byte[2000];
            for (int i = 0; i < 20_000 && !sender.IsIdle; i++) sender.TryRead(now += TimeSpan.FromMilliseconds(1), packet);
            tracker.LastSent = now;
            Assert.True(sender.IsIdle);
        }
    }

    /// <summary>A file that is deleted or cut short while it is sent.</summary>
    private sealed class Vanishing(byte[] data, int readableTo) : IObjectSource
    {
        public long Length => data.Length;

        public void Read(long offset, Span<byte> buffer)
        {
            if (offset + buffer.Length > readableTo) throw new FileNotFoundException("It is gone.");
            data.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
        }
    }

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(2_500_000, 0.05)]
    public void AFileThatVanishesIsLeftOutAndTheSessionEnds(int readableTo, double loss)
    {
        Dictionary<string, byte[]> files = Gallery(2, 300_000);
        byte[] gone = Gallery(1, 5_000_000)["0.jpg"];
        Peer[] peers = [new(loss, 1), new(loss, 2)];
        List<FluteObject> all = [.. files.Select(static f => FluteObject.FromMemory(f.Key, f.Value))];
        all.Insert(1, FluteObject.FromMemory("gone.jpg", gone) with { Source = new Vanishing(gone, readableTo) });
        Serve(all, peers);
        AllHave(files, peers);
        foreach (Peer peer in peers)
        {
            Assert.NotNull(peer.State!.Completed);
            Assert.Equal(2, peer.State.Objects);
            TimeSpan end = TimeSpan.FromMinutes(1);
            peer.Receiver.Poll(end);
            var events = new List<FluteEvent>();
            while (peer.Receiver.TryTake(out FluteEvent? one)) events.Add(one);
            ObjectFailed missing = Assert.Single(events.OfType<ObjectFailed>());
            Assert.Equal(("gone.jpg", ObjectFailure.Incomplete), (missing.File.Name, missing.Failure));
            peer.Dispose();
        }
    }

    [Fact]
    public void WhenEveryFileVanishesTheSessionEndsToo()
    {
        using Peer peer = new(0, 1);
        Serve([FluteObject.FromMemory("gone.jpg", new byte[1000]) with { Source = new Vanishing(new byte[1000], 0) }], [peer]);
        Assert.NotNull(peer.State!.Completed);
        Assert.Equal(0, peer.State.Objects);
    }

    [Fact]
    public void ReportsAboutWhatDoesNotExistDoNoHarm()
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7, WaitsForReports = true, ReportTo = ":9" });
        sender.Add(FluteObject.FromMemory("a", new byte[10_000]));
        sender.Complete();
        var tracker = new DeliveryTracker(sender, new DeliveryOptions());
        ReceiverState state = tracker.Join("odd", TimeSpan.Zero);
        tracker.Update(
            state,
            new ReceptionReport
            {
                Packets = long.MaxValue,
                Last = new PacketMark(ulong.MaxValue, new FecPayloadId(-1, uint.MaxValue)),
                Objects = [0, 2, ulong.MaxValue],
                Blocks = [(1, -1), (1, 99), (ulong.MaxValue, 0)],
                Open = [new OpenBlock(9, 9, int.MinValue)],
            },
            TimeSpan.Zero);
        tracker.Plan(TimeSpan.FromSeconds(1));
        Assert.Equal(0, state.Objects);
        Assert.Equal(1, tracker.Waiting);
    }
}
