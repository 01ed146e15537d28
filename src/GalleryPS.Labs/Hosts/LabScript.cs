using System.Globalization;
using System.Text;

namespace GalleryPS.Labs;

/// <summary>
/// The commands that make a lab, for the shell that keeps it. They call ip with as many commands at a time as it takes: a
/// program that is started costs more than all it does here.
/// </summary>
internal static class LabScript
{
    /// <summary>Where the files lie that stand for the hosts' names (UTS namespaces), within the lab's mount namespace.</summary>
    public const string HostFolder = "/run/galleryps";

    /// <summary>The file in it that tells other processes what the lab is.</summary>
    public const string Description = "lab.json";

    /// <summary>The router's namespace.</summary>
    public const string Router = "router";

    /// <summary>
    /// What the shell does at its end, however that comes: whatever runs on the hosts ends, and with the shell go its mounts, and with
    /// them the namespaces. Programs are found by their network namespace, so none escapes by forking or by emptying its environment.
    /// </summary>
    public const string Keeper = """
        trap '' INT HUP PIPE
        left() { stat -Lc '%i %n' /run/netns/* /proc/[0-9]*/ns/net 2>/dev/null | awk '$2 ~ "^/run/netns" { own[$1] = 1; next } $1 in own { split($2, part, "/"); print part[3] }'; }
        end() {
            trap '' EXIT TERM
            round=0
            while [ $round -lt 20 ]; do
                running=$(left)
                [ -z "$running" ] && break
                kill -KILL $running 2>/dev/null
                round=$((round + 1))
            done
        }
        trap end EXIT
        trap 'exit 0' TERM
        exec 2>&1

        """;

    /// <summary>The commands that make the lab; each that fails ends them.</summary>
    /// <param name="options">What it is to be.</param>
    /// <param name="hosts">Its hosts.</param>
    /// <param name="description">What other processes can read of it, in one line.</param>
    public static string Make(LabOptions options, IReadOnlyList<LabHost> hosts, string description)
    {
        var script = new StringBuilder();
        script.Append($"""
            mkdir -p /run/netns {HostFolder}
            mount -t tmpfs tmpfs /run/netns
            mount -t tmpfs tmpfs {HostFolder}
            cat /etc/hosts > {HostFolder}/hosts 2>/dev/null || true
            cat >> {HostFolder}/hosts <<'END'
            {string.Join('\n', hosts.SelectMany(static h => new[] { $"{h.IPv4} {h.Name}", $"{h.IPv6} {h.Name}" }))}
            END
            mount --bind {HostFolder}/hosts /etc/hosts
            cat > {HostFolder}/{Description} <<'END'
            {description}
            END

            """);
        Switches(script, options, hosts);
        foreach (LabHost host in hosts)
        {
            script.Append(Invariant($": > {HostFolder}/{host.Name}\nunshare --uts={HostFolder}/{host.Name} hostname {host.Name}\n"));
            Batch(script, host.Name, HostCommands(options, host));
        }

        if (options.Topology == LabTopology.Routed) RouterCommands(script, options);
        script.Append(Loss(options, hosts));
        script.Append(Rates(options, hosts));
        return script.ToString();
    }

    /// <summary>The rules that lose packets to hosts; they take the place of those that are there.</summary>
    public static string Loss(LabOptions options, IReadOnlyList<LabHost> hosts)
    {
        if (hosts.All(h => options.Link(h.Name).LossPercent == 0)) return "nft delete table bridge lab 2>/dev/null || true\n";
        var rules = new StringBuilder();
        foreach (LabHost host in hosts)
        {
            LabLinkOptions link = options.Link(host.Name);
            double loss = link.LossPercent / 100;
            for (int network = 0; network < options.Networks && loss > 0; network++)
            {
                string port = Port(host, network);
                if (link.LossBurst <= 1 || loss >= 1)
                {
                    rules.Append(Invariant($"oifname \"{port}\" numgen random mod 1000000 < {Math.Round(loss * 1e6)} drop\n"));
                    continue;
                }

                rules.Append(Invariant($"oifname \"{port}\" numgen inc mod {LossPattern.Length} vmap {{ {LossPattern.Ranges(loss, link.LossBurst, host.Number + (network * 1000))} }}\n"));
            }
        }

        return $$"""
            nft -f - <<'END'
            add table bridge lab
            delete table bridge lab
            table bridge lab {
            chain forward { type filter hook forward priority 0;
            {{rules}}}
            }
            END

            """;
    }

