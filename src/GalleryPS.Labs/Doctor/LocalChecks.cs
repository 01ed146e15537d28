using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace GalleryPS.Labs.Doctor;

/// <summary>What can be seen on this machine alone.</summary>
internal sealed class LocalChecks(DoctorCase subject)
{
    private static readonly string[] Tunnels = ["tun", "tap", "wg", "ppp", "ipsec", "utun", "zt", "tailscale", "gre", "sit"];
    private static readonly string[] Bridges = ["docker", "br-", "virbr", "cni", "podman", "lxdbr"];
    private static readonly string[] OwnPrograms = ["gallery", "pwsh", "dotnet"];

    private NetworkTestOptions Options => subject.Options;

    /// <summary>The checks in their order: those that explain others come first.</summary>
    public IEnumerable<Func<NetworkCheck>> All => [Interface, AddressFamily, Candidates, Route, Firewall, ReversePath, Port, Membership, IgmpVersion, Querier, ReceiveBuffer, Fragments, Checksums, Mtu];

    private NetworkCheck Interface()
    {
        if (subject.Nic is not { } nic)
            return Fail("Interface", $"No NIC leads to {subject.Address}.", "Bring a NIC up, or give it an address (ip link set DEV up; ip addr add ADDRESS/24 dev DEV).");
        if (!nic.Up) return Fail("Interface", $"{nic.Name} is down.", $"ip link set {nic.Name} up");
        if (subject.Multicast && !nic.Multicast && !nic.Loopback) return Fail("Interface", $"{nic.Name} does not do multicast.", $"ip link set {nic.Name} multicast on");
        return Pass("Interface", $"{nic.Name} is up{(subject.Multicast && nic.Multicast ? " and does multicast" : "")}.");
    }

    private NetworkCheck AddressFamily()
    {
        if (subject.Nic is not { } nic) return NotApplicable("AddressFamily", "There is no NIC to look at.");
        string family = subject.IPv4 ? "IPv4" : "IPv6";
        return (subject.IPv4 ? nic.IPv4.Count : nic.IPv6.Count) > 0
            ? Pass("AddressFamily", $"{nic.Name} has an {family} address.")
            : Fail("AddressFamily", $"{nic.Name} has no {family} address, and {subject.Address} is {family}.", $"Give it one (ip addr add ADDRESS dev {nic.Name}), or choose another NIC (-Interface).");
    }

    private NetworkCheck Candidates()
    {
        List<Interface> usable = [.. subject.All.Where(n => n.Up && !n.Loopback && (subject.IPv4 ? n.IPv4.Count : n.IPv6.Count) > 0)];
        if (subject.Nic is not { Loopback: false } nic || Options.Interface is not null) return NotApplicable("Candidates", "The NIC is given.");
        string others = string.Join(", ", usable.Select(static n => n.Name));
        if (Tunnels.Any(t => nic.Name.StartsWith(t, StringComparison.Ordinal)))
            return Warning("Candidates", $"{nic.Name}, which is used, looks like a VPN or a tunnel; most carry no multicast. There are {others}.", "Name the NIC of the network: -OutboundIP when sending, -ArrivalIP when receiving.");
        if (Bridges.Any(b => nic.Name.StartsWith(b, StringComparison.Ordinal)))
            return Warning("Candidates", $"{nic.Name}, which is used, looks like a bridge of virtual machines or containers. There are {others}.", "Name the NIC of the network: -OutboundIP when sending, -ArrivalIP when receiving.");
        return usable.Count > 1 && (subject.Multicast || Options.Transport == Transport.Broadcast)
            ? Warning("Candidates", $"Of {others} the routing table takes {nic.Name}.", "If that is not the network of the others, name the NIC: -OutboundIP when sending, -ArrivalIP when receiving.")
            : Pass("Candidates", $"{nic.Name} is the only possible NIC.");
    }

