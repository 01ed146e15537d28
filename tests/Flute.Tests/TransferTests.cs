using System.Security.Cryptography;

namespace Flute.Tests;

public class TransferTests
{
    private static readonly string[] Names = ["a.jpg", "two words & more.png", "ü.gif", "empty.bin"];

    private static byte[] Bytes(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static Channel Open(
        FluteSenderOptions options, IReadOnlyDictionary<string, byte[]> files, FluteReceiverOptions? receiver = null,
        ContentEncoding encoding = ContentEncoding.None, IObjectStore? store = null)
    {
        var sender = new FluteSender(options);
        foreach ((string name, byte[] data) in files) sender.Add(FluteObject.FromMemory(name, data, "image/test", encoding));
        sender.Complete();
        return new Channel(sender, new FluteReceiver(receiver ?? new FluteReceiverOptions(), store ?? new MemoryStore()));
    }

    private static Dictionary<string, byte[]> Gallery() => new(StringComparer.Ordinal)
    {
        [Names[0]] = Bytes(1, 1),
        [Names[1]] = Bytes(300_000, 2),
        [Names[2]] = Bytes(1456 * 10, 3),
        [Names[3]] = [],
    };

    private static void SameFiles(IReadOnlyDictionary<string, byte[]> expected, Channel channel)
    {
        Dictionary<string, byte[]> received = channel.Received();
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), received.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, byte[] data) in expected) Assert.Equal(SHA256.HashData(data), SHA256.HashData(received[name]));
    }

    public static TheoryData<FecEncodingId, int, int, ContentEncoding> Ways() => new()
    {
        { FecEncodingId.CompactNoCode, 1, 1472, ContentEncoding.None },
        { FecEncodingId.CompactNoCode, 2, 548, ContentEncoding.Gzip },
        { FecEncodingId.RaptorQ, 2, 1472, ContentEncoding.None },
        { FecEncodingId.RaptorQ, 2, 548, ContentEncoding.Zlib },
        { FecEncodingId.RaptorQ, 2, 8972, ContentEncoding.Deflate },
        { FecEncodingId.RaptorQ, 1, 1472, ContentEncoding.None },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void EverythingArrivesOverAGoodNetwork(FecEncodingId fec, int version, int packetBytes, ContentEncoding encoding)
    {
        Dictionary<string, byte[]> files = Gallery();
        using Channel channel = Open(
            new FluteSenderOptions { Tsi = 7, Fec = fec, FluteVersion = version, MaxPacketBytes = packetBytes, BlockBytes = 60_000 }, files, encoding: encoding);
        channel.Run();
        SameFiles(files, channel);
        Assert.Equal(SessionEnd.AllReceived, Assert.Single(channel.Events.OfType<SessionEnded>()).End);
        Assert.DoesNotContain(channel.Events, static e => e is ObjectFailed);
    }

    [Theory]
    [InlineData(0.01, 0.05)]
    [InlineData(0.05, 0.12)]
    [InlineData(0.10, 0.20)]
    [InlineData(0.20, 0.40)]
    public void RedundancyMakesUpForLoss(double loss, double redundancy)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["a"] = Bytes(2_000_000, 4), ["b"] = Bytes(1_000_000, 5) };
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, Redundancy = redundancy, BlockBytes = 400_000 }, files);
        var random = new Random(17);
        channel.Passes = _ => random.NextDouble() >= loss;
        channel.Run();
        SameFiles(files, channel);
    }

    [Fact]
    public void ABurstOf50TakesALittleOfEachBlock()
    {
        var files = Enumerable.Range(0, 20).ToDictionary(static i => $"{i}.jpg", static i => Bytes(150_000, i), StringComparer.Ordinal);
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, Redundancy = 0.1 }, files);
        channel.Passes = static n => n % 1000 is < 500 or >= 550;
        channel.Run();
        SameFiles(files, channel);
    }

    [Fact]
    public void ReceiverThatJoinsACarouselLateGetsEveryImage()
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["a"] = Bytes(400_000, 4), ["b"] = Bytes(900_000, 5) };
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, Passes = 0, BlockBytes = 200_000, BitRate = 100e6 }, files);
        channel.Passes = static n => n is >= 450 and < 3000 && n % 10 != 3;
        for (int i = 0; i < 20_000 && channel.Events.OfType<ObjectReceived>().Count() < 2; i++) channel.Step();
        SameFiles(files, channel);

        // Without repetitions of what it has: about as many packets as the data needs, and not a second whole pass.
        Assert.True(channel.Packets < 450 + 1.35 * 900, $"{channel.Packets} packets");
    }

    [Fact]
    public void WithoutACodeASecondPassFillsTheGaps()
    {
        Dictionary<string, byte[]> files = Gallery();
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, Fec = FecEncodingId.CompactNoCode, Passes = 5, BlockBytes = 20_000 }, files);
        var random = new Random(5);
        channel.Passes = _ => random.NextDouble() >= 0.05;
        channel.Run();
        SameFiles(files, channel);
    }

    [Fact]
    public void OrderAndCopiesDoNotMatter()
    {
        Dictionary<string, byte[]> files = Gallery();
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, BlockBytes = 100_000 }, files);
        List<byte[]> packets = Channel.Drain(channel.Sender);
        var random = new Random(3);
        List<byte[]> mixed = [.. packets.Concat(packets).OrderBy(_ => random.Next())];
        foreach (byte[] packet in mixed) channel.Receiver.Push(packet, Channel.Source, TimeSpan.Zero);
        channel.Settle();
        SameFiles(files, channel);
    }

    [Fact]
    public void WhatIsMissingIsToldByNameWithHowMuchWasThere()
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["whole"] = Bytes(100_000, 4), ["part"] = Bytes(900_000, 5) };
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, InterleavedBlocks = 1 }, files);
        channel.Passes = static n => n < 400 || n > 600;
        channel.Run();
        Assert.Equal("whole", Assert.Single(channel.Received()).Key);
        ObjectFailed failed = Assert.Single(channel.Events.OfType<ObjectFailed>());
        Assert.Equal(("part", ObjectFailure.Incomplete), (failed.File.Name, failed.Failure));
        Assert.Equal((900_000 + 1455) / 1456, failed.Needed);
        Assert.InRange(failed.Received, 300, failed.Needed - 1);
        SessionEnded end = Assert.Single(channel.Events.OfType<SessionEnded>());
        Assert.Equal((SessionEnd.Closed, 1), (end.End, end.Missing));
    }

    [Fact]
    public void ALargeTableTravelsInManyPackets()
    {
        var files = Enumerable.Range(0, 3000).ToDictionary(static i => $"image-{i}.jpg", static i => Bytes(i % 7 * 100 + 1, i), StringComparer.Ordinal);
        using Channel channel = Open(new FluteSenderOptions { Tsi = 7, Redundancy = 0.3 }, files);
        channel.Passes = static n => n % 25 != 3;
        channel.Run();
        FdtReceived fdt = Assert.Single(channel.Events.OfType<FdtReceived>());
        Assert.Equal((3000, true), (fdt.Files, fdt.Complete));

        // Images of one packet need luck or a second round; what is missing is told, nothing is wrong.
        Assert.Equal(3000, channel.Received().Count + channel.Events.OfType<ObjectFailed>().Count());
        foreach ((string name, byte[] data) in channel.Received()) Assert.Equal(files[name], data);
        Assert.InRange(channel.Received().Count, 2950, 3000);
    }

    [Fact]
    public void TwoSendersAreToldApart()
    {
        using Channel one = Open(new FluteSenderOptions { Tsi = 7 }, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["a"] = Bytes(50_000, 1) });
        using Channel two = Open(new FluteSenderOptions { Tsi = 7 }, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["a"] = Bytes(50_000, 2) });
        using Channel three = Open(new FluteSenderOptions { Tsi = 8 }, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["a"] = Bytes(50_000, 3) });
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        System.Net.IPEndPoint other = new(System.Net.IPAddress.Parse("192.0.2.2"), 40000);
        foreach (((byte[] a, byte[] b), byte[] c) in Channel.Drain(one.Sender).Zip(Channel.Drain(two.Sender)).Zip(Channel.Drain(three.Sender)))
        {
            receiver.Push(a, Channel.Source, TimeSpan.Zero);
            receiver.Push(b, other, TimeSpan.Zero);
            receiver.Push(c, Channel.Source, TimeSpan.Zero);
        }

        var got = new List<ObjectReceived>();
        while (receiver.TryTake(out FluteEvent? next))
        {
            if (next is ObjectReceived received) got.Add(received);
        }

        Assert.Equal(3, got.Count);
        foreach (ObjectReceived received in got)
        {
            int seed = received.Session.Tsi == 8 ? 3 : received.Session.Source.Equals(Channel.Source.Address) ? 1 : 2;
            Assert.Equal(Bytes(50_000, seed), ((MemoryStream)received.Content).ToArray());
        }
    }

    [Fact]
    public void OneSenderWithTwoAddressesIsOneSession()
    {
        byte[] data = Bytes(200_000, 1);
        using Channel channel = Open(
            new FluteSenderOptions { Tsi = 7, Session = "both", Redundancy = 0.1 }, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["a"] = data });
        System.Net.IPEndPoint other = new(System.Net.IPAddress.Parse("192.0.2.2"), 40000);
        int number = 0;
        foreach (byte[] packet in Channel.Drain(channel.Sender))
        {
            // Each way loses a quarter of the packets.
            if (number % 4 != 1) channel.Receiver.Push(packet, Channel.Source, TimeSpan.Zero);
            if (number % 4 != 2) channel.Receiver.Push(packet, other, TimeSpan.Zero);
            number++;
        }

        channel.Settle();
        Assert.Equal(data, Assert.Single(channel.Received()).Value);
        Assert.Single(channel.Events.OfType<SessionEnded>());
    }

    [Fact]
    public void StoringThatFailsIsToldAndSparesTheOthers()
    {
        using Channel channel = Open(
            new FluteSenderOptions { Tsi = 7 }, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["a"] = Bytes(50_000, 1) },
            store: new MemoryStore { Failure = new IOException("No space left on device") });
        channel.Run();
        ObjectFailed failed = Assert.Single(channel.Events.OfType<ObjectFailed>());
        Assert.Equal(ObjectFailure.NotStored, failed.Failure);
        Assert.IsType<IOException>(failed.Exception);
    }

    [Fact]
    public void DecodingInTheBackgroundGivesTheSame()
    {
        var files = Enumerable.Range(0, 10).ToDictionary(static i => $"{i}.jpg", static i => Bytes(400_000, i), StringComparer.Ordinal);
        static void Background(Action work) => ThreadPool.UnsafeQueueUserWorkItem(static w => w(), work, preferLocal: false);

        // Which packets are lost depends on what was ready first: enough is sent for any draw.
        using Channel channel = Open(
            new FluteSenderOptions { Tsi = 7, Redundancy = 0.3, BlockBytes = 100_000, Background = Background }, files,
            new FluteReceiverOptions { Background = Background });
        var random = new Random(9);
        channel.Passes = _ => random.NextDouble() >= 0.05;
        channel.Run();
        SpinWait.SpinUntil(
            () =>
            {
                channel.Settle();
                return !channel.Receiver.IsWorking;
            },
            TimeSpan.FromSeconds(10));
        channel.Settle();
        SameFiles(files, channel);
    }

    [Fact]
    public void TheRateIsKeptInSmallSteps()
    {
        using Channel channel = Open(
            new FluteSenderOptions { Tsi = 7, BitRate = 100e6 }, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["a"] = Bytes(2_000_000, 1) });
        byte[] packet = new byte[2048];
        TimeSpan now = TimeSpan.Zero;
        long bytes = 0;
        while (!channel.Sender.IsIdle)
        {
            int burst = 0;
            while (channel.Sender.TryRead(now, packet) is > 0 and int length)
            {
                bytes += length + 42;
                burst++;
            }

            Assert.InRange(burst, 0, 32);
            now = channel.Sender.NextDue > now ? channel.Sender.NextDue : now + TimeSpan.FromMicroseconds(10);
        }

        Assert.InRange(bytes * 8 / now.TotalSeconds, 98e6, 102e6);
    }
}
