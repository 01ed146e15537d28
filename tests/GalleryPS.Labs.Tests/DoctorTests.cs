using System.Net;
using System.Text.Json;
using GalleryPS.Labs.Doctor;
using GalleryPS.TestSupport;

namespace GalleryPS.Labs.Tests;

/// <summary>Faults made on purpose: each is found, and no other is named.</summary>
public sealed class DoctorTests
{
    private static readonly string Gallery = Path.Combine(AppContext.BaseDirectory, "gallery.dll");

    // The fault, as commands on the host; the check that names it; what its remedy speaks of.
    public static TheoryData<string, string, string> Faults => new()
    {
        { "true", "", "" },
        { "ip link set eth0 down", "Interface", "ip link set eth0 up" },
        { "ip link add wg7 type veth peer name wg8; ip link set wg8 up; ip link set wg7 up; ip addr add 10.9.0.1/24 dev wg7; ip route del default; ip route add default dev wg7", "Candidates", "-OutboundIP" },
        { "ip route del default", "Route", "ip route add" },
        { "nft 'table inet filter { chain input { type filter hook input priority 0; udp dport 25000 drop; }; }'", "Firewall", "nft insert rule" },
        { "nft 'table inet filter { chain input { type filter hook input priority 0; policy drop; iifname lo accept; igmp type 17 accept; }; }'", "Firewall", "nft insert rule" },
        { "ip route del default; ip route add 239.0.0.0/8 dev eth0; sysctl -qw net.ipv4.conf.eth0.rp_filter=1", "ReversePath", "rp_filter=2" },
        { "python3 -c 'import socket,time,os; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.bind((str(),25000)); os.fork() and os._exit(0); time.sleep(600)' > /dev/null 2>&1", "Port", "End that program" },
        { "sysctl -qw net.ipv4.igmp_max_memberships=0", "Membership", "igmp_max_memberships" },
        { "ip link add br9 type bridge mcast_snooping 1; ip link set eth0 master br9; ip link set br9 up; ip addr flush dev eth0; ip addr add 10.77.0.1/24 dev br9; ip route add default dev br9", "Querier", "mcast_querier 1" },
    };

    public static TheoryData<string, string, string> MoreFaults => new()
    {
        { "ip link set eth0 multicast off", "Interface", "multicast on" },
        { "ip addr flush dev eth0; ip route add default dev eth0", "AddressFamily", "ip addr add" },
        { "ip link add docker9 type bridge mcast_snooping 0; ip link set docker9 up; ip addr add 10.9.0.1/24 dev docker9; ip route del default; ip route add default dev docker9", "Candidates", "-ArrivalIP" },
        { "nft 'table ip mangle { chain pre { type filter hook prerouting priority -150; ip daddr 239.0.0.0/8 udp dport 20000-30000 reject; }; }'", "Firewall", "nft insert rule" },
        { "sysctl -qw net.ipv4.conf.eth0.force_igmp_version=2", "IgmpVersion", "force_igmp_version=0" },
        { "ip link set eth0 mtu 1000", "Mtu", "mtu 1500" },
        { "nft 'table inet filter { chain output { type filter hook output priority 0; ip daddr 239.0.0.0/8 drop; }; }'", "Loopback", "outgoing packets" },
    };

    [Theory]
    [MemberData(nameof(MoreFaults))]
    [Trait("Category", "Long")]
    public void AnotherFaultIsFoundAndNoOtherIsNamed(string fault, string check, string remedy) => AFaultIsFoundAndNoOtherIsNamed(fault, check, remedy);

    [Theory]
    [MemberData(nameof(Faults))]
    public void AFaultIsFoundAndNoOtherIsNamed(string fault, string check, string remedy)
    {
        LabTests.Require();
        using Lab lab = Lab.Create(new LabOptions { Hosts = 1 });
        LabTests.Run(lab, lab.Hosts[0], "sh", "-ec", fault + "; exit 0");
        IReadOnlyList<JsonElement> checks = Doctor(lab, "--transport", "multicast", "--address", "239.1.1.1");
        List<JsonElement> named = [.. checks.Where(static c => Text(c, "Verdict") is "Fail" or "Warning")];
        Assert.True(check.Length == 0 ? named.Count == 0 : named.Count == 1 && Text(named[0], "Check") == check, string.Join('\n', named));
        if (check.Length > 0) Assert.Contains(remedy, Text(named[0], "Remedy"), StringComparison.Ordinal);
        Assert.All(checks, static c => Assert.NotEqual("", Text(c, "Finding")));
        Assert.InRange(checks.Count, 14, 20);
    }