    private NetworkCheck Route()
    {
        if (subject.IsLocal(subject.Address)) return Pass("Route", $"{subject.Address} is this machine.");
        if (subject.Nic is { Up: false } down) return NotApplicable("Route", $"{down.Name} is down, and so are its routes.");
        if (subject.RouteNic is not { } route)
            return Fail("Route", $"There is no route to {subject.Address}.", subject.Multicast ? $"ip route add 224.0.0.0/4 dev {subject.Nic?.Name ?? "DEV"}, or name the NIC (-OutboundIP, -ArrivalIP)." : "Check the address and the default route (ip route).");
        return subject.Nic?.Name == route.Name
            ? Pass("Route", $"{subject.Address} is reached by {route.Name}.")
            : Warning("Route", $"{subject.Address} is reached by {route.Name}, not {subject.Nic?.Name}.", $"Name the NIC when sending (-OutboundIP {subject.Nic?.Name}), or add a route: ip route add {subject.Address} dev {subject.Nic?.Name}.");
    }

    private NetworkCheck Firewall()
    {
        if (subject.Nic is not { } nic) return NotApplicable("Firewall", "There is no NIC to look at.");
        if (OperatingSystem.IsWindows()) return FirewallOfWindows(new FirewallPacket(nic.Name, subject.Address, Options.Port, subject.Tcp));
        if (!Environment.IsPrivilegedProcess) return NotApplicable("Firewall", "Only root may read the rules.", "Run it as root: sudo gallery doctor.");
        var packet = new FirewallPacket(nic.Name, subject.Address, Options.Port, subject.Tcp);
        (string Rule, bool Always)? drops = DoctorCase.Ask("nft", "-j", "list", "ruleset") is { } rules ? Doctor.Firewall.Nft(rules, packet) : null;
        string[] savers = subject.IPv4 ? ["iptables-save", "iptables-legacy-save"] : ["ip6tables-save", "ip6tables-legacy-save"];
        if (drops is not { Always: true })
        {
            foreach (string saver in savers)
            {
                if (DoctorCase.Ask(saver) is { } saved && Doctor.Firewall.Iptables(saved, packet) is { } rule) drops = (rule, true);
            }
        }

        string port = string.Create(CultureInfo.InvariantCulture, $"{(subject.Tcp ? "TCP" : "UDP")} port {Options.Port}");
        string open = string.Create(CultureInfo.InvariantCulture, $"Delete the rule, or allow the port before it: nft insert rule inet filter input {(subject.Tcp ? "tcp" : "udp")} dport {Options.Port} accept");
        return drops switch
        {
            null => Pass("Firewall", $"No rule drops {port}."),
            { Always: true } always => Fail("Firewall", $"A rule drops {port}: {always.Rule}.", open),
            { } some => Warning("Firewall", $"A rule drops {port} under some conditions: {some.Rule}.", open),
        };
    }

    private static NetworkCheck FirewallOfWindows(FirewallPacket packet)
    {
        string kind = packet.Tcp ? "TCP" : "UDP", port = string.Create(CultureInfo.InvariantCulture, $"{kind} port {packet.Port}");
        string open = string.Create(CultureInfo.InvariantCulture, $"New-NetFirewallRule -DisplayName gallery -Direction Inbound -Protocol {kind} -LocalPort {packet.Port} -Action Allow");
        try
        {
            return DoctorCase.Ask("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", WindowsFirewall.Question) is not { } answer
                ? NotApplicable("Firewall", "The rules of the firewall cannot be read.", "Run it as an administrator, or look at Get-NetFirewallRule -Enabled True -Direction Inbound.")
                : WindowsFirewall.Judge(answer, packet, Environment.ProcessPath ?? "") switch
                {
                    null => Pass("Firewall", $"No rule drops {port}."),
                    { Always: true } always => Fail("Firewall", $"The firewall drops {port}: {always.Rule}.", open),
                    { } some => Warning("Firewall", $"The firewall drops {port} under some conditions: {some.Rule}.", open),
                };
        }
        catch (JsonException)
        {
            return NotApplicable("Firewall", "The rules of the firewall cannot be understood.", "Look at Get-NetFirewallRule -Enabled True -Direction Inbound.");
        }
    }

