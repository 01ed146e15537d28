using System.Buffers.Binary;

namespace Flute.Tests;

/// <summary>
/// What rt-libflute's transmitter sent (FLUTE version 1, Compact No-Code, the namespace of 2005) is received byte for byte.
/// </summary>
public class ForeignSenderTests
{
    private static readonly string[] Whole = ["01-harbour.jpg", "image0.png"];
    private static readonly string[] Small = ["06-elephants.jpg", "image0.png", "image1.png", "image2.png"];

    public static TheoryData<string, string[]> Captures => new() { { "rt-libflute.pcap", Whole }, { "rt-libflute-mtu576.pcap", Small } };

    [Theory]
    [MemberData(nameof(Captures))]
    public void InOrder(string capture, string[] pictures)
    {
        List<byte[]> packets = Packets(capture);
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        List<FluteEvent> events = Push(receiver, packets);
        Same(pictures, events);
        Assert.Equal((packets.Count, 0L, 0L), ((int)receiver.Counts.Packets, receiver.Counts.Malformed, receiver.Counts.OverLimit));

        // Files come in the order of their TOIs, with what the table says of them.
        List<ObjectReceived> received = [.. events.OfType<ObjectReceived>()];
        Assert.Equal(pictures, received.Select(static o => o.File.ContentLocation));
        Assert.Equal(Enumerable.Range(0, pictures.Length), received.Select(static o => o.Index));
        Assert.Equal(Enumerable.Range(1, pictures.Length), received.Select(static o => (int)o.File.Toi));
        Assert.All(received, static o =>
        {
            Assert.Equal(new SessionId(Channel.Source.Address, 42), o.Session);
            Assert.Equal("application/octet-stream", o.File.ContentType);
            Assert.Equal(16, o.File.ContentMd5?.Length);
        });

        // The first table has all files; it never says that it is complete.
        FdtReceived table = Assert.Single(events.OfType<FdtReceived>());
        Assert.Equal((pictures.Length, false), (table.Files, table.Complete));
        Assert.Empty(events.OfType<SessionEnded>());
        receiver.Abandon();
        Assert.True(receiver.TryTake(out FluteEvent? last));
        Assert.Equal((SessionEnd.Abandoned, 0), (Assert.IsType<SessionEnded>(last).End, ((SessionEnded)last).Missing));
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void InReverse(string capture, string[] pictures)
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        Same(pictures, Push(receiver, Enumerable.Reverse(Packets(capture))));
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void InAnyOrderAndWithCopies(string capture, string[] pictures)
    {
        List<byte[]> packets = Packets(capture);
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
            Same(pictures, Push(receiver, packets.Concat(packets).OrderBy(_ => random.Next())));
        }
    }

    [Fact]
    public void WhoMissedTheFirstTableIsHelpedByItsRepetition()
    {
        List<byte[]> packets = Packets("rt-libflute.pcap");
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        Same(Whole, Push(receiver, packets.Skip(1)));
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void APacketThatIsMissingIsToldAndTheOthersArrive(string capture, string[] pictures)
    {
        List<byte[]> packets = Packets(capture);
        int lost = packets.FindIndex(static p => LctPacket.TryParse(p, out LctPacket one) && one.Toi == 1);
        packets.RemoveAt(lost);
        using var receiver = new FluteReceiver(new FluteReceiverOptions(), new MemoryStore());
        Same(pictures[1..], Push(receiver, packets));
        receiver.Abandon();
        Assert.True(receiver.TryTake(out FluteEvent? one));
        ObjectFailed failed = Assert.IsType<ObjectFailed>(one);
        Assert.Equal((pictures[0], ObjectFailure.Incomplete, 1L), (failed.File.Name, failed.Failure, failed.Needed - failed.Received));
    }

    private static List<FluteEvent> Push(FluteReceiver receiver, IEnumerable<byte[]> packets)
    {
        var events = new List<FluteEvent>();
        TimeSpan now = TimeSpan.Zero;
        foreach (byte[] packet in packets) receiver.Push(packet, Channel.Source, now += TimeSpan.FromMilliseconds(1));
        receiver.Poll(now);
        while (receiver.TryTake(out FluteEvent? one)) events.Add(one);
        return events;
    }

    private static void Same(string[] pictures, List<FluteEvent> events)
    {
        Dictionary<string, byte[]> received = events.OfType<ObjectReceived>()
            .ToDictionary(static o => o.File.Name, static o => ((MemoryStream)o.Content).ToArray(), StringComparer.Ordinal);
        Assert.Equal(pictures, received.Keys.Order(StringComparer.Ordinal));
        foreach (string picture in pictures) Assert.Equal(File.ReadAllBytes(Fixture(picture)), received[picture]);
        Assert.Empty(events.OfType<ObjectFailed>());
    }

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    // A capture of classic format (microseconds, little-endian, Ethernet) with nothing but UDP over IPv4.
    private static List<byte[]> Packets(string capture)
    {
        byte[] file = File.ReadAllBytes(Fixture(capture));
        Assert.Equal((0xA1B2C3D4, 1u), (BinaryPrimitives.ReadUInt32LittleEndian(file), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(20))));
        var packets = new List<byte[]>();
        for (int position = 24; position < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(position + 8));
            ReadOnlySpan<byte> ip = file.AsSpan(position + 16 + 14, length - 14);
            int header = (ip[0] & 15) * 4;
            int udp = BinaryPrimitives.ReadUInt16BigEndian(ip[(header + 4)..]);
            packets.Add(ip.Slice(header + 8, udp - 8).ToArray());
            position += 16 + length;
        }

        return packets;
    }
}