    [Fact]
    public void FullBuffersAndLostFragmentsAndWrongChecksumsAreSeen()
    {
        LabTests.Require();
        using Lab lab = Lab.Create(new LabOptions { Hosts = 2 });
        const string Lazy = "import socket,time,struct\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\ns.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)\ns.setsockopt(socket.SOL_SOCKET,socket.SO_RCVBUF,2304)\n"
            + "s.bind(('',25000))\nprint('ready',flush=True)\ntime.sleep(600)";
        const string Flood = "import socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\nfor i in range(50): s.sendto(bytes(1000),('10.77.0.1',25000))\n"
            + "r=socket.socket(socket.AF_INET,socket.SOCK_RAW,socket.IPPROTO_RAW)\n"
            + "r.sendto(bytes.fromhex('4500001e00010000401100000a4d00020a4d0001'+'001461a8000a1234abcd'),('10.77.0.1',0))";
        using PeerProcess lazy = LabTests.Start(lab, 0, "python3", "-c", Lazy).WaitForLine(static l => l == "ready", "ready");
        LabTests.Run(lab, lab.Hosts[1], "python3", "-c", Flood);
        Dictionary<string, JsonElement> checks = Doctor(lab, "--transport", "multicast", "--address", "239.1.1.1").ToDictionary(static c => Text(c, "Check"), StringComparer.Ordinal);
        Assert.Equal("Warning", Text(checks["ReceiveBuffer"], "Verdict"));
        Assert.Contains("python3", Text(checks["ReceiveBuffer"], "Finding"), StringComparison.Ordinal);
        Assert.Equal("Warning", Text(checks["ChecksumOffload"], "Verdict"));
    }

    [Theory]
    [InlineData("", "", "Sending:Pass Receiving:Pass")]
    [InlineData("h2", "nft 'table inet filter { chain input { type filter hook input priority 0; udp dport 25000 drop; }; }'", "Sending:Fail Receiving:Pass Firewall:Fail")]
    [InlineData("switch", "nft 'table bridge cut { chain forward { type filter hook forward priority 0; oifname \"h1n0\" ip protocol udp drop; }; }'", "Sending:Pass Receiving:Fail")]
    [InlineData("switch", "nft 'table bridge cut { chain forward { type filter hook forward priority 0; oifname \"h2n0\" ip frag-off & 0x1fff != 0 drop; }; }'", "Sending:Fail Receiving:Pass")]
    public void ProbesSayWhichDirectionFails(string where, string fault, string expected)
    {
        LabTests.Require();
        using Lab lab = Lab.Create(new LabOptions { Hosts = 2 });
        using PeerProcess peer = LabTests.Start(lab, 1, "dotnet", Gallery, "doctor", "--listen", "--json").WaitForReady();
        if (where == "h2") LabTests.Run(lab, lab.Hosts[1], "sh", "-ec", fault);
        if (where == "switch") lab.RunOnSwitch(fault);
        IReadOnlyList<JsonElement> checks = Doctor(lab, "--transport", "multicast", "--address", "239.1.1.1", "--computer-name", "h2");
        Assert.Equal(expected, string.Join(' ', checks.Where(static c => Text(c, "ComputerName") == "h2").Select(static c => $"{Text(c, "Check")}:{Text(c, "Verdict")}")));
    }

    [Fact]
    public void BehindARouterTheTimeToLiveIsNamed()
    {
        LabTests.Require();
        using Lab lab = Lab.Create(new LabOptions { Hosts = 2, Topology = LabTopology.Routed });
        using PeerProcess peer = LabTests.Start(lab, 1, "dotnet", Gallery, "doctor", "--listen", "--json").WaitForReady();
        JsonElement check = Doctor(lab, "--transport", "multicast", "--address", "239.1.1.1", "--computer-name", "h2").Single(static c => Text(c, "Check") == "TimeToLive");
        Assert.Equal("Send with -Ttl 2.", Text(check, "Remedy"));
    }

    [Theory]
    [InlineData("-A INPUT -p udp -m udp --dport 25000 -j DROP", true)]
    [InlineData("-A INPUT -p udp -m multiport --dports 53,20000:30000 -j REJECT", true)]
    [InlineData("-A INPUT -d 239.0.0.0/8 -i eth0 -j DROP", true)]
    [InlineData("-A INPUT -p tcp -m tcp --dport 25000 -j DROP", false)]
    [InlineData("-A INPUT -p udp -j ACCEPT\n-A INPUT -j DROP", false)]
    [InlineData("-A INPUT -m state --state ESTABLISHED -j ACCEPT\n-A INPUT -j DROP", true)]
    public void RulesOfIptablesAreRead(string rules, bool drops) =>
        Assert.Equal(drops, Firewall.Iptables("*filter\n:INPUT ACCEPT [0:0]\n" + rules + "\nCOMMIT\n", new FirewallPacket("eth0", IPAddress.Parse("239.1.1.1"), 25000, Tcp: false)) is not null);

    private static IReadOnlyList<JsonElement> Doctor(Lab lab, params string[] arguments)
    {
        using PeerProcess doctor = LabTests.Start(lab, 0, "dotnet", [Gallery, "doctor", .. arguments, "--json"]);
        doctor.WaitForExit();
        IReadOnlyList<JsonElement> checks = doctor.Events("Check");
        Assert.True(checks.Count > 0, $"{string.Join('\n', doctor.Lines)}\n{doctor.Errors}");
        return checks;
    }

    private static string Text(JsonElement check, string property) => check.GetProperty(property).GetString() ?? "";
}
