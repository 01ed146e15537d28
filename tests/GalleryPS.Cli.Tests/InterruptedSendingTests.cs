using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>What the system refuses for a while: a firewall that drops, a queue that is full, a NIC that is down. What is under way goes on afterwards.</summary>
public sealed class InterruptedSendingTests : IDisposable
{
    private const string Drop = "table inet off { chain out { type filter hook output priority 0; udp dport 25000 drop; }; }";
    private readonly NetworkLab _network;
    private readonly string _folder = TestGallery.NewFolder();

    public InterruptedSendingTests()
    {
        if (NetworkLab.Missing is { } reason) Assert.Skip(reason);
        _network = NetworkLab.Create(hosts: 2, networks: 2);
    }

    private TestHost Sender => _network[0];

    private TestHost Receiver => _network[1];

    public void Dispose()
    {
        _network.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // What the user sees: "10.77.0.2:25000 cannot be reached at present: Permission denied. Sending waits up to 10 s for the network.",
    // and "The network is back after 0.5 s; sending goes on.".
    [Fact]
    public void AFirewallThatDropsForAWhileIsWaitedOut()
    {
        NeedsFirewall();
        TestGallery.Write(_folder, [.. Enumerable.Repeat(2_000, 6)]);
        using PeerProcess receiver = PeerProcess.Gallery(Receiver, "receive", "--address", Receiver.IPv4, "--idle-timeout", "30").WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(Sender, "send", _folder, "--to", Receiver.IPv4, "--interval", "0.1");
        sender.WaitForEvent("Image", 2);
        NetworkLab.Run(Sender, "nft", Drop);
        sender.WaitForEvent("Warning");
        NetworkLab.Run(Sender, "nft", "delete table inet off");
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.Equal(6, receiver.Events("Image").Count);
        AssertInterrupted(sender, $"{Receiver.IPv4}:25000 cannot be reached at present: Permission denied. Sending waits up to 10 s for the network.");
    }

    // What the user sees is what is seen of datagrams: each image has a connection of its own, and one that cannot be made is tried again.
    [Theory]
    [InlineData("down", "Network is unreachable")]
    [InlineData("gone", "Cannot assign requested address", "--outbound-ip", "eth0", "--bit-rate", "50Mbps")]
    public void ATcpSenderWaitsForItsNic(string what, string why, params string[] more)
    {
        TestGallery.Write(_folder, [.. Enumerable.Repeat(2_000, 6)]);
        using PeerProcess receiver = PeerProcess.Gallery(Receiver, "receive", "--transport", "tcp", "--address", Receiver.IPv4, "--idle-timeout", "30").WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(Sender, ["send", _folder, "--transport", "tcp", "--to", Receiver.IPv4, "--interval", "0.1", .. more]);
        sender.WaitForEvent("Image", 2);
        if (what == "down") NetworkLab.Ip(Sender, "link set eth0 down");
        else NetworkLab.Unplug(Sender, 0);
        sender.WaitForEvent("Warning");
        if (what == "down") NetworkLab.Ip(Sender, "link set eth0 up");
        else _network.Plug(Sender, 0);
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.Equal(6, receiver.Events("Image").Count);
        AssertInterrupted(sender, $"{Receiver.IPv4}:25000 cannot be reached at present: {why}. Sending waits up to 10 s for the network.");
    }

    // What the user sees: one error that names the firewall, not one for each image and the end.
    [Fact]
    public void AFirewallThatDropsFromTheStartEndsTheCall()
    {
        NeedsFirewall();
        TestGallery.Write(_folder, 2_000, 3_000, 4_000);
        NetworkLab.Run(Sender, "nft", Drop);
        using PeerProcess sender = PeerProcess.Gallery(Sender, "send", _folder, "--to", Receiver.IPv4);
        Expect.Exit(1, sender);
        JsonElement error = Assert.Single(sender.Events("Error"));
        Assert.Equal(ErrorIds.NotPrivileged, error.GetProperty("Id").GetString());
        Assert.EndsWith($"the system refuses to send to {Receiver.IPv4}:25000.", error.GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Contains("a firewall rule may forbid it", error.GetProperty("RecommendedAction").GetString(), StringComparison.Ordinal);
    }

    // A queue of three datagrams in front of a slow link: each that does not fit is sent again when there is room. Nothing is lost, and there is nothing to say.
    [Theory]
    [InlineData("multicast", "plain")]
    [InlineData("unicast", "flute")]
    public void AQueueThatIsFullIsWaitedFor(string transport, string protocol)
    {
        TestGallery.Write(_folder, [.. Enumerable.Repeat(1_200, 20)]);
        string[] how = protocol == "flute" ? ["--to", Receiver.IPv4, "--protocol", "flute", "--bit-rate", "8Mbps", "--redundancy", "0"] : [];
        using PeerProcess receiver = PeerProcess.Gallery(Receiver, ["receive", "--transport", transport, "--protocol", protocol, "--arrival-ip", "eth0", "--idle-timeout", "30"]).WaitForReady();
        NetworkLab.Run(Sender, "tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", "500kbit", "burst", "2000", "limit", "4000");
        using PeerProcess sender = PeerProcess.Gallery(Sender, ["send", _folder, "--transport", transport, .. how]);
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Assert.Equal(20, receiver.Events("Image").Count);
        Assert.Matches("dropped [1-9]", NetworkLab.Run(Sender, "tc", "-s", "qdisc", "show", "dev", "eth0"));
        Assert.Empty(sender.Events("Warning"));
    }

    // Of two NICs the one with the slow link is not waited for; what it misses is told once, at the end.
    [Fact]
    public void OfTwoNicsTheOneWhoseQueueIsFullIsToldAtTheEnd()
    {
        TestGallery.Write(_folder, [.. Enumerable.Repeat(1_200, 20)]);
        NetworkLab.Run(Sender, "tc", "qdisc", "replace", "dev", "eth1", "root", "tbf", "rate", "500kbit", "burst", "2000", "limit", "4000");
        using PeerProcess receiver = PeerProcess.Gallery(Receiver, "receive", "--transport", "multicast", "--arrival-ip", "eth0", "--idle-timeout", "30").WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(Sender, "send", _folder, "--transport", "multicast", "--outbound-ip", "eth0,eth1");
        Expect.Exit(1, sender);
        Expect.Exit(0, receiver);
        Assert.Equal(20, receiver.Events("Image").Count);
        Assert.Empty(sender.Events("Warning"));
        Assert.Matches(@"^(1[0-9]|[5-9]) datagrams did not leave on eth1 \(10\.77\.1\.1\): \d+ images did not go out on every NIC\.$", Assert.Single(sender.Events("Error")).GetProperty("Message").GetString());
    }

    // What the user sees: the sender waits, and goes on; whoever comes later gets everything.
    [Fact, Trait("Category", "Long")]
    public void ACarouselOutlivesItsNic()
    {
        TestGallery.Write(_folder, 100_000, 120_000);
        using PeerProcess sender = PeerProcess.Gallery(
            Sender, "send", _folder, "--transport", "multicast", "--outbound-ip", "eth0", "--protocol", "flute", "--carousel", "--bit-rate", "8Mbps");
        using PeerProcess first = Receive();
        Expect.Exit(0, first);
        NetworkLab.Ip(Sender, "link set eth0 down");
        sender.WaitForEvent("Warning");
        NetworkLab.Ip(Sender, "link set eth0 up");
        sender.WaitForEvent("Warning", 2);
        using PeerProcess second = Receive();
        Expect.Exit(0, second);
        Assert.All([first, second], static r => Assert.Equal(2, r.Events("Image").Count));
        sender.Terminate();
        sender.WaitForExit();
        AssertInterrupted(sender, "239.25.25.25:25000 cannot be reached at present: Network is unreachable. Sending waits up to 10 s for the network.");

        PeerProcess Receive() => PeerProcess.Gallery(Receiver, "receive", "--transport", "multicast", "--arrival-ip", "eth0", "--protocol", "flute", "--count", "2", "--idle-timeout", "30");
    }

    // What the user sees at the sender is what is seen of images; at the receiver "Nothing can arrive until a NIC is back: eth0 is down."
    // and "Receiving on eth0 (10.77.0.2) again.".
    [Fact, Trait("Category", "Long")]
    public void MessagesGoOnWhenANicIsBack()
    {
        using PeerProcess receiver = PeerProcess.Gallery(Receiver, "message", "receive", "--arrival-ip", "eth0", "--idle-timeout", "30").WaitForReady();
        using PeerProcess sender = PeerProcess.Gallery(Sender, "message", "send", "tick", "--outbound-ip", "eth0", "--repeat", "1000", "--interval", "0.02");
        receiver.WaitForEvent("Message", 3);
        NetworkLab.Ip(Sender, "link set eth0 down");
        sender.WaitForEvent("Warning");
        NetworkLab.Ip(Sender, "link set eth0 up");
        sender.WaitForEvent("Warning", 2);
        NetworkLab.Ip(Receiver, "link set eth0 down");
        receiver.WaitForEvent("Warning");
        NetworkLab.Ip(Receiver, "link set eth0 up");
        receiver.WaitForEvent("Warning", 2);
        receiver.WaitForEvent("Message", receiver.Events("Message").Count + 5);
        Assert.Equal(
            ["Nothing can arrive until a NIC is back: eth0 is down.", $"Receiving on eth0 ({Receiver.IPv4}) again."], receiver.Events("Warning").Select(static w => w.GetProperty("Text").GetString()));
        Assert.Empty(sender.Events("Error"));
        AssertInterrupted(sender, "224.1.1.1:5007 cannot be reached at present: Network is unreachable. Sending waits up to 10 s for the network.");
    }

    private static void NeedsFirewall() => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin").Split(':').Any(static p => File.Exists(Path.Combine(p, "nft"))), "nftables is not installed");

    private static void AssertInterrupted(PeerProcess sender, string text)
    {
        JsonElement[] warnings = [.. sender.Events("Warning")];
        Assert.All(warnings, static w => Assert.Equal(ErrorIds.NetworkInterrupted, w.GetProperty("Id").GetString()));
        Assert.Equal(text, warnings[0].GetProperty("Text").GetString());
        Assert.Matches(@"^The network is back after \d+\.\d s; sending goes on\.$", warnings[1].GetProperty("Text").GetString());
        Assert.Equal(2, warnings.Length);
    }
}
