using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Flute;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Ten million hostile packets at a receiver, 100,000 a second, while a gallery comes: random, mutated, of many sessions, with absurd headers and close flags.</summary>
[Trait("Category", "Long")]
public sealed class HostileFloodTests(ITestOutputHelper output) : IDisposable
{
    private const int Rate = 100_000;
    private const int Port = 25_400;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AGalleryArrivesWholeAndNothingIsLeftOfThem()
    {
        long packets = long.TryParse(Environment.GetEnvironmentVariable("GALLERY_HOSTILE_PACKETS"), CultureInfo.InvariantCulture, out long wanted) ? wanted : 10_000_000;
        string gallery = Directory.CreateDirectory(Path.Combine(_folder, "gallery")).FullName;
        IReadOnlyList<string> files = TestGallery.Write(gallery, [.. Enumerable.Repeat(3_000_000, 20)]);

        // Sixty megabytes last as long as the strangers send; without them it need not be as slow.
        long normal = Receive("normal", gallery, "200Mbps", null, out _);
        long flooded = Receive("flooded", gallery, $"{60_000_000L * 8 * Rate * 11 / 10 / packets}", packets, out double idle);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory {normal >> 20} MB without them, {flooded >> 20} MB with them; {idle:0.0} % of a processor afterwards"));
        Assert.Equal(TestGallery.Hashes(files), TestGallery.HashesIn(Path.Combine(_folder, "flooded")));

        // What limits allow strangers to keep waiting (packets before their table, tables, blocks), and what the collector needs beside that:
        Assert.InRange(flooded, 0, normal * 3 / 2);
        Assert.InRange(idle, 0, 10);
    }

    private long Receive(string name, string gallery, string rate, long? packets, out double idle)
    {
        idle = 0;

        // Strangers who send a table and its end have ended: how many do so is not what matters here, so the time ends it.
        string duration = $"{20 + ((packets ?? 0) * 3 / 2 / Rate)}";
        using PeerProcess receiver = PeerProcess.FrugalGallery(
            null, "receive", "--protocol", "flute", "--port", $"{Port}", "--senders", "1000000", "-o", Path.Combine(_folder, name), "--duration", duration).WaitForReady();
        using PeakMemory memory = PeakMemory.Of(receiver);
        using (PeerProcess sender = PeerProcess.Gallery(null, "send", gallery, "--protocol", "flute", "--port", $"{Port}", "--receivers", "1", "--bit-rate", rate, "--verbose"))
        {
            sender.WaitForLine(static l => l.Contains("Receiver 1", StringComparison.Ordinal), "a receiver");
            Task? flood = packets is { } count ? Task.Factory.StartNew(() => Flood(count), TaskCreationOptions.LongRunning) : null;
            Assert.True(sender.WaitForExit(Patience) == 0, sender.Errors);
            Assert.True(flood?.Wait(Patience) ?? true);
        }

        if (packets is not null) idle = Load(receiver.Id);
        string last = TestGallery.Write(Directory.CreateDirectory(Path.Combine(_folder, $"last-{name}")).FullName, 20_000)[0];
        using (PeerProcess sender = PeerProcess.Gallery(null, "send", last, "--protocol", "flute", "--port", $"{Port}", "--receivers", "1"))
        {
            Assert.True(sender.WaitForExit(Patience) == 0, sender.Errors);
        }

        Assert.True(receiver.WaitForExit(Patience) == 0, string.Join('\n', receiver.Lines.Where(static l => l.Contains("\"Error\"", StringComparison.Ordinal)).Take(3).Concat(receiver.Lines.TakeLast(3))));
        File.Delete(Directory.GetFiles(Path.Combine(_folder, name)).Single(static f => new FileInfo(f).Length == 20_000));
        return memory.Bytes;
    }

    // Percent of a processor over two seconds.
    private static double Load(int process)
    {
        using var seen = Process.GetProcessById(process);
        TimeSpan before = seen.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        Thread.Sleep(2000);
        seen.Refresh();
        return 100 * (seen.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(start);
    }

    private void Flood(long count)
    {
        var random = new Random(10);
        List<byte[]> all = Packets(), tables = [.. all.Where(static p => LctPacket.TryParse(p, out LctPacket table) && table.Toi == 0)], data = [.. all.Except(tables)];
        Assert.True(tables.Count > 0 && data.Count > 100);
        byte[][] bad = [.. Enumerable.Range(0, 50_000).Select(i => Bad(random, tables, data, i))];
        Socket[] sockets = [.. Enumerable.Range(0, 16).Select(static i =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Parse($"127.0.0.{i + 2}"), 0));
            socket.Connect(IPAddress.Loopback, Port);
            return socket;
        })];
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < count; i++)
        {
            sockets[(i >> 6) & 15].Send(bad[i % bad.Length], SocketFlags.None, out _);
            if (i % 100 == 0 && Stopwatch.GetElapsedTime(start).TotalSeconds * Rate < i) Thread.Sleep(1);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count:N0} hostile packets, {count / Stopwatch.GetElapsedTime(start).TotalSeconds:N0} a second"));
        foreach (Socket socket in sockets) socket.Dispose();
    }

    // Nonsense, tables of images that never come, other sessions, absurd headers, close flags, and a bit somewhere.
    private static byte[] Bad(Random random, List<byte[]> tables, List<byte[]> data, int number)
    {
        if (number % 5 == 0)
        {
            byte[] nonsense = new byte[random.Next(1, 1400)];
            random.NextBytes(nonsense);
            return nonsense;
        }

        List<byte[]> good = number % 5 == 1 ? tables : data;
        byte[] packet = (byte[])good[random.Next(good.Count)].Clone();
        switch (number % 5)
        {
            case 1: random.NextBytes(packet.AsSpan(8, 2)); break;
            case 2: random.NextBytes(packet.AsSpan(8, 8)); break;
            case 3: packet[random.Next(4)] = (byte)random.Next(256); break;
            default:
                packet[1] |= (byte)random.Next(4);
                packet[random.Next(packet.Length)] ^= (byte)(1 << random.Next(8));
                break;
        }

        return packet;
    }

    private static List<byte[]> Packets()
    {
        var packets = new List<byte[]>();
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7, MaxPacketBytes = 1400 });
        for (int i = 0; i < 5; i++) sender.Add(FluteObject.FromMemory($"{i}.jpg", TestGallery.Jpeg(100_000, i)));
        sender.Complete();
        byte[] packet = new byte[2000];
        for (TimeSpan now = TimeSpan.Zero; !sender.IsFinished;)
        {
            int length = sender.TryRead(now, packet);
            if (length > 20) packets.Add(packet[..length]);
            else now = sender.NextDue > now ? sender.NextDue : now + TimeSpan.FromMilliseconds(1);
        }

        return packets;
    }
}
