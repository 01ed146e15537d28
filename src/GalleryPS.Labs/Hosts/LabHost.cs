using System.Globalization;
using System.Net;

namespace GalleryPS;

/// <summary>A host of a lab.</summary>
public sealed class LabHost : LabHostText
{
    /// <summary>Its name: h1, h2, ...</summary>
    public string Name { get; init; } = "";

    /// <summary>The lab it belongs to.</summary>
    public string Lab { get; init; } = "";

    /// <summary>Its number, from 1.</summary>
    public int Number { get; init; }

    /// <summary>Its IPv4 address.</summary>
    [AsText]
    public new IPAddress IPv4 => IPv4On(Subnet);

    /// <summary>Its IPv6 address.</summary>
    [AsText]
    public new IPAddress IPv6 => IPv6On(Subnet);

    /// <summary>The network it is on: 0, or behind the router 1.</summary>
    public int Subnet { get; init; }

    /// <summary>Share of the packets to it that are lost, in percent.</summary>
    public double LossPercent { get; init; }

    /// <summary>Rate of its link; null for no limit.</summary>
    public BitRate? Rate { get; init; }

    /// <summary>Largest IP packet of its link, in bytes.</summary>
    public int Mtu { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>The names of the hosts of a lab.</summary>
    internal static IReadOnlyList<string> NamesOf(int hosts) => [.. Enumerable.Range(1, hosts).Select(static n => $"h{n}")];

    /// <summary>Its address on a network.</summary>
    internal IPAddress IPv4On(int network) => IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.77.{network}.{Number}"));

    /// <summary>Its address on a network.</summary>
    internal IPAddress IPv6On(int network) => IPAddress.Parse(
        network == 0 ? string.Create(CultureInfo.InvariantCulture, $"fd77::{Number}") : string.Create(CultureInfo.InvariantCulture, $"fd77:{network}::{Number}"));
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="LabHost"/> that are objects in .NET.</summary>
public abstract class LabHostText
{
    private protected LabHostText()
    {
    }

    /// <summary>LabHost.IPv4 as text.</summary>
    public string IPv4 => ((LabHost)this).IPv4.ToString();

    /// <summary>LabHost.IPv6 as text.</summary>
    public string IPv6 => ((LabHost)this).IPv6.ToString();
}