    private NetworkCheck ReversePath()
    {
        if (!OperatingSystem.IsLinux() || !subject.IPv4 || subject.Nic is not { Loopback: false } nic) return NotApplicable("ReversePath", "This system has no reverse-path filter.");
        int filter = Math.Max(DoctorCase.Setting("net/ipv4/conf/all/rp_filter") ?? 0, DoctorCase.Setting($"net/ipv4/conf/{nic.Name}/rp_filter") ?? 0);
        if (filter != 1) return Pass("ReversePath", $"Reverse-path filtering of {nic.Name} is {(filter == 0 ? "off" : "loose")}.");

        // Strict filtering takes from a NIC only what would be answered by it.
        string routes = DoctorCase.Ask("ip", "-o", "-4", "route", "show", "default") ?? "";
        bool elsewhere = routes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Any(r => !r.Contains($"dev {nic.Name}", StringComparison.Ordinal));
        bool here = routes.Contains($"dev {nic.Name}", StringComparison.Ordinal);
        return here && !elsewhere
            ? Pass("ReversePath", $"Reverse-path filtering of {nic.Name} is strict, and every source is reached by it.")
            : Warning("ReversePath", $"Reverse-path filtering of {nic.Name} is strict: what comes from outside its own network is dropped.", $"sysctl -w net.ipv4.conf.all.rp_filter=2 net.ipv4.conf.{nic.Name}.rp_filter=2");
    }

    private NetworkCheck Port()
    {
        if (!OperatingSystem.IsLinux()) return NotApplicable("Port", "On this system, the check cannot find out which program has a port.", "netstat -ano shows it.");
        IReadOnlyList<BoundSocket> sockets = BoundSocket.On(Options.Port, subject.Tcp);
        string port = string.Create(CultureInfo.InvariantCulture, $"{(subject.Tcp ? "TCP" : "UDP")} port {Options.Port}");
        if (sockets.Count == 0) return Pass("Port", $"{port} is free.");
        string who = string.Join(", ", sockets.Select(static s => s.Program ?? "another program").Distinct());
        if (sockets.All(static s => OwnPrograms.Any(p => s.Program?.StartsWith(p, StringComparison.OrdinalIgnoreCase) == true))) return Pass("Port", $"{who} receives at {port}.");
        if (subject.Multicast || Options.Transport == Transport.Broadcast)
        {
            if (CanShare()) return Pass("Port", $"{who} has {port} and shares it.");
        }

        return Fail("Port", $"{port} is taken by {who}.", "End that program, or use another port on both sides (-Port).");
    }