    private static void Switches(StringBuilder script, LabOptions options, IReadOnlyList<LabHost> hosts)
    {
        int mtu = hosts.Max(static h => h.Mtu);
        int switches = options.Topology == LabTopology.Routed ? 2 : options.Networks;
        List<string> commands = [.. hosts.Select(static h => $"netns add {h.Name}")];
        if (options.Topology == LabTopology.Routed) commands.Add($"netns add {Router}");
        for (int n = 0; n < switches; n++)
        {
            commands.Add(Invariant($"link add br{n} mtu {mtu} type bridge mcast_snooping 0"));
            commands.Add(Invariant($"link set br{n} up"));
            if (options.Topology != LabTopology.Routed) continue;
            commands.Add(Invariant($"link add rn{n} mtu {mtu} type veth peer name eth{n} mtu {mtu} netns {Router}"));
            commands.Add(Invariant($"link set rn{n} master br{n} up"));
        }

        foreach (LabHost host in hosts)
        {
            for (int n = 0; n < options.Networks; n++)
            {
                string port = Port(host, n);
                commands.Add(Invariant($"link add {port} mtu {host.Mtu} type veth peer name eth{n} mtu {host.Mtu} netns {host.Name}"));
                commands.Add(Invariant($"link set {port} master br{host.Subnet + n} up{Whole(options)}"));
            }
        }

        Batch(script, null, commands);
    }

    private static IEnumerable<string> HostCommands(LabOptions options, LabHost host)
    {
        yield return "link set lo up";
        for (int n = 0; n < options.Networks; n++)
        {
            yield return Invariant($"link set eth{n} up{Whole(options)}");
            yield return Invariant($"addr add {host.IPv4On(host.Subnet + n)}/24 brd + dev eth{n}");
            yield return Invariant($"addr add {host.IPv6On(host.Subnet + n)}/64 dev eth{n} nodad");
        }

        if (options.Topology == LabTopology.Routed)
        {
            yield return Invariant($"route add default via 10.77.{host.Subnet}.254 dev eth0");
            yield return Invariant($"route add default via {RouterIPv6(host.Subnet)} dev eth0");
        }
        else
        {
            yield return "route add default dev eth0";
        }
    }

    private static void RouterCommands(StringBuilder script, LabOptions options)
    {
        List<string> commands = ["link set lo up"];
        for (int n = 0; n < 2; n++)
        {
            commands.Add(Invariant($"link set eth{n} up{Whole(options)}"));
            commands.Add(Invariant($"addr add 10.77.{n}.254/24 brd + dev eth{n}"));
            commands.Add(Invariant($"addr add {RouterIPv6(n)}/64 dev eth{n} nodad"));
        }

        Batch(script, Router, commands);
        script.Append($": > {HostFolder}/{Router}\nunshare --uts={HostFolder}/{Router} hostname {Router}\n");
        script.Append($"ip netns exec {Router} sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1\n");
    }

    private static string Rates(LabOptions options, IReadOnlyList<LabHost> hosts)
    {
        var script = new StringBuilder();
        foreach (LabHost host in hosts)
        {
            if (options.Link(host.Name).Rate is not { IsUnlimited: false } rate) continue;

            // A bucket holds what goes out between two ticks of a slow clock (4 ms), and two packets at least.
            long bits = (long)Math.Max(8000, rate.BitsPerSecond), burst = Math.Max(2 * (host.Mtu + 22), bits / 8 / 250);
            for (int n = 0; n < options.Networks; n++)
            {
                string limit = Invariant($"root tbf rate {bits}bit burst {burst} latency 50ms");
                script.Append(Invariant($"tc qdisc add dev {Port(host, n)} {limit}\n"));
                script.Append(Invariant($"tc -n {host.Name} qdisc add dev eth{n} {limit}\n"));
            }
        }

        return script.ToString();
    }

    private static void Batch(StringBuilder script, string? name, IEnumerable<string> commands) =>
        script.Append($"ip {(name is null ? "" : $"-n {name} ")}-batch - <<'END'\n{string.Join('\n', commands)}\nEND\n");

    private static string Port(LabHost host, int network) => Invariant($"{host.Name}n{network}");

    private static string RouterIPv6(int network) => network == 0 ? "fd77::ffff" : Invariant($"fd77:{network}::ffff");

    // A NIC that takes one packet at a time: what is captured is what the wire carries, and packets are lost one by one.
    private static string Whole(LabOptions options) => options.Offload ? "" : " gso_max_segs 1";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
