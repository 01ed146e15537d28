using System.Diagnostics;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Several senders, several NICs, sources and groups that were not asked for.</summary>
public sealed class SendersAndNicsTests(Lab lab) : IClassFixture<Lab>
{
    [Theory]
    [InlineData("unicast")]
    [InlineData("broadcast")]
    [InlineData("multicast")]
    [InlineData("tcp")]
    public void TwoSendersAtOnce(string transport)
    {
        string[] galleries = [lab.NewGallery(30_000, 31_000, 32_000), lab.NewGallery(40_000, 41_000)];
        string folder = lab.NewFolder();
        string[] address = transport switch
        {
            "multicast" => ["--arrival-ip", "eth0"],
            "broadcast" => [],
            _ => ["--address", lab[0].IPv4],
        };
        using PeerProcess receiver = PeerProcess.Gallery(
            lab[0], ["receive", "--transport", transport, "--senders", "2", "-o", folder, "--idle-timeout", "20", .. address]);
        receiver.WaitForReady();
        PeerProcess[] senders = [.. Enumerable.Range(0, 2).Select(i => PeerProcess.Gallery(
            lab[i + 1], ["send", galleries[i], "--transport", transport, "--interval", "0.1", .. To(transport)]))];
        foreach (PeerProcess sender in senders) Expect.Exit(0, sender);
        Expect.Exit(0, receiver);

        Assert.Equal(2, receiver.Events("End").Count);
        for (int i = 0; i < 2; i++)
        {
            string source = lab[i + 1].IPv4 + ":";
            IEnumerable<string> stored = receiver.Events("Image")
                .Where(e => e.GetProperty("Source").GetString()!.StartsWith(source, StringComparison.Ordinal))
                .Select(static e => e.GetProperty("Path").GetString()!);
            Assert.Equal(TestGallery.HashesIn(galleries[i]), TestGallery.Hashes(stored));
            senders[i].Dispose();
        }
    }

    [Theory]
    [InlineData("unicast", "4")]
    [InlineData("broadcast", "4")]
    [InlineData("multicast", "4")]
    [InlineData("multicast", "6")]
    [InlineData("tcp", "4")]
    public void OnlyTheSourceAskedForIsHeard(string transport, string family)
    {
        string[] galleries = [lab.NewGallery(30_000), lab.NewGallery(40_000, 41_000)];
        string folder = lab.NewFolder();
        string group = family == "4" ? "239.9.9.9" : "ff15::99";
        string wanted = family == "4" ? lab[2].IPv4 : lab[2].IPv6;
        string[] address = transport switch
        {
            "multicast" => ["--address", group, "--arrival-ip", "eth0"],
            "broadcast" => [],
            _ => ["--address", lab[0].IPv4],
        };
        using PeerProcess receiver = PeerProcess.Gallery(
            lab[0], ["receive", "--transport", transport, "--source", wanted, "-o", folder, "--idle-timeout", "20", .. address]);
        receiver.WaitForReady();
        using PeerProcess stranger = PeerProcess.Gallery(lab[1], ["send", galleries[0], "--transport", transport, "--end-delay", "0", .. To(transport, group)]);
        stranger.WaitForExit();
        using PeerProcess sender = PeerProcess.Gallery(lab[2], ["send", galleries[1], "--transport", transport, .. To(transport, group)]);
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(galleries[1], folder);

        // On multicast the kernel filters: the stranger's datagrams do not even reach the program.
        long filtered = receiver.Events("Summary").Single().GetProperty("Filtered").GetInt64();
        Assert.Equal(transport == "multicast", filtered == 0);
    }

    [Fact]
    public void OneCopyHoweverManyNicsItCameInOn()
    {
        string gallery = lab.NewGallery(10_000, 20_000, 30_000);
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(
            lab[0], "receive", "--transport", "multicast", "--arrival-ip", "*", "-o", folder, "--idle-timeout", "20");
        receiver.WaitForReady();
        Assert.Equal(["eth0", "eth1"], receiver.Events("Ready").Single().GetProperty("Interfaces").EnumerateArray().Select(static e => e.GetString()));
        using PeerProcess sender = PeerProcess.Gallery(lab[1], "send", gallery, "--transport", "multicast", "--outbound-ip", $"eth0,{lab[1].IPv4On(1)}");
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
        Assert.All(sender.Events("Image"), static e => Assert.Equal(2, e.GetProperty("Datagrams").GetInt64()));
        Assert.Equal(3, receiver.Events("Summary").Single().GetProperty("Duplicates").GetInt64());
        Assert.Single(receiver.Events("End"));
    }