    private bool CanShare()
    {
        try
        {
            using Socket probe = Bound(subject.Multicast ? subject.Address : IPAddress.Any);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private NetworkCheck Membership()
    {
        if (!subject.Multicast || subject.Nic is not { } nic) return NotApplicable("Membership", "Only multicast has groups.");
        bool before = IsMember(nic);
        try
        {
            using var socket = new Socket(subject.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            Join(socket, nic);
            if (OperatingSystem.IsLinux() && !IsMember(nic)) return Fail("Membership", $"{subject.Address} was joined on {nic.Name}, and the system does not list it.", $"Check {nic.Name} (ip maddr show dev {nic.Name}).");
        }
        catch (SocketException e)
        {
            return Fail("Membership", $"{subject.Address} cannot be joined on {nic.Name}: {e.Message}.", "sysctl net.ipv4.igmp_max_memberships says how many groups a socket may join.");
        }

        return Pass("Membership", before ? $"A program is a member of {subject.Address} on {nic.Name}." : $"{subject.Address} can be joined on {nic.Name}; nobody is a member at present.");
    }

    private bool IsMember(Interface nic) => OperatingSystem.IsLinux() && Network.Groups.LocalMembers.Has(nic.Index, subject.Address);

    private NetworkCheck IgmpVersion()
    {
        if (!OperatingSystem.IsLinux() || !subject.Multicast || !subject.IPv4 || subject.Nic is not { Loopback: false } nic) return NotApplicable("IgmpVersion", "This check is for IPv4 multicast on Linux.");
        int forced = Math.Max(DoctorCase.Setting("net/ipv4/conf/all/force_igmp_version") ?? 0, DoctorCase.Setting($"net/ipv4/conf/{nic.Name}/force_igmp_version") ?? 0);
        if (forced is 1 or 2)
            return Warning("IgmpVersion", $"IGMP of {nic.Name} is forced down to version {forced}; sources cannot be chosen (-Source).", $"sysctl -w net.ipv4.conf.all.force_igmp_version=0 net.ipv4.conf.{nic.Name}.force_igmp_version=0");
        string line = DoctorCase.Text("/proc/self/net/igmp").Split('\n').FirstOrDefault(l => l.Split('\t', ' ', ':').Contains(nic.Name)) ?? "";
        return line.Contains("V1", StringComparison.Ordinal) || line.Contains("V2", StringComparison.Ordinal)
            ? Warning("IgmpVersion", $"A router on {nic.Name} asks with an older version of IGMP; sources cannot be chosen (-Source).", "Set the router or switch to IGMPv3.")
            : Pass("IgmpVersion", $"IGMP of {nic.Name} is version 3.");
    }

    private NetworkCheck Querier()
    {
        if (!OperatingSystem.IsLinux() || !subject.Multicast || subject.Nic is not { } nic) return NotApplicable("Querier", "This check is for multicast.");
        string bridges = DoctorCase.Ask("ip", "-j", "-d", "link", "show", "type", "bridge") ?? "[]";
        using JsonDocument all = JsonDocument.Parse(bridges.Trim().Length == 0 ? "[]" : bridges);
        string? master = JsonText(DoctorCase.Ask("ip", "-j", "link", "show", "dev", nic.Name), "master");
        foreach (JsonElement bridge in all.RootElement.EnumerateArray().Where(static b => b.TryGetProperty("ifname", out _)))
        {
            string name = bridge.GetProperty("ifname").GetString()!;
            if (name != nic.Name && name != master) continue;
            JsonElement data = bridge.GetProperty("linkinfo").GetProperty("info_data");
            bool snooping = data.TryGetProperty("mcast_snooping", out JsonElement s) && s.GetInt32() == 1, querier = data.TryGetProperty("mcast_querier", out JsonElement q) && q.GetInt32() == 1;
            if (snooping && !querier)
                return Warning("Querier", $"The bridge {name} does IGMP snooping and is no querier: without one on the network, groups are forgotten after some minutes.", $"ip link set {name} type bridge mcast_querier 1 (or mcast_snooping 0)");
            return Pass("Querier", $"The bridge {name} {(snooping ? "is a querier" : "does no IGMP snooping")}.");
        }

        return NotApplicable("Querier", "Switches outside this machine cannot be checked; one that does IGMP snooping needs a querier on its network.");
    }

    private NetworkCheck ReceiveBuffer()
    {
        if (!OperatingSystem.IsLinux() || subject.Tcp) return NotApplicable("ReceiveBuffer", "This check is for UDP on Linux.");
        IReadOnlyList<BoundSocket> sockets = BoundSocket.On(Options.Port, tcp: false);
        long drops = sockets.Sum(static s => s.Drops);
        return drops > 0
            ? Warning("ReceiveBuffer", $"The system dropped {Counted.Of(drops, "datagram")} for {string.Join(", ", sockets.Where(static s => s.Drops > 0).Select(static s => s.Program ?? "a program"))}: its buffer was full.", "Send more slowly (-BitRate), or allow larger buffers: sysctl -w net.core.rmem_max=8388608.")
            : Pass("ReceiveBuffer", "Nothing was dropped for a full buffer.");
    }

    private NetworkCheck Fragments()
    {
        if (!OperatingSystem.IsLinux() || subject.Tcp || !subject.IPv4) return NotApplicable("Fragments", "This check is for IPv4 datagrams on Linux.");
        long fails = DoctorCase.Counter("Ip", "ReasmFails") ?? 0, whole = DoctorCase.Counter("Ip", "ReasmOKs") ?? 0;
        return fails > 0
            ? Warning("Fragments", $"{Counted.Of(fails, "datagram")} could not be put together, {whole} could: fragments are lost on the way.", "Send images that fit in a packet, or use -Protocol Flute or -Transport Tcp; some firewalls drop all fragments.")
            : Pass("Fragments", "No datagram lacked a fragment.");
    }

    private NetworkCheck Checksums()
    {
        if (!OperatingSystem.IsLinux() || subject.Nic is not { Loopback: false } nic) return NotApplicable("ChecksumOffload", "This check is for NICs on Linux.");
        long wrong = (DoctorCase.Counter("Udp", "InCsumErrors") ?? 0) + (DoctorCase.Counter("Tcp", "InCsumErrors") ?? 0);
        return wrong > 0
            ? Warning("ChecksumOffload", $"{Counted.Of(wrong, "packet")} came with a wrong checksum.", $"If senders are virtual machines, let them compute it: ethtool -K {nic.Name} tx off (at the sender).")
            : Pass("ChecksumOffload", "No packet came with a wrong checksum. (Captures at a sender show wrong ones where the NIC computes them; that is no fault.)");
    }

    private NetworkCheck Mtu()
    {
        if (subject.Nic is not { } nic || nic.Mtu == 0) return NotApplicable("Mtu", "The MTU is not known.");
        return nic.Mtu < 1280
            ? Warning("Mtu", $"The MTU of {nic.Name} is only {nic.Mtu} bytes; every image is cut into very many fragments.", $"ip link set {nic.Name} mtu 1500")
            : Pass("Mtu", $"The MTU of {nic.Name} is {nic.Mtu} bytes.");
    }

    /// <summary>Whether what this machine sends to the group comes back to it.</summary>
    public NetworkCheck Loopback(CancellationToken cancellationToken)
    {
        if (!subject.Multicast || subject.Nic is not { } nic) return NotApplicable("Loopback", "Only multicast comes back to its sender.");
        try
        {
            using Socket receiver = Bound(OperatingSystem.IsWindows() ? (subject.IPv4 ? IPAddress.Any : IPAddress.IPv6Any) : subject.Address);
            Join(receiver, nic);
            using var sender = new Socket(subject.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            SendOn(sender, nic);
            byte[] probe = Guid.NewGuid().ToByteArray(), buffer = new byte[65_536];
            sender.SendTo(probe, new IPEndPoint(subject.Address, Options.Port));
            receiver.ReceiveTimeout = 1000;
            while (!cancellationToken.IsCancellationRequested)
            {
                int length = receiver.Receive(buffer);
                if (buffer.AsSpan(0, length).SequenceEqual(probe)) return Pass("Loopback", "What this machine sends to the group comes back to it.");
            }

            return NotApplicable("Loopback", "Stopped.");
        }
        catch (SocketException e)
        {
            return Fail("Loopback", $"What this machine sends to the group does not come back to it: {e.Message}.", "A rule for outgoing packets or another security program may be in the way.");
        }
    }

    /// <summary>A socket that shares the port.</summary>
    private Socket Bound(IPAddress address)
    {
        var socket = new Socket(subject.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(1, 2, BitConverter.GetBytes(1)); // SO_REUSEADDR alone, as receivers set it
            else socket.ExclusiveAddressUse = false;
            socket.Bind(new IPEndPoint(address, Options.Port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Join(Socket socket, Interface nic)
    {
        if (subject.IPv4) socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(subject.Address, nic.Index));
        else socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(subject.Address, nic.Index));
    }

    private void SendOn(Socket socket, Interface nic)
    {
        if (subject.IPv4) socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.HostToNetworkOrder(nic.Index));
        else socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, nic.Index);
    }

    private static string? JsonText(string? json, string property)
    {
        if (string.IsNullOrWhiteSpace(json)) return null;
        using JsonDocument read = JsonDocument.Parse(json);
        return read.RootElement.EnumerateArray().Select(e => e.TryGetProperty(property, out JsonElement value) ? value.GetString() : null).FirstOrDefault(static v => v is not null);
    }

    private static NetworkCheck Pass(string check, string finding) => New(check, CheckVerdict.Pass, finding, "");

    private static NetworkCheck Warning(string check, string finding, string remedy) => New(check, CheckVerdict.Warning, finding, remedy);

    private static NetworkCheck Fail(string check, string finding, string remedy) => New(check, CheckVerdict.Fail, finding, remedy);

    private static NetworkCheck NotApplicable(string check, string finding, string remedy = "") => New(check, CheckVerdict.NotApplicable, finding, remedy);

    private static NetworkCheck New(string check, CheckVerdict verdict, string finding, string remedy) => new() { Check = check, Verdict = verdict, Finding = finding, Remedy = remedy };
}
