using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Labs.Doctor;

/// <summary>What is known of this machine and of what is asked, once for all checks.</summary>
internal sealed class DoctorCase
{
    public DoctorCase(NetworkTestOptions options, CancellationToken cancellationToken)
    {
        OptionChecks.Ranges(options);
        Options = options;
        All = Interfaces.List();
        string text = options.Address ?? options.Transport switch
        {
            Transport.Multicast => SendOptions.DefaultGroup,
            Transport.Broadcast => All.FirstOrDefault(static n => n.Up && !n.Loopback && n.Broadcast.Count > 0)?.Broadcast[0].ToString() ?? "255.255.255.255",
            _ => options.ComputerName.Count > 0 ? options.ComputerName[0] : "127.0.0.1",
        };
        Address = Hosts.Resolve(text, cancellationToken);
        if (options.Transport == Transport.Multicast && !Hosts.IsMulticast(Address))
        {
            throw new GalleryException(
                ErrorIds.AddressNotMulticast, GalleryErrorCategory.InvalidArgument, $"{Address} is not a multicast address.", text, "Groups are 224.0.0.0 to 239.255.255.255, and ff00::/8.");
        }

        RouteNic = IsLocal(Address) ? All.FirstOrDefault(static n => n.Loopback) : Routes.To(Address) is { } route ? All.FirstOrDefault(n => n.Index == route.Index) : null;
        if (RouteNic is null && options.Transport == Transport.Broadcast) RouteNic = All.FirstOrDefault(n => n.Broadcast.Contains(Address));
        Nic = options.Interface is { } wanted
            ? All.FirstOrDefault(n => n.Name == wanted || n.IPv4.Concat(n.IPv6).Any(a => a.ToString() == wanted)) ?? throw NicResolver.NotLocal(wanted, All)
            : RouteNic ?? (All.Count(static n => !n.Loopback) == 1 ? All.First(static n => !n.Loopback) : All.FirstOrDefault(static n => n.Up && !n.Loopback && n.IPv4.Count > 0));
    }

    public NetworkTestOptions Options { get; }

    public IReadOnlyList<Interface> All { get; }

    /// <summary>The group, or the address of the receiver.</summary>
    public IPAddress Address { get; }

    /// <summary>The NIC that the routing table chooses; null when it has none.</summary>
    public Interface? RouteNic { get; }

    /// <summary>The NIC that is looked at.</summary>
    public Interface? Nic { get; }

    public bool Multicast => Options.Transport == Transport.Multicast;

    public bool Tcp => Options.Transport == Transport.Tcp;

    public bool IPv4 => Address.AddressFamily == AddressFamily.InterNetwork;

    /// <summary>Whether an address is one of this machine's.</summary>
    public bool IsLocal(IPAddress address) => IPAddress.IsLoopback(address) || All.Any(n => n.IPv4.Contains(address) || n.IPv6.Contains(address));

    /// <summary>A number of /proc/sys; null when it is not told.</summary>
    public static int? Setting(string path) => int.TryParse(Text($"/proc/sys/{path}"), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>A counter of /proc/net/snmp; null when it is not told.</summary>
    public static long? Counter(string protocol, string name)
    {
        string[] lines = [.. Text("/proc/self/net/snmp").Split('\n').Where(l => l.StartsWith(protocol + ":", StringComparison.Ordinal))];
        if (lines.Length < 2) return null;
        int at = Array.IndexOf(lines[0].Split(' '), name);
        return at > 0 && long.TryParse(lines[1].Split(' ')[at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;
    }

    /// <summary>The text of a file; empty when it cannot be read.</summary>
    public static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>What a program writes; null when it is not there or fails.</summary>
    public static string? Ask(string program, params string[] arguments)
    {
        if (LabTools.Find(program) is not { } path) return null;
        try
        {
            using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            _ = error.Result;
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
