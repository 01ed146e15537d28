using System.Diagnostics;
using System.Globalization;

namespace GalleryPS.TestSupport;

/// <summary>
/// Hosts on one switch: each is a network namespace of its own with a NIC <c>eth0</c>, and the switch is a bridge in a
/// further one, so that nothing of it touches the machine's own network.
/// </summary>
public sealed class NetworkLab : IDisposable
{
    private static int _labs;
    private readonly List<string> _namespaces = [];
    private readonly string _switch;
    private readonly int _mtu;

    private NetworkLab(IReadOnlyList<LabHost> hosts, string switchName, int mtu) => (Hosts, _switch, _mtu) = (hosts, switchName, mtu);

    /// <summary>Why no lab can be made here; null when it can.</summary>
    public static string? Missing { get; } = FindMissing();

    public IReadOnlyList<LabHost> Hosts { get; }

    public LabHost this[int index] => Hosts[index];

    /// <summary>Makes hosts with the addresses 10.77.0.1, 10.77.0.2, ... and fd77::1, fd77::2, ...</summary>
    /// <param name="hosts">How many.</param>
    /// <param name="networks">How many switches; host i has NICs eth0, eth1, ... with the networks 10.77.0.0/24, 10.77.1.0/24, ...</param>
    /// <param name="mtu">MTU of the NICs.</param>
    public static NetworkLab Create(int hosts, int networks = 1, int mtu = 1500)
    {
        string prefix = string.Create(CultureInfo.InvariantCulture, $"gl{Environment.ProcessId}x{Interlocked.Increment(ref _labs)}");
        string switchName = prefix + "s";
        var list = Enumerable.Range(0, hosts).Select(i => new LabHost(string.Create(CultureInfo.InvariantCulture, $"{prefix}h{i + 1}"), i + 1)).ToList();
        var lab = new NetworkLab(list, switchName, mtu);
        try
        {
            lab.Add(switchName);
            foreach (LabHost host in list) lab.Add(host.Namespace);
            for (int n = 0; n < networks; n++)
            {
                Batch(switchName, [$"link add br{n} type bridge mcast_snooping 0", $"link set br{n} up mtu {mtu}"]);
                foreach (LabHost host in list) lab.Plug(host, n);
            }

            return lab;
        }
        catch
        {
            lab.Dispose();
            throw;
        }
    }

    /// <summary>Gives a host its NIC of a network, as it had it before.</summary>
    /// <param name="host">The host.</param>
    /// <param name="network">The number of the network.</param>
    /// <param name="withAddress">Whether the NIC gets its addresses.</param>
    public void Plug(LabHost host, int network, bool withAddress = true)
    {
        Batch(_switch,
        [
            $"link add h{host.Number}n{network} type veth peer name eth{network} netns {host.Namespace}",
            $"link set h{host.Number}n{network} master br{network} up mtu {_mtu}",
        ]);
        List<string> commands = ["link set lo up", $"link set eth{network} up mtu {_mtu}"];
        if (withAddress) commands.AddRange([$"addr add {host.IPv4On(network)}/24 brd + dev eth{network}", $"addr add {host.IPv6On(network)}/64 dev eth{network} nodad"]);
        if (withAddress && network == 0) commands.Add("route add default dev eth0");
        Batch(host.Namespace, commands);
    }

    /// <summary>Deletes a host's NIC of a network.</summary>
    public static void Unplug(LabHost host, int network) => Ip(host, $"link del eth{network}");

    /// <summary>Runs commands of ip(8) on a host, one after the other.</summary>
    public static void Ip(LabHost host, params string[] commands) => Batch(host.Namespace, commands);

    /// <summary>Runs a program on a host to its end.</summary>
    /// <returns>Its standard output.</returns>
    public static string Run(LabHost host, string program, params string[] arguments) =>
        Execute("ip", ["netns", "exec", host.Namespace, program, .. arguments]);

    public void Dispose()
    {
        foreach (string name in _namespaces)
        {
            try
            {
                Execute("ip", ["netns", "del", name]);
            }
            catch (InvalidOperationException)
            {
                // It is gone already; the others still have to go.
            }
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its standard output.</returns>
    public static string Execute(string program, IEnumerable<string> arguments, string? input = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = input is not null,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }

        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', start.ArgumentList)} failed ({process.ExitCode}): {error.Result}");
    }

    private static void Batch(string name, IEnumerable<string> commands) =>
        Execute("ip", ["-netns", name, "-batch", "-"], string.Join('\n', commands) + "\n");

    private void Add(string name)
    {
        Execute("ip", ["netns", "add", name]);
        _namespaces.Add(name);
    }

    private static string? FindMissing()
    {
        if (!OperatingSystem.IsLinux()) return "network namespaces exist on Linux only";
        if (!Environment.IsPrivilegedProcess) return "network namespaces need root";
        string name = string.Create(CultureInfo.InvariantCulture, $"gl{Environment.ProcessId}probe");
        try
        {
            Execute("ip", ["netns", "add", name]);
            Execute("ip", ["netns", "exec", name, "ip", "link", "add", "br0", "type", "bridge"]);
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"network namespaces do not work here: {e.Message}";
        }
        finally
        {
            try
            {
                Execute("ip", ["netns", "del", name]);
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // It was never made.
            }
        }
    }
}

/// <summary>A host of a <see cref="NetworkLab"/>.</summary>
/// <param name="Namespace">Its network namespace.</param>
/// <param name="Number">1, 2, ...</param>
public sealed record LabHost(string Namespace, int Number)
{
    public string IPv4 => IPv4On(0);

    public string IPv6 => IPv6On(0);

    public string IPv4On(int network) => string.Create(CultureInfo.InvariantCulture, $"10.77.{network}.{Number}");

    public string IPv6On(int network) => network == 0
        ? string.Create(CultureInfo.InvariantCulture, $"fd77::{Number}")
        : string.Create(CultureInfo.InvariantCulture, $"fd77:{network}::{Number}");
}
