using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Completes from a list of values, each with a word about it.</summary>
public abstract class ValueCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? "").Trim('\'', '"');
        foreach ((string value, string about) in Values(commandName, fakeBoundParameters))
        {
            if (!value.StartsWith(typed, StringComparison.OrdinalIgnoreCase)) continue;
            bool plain = value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '\\');
            string written = plain ? value : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
            yield return new CompletionResult(written, value, CompletionResultType.ParameterValue, about);
        }
    }

    /// <summary>The values that make sense, the likeliest first.</summary>
    /// <param name="command">The cmdlet.</param>
    /// <param name="bound">What else the command line says.</param>
    private protected abstract IEnumerable<(string Value, string About)> Values(string command, IDictionary bound);

    /// <summary>A value of the command line as text, or null.</summary>
    private protected static string? Text(IDictionary bound, string parameter) => bound is not null && bound.Contains(parameter) ? Rehydration.Unwrapped(bound[parameter])?.ToString() : null;
}

/// <summary>Completes the ports that the module's verbs use, and those of what runs in this session.</summary>
public sealed class PortCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound)
    {
        var known = new List<(int Port, string About)>
        {
            (SendOptions.DefaultPort, "galleries"), (MessageSendOptions.DefaultPort, "messages"), (ServerOptions.DefaultPort, "servers"),
        };
        known.AddRange(ServerRegistry.All.Select(static s => (s.Port, $"server {s.Name}")));

        // Of the three the one that the cmdlet itself uses comes first.
        int own = command.EndsWith("Message", StringComparison.OrdinalIgnoreCase) ? 1 : command.EndsWith("Server", StringComparison.OrdinalIgnoreCase) ? 2 : 0;
        return known.Prepend(known[own]).DistinctBy(static k => k.Port).Select(static k => (k.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), k.About));
    }
}

/// <summary>Completes rates.</summary>
public sealed class BitRateCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound) =>
    [
        ("1Mbps", "10^6 bit/s"), ("10Mbps", "Ethernet"), ("40Mbps", "default of Plain over UDP"), ("100Mbps", "Fast Ethernet; default of Flute"), ("1Gbps", "Gigabit Ethernet"),
        ("unlimited", "no limit"),
    ];
}

/// <summary>Completes sizes of IP packets.</summary>
public sealed class MtuCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound) =>
        Interfaces.List().Where(static n => n.Up).Select(static n => (n.Mtu.ToString(System.Globalization.CultureInfo.InvariantCulture), n.Name))
            .Concat([("1500", "Ethernet"), ("9000", "Ethernet with jumbo frames"), ("1492", "PPPoE"), ("1280", "the least of IPv6"), ("576", "what every IPv4 host takes")])
            .DistinctBy(static m => m.Item1);
}

/// <summary>Completes the versions of FLUTE.</summary>
public sealed class FluteVersionCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound) =>
        [("2", "RFC 6726"), ("1", "RFC 3926, for older receivers")];
}

/// <summary>Completes the programs that capture.</summary>
public sealed class ToolCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound) =>
        [("tcpdump", "of the tcpdump project"), ("dumpcap", "of Wireshark")];
}

/// <summary>Completes the flows of the capture that the command line names.</summary>
public sealed class FlowCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound) =>
        Of(bound).Where(static f => f.Flow is not null).Select(static f => (f.Flow!, $"{f.Packets} packets"));

    /// <summary>The flows of the capture that the command line names; none where it names none.</summary>
    internal static IReadOnlyList<TrafficCount> Of(IDictionary bound)
    {
        if (Text(bound, "Path") is not { } path || !File.Exists(path)) return [];
        try
        {
            return CaptureCounter.Count(path, new CountOptions { ByFlow = true }).Count.ByFlow;
        }
        catch (GalleryException)
        {
            return []; // no capture: there is nothing to suggest
        }
    }
}

/// <summary>Completes the captures that run, by their file.</summary>
public sealed class CaptureCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound) =>
        CaptureSession.Running.Select(static c => (c.Path, $"on {c.Interface}, since {c.Started:T}"));
}

/// <summary>Completes the addresses in the capture that the command line names.</summary>
public sealed class CapturedAddressCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound) =>
        FlowCompleter.Of(bound).SelectMany(static f => new[] { f.Source, f.Destination }).OfType<System.Net.IPEndPoint>()
            .CountBy(static e => $"{e.Address}").Select(static a => (a.Key, Counted.Of(a.Value, "flow")));
}

/// <summary>Completes where things are sent: groups, broadcast addresses, hosts of labs and servers of this session.</summary>
public sealed class DestinationCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound)
    {
        if (command.EndsWith("Server", StringComparison.OrdinalIgnoreCase))
            return ServerRegistry.All.Select(static s => ($"{s.EndPoint}", $"server {s.Name}"));
        string? transport = Text(bound, "Transport");
        bool Fits(string name) => transport is null || transport.Equals(name, StringComparison.OrdinalIgnoreCase);
        var known = new List<(string Value, string About)>();
        if (Fits("Multicast"))
        {
            known.Add((SendOptions.DefaultGroup, "group of galleries"));
            known.Add((MessageSendOptions.DefaultGroup, "group of messages"));
            if (command.EndsWith("Message", StringComparison.OrdinalIgnoreCase)) known.Reverse();
        }

        if (Fits("Unicast") || Fits("Tcp"))
        {
            known.Add(("127.0.0.1", "this machine"));
            known.AddRange(Lab.FindOwn().SelectMany(static l => l.Hosts).Select(static h => ($"{h.IPv4}", $"{h.Name} of {h.Lab}")));
        }

        if (Fits("Broadcast")) known.AddRange(Interfaces.List().Where(static n => n.Up).SelectMany(static n => n.Broadcast.Select(b => ($"{b}", $"broadcast on {n.Name}"))));
        return known;
    }
}

/// <summary>Completes times to live.</summary>
public sealed class TtlCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound) =>
        [("1", "this network"), ("0", "this machine"), ("2", "across one router"), ("32", "across a site"), ("64", "default of Linux for one host"), ("255", "the most")];
}

/// <summary>Completes filters of captures.</summary>
public sealed class FilterCompleter : ValueCompleter
{
    private protected override IEnumerable<(string Value, string About)> Values(string command, IDictionary bound) =>
    [
        ($"port {SendOptions.DefaultPort}", "galleries, without later fragments"), ("udp or ip[6:2] & 0x1fff != 0", "UDP with its fragments"), ("tcp", "TCP"),
        ("igmp", "who joins and leaves"), ("multicast", "what goes to groups"), ("icmp or icmp6", "what hosts and routers answer"),
    ];
}
