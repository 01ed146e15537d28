using System.Diagnostics;
using System.Globalization;

namespace GalleryPS.TestSupport;

/// <summary>Hosts for tests: a lab of ours, with as many NICs for each host as a test asks for.</summary>
public sealed class NetworkLab : IDisposable
{
    private readonly Lab _lab;

    private NetworkLab(Lab lab) => (_lab, Hosts) = (lab, [.. lab.Hosts.Select(h => new TestHost(lab, h))]);

    /// <summary>Why no lab can be made here; null when it can.</summary>
    public static string? Missing { get; } = FindMissing();

    public IReadOnlyList<TestHost> Hosts { get; }

    public TestHost this[int index] => Hosts[index];

    /// <summary>Makes hosts with the addresses 10.77.0.1, 10.77.0.2, ... and fd77::1, fd77::2, ...</summary>
    /// <param name="hosts">How many.</param>
    /// <param name="networks">How many switches; host i has NICs eth0, eth1, ... with the networks 10.77.0.0/24, 10.77.1.0/24, ...</param>
    /// <param name="mtu">MTU of the NICs.</param>
    public static NetworkLab Create(int hosts, int networks = 1, int mtu = 1500) =>
        new(Lab.Create(new LabOptions { Hosts = hosts, Networks = networks, Mtu = mtu, Offload = true }));

    /// <summary>Gives a host its NIC of a network, as it had it before.</summary>
    /// <param name="host">The host.</param>
    /// <param name="network">The number of the network.</param>
    /// <param name="withAddress">Whether the NIC gets its addresses.</param>
    public void Plug(TestHost host, int network, bool withAddress = true)
    {
        string port = $"{host.Name}n{network}";
        string same = host.Addresses.TryGetValue(network, out string? mac) ? $" address {mac}" : "";
        _lab.RunOnSwitch($"ip link add {port} mtu {_lab.Mtu} type veth peer name eth{network}{same} mtu {_lab.Mtu} netns {host.Name}\nip link set {port} master br{network} up");

        // Addresses first: whoever waits for the NIC to come up finds it complete.
        List<string> commands = [];
        if (withAddress) commands.AddRange([$"addr add {host.IPv4On(network)}/24 brd + dev eth{network}", $"addr add {host.IPv6On(network)}/64 dev eth{network} nodad"]);
        commands.Add($"link set eth{network} up");
        if (withAddress && network == 0) commands.Add("route add default dev eth0");
        Ip(host, [.. commands]);
    }

    /// <summary>Limits what a switch's port to a host lets through, with 50 ms of queue; null lets all through.</summary>
    public void Limit(TestHost host, int? megabits) => _lab.RunOnSwitch(
        megabits is null ? $"tc qdisc del dev {host.Name}n0 root" : string.Create(CultureInfo.InvariantCulture, $"tc qdisc replace dev {host.Name}n0 root tbf rate {megabits}mbit burst 32kb latency 50ms"));

    /// <summary>Deletes a host's NIC of a network.</summary>
    public static void Unplug(TestHost host, int network)
    {
        // "1: eth0@if2: <...> ... link/ether 02:00:00:00:00:01 brd ..."
        string[] words = Run(host, "ip", "-o", "link", "show", $"eth{network}").Split(' ');
        host.Addresses[network] = words[Array.IndexOf(words, "link/ether") + 1];
        Ip(host, $"link del eth{network}");
    }

    /// <summary>Runs commands of ip(8) on a host, one after the other.</summary>
    public static void Ip(TestHost host, params string[] commands) =>
        Run(host, "sh", "-c", $"ip -batch - <<'END'\n{string.Join('\n', commands)}\nEND");

    /// <summary>Runs a program on a host to its end.</summary>
    /// <returns>Its standard output.</returns>
    public static string Run(TestHost host, string program, params string[] arguments) =>
        Execute(host.StartInfo(program, arguments));

    public void Dispose() => _lab.Dispose();

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its standard output.</returns>
    public static string Execute(string program, IEnumerable<string> arguments) => Execute(new ProcessStartInfo(program, arguments));

    private static string Execute(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)} failed ({process.ExitCode}): {error.Result}");
    }

    private static string? FindMissing()
    {
        try
        {
            Lab.Create(new LabOptions { Hosts = 1 }).Dispose();
            return null;
        }
        catch (GalleryException e)
        {
            return $"labs do not work here: {e.Message}";
        }
    }
}

/// <summary>A host of a <see cref="NetworkLab"/>.</summary>
public sealed class TestHost(Lab lab, LabHost host)
{
    public string Name => host.Name;

    /// <summary>Link-layer addresses of the NICs that were unplugged: a NIC that comes back is the same one.</summary>
    internal Dictionary<int, string> Addresses { get; } = [];

    public string IPv4 => IPv4On(0);

    public string IPv6 => IPv6On(0);

    /// <summary>A file that stands for its network namespace.</summary>
    public string Namespace => lab.NamespaceOf(host);

    public string IPv4On(int network) => string.Create(CultureInfo.InvariantCulture, $"10.77.{network}.{host.Number}");

    public string IPv6On(int network) => network == 0
        ? string.Create(CultureInfo.InvariantCulture, $"fd77::{host.Number}")
        : string.Create(CultureInfo.InvariantCulture, $"fd77:{network}::{host.Number}");

    /// <summary>How to start a program on it.</summary>
    public ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments) => lab.StartInfo(host, program, arguments);
}
