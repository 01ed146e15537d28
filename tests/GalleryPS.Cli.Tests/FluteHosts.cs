using System.Globalization;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Four hosts for Flute, of which any may lose packets: 0 to 2 receive, 3 sends.</summary>
public abstract class FluteHosts(Lab lab) : IClassFixture<Lab>, IDisposable
{
    private readonly List<TestHost> _lossy = [];
    private readonly List<PeerProcess> _processes = [];

    protected Lab Lab => lab;

    public void Dispose()
    {
        // Whoever is left over from a test that failed must not take part in the next one.
        foreach (PeerProcess process in _processes) process.Dispose();
        foreach (TestHost host in _lossy) NetworkLab.Run(host, "nft", "flush", "ruleset");
        GC.SuppressFinalize(this);
    }

    private protected PeerProcess Receiver(int host, string folder, string[] address, Func<TestHost?, string[], PeerProcess>? start = null) => Started((start ?? PeerProcess.Gallery)(
        lab[host], ["receive", "--protocol", "flute", "-o", folder, "--idle-timeout", "20", .. address])).WaitForReady();

    private protected PeerProcess MulticastReceiver(int host, string folder) => Receiver(host, folder, ReceiverAddress("multicast", "4", host));

    private protected PeerProcess MulticastSender(string gallery, params string[] options) => Started(PeerProcess.Gallery(
        lab[3], ["send", gallery, "--protocol", "flute", "--transport", "multicast", .. SenderAddress("multicast", "4"), .. options]));

    /// <summary>Makes a host lose the UDP packets a rule of nftables matches.</summary>
    protected void Lose(TestHost host, string rule) => AddRules(host, "", $"meta l4proto udp {rule} drop;");

    /// <summary>
    /// Makes a host lose bursts of 50 packets in a row (or several at once), at random places. No burst lasts longer than
    /// 50 ms: with one packet a second, as while receivers are waited for, it would last a minute.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="oneIn">Of so many stretches of 50 packets one is lost.</param>
    protected void LoseBursts(TestHost host, int oneIn) => AddRules(
        host, "set burst { type inet_proto; flags dynamic,timeout; size 4; };",
        "meta l4proto udp numgen inc mod 50 0 delete @burst { meta l4proto };"
        + string.Create(CultureInfo.InvariantCulture, $"meta l4proto udp numgen inc mod 50 0 numgen random mod {oneIn} 0 add @burst {{ meta l4proto timeout 50ms }};")
        + "meta l4proto @burst drop;");

    /// <summary>The host gets everything again.</summary>
    protected void LoseNoMore(TestHost host)
    {
        NetworkLab.Run(host, "nft", "flush", "ruleset");
        _lossy.Remove(host);
    }

    /// <summary>Waits until the sending host has sent so many bytes more than it had.</summary>
    protected void WaitUntilSent(long bytes, long before)
    {
        for (DateTime until = DateTime.UtcNow + PeerProcess.Patience; Sent() - before < bytes;)
        {
            Assert.True(DateTime.UtcNow < until, $"only {Sent() - before} bytes were sent");
            Thread.Sleep(5); // no event tells it
        }
    }

    /// <summary>Bytes the sending host has sent on its first NIC.</summary>
    protected long Sent() => Statistic(3, "tx", "bytes");

    /// <summary>Packets from the sending host to this one that the system has dropped between them, because its backlog was full.</summary>
    protected long Dropped(int host) => Statistic(3, "tx", "dropped") + Statistic(host, "rx", "dropped");

    /// <summary>
    /// The sender reports the loss that a host's rules made. A busy machine drops some packets that no rule dropped: what the
    /// system counted of them may come on top, of at least as many packets as the images fill.
    /// </summary>
    protected void AssertLoss(IReadOnlyList<JsonElement> served, int host, double loss, int bytes, long droppedBefore)
    {
        JsonElement receiver = served.Single(r => r.GetProperty("Host").GetString()!.Contains($"({lab[host].IPv4})", StringComparison.Ordinal));
        double unasked = (double)(Dropped(host) - droppedBefore) * 1456 / bytes;
        Assert.InRange(receiver.GetProperty("LossRate").GetDouble(), loss * 0.5 - 0.005, loss * 1.5 + unasked + 0.01);
    }

    private protected string[] ReceiverAddress(string transport, string family, int host) => transport switch
    {
        "unicast" => ["--transport", "unicast", "--address", family == "4" ? lab[host].IPv4 : lab[host].IPv6],
        "broadcast" => ["--transport", "broadcast"],
        _ => ["--transport", "multicast", "--address", family == "4" ? "239.1.1.5" : "ff15::1:5", "--arrival-ip", "eth0"],
    };

    private protected string[] SenderAddress(string transport, string family) => transport switch
    {
        "unicast" => ["--to", string.Join(',', Enumerable.Range(0, 3).Select(i => family == "4" ? lab[i].IPv4 : lab[i].IPv6))],
        "broadcast" => ["--to", "10.77.0.255"],
        _ => ["--to", family == "4" ? "239.1.1.5" : "ff15::1:5", "--outbound-ip", "eth0"],
    };

    private PeerProcess Started(PeerProcess process)
    {
        _processes.Add(process);
        return process;
    }

    private void AddRules(TestHost host, string sets, string rules)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin").Split(':').Any(static p => File.Exists(Path.Combine(p, "nft"))), "nftables is not installed");
        _lossy.Add(host);

        // Between namespaces a batch that the sender hands down as one buffer would arrive, and be lost, as one.
        NetworkLab.Run(lab[3], "ip", "link", "set", "eth0", "gso_max_segs", "1");
        NetworkLab.Run(host, "nft", $"table inet lossy {{ {sets} chain in {{ type filter hook prerouting priority -300; {rules} }}; }}");
    }

    private long Statistic(int host, string direction, string unit)
    {
        using JsonDocument link = JsonDocument.Parse(NetworkLab.Run(lab[host], "ip", "-json", "-statistics", "link", "show", "eth0"));
        return link.RootElement[0].GetProperty("stats64").GetProperty(direction).GetProperty(unit).GetInt64();
    }
}
