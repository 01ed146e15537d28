using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>NICs, addresses and routes that change while receivers run: they go on as if nothing had been.</summary>
public sealed class ChangingNicsTests : IDisposable
{
    private readonly NetworkLab _network;
    private readonly string _folder = TestGallery.NewFolder();
    private readonly List<PeerProcess> _receivers = [];

    public ChangingNicsTests()
    {
        if (NetworkLab.Missing is { } reason) Assert.Skip(reason);
        _network = NetworkLab.Create(hosts: 2, networks: 2);
    }

    private TestHost Here => _network[0];

    private TestHost There => _network[1];

    public void Dispose()
    {
        foreach (PeerProcess receiver in _receivers) receiver.Dispose();
        _network.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // What the user sees: a warning that nothing can arrive, "Receiving on eth0 (10.77.0.1) again." when the NIC is back, and
    // with -Verbose which group was lost and joined where. Then everything arrives.
    [Fact]
    public void ANicThatComesBackIsReceivedOnAgain()
    {
        string gallery = NewGallery(10_000, 20_000);
        PeerProcess byName = Receive("239.1.1.1", "--arrival-ip", "eth0"), byAddress = Receive("239.1.1.2", "--arrival-ip", Here.IPv4), byDefault = Receive("239.1.1.3"),
            ofSource = Receive("232.1.1.4", "--arrival-ip", "eth0", "--source", There.IPv4), six = Receive("ff15::5", "--arrival-ip", "eth0"),
            onLink = Receive("ff02::7777", "--arrival-ip", "eth0"), everywhere = Receive("239.1.1.6", "--arrival-ip", "*"),
            flute = Receive("239.1.1.7", "--arrival-ip", "eth0", "--protocol", "flute", "--port", "25001");
        PeerProcess messages = Started(PeerProcess.Gallery(Here, "message", "receive", "--address", "239.1.1.8", "--arrival-ip", "eth0", "-n", "1", "--idle-timeout", "30"));
        PeerProcess broadcast = Started(PeerProcess.Gallery(Here, "receive", "--transport", "broadcast", "--arrival-ip", "eth0", "--port", "25002", "--idle-timeout", "30", "-v"));
        foreach (PeerProcess receiver in _receivers) receiver.WaitForReady();

        NetworkLab.Unplug(Here, 0);
        PeerProcess[] alone = [.. _receivers.Except([everywhere])];
        foreach (PeerProcess receiver in alone) receiver.WaitForEvent("Warning");
        everywhere.WaitForLine(static l => l.Contains("Lost 239.1.1.6 on eth0", StringComparison.Ordinal), "the loss of eth0");
        _network.Plug(Here, 0);
        foreach (PeerProcess receiver in alone) receiver.WaitForEvent("Warning", 2);
        everywhere.WaitForLine(l => everywhere.Lines.Count(static l => l.Contains("Joined 239.1.1.6 on eth0", StringComparison.Ordinal)) == 2, "the NIC that is back");

        Send(gallery, "--transport", "multicast", "--to", "239.1.1.1,239.1.1.2,239.1.1.3,232.1.1.4,ff15::5,ff02::7777,239.1.1.6", "--outbound-ip", "eth0");
        Send(gallery, "--transport", "multicast", "--to", "239.1.1.7", "--port", "25001", "--outbound-ip", "eth0", "--protocol", "flute");
        Send(gallery, "--transport", "broadcast", "--port", "25002", "--outbound-ip", "eth0");
        using PeerProcess sender = PeerProcess.Gallery(There, "message", "send", "back", "--to", "239.1.1.8", "--outbound-ip", "eth0");
        Expect.Exit(0, sender);
        foreach (PeerProcess receiver in _receivers) Expect.Exit(0, receiver);
        foreach (PeerProcess receiver in (PeerProcess[])[byName, byAddress, byDefault, ofSource, six, onLink, everywhere, flute, broadcast])
        {
            Assert.Equal(2, receiver.Events("Image").Count);
        }

        foreach (PeerProcess receiver in alone)
        {
            Assert.All(receiver.Events("Warning"), static w => Assert.Equal(ErrorIds.NicLost, w.GetProperty("Id").GetString()));
            Assert.StartsWith("Nothing can arrive until a NIC is back: ", Text(receiver.Events("Warning")[0]), StringComparison.Ordinal);
            Assert.Matches(@"^Receiving on eth0( \(\S+\))? again\.$", Text(receiver.Events("Warning")[1])); // IPv6 may be first, before it has an address
        }

        Assert.Equal("Nothing can arrive until a NIC is back: The default NIC is gone.", Text(byDefault.Events("Warning")[0]));
        Assert.Equal(["Joined", "Joined"], messages.Events("Join").Select(static e => e.GetProperty("Action").GetString()));
        Assert.Equal(["Lost", "Left"], messages.Events("Leave").Select(static e => e.GetProperty("Action").GetString()));
        Assert.Empty(everywhere.Events("Warning"));
    }

    // The NIC stays, only its address goes and comes back, or it is another one after a while (DHCP). What the user sees: the warning
    // that nothing can arrive, and "Receiving on eth1 (10.88.1.1) again.".
    [Fact]
    public void AnAddressThatComesBackOrBecomesAnotherIsReceivedAt()
    {
        string gallery = NewGallery(10_000);
        PeerProcess group = Receive("239.1.1.1", "--arrival-ip", Here.IPv4),
            byAddress = Started(PeerProcess.Gallery(Here, "receive", "--address", Here.IPv4, "--idle-timeout", "30", "-v")),
            byName = Started(PeerProcess.Gallery(Here, "receive", "--arrival-ip", "eth1", "--port", "25001", "--idle-timeout", "30", "-v")),
            stream = Started(PeerProcess.Gallery(Here, "receive", "--transport", "tcp", "--address", Here.IPv4, "--idle-timeout", "30", "-v")),
            streamByName = Started(PeerProcess.Gallery(Here, "receive", "--transport", "tcp", "--arrival-ip", "eth1", "--port", "25003", "--idle-timeout", "30", "-v")),
            broadcast = Started(PeerProcess.Gallery(Here, "receive", "--transport", "broadcast", "--port", "25002", "--idle-timeout", "30", "-v"));
        foreach (PeerProcess receiver in _receivers) receiver.WaitForReady();
        NetworkLab.Ip(Here, $"addr del {Here.IPv4}/24 dev eth0", $"addr del {Here.IPv4On(1)}/24 dev eth1");
        foreach (PeerProcess receiver in _receivers) receiver.WaitForEvent("Warning");
        NetworkLab.Ip(Here, $"addr add {Here.IPv4}/24 brd + dev eth0", "addr add 10.88.1.1/24 brd + dev eth1");
        foreach (PeerProcess receiver in _receivers) receiver.WaitForEvent("Warning", 2);
        NetworkLab.Ip(There, "addr add 10.88.1.2/24 brd + dev eth1");
        Send(gallery, "--transport", "multicast", "--to", "239.1.1.1", "--outbound-ip", "eth0");
        Send(gallery, "--to", Here.IPv4);
        Send(gallery, "--to", "10.88.1.1", "--port", "25001");
        Send(gallery, "--transport", "tcp", "--to", Here.IPv4);
        Send(gallery, "--transport", "tcp", "--to", "10.88.1.1", "--port", "25003");
        Send(gallery, "--transport", "broadcast", "--to", "10.88.1.255", "--port", "25002");
        foreach (PeerProcess receiver in _receivers)
        {
            Expect.Exit(0, receiver);
            Assert.Single(receiver.Events("Image"));
        }

        Assert.Contains(byName.Events("Notice"), static n => Text(n) == "Receiving at 10.88.1.1:25001 on eth1 (10.88.1.1).");
        Assert.All([byAddress, stream], r => Assert.Equal($"Nothing can arrive until a NIC is back: {Here.IPv4} is gone.", Text(r.Events("Warning")[0])));
        Assert.Equal(["Nothing can arrive until a NIC is back: eth1 is gone.", "Receiving on eth1 (10.88.1.1) again."], streamByName.Events("Warning").Select(Text));
        Assert.Equal(["Lost", "Joined"], group.Events("Notice").Select(Text).Where(static t => t.Contains("239.1.1.1", StringComparison.Ordinal)).Skip(1).Take(2).Select(static t => t.Split(' ')[0]));
        Assert.Contains(broadcast.Events("Notice"), static n => Text(n) == "Broadcast addresses of this machine are now: 10.77.0.255, 10.88.1.255, 127.255.255.255.");
    }

    // What the user sees: "eth1 has another address: receiving at 10.88.1.1:25003, no longer at 10.77.1.1.". Senders that resume ask there too.
    [Fact]
    public void AnAddressThatIsReplacedIsTold()
    {
        string gallery = NewGallery(10_000), images = Directory.CreateDirectory(Path.Combine(_folder, "images")).FullName;
        File.Copy(Directory.GetFiles(gallery).Single(), Path.Combine(images, "there.jpg"));
        PeerProcess stream = Started(PeerProcess.Gallery(Here, "receive", "--transport", "tcp", "--arrival-ip", "eth1", "--port", "25003", "--resume", "-o", images, "--idle-timeout", "30", "-v")),
            datagrams = Started(PeerProcess.Gallery(Here, "receive", "--arrival-ip", "eth0,eth1", "--port", "25001", "--idle-timeout", "30", "-v"));
        foreach (PeerProcess receiver in _receivers) receiver.WaitForReady();
        NetworkLab.Ip(Here, "addr add 10.88.1.1/24 brd + dev eth1", $"addr del {Here.IPv4On(1)}/24 dev eth1");
        foreach (PeerProcess receiver in _receivers) receiver.WaitForEvent("Warning");
        NetworkLab.Ip(There, "addr add 10.88.1.2/24 brd + dev eth1");
        Send(gallery, "--transport", "tcp", "--to", "10.88.1.1", "--port", "25003", "--resume");
        Send(gallery, "--to", "10.88.1.1", "--port", "25001");
        foreach (PeerProcess receiver in _receivers)
        {
            Expect.Exit(0, receiver);
            Assert.Single(receiver.Events("Image"));
            Assert.Matches(@"^eth1 has another address: receiving at 10\.88\.1\.1:\d+, no longer at 10\.77\.1\.1\.$", Text(receiver.Events("Warning").Single()));
        }

        Assert.Single(Directory.GetFiles(images));
    }

    // What the user sees with -Verbose: the group is lost on the old default NIC and joined on the new one.
    [Fact]
    public void ANewNicIsTakenAndTheDefaultRouteIsFollowed()
    {
        string gallery = NewGallery(10_000);
        NetworkLab.Unplug(Here, 1);
        PeerProcess everywhere = Receive("239.1.1.1", "--arrival-ip", "*"), byDefault = Receive("239.1.1.2");
        foreach (PeerProcess receiver in _receivers) receiver.WaitForReady();
        _network.Plug(Here, 1);
        NetworkLab.Ip(Here, "route del default", "route add default dev eth1");
        everywhere.WaitForLine(static l => l.Contains("Joined 239.1.1.1 on eth1", StringComparison.Ordinal), "eth1");
        byDefault.WaitForLine(static l => l.Contains("Joined 239.1.1.2 on eth1", StringComparison.Ordinal), "eth1");
        Send(gallery, "--transport", "multicast", "--to", "239.1.1.1,239.1.1.2", "--outbound-ip", "eth1");
        foreach (PeerProcess receiver in _receivers)
        {
            Expect.Exit(0, receiver);
            Assert.Equal("eth1", receiver.Events("Image").Single().GetProperty("Interface").GetString());
        }
    }

    // Started before its NIC has an address, it takes what comes once it has one. The broadcast address is the one that is set
    // at the NIC, which the mask would not give: Get-GalleryInterface shows it, the sender uses it, the receiver accepts it.
    [Fact]
    public void TheBroadcastAddressIsTheSystems()
    {
        string gallery = NewGallery(10_000);
        NetworkLab.Ip(Here, "addr flush dev eth0");
        PeerProcess byName = Started(PeerProcess.Gallery(Here, "receive", "--transport", "broadcast", "--arrival-ip", "eth0", "--idle-timeout", "30", "-v")),
            all = Started(PeerProcess.Gallery(Here, "receive", "--transport", "broadcast", "--idle-timeout", "30", "-v"));
        foreach (PeerProcess receiver in _receivers) receiver.WaitForReady();
        byName.WaitForEvent("Warning");
        Assert.Equal("Nothing can arrive until a NIC is back: eth0: gone, down or without an IPv4 address.", Text(byName.Events("Warning").Single()));
        NetworkLab.Ip(Here, "addr add 10.99.0.1/24 brd 10.99.255.255 dev eth0");
        NetworkLab.Ip(There, "addr flush dev eth0", "addr add 10.99.0.2/24 brd 10.99.255.255 dev eth0");
        foreach (PeerProcess receiver in _receivers) receiver.WaitForLine(static l => l.Contains("are now: 10.77.1.255, 10.99.0.255, 10.99.255.255,", StringComparison.Ordinal), "the address");
        using PeerProcess sender = Send(gallery, "--transport", "broadcast", "--outbound-ip", "eth0");
        Assert.Equal("10.99.255.255:25000", sender.Events("Image").Single().GetProperty("Destination").GetString());
        foreach (PeerProcess receiver in _receivers)
        {
            Expect.Exit(0, receiver);
            Assert.Single(receiver.Events("Image"));
        }

        using PeerProcess nics = PeerProcess.Gallery(There, "interfaces");
        Expect.Exit(0, nics);
        JsonElement nic = nics.Events("Interface").Single(static n => n.GetProperty("Name").GetString() == "eth0");
        Assert.Equal("10.99.255.255", Assert.Single(nic.GetProperty("Broadcast").EnumerateArray().ToArray()).GetString());
    }

    private static string Text(JsonElement told) => told.GetProperty("Text").GetString()!;

    private string NewGallery(params int[] sizes)
    {
        string gallery = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("N"))).FullName;
        TestGallery.Write(gallery, sizes);
        return gallery;
    }

    private PeerProcess Receive(string group, params string[] options) => Started(PeerProcess.Gallery(
        Here, ["receive", "--transport", "multicast", "--address", group, "--idle-timeout", "30", "-v", .. options]));

    private PeerProcess Started(PeerProcess receiver)
    {
        _receivers.Add(receiver);
        return receiver;
    }

    private PeerProcess Send(string gallery, params string[] options)
    {
        PeerProcess sender = PeerProcess.Gallery(There, ["send", gallery, "--end-delay", "0.1", .. options]);
        Expect.Exit(0, sender);
        return sender;
    }
}