    [Fact]
    public void WithoutNicsTheSystemsDefaultIsMeant()
    {
        string gallery = lab.NewGallery(10_000, 20_000);
        string folder = lab.NewFolder();
        foreach (string all in (string[])["0.0.0.0", ""])
        {
            string into = Path.Combine(folder, all.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            string[] arrival = all.Length == 0 ? [] : ["--arrival-ip", all];
            using PeerProcess receiver = PeerProcess.Gallery(lab[0], ["receive", "--transport", "multicast", "-o", into, "--idle-timeout", "20", .. arrival]);
            receiver.WaitForReady();
            using PeerProcess sender = PeerProcess.Gallery(lab[1], "send", gallery, "--transport", "multicast");
            Expect.Exit(0, sender);
            Expect.Exit(0, receiver);
            Expect.SameFiles(gallery, into);
        }
    }

    [Fact]
    public void ABroadcastThatCouldMeanTwoNetworksIsNotGuessed()
    {
        using PeerProcess sender = PeerProcess.Gallery(lab[1], "send", lab.NewGallery(1000), "--transport", "broadcast");
        Expect.Exit(2, sender);
        string message = Expect.Error(sender, ErrorIds.BroadcastAmbiguous).GetProperty("Message").GetString()!;
        Assert.Contains("10.77.0.255 (eth0)", message, StringComparison.Ordinal);
        Assert.Contains("10.77.1.255 (eth1)", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unicast")]
    [InlineData("tcp")]
    public void NicsAreAddressesToBindToForUnicastAndTcp(string transport)
    {
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(
            lab[0], "receive", "--transport", transport, "--arrival-ip", "eth0,eth1", "--senders", "2", "-o", folder, "--idle-timeout", "20");
        receiver.WaitForReady();
        foreach (string to in (string[])[lab[0].IPv4, lab[0].IPv4On(1)])
        {
            string one = lab.NewGallery(to == lab[0].IPv4 ? 10_000 : 20_000);
            using PeerProcess sender = PeerProcess.Gallery(lab[1], "send", one, "--transport", transport, "--to", to);
            Expect.Exit(0, sender);
        }

        Expect.Exit(0, receiver);
        Assert.Equal([10_000, 20_000], receiver.Events("Image").Select(static e => e.GetProperty("Bytes").GetInt32()));
    }

    [Fact]
    public void AJoinOnOneNicHearsNothingFromTheOther()
    {
        string wrong = lab.NewGallery(10_000), right = lab.NewGallery(20_000, 20_001);
        string folder = lab.NewFolder();
        using PeerProcess receiver = PeerProcess.Gallery(
            lab[0], "receive", "--transport", "multicast", "--arrival-ip", "eth1", "-o", folder, "--idle-timeout", "20");
        receiver.WaitForReady();
        using PeerProcess first = PeerProcess.Gallery(lab[1], "send", wrong, "--transport", "multicast", "--outbound-ip", "eth0", "--end-delay", "0");
        Expect.Exit(0, first);
        using PeerProcess second = PeerProcess.Gallery(lab[1], "send", right, "--transport", "multicast", "--outbound-ip", "eth1");
        Expect.Exit(0, second);
        Expect.Exit(0, receiver);
        Expect.SameFiles(right, folder);
    }

    [Fact]
    public void AnotherGroupOnTheSamePortIsNotDelivered()
    {
        string wrong = lab.NewGallery(10_000), right = lab.NewGallery(20_000);
        string[] folders = [lab.NewFolder(), lab.NewFolder()];
        using PeerProcess mine = Receive("239.1.1.1", folders[0]), other = Receive("239.1.1.2", folders[1]);
        using PeerProcess a = PeerProcess.Gallery(lab[1], "send", wrong, "--transport", "multicast", "--to", "239.1.1.2", "--outbound-ip", "eth0");
        Expect.Exit(0, a);
        Expect.Exit(0, other);
        using PeerProcess b = PeerProcess.Gallery(lab[1], "send", right, "--transport", "multicast", "--to", "239.1.1.1", "--outbound-ip", "eth0");
        Expect.Exit(0, b);
        Expect.Exit(0, mine);
        Expect.SameFiles(right, folders[0]);
        Expect.SameFiles(wrong, folders[1]);
    }

    [Fact]
    public void SeveralReceiversOnOneHost()
    {
        string gallery = lab.NewGallery(10_000, 50_000);
        foreach (string transport in (string[])["broadcast", "multicast"])
        {
            string[] folders = [lab.NewFolder(), lab.NewFolder(), lab.NewFolder()];
            PeerProcess[] receivers = [.. folders.Select(f => PeerProcess.Gallery(
                lab[0], "receive", "--transport", transport, "--arrival-ip", "eth0", "-o", f, "--idle-timeout", "20").WaitForReady())];
            using PeerProcess sender = PeerProcess.Gallery(lab[0], "send", gallery, "--transport", transport, "--outbound-ip", "eth0");
            Expect.Exit(0, sender);
            for (int i = 0; i < 3; i++)
            {
                Expect.Exit(0, receivers[i]);
                Expect.SameFiles(gallery, folders[i]);
                receivers[i].Dispose();
            }
        }
    }

    [Fact]
    public void CtrlCLeavesTheGroupAtOnce()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/tcpdump"), "tcpdump is not installed");
        string capture = Path.Combine(lab.NewFolder(), "igmp.pcap");
        using PeerProcess dump = PeerProcess.Start(lab[1], "tcpdump", ["-i", "eth0", "-U", "-Z", "root", "--immediate-mode", "-w", capture, "igmp"]);
        WaitForError(dump, "listening on");
        long start = Stopwatch.GetTimestamp();
        using PeerProcess receiver = PeerProcess.Gallery(lab[0], "receive", "--transport", "multicast", "--mcast-ip", "239.5.5.5", "--arrival-ip", "eth0", "-v");
        receiver.WaitForReady();

        // On a busy machine everything takes longer: to begin it did as well.
        TimeSpan beginning = Stopwatch.GetElapsedTime(start), limit = beginning > TimeSpan.FromSeconds(1) ? beginning : TimeSpan.FromSeconds(1);
        start = Stopwatch.GetTimestamp();
        receiver.Terminate();
        Expect.Exit(1, receiver);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        Assert.True(took < limit, $"{took.TotalMilliseconds} ms from Ctrl+C to the end; {beginning.TotalMilliseconds} ms to begin");
        Assert.Contains(receiver.Events("Notice"), static e => e.GetProperty("Text").GetString()!.StartsWith("Left 239.5.5.5 on eth0", StringComparison.Ordinal));

        // IGMPv3: change to include nothing is a leave (RFC 3376 section 4.2.12).
        string text = "";
        for (long until = Stopwatch.GetTimestamp() + (5 * Stopwatch.Frequency); !text.Contains("239.5.5.5 to_in", StringComparison.Ordinal) && Stopwatch.GetTimestamp() < until;)
        {
            text = NetworkLab.Execute("tcpdump", ["-n", "-v", "-r", capture]);
        }

        Assert.Contains("239.5.5.5 to_ex", text, StringComparison.Ordinal);
        Assert.Contains("239.5.5.5 to_in", text, StringComparison.Ordinal);
        dump.Terminate();
        dump.WaitForExit();
    }

    private static void WaitForError(PeerProcess process, string text)
    {
        long until = Stopwatch.GetTimestamp() + (10 * Stopwatch.Frequency);
        while (!process.Errors.Contains(text, StringComparison.Ordinal))
        {
            Assert.True(Stopwatch.GetTimestamp() < until, process.Errors);
            Thread.Yield();
        }
    }

    private PeerProcess Receive(string group, string folder) => PeerProcess.Gallery(
        lab[0], "receive", "--transport", "multicast", "--address", group, "--arrival-ip", "eth0", "-o", folder, "--idle-timeout", "20").WaitForReady();

    private string[] To(string transport, string group = "239.25.25.25") => transport switch
    {
        "broadcast" => ["--outbound-ip", "eth0"],
        "multicast" => ["--to", group, "--outbound-ip", "eth0"],
        _ => ["--to", lab[0].IPv4],
    };
}
