using System.Net;
using System.Net.Sockets;
using System.Text;
using Flute;
using GalleryPS.Images;
using GalleryPS.Operations;
using GalleryPS.Show.Live;
using GalleryPS.Show.Pixels;
using GalleryPS.Traffic;

namespace GalleryPS.Fuzz;

/// <summary>A parser of something that comes from outside, and inputs to begin with. Any input gives a result or a declared error.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Run">Gives it an input; throws when what must hold does not.</param>
/// <param name="Seeds">Inputs to begin with.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Run, Func<IReadOnlyList<byte[]>> Seeds)
{
    private static readonly ImageDecoder Small = new(new ImagingLimits { MaxPixels = 1_000_000, MaxAnimationBytes = 4 << 20, MaxFrames = 20 });
    private static readonly IPEndPoint Source = new(IPAddress.Loopback, 4000);
    private static readonly Lazy<List<byte[]>> Packets = new(MakePackets);
    private static readonly Lazy<LiveServer> Page = new(static () => LiveServer.Start(TimeSpan.FromSeconds(1)));

    /// <summary>All parsers.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("lct", Lct, static () => Packets.Value),
        new("flute", FluteSession, static () => [.. Packets.Value.Chunk(8).Select(static some => (byte[])[.. some.SelectMany(static p => (byte[])[(byte)(p.Length >> 8), (byte)p.Length, .. p])])]),
        new("fdt", static input => FdtReader.TryRead(new MemoryStream(input), 1000, 1 << 20, 1 << 20), static () => Files("Corpus/fdt")),
        new("image-header", ImageHeaders, static () => Files("Images")),
        new("image-end", ImageEnds, static () => Files("Images")),
        new("decode", Decode, static () => [.. Files("Images").Where(static i => i.Length < 40_000)]),
        new("capture", Capture, static () => Files("Captures")),
        new("message", Message, static () => Files("Corpus/message")),
        new("report", Report, static () => Reports()),
        new("http", Http, static () => Files("Corpus/http")),
        new("options", Options, static () => [.. Files("Corpus/options"), Encoding.UTF8.GetBytes(TravelJson.WriteOptions(new ReceiveOptions())), Encoding.UTF8.GetBytes(TravelJson.WriteOptions(new SendOptions { Fit = true, Addresses = new() { To = ["a", "::1"] } }))]),
    ];

    private static void Lct(byte[] input)
    {
        if (!LctPacket.TryParse(input, out LctPacket packet)) return;
        int total = 0;
        foreach (LctExtension extension in packet)
        {
            total += extension.Bytes.Length;
            extension.TryReadFdt(out _, out _);
            LctTime.TryRead(extension, out _);
            _ = FecOti.TryReadExtension(extension, packet.Codepoint);
        }

        Hold(total == packet.Extensions.Length, "the extensions are as long as the header says");
    }

    // Several packets to one receiver, each behind its length.
    private static void FluteSession(byte[] input)
    {
        using var receiver = new FluteReceiver(new FluteReceiverOptions { MaxBufferedBytes = 4 << 20, MaxCachedBytes = 1 << 20, MaxObjectBytes = 1 << 20, MaxFdtBytes = 1 << 20 }, new MemoryObjects());
        TimeSpan now = TimeSpan.Zero;
        for (ReadOnlySpan<byte> rest = input; rest.Length > 2;)
        {
            int length = Math.Min((rest[0] << 8) | rest[1], rest.Length - 2);
            receiver.Push(rest.Slice(2, length), Source, now += TimeSpan.FromMilliseconds(1));
            rest = rest[(2 + length)..];
            while (receiver.TryTake(out FluteEvent? next)) (next as ObjectReceived)?.Content.Dispose();
        }

        receiver.Poll(now + TimeSpan.FromSeconds(20));
        receiver.Abandon();
        while (receiver.TryTake(out FluteEvent? next)) (next as ObjectReceived)?.Content.Dispose();
    }

    private static void ImageHeaders(byte[] input)
    {
        ImageHeaderResult result = ImageHeader.TryRead(input, out ImageInfo info);
        bool isImage = ImageHeader.TryRead(new MemoryStream(input), out ImageInfo same);
        Hold(isImage == (result == ImageHeaderResult.Ok) && info == same, "memory and stream give the same");
    }

    private static void ImageEnds(byte[] input) => Hold(ImageEnd.Check(input) == ImageEnd.Check(new MemoryStream(input)), "memory and stream give the same");

    private static void Decode(byte[] input) => Declared(
        () => Small.DecodeFrames("fuzz", input),
        ErrorIds.NotAnImage, ErrorIds.BrokenImage, ErrorIds.ImageNotDecodable, ErrorIds.TooManyPixels, ErrorIds.ImageTooLarge);

    private static void Capture(byte[] input) => Declared(
        () => PacketReader.Read(CaptureReader.Open(new MemoryStream(input), "fuzz"), new PacketOptions()).Count(static p => p.Explanation.Length > 0), ErrorIds.UnreadableCapture);

    private static void Message(byte[] input)
    {
        MessageKind kind = MessageContent.Classify(input);
        Hold(Enum.IsDefined(kind), "it has a kind");
        if (kind != MessageKind.Binary) Hold(!MessageContent.OneLine(Encoding.UTF8.GetString(input)).Any(char.IsControl), "nothing moves the cursor");
    }

    private static void Report(byte[] input)
    {
        ReportCodec.TryReadChallenge(input, out _, out _);
        foreach (byte[]? key in (byte[]?[])[null, new byte[16]])
        {
            using var codec = new ReportCodec(new byte[16], key);
            if (codec.TryRead(input, out _, out ReceptionReport? report, out _) && report is not null) Hold(report.Open.Count <= ReceptionReport.MaxOpenBlocks, "a report is bounded");
        }
    }

    // Whatever was sent, the page is served to the next one.
    private static void Http(byte[] input)
    {
        Exchange(input);
        string answer = Exchange("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        Hold(answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal), "the page is served");
    }

    private static string Exchange(byte[] request)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5_000 };
        socket.Connect(IPAddress.Loopback, Page.Value.Url.Port);
        byte[] buffer = new byte[4096];
        try
        {
            socket.Send(request);
            socket.Shutdown(SocketShutdown.Send);
            return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
        }
        catch (SocketException)
        {
            return ""; // it was closed
        }
    }

    private static void Options(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        Declared(() => TravelJson.ReadOptions<ReceiveOptions>(text), ErrorIds.InvalidOptions);
        Declared(() => TravelJson.ReadEvent(text), ErrorIds.InvalidOptions);
    }

    private static void Declared<T>(Func<T> action, params string[] ids)
    {
        try
        {
            action();
        }
        catch (GalleryException e) when (ids.Contains(e.Id))
        {
            // What is declared.
        }
    }

    private static void Hold(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException($"It does not hold that {what}.");
    }

    private static List<byte[]> Files(string folder) =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, folder)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    private static List<byte[]> MakePackets()
    {
        var packets = new List<byte[]>();
        foreach (FecEncodingId fec in (FecEncodingId[])[FecEncodingId.RaptorQ, FecEncodingId.CompactNoCode])
        {
            using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7, Fec = fec, MaxPacketBytes = 400, UtcNow = static () => DateTimeOffset.UnixEpoch });
            sender.Add(FluteObject.FromMemory("a.jpg", new byte[3000]));
            sender.Add(FluteObject.FromMemory("b.png", new byte[10]));
            sender.Complete();
            byte[] packet = new byte[2000];
            for (TimeSpan now = TimeSpan.Zero; !sender.IsFinished;)
            {
                int length = sender.TryRead(now, packet);
                if (length > 0) packets.Add(packet[..length]);
                else now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1);
            }
        }

        return packets;
    }

    private static List<byte[]> Reports()
    {
        var reports = new List<byte[]> { ReportCodec.Challenge(new byte[16], 7, wantsMac: true) };
        foreach (byte[]? key in (byte[]?[])[null, new byte[16]])
        {
            using var codec = new ReportCodec(new byte[16], key);
            reports.Add(codec.Join("host"));
            reports.Add(codec.Report(new ReceptionReport { Packets = 77, HasFdt = true, Objects = [1, 2], Blocks = [(3, 4)], Open = [new OpenBlock(5, 6, 7)], Finished = true }));
        }

        return [.. reports.Select(static r => r.AsSpan().TrimEnd((byte)'\n').ToArray())];
    }

    private sealed class MemoryObjects : IObjectStore
    {
        public Stream Open(SessionId session, FdtFile file) => new MemoryStream();

        public Stream OpenTemporary() => new MemoryStream();
    }
}
