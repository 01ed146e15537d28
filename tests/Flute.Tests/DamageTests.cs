using System.Text;

namespace Flute.Tests;

/// <summary>Packets that are altered on their way, and files that do not fit what was announced: never a wrong file.</summary>
public class DamageTests
{
    private const int Attempts = 3;

    // Header and FEC payload ID of a data packet take 16 bytes; TOI 0 is the FDT.
    private const int PayloadStart = 16;

    private static bool IsData(byte[] packet) => LctPacket.TryParse(packet, out LctPacket parsed) && parsed.Toi != 0;

    private static void Damage(byte[] packet) => packet[PayloadStart + 100] ^= 1;

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static Channel Open(FluteSenderOptions options, ContentEncoding encoding, params byte[][] files) =>
        Open(options, new FluteReceiverOptions(), [.. files.Select((f, i) => FluteObject.FromMemory($"{i}", f, null, encoding))]);

    private static Channel Open(FluteSenderOptions options, FluteReceiverOptions receiver, FluteObject[] files)
    {
        var sender = new FluteSender(options);
        foreach (FluteObject file in files) sender.Add(file);
        sender.Complete();
        return new Channel(sender, new FluteReceiver(receiver, new MemoryStore()));
    }

    /// <summary>A file that has changed after its checksum was made.</summary>
    private static FluteObject Changed(int length) => FluteObject.FromMemory("changed", Bytes(length, 1)) with { Md5 = new byte[16], Sha256 = new byte[32] };

