using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>The main job: a gallery to three hosts at once, over every transport, with our own and with foreign programs.</summary>
public sealed class FourTransportsTests(Lab lab) : IClassFixture<Lab>
{
    private static readonly int[] Sizes = [200, 1472, 1473, 20_000, 47_123, 59_999, 65_507];

    public static TheoryData<string, string> Cases => new()
    {
        { "unicast", "4" }, { "unicast", "6" },
        { "broadcast", "4" }, { "broadcast", "255.255.255.255" },
        { "multicast", "4" }, { "multicast", "6" }, { "multicast", "ff02::77" },
        { "tcp", "4" }, { "tcp", "6" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void ThreeHostsGetEveryByte(string transport, string family)
    {
        string gallery = lab.NewGallery(Sizes);
        string[] folders = [lab.NewFolder(), lab.NewFolder(), lab.NewFolder()];
        PeerProcess[] receivers = [.. Enumerable.Range(0, 3).Select(i => PeerProcess.Gallery(
            lab[i], ["receive", "--transport", transport, "-o", folders[i], "--idle-timeout", "20", .. ReceiverAddress(transport, family, i)]))];
        foreach (PeerProcess receiver in receivers) receiver.WaitForReady();

        using PeerProcess sender = PeerProcess.Gallery(lab[3], ["send", gallery, "--transport", transport, .. SenderAddress(transport, family)]);
        Expect.Exit(0, sender);

        int copies = transport is "unicast" or "tcp" ? 3 : 1;
        Assert.Equal(Sizes.Length * copies, sender.Events("Image").Count);
        for (int i = 0; i < 3; i++)
        {
            Expect.Exit(0, receivers[i]);
            Expect.SameFiles(gallery, folders[i]);
            Assert.Equal(Enumerable.Range(0, Sizes.Length), receivers[i].Events("Image").Select(static e => e.GetProperty("Index").GetInt32()));
            Assert.Equal(Sizes, receivers[i].Events("Image").Select(static e => e.GetProperty("Bytes").GetInt32()));
            string wanted = family is "6" or "ff02::77" ? $"[{lab[3].IPv6}]:" : lab[3].IPv4 + ":";
            Assert.All(receivers[i].Events("Image"), e => Assert.StartsWith(wanted, e.GetProperty("Source").GetString(), StringComparison.Ordinal));
            receivers[i].Dispose();
        }
    }

    [Theory]
    [InlineData("udp", "4")]
    [InlineData("udp", "6")]
    [InlineData("broadcast", "4")]
    [InlineData("multicast", "4")]
    [InlineData("multicast", "6")]
    [InlineData("tcp", "4")]
    public void AForeignSenderIsUnderstood(string transport, string family)
    {
        string gallery = lab.NewGallery(1000, 30_000, 65_507);
        string folder = lab.NewFolder();
        string ours = transport == "udp" ? "unicast" : transport;
        using PeerProcess receiver = PeerProcess.Gallery(
            lab[0], ["receive", "--transport", ours, "-o", folder, "--idle-timeout", "20", .. ReceiverAddress(ours, family, 0)]);
        receiver.WaitForReady();

        string to = transport switch
        {
            "broadcast" => "10.77.0.255",
            "multicast" => family == "4" ? "239.25.25.25" : "ff15::77",
            _ => family == "4" ? lab[0].IPv4 : lab[0].IPv6,
        };
        string[] nic = transport == "multicast" ? ["--nic", family == "4" ? lab[3].IPv4 : "eth0"] : [];
        using PeerProcess sender = PeerProcess.Python(
            lab[3], "plain.py", ["send", transport, to, "25000", .. Directory.GetFiles(gallery).Order(StringComparer.Ordinal), "--new-socket", .. nic]);
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
    }

    [Theory]
    [InlineData("udp", "4")]
    [InlineData("udp", "6")]
    [InlineData("broadcast", "4")]
    [InlineData("multicast", "4")]
    [InlineData("multicast", "6")]
    [InlineData("tcp", "4")]
    public void AForeignReceiverUnderstands(string transport, string family)
    {
        // Its buffer is the system's default of 212,992 bytes: the default pacing has to be gentle enough.
        string gallery = lab.NewGallery(59_000, 58_000, 57_000, 56_000, 55_000, 65_507);
        string folder = lab.NewFolder();
        string ours = transport == "udp" ? "unicast" : transport;
        string address = transport switch
        {
            "broadcast" => "10.77.0.255",
            "multicast" => family == "4" ? "239.25.25.25" : "ff15::77",
            _ => family == "4" ? lab[0].IPv4 : lab[0].IPv6,
        };
        string[] nic = transport == "multicast" ? ["--nic", family == "4" ? lab[0].IPv4 : "eth0"] : [];
        using PeerProcess receiver = PeerProcess.Python(lab[0], "plain.py", ["receive", transport, address, "25000", folder, .. nic]);
        receiver.WaitForReady();
        string[] outbound = transport == "multicast" ? ["--outbound-ip", "eth0"] : [];
        using PeerProcess sender = PeerProcess.Gallery(lab[3], ["send", gallery, "--transport", ours, "--to", address, .. outbound]);
        Expect.Exit(0, sender);
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, folder);
    }

    private string[] ReceiverAddress(string transport, string family, int host) => (transport, family) switch
    {
        ("broadcast", _) => [],
        ("multicast", "4") => ["--mcast-ip", "239.25.25.25", "--arrival-ip", lab[host].IPv4],
        ("multicast", "6") => ["--address", "ff15::77", "--arrival-ip", "eth0"],
        ("multicast", var group) => ["--address", group, "--arrival-ip", "eth0"],
        ("unicast", "4") => ["--bind-ip", lab[host].IPv4],
        ("unicast", _) => ["--bind-ip", lab[host].IPv6],
        (_, "4") => ["--listen-ip", "0.0.0.0"],
        _ => ["--listen-ip", "::"],
    };

    private string[] SenderAddress(string transport, string family) => (transport, family) switch
    {
        ("broadcast", "4") => ["--outbound-ip", "eth0"],
        ("broadcast", var all) => ["--to", all, "--outbound-ip", "eth0"],
        ("multicast", "4") => ["--outbound-ip", lab[3].IPv4],
        ("multicast", "6") => ["--to", "ff15::77", "--outbound-ip", lab[3].IPv6],
        ("multicast", var group) => ["--to", group, "--outbound-ip", "eth0"],
        (_, "4") => ["--to", $"{lab[0].IPv4},{lab[1].IPv4}", "--to", lab[2].IPv4],
        _ => ["--to", $"{lab[0].IPv6},{lab[1].IPv6}", "--to", lab[2].IPv6],
    };
}
