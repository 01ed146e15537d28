using System.Globalization;
using GalleryPS.TestSupport;

namespace GalleryPS.Traffic.Tests;

/// <summary>Captures of all kinds of traffic made in this run, counted by us and by tshark.</summary>
public sealed class OracleTests : IDisposable
{
    private static readonly string[] Fields =
        ["frame.len", "ip.len", "ipv6.plen", "udp.length", "tcp.hdr_len", "tcp.len", "arp.opcode", "igmp.type", "frame.protocols"];

    private readonly string _folder = TestGallery.NewFolder();

    /// <summary>Every run makes nine captures of the same traffic, so four runs make 36.</summary>
    [Theory]
    [InlineData(1500, true)]
    [InlineData(1500, false)]
    [InlineData(1280, true)]
    [InlineData(9000, false)]
    public void SameFramesAndBytesAsTshark(int mtu, bool offload)
    {
        Needs.Lab();
        Needs.Programs("tshark", "tcpdump", "dumpcap", "python3", "ethtool");
        List<string> files = Capture(mtu, offload);
        Assert.Equal(9, files.Count);
        Parallel.ForEach(files, SameAsTshark);
        TrafficCount sender = CaptureCounter.Count(files[0], new CountOptions { Mtu = mtu }).Count;
        Assert.Equal(offload, sender.SuperFrames > 0);
        Assert.True(sender.Fragments > 0);
        Assert.Contains(sender.Lines, line => line.Protocol == "IGMP");
        Assert.Contains(sender.Lines, line => line.Protocol == "MLD");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private List<string> Capture(int mtu, bool offload)
    {
        using var lab = NetworkLab.Create(2, mtu: mtu);
        TestHost a = lab[0], b = lab[1];
        foreach (TestHost host in lab.Hosts)
        {
            string state = offload ? "on" : "off";
            NetworkLab.Run(host, "ethtool", "-K", "eth0", "tso", state, "gso", state, "gro", state, "tx", state);
        }

        (TestHost Host, string Tool, string Name, string[] Options)[] captures =
        [
            (a, "tcpdump", "sender.pcap", ["-i", "eth0"]),
            (a, "tcpdump", "nanoseconds.pcap", ["-i", "eth0", "--time-stamp-precision=nano"]),
            (a, "tcpdump", "cooked2.pcap", ["-i", "any"]),
            (a, "tcpdump", "cooked1.pcap", ["-i", "any", "-y", "LINUX_SLL"]),
            (a, "tcpdump", "truncated.pcap", ["-i", "eth0", "-s", "96"]),
            (a, "tcpdump", "loopback.pcap", ["-i", "lo"]),
            (a, "dumpcap", "sender.pcapng", ["-i", "eth0"]),
            (a, "dumpcap", "two.pcapng", ["-i", "eth0", "-i", "lo"]),
            (b, "tcpdump", "receiver.pcap", ["-i", "eth0"]),
        ];
        List<(PeerProcess Process, string File)> running = [.. captures.Select(capture =>
        {
            string file = Path.Combine(_folder, capture.Name);
            string[] more = capture.Tool == "tcpdump" ? ["-U", "--immediate-mode", "-Z", "root", "-B", "8192"] : [];
            return (PeerProcess.Start(capture.Host, Needs.Find(capture.Tool)!, [.. capture.Options, .. more, "-w", file]), file);
        })];
        try
        {
            foreach ((PeerProcess process, _) in running)
                WaitUntil(() => process.Errors.Contains("listening on", StringComparison.Ordinal) || process.Errors.Contains("File:", StringComparison.Ordinal), process.Errors);
            using var receiver = PeerProcess.Python(b, "traffic.py", "receive");
            receiver.WaitForReady();
            using var sender = PeerProcess.Python(a, "traffic.py", "send", b.IPv4, b.IPv6, "10.77.0.255", "eth0");
            Assert.True(sender.WaitForExit() == 0, sender.Errors);
            receiver.WaitForExit();

            // The programs that take packets out in turns have had theirs when their file no longer grows.
            long size = -1;
            WaitUntil(() =>
            {
                long before = size;
                size = running.Sum(one => new FileInfo(one.File).Length);
                return size == before;
            }, "the files keep growing", TimeSpan.FromMilliseconds(600));
            foreach ((PeerProcess process, _) in running)
                process.Terminate();
            foreach ((PeerProcess process, _) in running)
                process.WaitForExit();
        }
        finally
        {
            foreach ((PeerProcess process, _) in running)
                process.Dispose();
        }

        return [.. running.Select(one => one.File)];
    }

    private static void SameAsTshark(string file)
    {
        string[] lines = NetworkLab.Execute(
            "tshark",
            [
                "-r", file, "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE",
                "-T", "fields", "-E", "occurrence=f", "-E", "separator=,", .. Fields.SelectMany(field => (string[])["-e", field]), "-z", "io,phs",
            ]).Split('\n');
        int rows = Array.FindIndex(lines, line => line.StartsWith("====", StringComparison.Ordinal));
        List<string[]> cells = [.. lines[..rows].Where(line => line.Length != 0).Select(row => row.Split(','))];
        string[] hierarchy = lines[rows..];

        // An ICMP error carries the headers it is about; they are not this packet's own.
        List<string[]> own = [.. cells.Where(row => !row[8].Contains("icmp", StringComparison.Ordinal))];
        TrafficCount count = CaptureCounter.Count(file, new CountOptions()).Count;
        TrafficTotals udp = Line(count, "UDP"), tcp = Line(count, "TCP");
        string what = Path.GetFileName(file);
        Assert.True(cells.Count > 5, what);
        Assert.Equal((what, cells.Count), (what, (int)count.Frames));
        Assert.Equal((what, Sum(cells, 0)), (what, count.LinkBytes));
        Assert.Equal((what, Count(cells, 1) + Count(cells, 2)), (what, count.Packets));
        Assert.Equal((what, Sum(cells, 1) + Sum(cells, 2) + (40 * Count(cells, 2))), (what, count.NetworkBytes));
        Assert.Equal((what, Count(own, 3)), (what, udp.Datagrams));
        Assert.Equal((what, Sum(own, 3)), (what, udp.TransportBytes));
        Assert.Equal((what, Count(own, 4)), (what, tcp.Datagrams));
        Assert.Equal((what, Sum(own, 4) + Sum(own, 5)), (what, tcp.TransportBytes));
        Assert.Equal((what, Sum(own, 5)), (what, tcp.ApplicationBytes));
        Assert.Equal((what, Count(cells, 6)), (what, Line(count, "ARP").Frames));
        Assert.Equal((what, Count(cells, 7)), (what, Line(count, "IGMP").Frames));

        // The protocol hierarchy: frames and bytes of whole protocols.
        Assert.Equal((what, Hierarchy(hierarchy, "tcp")), (what, (tcp.Frames, tcp.LinkBytes)));
        Assert.Equal((what, Hierarchy(hierarchy, "arp")), (what, Both(Line(count, "ARP"))));
        Assert.Equal((what, Hierarchy(hierarchy, "igmp")), (what, Both(Line(count, "IGMP"))));
        Assert.Equal((what, Hierarchy(hierarchy, "icmp")), (what, Both(Line(count, "ICMP"))));

        // Where the snap length cut a message of ICMPv6 short, the hierarchy of tshark leaves it out; the fields have it.
        TrafficTotals icmpv6 = Line(count, "ICMPv6") + Line(count, "MLD");
        if (count.TruncatedFrames == 0) Assert.Equal((what, Hierarchy(hierarchy, "icmpv6")), (what, Both(icmpv6)));
        List<string[]> messages = [.. cells.Where(row => row[8].Contains("icmpv6", StringComparison.Ordinal))];
        Assert.Equal((what, messages.Count, Sum(messages, 0)), (what, (int)icmpv6.Frames, icmpv6.LinkBytes));
    }

    private static (long Frames, long Bytes) Both(TrafficTotals totals) => (totals.Frames, totals.LinkBytes);

    private static (long Frames, long Bytes) Hierarchy(string[] lines, string protocol)
    {
        long frames = 0, bytes = 0;
        foreach (string line in lines.Where(line => line.TrimStart().StartsWith(protocol + " ", StringComparison.Ordinal)))
        {
            string[] parts = line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
            frames += long.Parse(parts[2], CultureInfo.InvariantCulture);
            bytes += long.Parse(parts[4], CultureInfo.InvariantCulture);
        }

        return (frames, bytes);
    }

    private static long Sum(List<string[]> rows, int field) =>
        rows.Sum(row => row[field].Length == 0 ? 0 : long.Parse(row[field], CultureInfo.InvariantCulture));

    private static long Count(List<string[]> rows, int field) => rows.LongCount(row => row[field].Length != 0);

    private static TrafficTotals Line(TrafficCount count, string protocol) =>
        count.Lines.FirstOrDefault(line => line.Protocol == protocol)?.Captured ?? new TrafficTotals();

    private static void WaitUntil(Func<bool> condition, string otherwise, TimeSpan? pause = null)
    {
        for (long begin = Environment.TickCount64; !condition(); Thread.Sleep(pause ?? TimeSpan.FromMilliseconds(20)))
        {
            if (Environment.TickCount64 - begin > 30_000) throw new InvalidOperationException(otherwise);
        }
    }
}