    [Theory]
    [InlineData(FecEncodingId.RaptorQ, ContentEncoding.None)]
    [InlineData(FecEncodingId.CompactNoCode, ContentEncoding.None)]
    [InlineData(FecEncodingId.RaptorQ, ContentEncoding.Gzip)]
    public void ACarouselRepairsWhatWasDamaged(FecEncodingId fec, ContentEncoding encoding)
    {
        byte[] first = Bytes(50_000, 1), second = Bytes(70_000, 2);
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, Passes = 0, Fec = fec, BlockBytes = 20_000 }, encoding, first, second);
        bool damaged = false;
        channel.Alter = (number, packet) =>
        {
            if (damaged || number < 20 || !IsData(packet)) return;
            damaged = true;
            Damage(packet);
        };
        for (int i = 0; i < 2000 && !channel.Events.OfType<SessionEnded>().Any(); i++) channel.Step();
        Assert.Single(channel.Events.OfType<ObjectRestarted>());
        Assert.Empty(channel.Events.OfType<ObjectFailed>());
        Assert.Equal(first, channel.Received()["0"]);
        Assert.Equal(second, channel.Received()["1"]);
        Assert.Equal(SessionEnd.AllReceived, Assert.Single(channel.Events.OfType<SessionEnded>()).End);
    }

    [Fact]
    public void WhatIsDamagedEveryTimeIsGivenUpAndTheSessionEnds()
    {
        byte[] good = Bytes(70_000, 2);
        using Channel channel = Open(
            new FluteSenderOptions { Tsi = 7, Passes = 0, BlockBytes = 20_000 }, new FluteReceiverOptions(), [Changed(50_000), FluteObject.FromMemory("good", good)]);
        for (int i = 0; i < 2000 && !channel.Events.OfType<SessionEnded>().Any(); i++) channel.Step();
        Assert.Equal(Attempts - 1, channel.Events.OfType<ObjectRestarted>().Count());
        ObjectFailed failed = Assert.Single(channel.Events.OfType<ObjectFailed>());
        Assert.Equal(("changed", ObjectFailure.Damaged), (failed.File.Name, failed.Failure));
        Assert.Contains("2 times before", failed.Detail, StringComparison.Ordinal);
        Assert.Equal(good, Assert.Single(channel.Received()).Value);
        SessionEnded end = Assert.Single(channel.Events.OfType<SessionEnded>());
        Assert.Equal((SessionEnd.AllReceived, 1), (end.End, end.Missing));
    }

    [Fact]
    public void WithoutAnotherPassDamageIsToldAtTheEnd()
    {
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, Redundancy = 0.1 }, new FluteReceiverOptions(), [Changed(50_000)]);
        channel.Run();
        ObjectFailed failed = Assert.Single(channel.Events.OfType<ObjectFailed>());
        Assert.Equal(ObjectFailure.Damaged, failed.Failure);
        Assert.DoesNotContain("before", failed.Detail, StringComparison.Ordinal);
        SessionEnded end = Assert.Single(channel.Events.OfType<SessionEnded>());
        Assert.Equal((SessionEnd.Closed, 1), (end.End, end.Missing));
    }

    [Fact]
    public void AnEmptyFileWithAWrongChecksumIsGivenUpAtOnce()
    {
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7 }, new FluteReceiverOptions(), [Changed(0)]);
        channel.Run();
        Assert.Equal(ObjectFailure.Damaged, Assert.Single(channel.Events.OfType<ObjectFailed>()).Failure);
        Assert.Equal(SessionEnd.AllReceived, Assert.Single(channel.Events.OfType<SessionEnded>()).End);
    }

    [Fact]
    public void AReceiverThatReportsGetsWhatWasDamagedAgain()
    {
        Dictionary<string, byte[]> files = DeliveryTests.Gallery(5, 400_000);
        Peer[] peers = [new(0.02, 1), new(0, 2)];
        int packets = 0;
        peers[1].Alter = packet =>
        {
            if (IsData(packet) && packets++ is 50 or 400) Damage(packet);
        };
        double ratio = DeliveryTests.Serve([.. files.Select(static f => FluteObject.FromMemory(f.Key, f.Value))], peers);
        DeliveryTests.AllHave(files, peers);
        Assert.InRange(peers[1].Restarts, 1, 2);

        // The others' packets for the repair of one or two images of five.
        Assert.InRange(ratio, 1.2, 1.6);

        Assert.Equal(5, peers[1].State!.Objects);
        foreach (Peer peer in peers) peer.Dispose();
    }

    [Fact]
    public void WhatWasSeenBeforeItWasBegunAnewIsNotLost()
    {
        Dictionary<string, byte[]> files = DeliveryTests.Gallery(5, 40_000);
        using Peer peer = new(0, 1);
        int packets = 0;
        peer.Alter = packet =>
        {
            if (IsData(packet) && packets++ is 70) Damage(packet);
        };
        DeliveryTests.Serve([.. files.Select(static f => FluteObject.FromMemory(f.Key, f.Value))], [peer]);
        DeliveryTests.AllHave(files, peer);
        Assert.Equal((1, 0, 0), (peer.Restarts, peer.Lost, peer.State!.Lost));
    }

    [Fact]
    public void AFileThatChangedIsNotServedForEver()
    {
        Peer[] peers = [new(0.05, 1), new(0, 2)];
        byte[] good = Bytes(300_000, 2);
        DeliveryTests.Serve([Changed(200_000), FluteObject.FromMemory("good", good)], peers);
        foreach (Peer peer in peers)
        {
            Assert.Equal(ObjectFailure.Damaged, Assert.Single(peer.Failures).Failure);
            Assert.Equal(good, Assert.Single(peer.Files).Value);
            Assert.Equal((1, 1), (peer.State!.Objects, peer.State.Refused));
            Assert.NotNull(peer.State.Completed);
            peer.Dispose();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NothingWrongIsEverHandedOver(bool inBackground)
    {
        static void Background(Action work) => ThreadPool.UnsafeQueueUserWorkItem(static w => w(), work, preferLocal: false);
        byte[][] files = [.. Enumerable.Range(0, 12).Select(static i => Bytes(20_000 + 9000 * i, i))];
        using Channel channel = Open(
            new FluteSenderOptions { Tsi = 7, Passes = 12, BlockBytes = 30_000 }, new FluteReceiverOptions { Background = inBackground ? Background : null },
            [.. files.Select(static (f, i) => FluteObject.FromMemory($"{i}", f))]);
        var random = new Random(11);
        channel.Alter = (_, packet) =>
        {
            // Anything in a data packet, its header included; a TOI or block that is another one is as wrong as a byte.
            if (IsData(packet) && random.Next(300) == 0) packet[random.Next(4) == 0 ? random.Next(PayloadStart) : random.Next(PayloadStart, 1400)] ^= (byte)(1 << random.Next(8));
        };
        channel.Run();
        SpinWait.SpinUntil(
            () =>
            {
                channel.Settle();
                return !channel.Receiver.IsWorking;
            },
            TimeSpan.FromSeconds(10));
        channel.Settle();
        foreach ((string name, byte[] data) in channel.Received()) Assert.Equal(files[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)], data);
        Assert.NotEmpty(channel.Events.OfType<ObjectRestarted>());
        int failed = channel.Events.OfType<ObjectFailed>().Count();
        Assert.Equal(files.Length, channel.Received().Count + failed);
        Assert.InRange(failed, 0, 3);
    }

    [Fact]
    public void WhatWasBegunAnewGoesThroughTheReportChannel()
    {
        using var codec = new ReportCodec([1], null);
        byte[] line = codec.Report(new ReceptionReport { Restarted = [3, 9], Blocks = [(3, 1)] });
        Assert.True(codec.TryRead(line.AsMemory()[..^1], out _, out ReceptionReport? report, out _));
        Assert.Equal([3UL, 9UL], report!.Restarted);

        // Whoever knows more, or less, is understood.
        const string More = "{\"type\":\"report\",\"packets\":1,\"idle\":true,\"fdt\":true,\"finished\":false,\"weather\":[\"fine\"]}";
        Assert.True(codec.TryRead(Encoding.UTF8.GetBytes(More), out _, out report, out _));
        Assert.Empty(report!.Restarted);
    }

    [Fact]
    public void AReportTakesBackWhatWasSaidBeforeAndNotWhatItSaysItself()
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7, WaitsForReports = true, ReportTo = ":9", BlockBytes = 3000 });
        sender.Add(FluteObject.FromMemory("a", new byte[10_000]));
        sender.Add(FluteObject.FromMemory("b", new byte[10_000]));
        sender.Complete();
        var tracker = new DeliveryTracker(sender, new DeliveryOptions());
        ReceiverState state = tracker.Join("one", TimeSpan.Zero);
        tracker.Update(state, new ReceptionReport { HasFdt = true, Blocks = [(1, 0), (1, 1), (2, 0)] }, TimeSpan.Zero);
        tracker.Update(state, new ReceptionReport { HasFdt = true, Restarted = [1, 99], Blocks = [(1, 2)] }, TimeSpan.Zero);
        Assert.Equal([false, false, true, false], Enumerable.Range(0, 4).Select(i => state.Has(1, i)));
        Assert.True(state.Has(2, 0));
    }
}
