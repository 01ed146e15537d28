using System.Diagnostics;
using System.Globalization;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>The sender that was too early waits for somebody to join.</summary>
public sealed class WaitForGroupTests(Lab lab) : IClassFixture<Lab>
{
    [Theory]
    [InlineData("224.1.2.1")]
    [InlineData("ff15::21")]
    public void AReceiverThatStartsLateGetsTheFirstMessage(string group)
    {
        using PeerProcess sender = PeerProcess.Gallery(
            lab[1], "message", "send", "first", "--group", group, "--outbound-ip", "eth0", "--wait-for-group", "30s", "-v");
        WaitForNotice(sender);
        Assert.Empty(sender.Events("Message"));
        using PeerProcess receiver = PeerProcess.Gallery(lab[0], "message", "receive", "--group", group, "--arrival-ip", "eth0", "--count", "1", "--idle-timeout", "20");
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.Equal("first", receiver.Events("Message").Single().GetProperty("Text").GetString());
        Assert.True(sender.Events("Member").Single().GetProperty("Waited").GetDouble() > 0);
    }

    [Fact]
    public void AGalleryWaitsForAForeignReceiver()
    {
        string gallery = lab.NewGallery(30_000, 20_000), folder = lab.NewFolder();
        using PeerProcess sender = PeerProcess.Gallery(
            lab[1], "send", gallery, "--transport", "multicast", "--to", "239.25.25.31", "--outbound-ip", "eth0", "--wait-for-group", "30s", "-v");
        WaitForNotice(sender);
        using PeerProcess receiver = PeerProcess.Python(lab[0], "plain.py", "receive", "multicast", "239.25.25.31", "25000", folder, "--nic", lab[0].IPv4);
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
        Assert.Equal(lab[0].IPv4, sender.Events("Member").Single().GetProperty("Member").GetString());
    }

    [Theory]
    [InlineData("224.1.2.2", 4)]
    [InlineData("ff15::22", 6)]
    public void WhoJoinedEarlierIsAskedAndAnswers(string group, int family)
    {
        using PeerProcess receiver = PeerProcess.Gallery(lab[0], "message", "receive", "--group", group, "--arrival-ip", "eth0", "--count", "1", "--idle-timeout", "20");
        receiver.WaitForReady();
        using Capture capture = Capture.Start(lab[2], lab.NewFolder(), family == 4 ? "igmp" : "icmp6 or ip6[6] == 0");
        Thread.Sleep(1500); // until the reports of the join, which are repeated within a second, are over
        int before = capture.Read(family == 4 ? "igmp.type == 0x22" : "icmpv6.type == 143", "frame.number").Count;
        using PeerProcess sender = PeerProcess.Gallery(lab[1], "message", "send", "first", "--group", group, "--outbound-ip", "eth0", "--wait-for-group", "10s");
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.True(sender.Events("Member").Single().GetProperty("Waited").GetDouble() < 5);

        // tshark finds nothing wrong with the question: version 3 and 2, checksum right, sent to the group, and it leaves
        // no router believing that somebody else asks from now on.
        string[] query = family == 4
            ? capture.WaitFor(1, "igmp.type == 0x11 && igmp.checksum.status == 1", "igmp.version", "ip.src", "ip.dst", "igmp.maddr", "igmp.s", "ip.ttl")[0]
            : capture.WaitFor(1, "icmpv6.type == 130 && icmpv6.checksum.status == 1", "ipv6.opt.router_alert", "ipv6.src", "ipv6.dst", "icmpv6.mld.multicast_address", "icmpv6.mld.flag.s", "ipv6.hlim")[0];
        Assert.Equal(family == 4 ? ("3", "0.0.0.0", group, group) : ("0", "fe80::ffff:ffff:ffff:fffe", group, group), (query[0], query[1], query[2], query[3]));
        Assert.Contains(query[4], (string[])["1", "True"]);
        Assert.Equal("1", query[5]);
        Assert.True(capture.Read(family == 4 ? "igmp.type == 0x22" : "icmpv6.type == 143", "frame.number").Count > before);
    }

    [Fact]
    public void AMemberThatWantsOtherSourcesIsNone()
    {
        using PeerProcess receiver = PeerProcess.Gallery(lab[0], "message", "receive", "--group", "232.1.2.3", "--source", lab[3].IPv4, "--arrival-ip", "eth0");
        receiver.WaitForReady();
        using PeerProcess stranger = PeerProcess.Gallery(lab[1], "message", "send", "x", "--group", "232.1.2.3", "--outbound-ip", "eth0", "--wait-for-group", "2");
        Expect.Exit(1, stranger);
        Expect.Error(stranger, "NobodyJoined");
        Assert.Empty(stranger.Events("Message"));
        using PeerProcess wanted = PeerProcess.Gallery(lab[3], "message", "send", "x", "--group", "232.1.2.3", "--outbound-ip", "eth0", "--wait-for-group", "10");
        Expect.Exit(0, wanted);
    }

    [Fact]
    public void WithoutTheRightToListenDelayIsNamed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/setpriv"), "setpriv is not installed");
        using PeerProcess sender = PeerProcess.Start(lab[1], "setpriv",
            ["--bounding-set=-net_raw", "--inh-caps=-net_raw", "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"),
             "message", "send", "x", "--outbound-ip", "eth0", "--wait-for-group", "5", "--json"]);
        Expect.Exit(1, sender);
        Assert.Contains("-Delay", Expect.Error(sender, "NotPrivileged").GetProperty("RecommendedAction").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TheDelayIsKept()
    {
        using PeerProcess receiver = PeerProcess.Gallery(lab[0], "message", "receive", "--arrival-ip", "eth0", "--count", "1", "--idle-timeout", "20");
        receiver.WaitForReady();
        long start = Stopwatch.GetTimestamp();
        using PeerProcess sender = PeerProcess.Gallery(lab[1], "message", "send", "x", "--outbound-ip", "eth0", "--delay", "700ms");
        Expect.Exit(0, receiver);
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds > 0.7, Stopwatch.GetElapsedTime(start).TotalSeconds.ToString(CultureInfo.InvariantCulture));
        Expect.Exit(0, sender);
    }

    private static void WaitForNotice(PeerProcess sender) => sender.WaitForLine(static l => l.Contains("Waiting up to", StringComparison.Ordinal), "the notice of waiting");
}
