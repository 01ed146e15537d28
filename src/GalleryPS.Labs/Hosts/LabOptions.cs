namespace GalleryPS;

/// <summary>How the hosts of a lab are connected.</summary>
public enum LabTopology
{
    /// <summary>All hosts are on one switch.</summary>
    Switch,

    /// <summary>Two switches with a router between them, which forwards multicast to where a group was joined.</summary>
    Routed,
}

/// <summary>What the link of a host is like.</summary>
public record LabLinkOptions
{
    /// <summary>Share of the packets to a host that are lost, in percent.</summary>
    [Option("Share of the packets to each host that are lost.", unit: "%", least: 0, most: 100)]
    public double LossPercent { get; init; }

    /// <summary>How many packets are lost one behind the other, on average; 1: each by itself.</summary>
    [Option("How many packets are lost in a row, on average; 1 loses each by itself.", unit: "packets", least: 1, most: 10_000)]
    public double LossBurst { get; init; } = 1;

    /// <summary>Rate of the link, in both directions; null for as fast as the machine is.</summary>
    [Option("Rate of each host's link, both ways; default: as fast as the machine is.")]
    public BitRate? Rate { get; init; }

    /// <summary>Largest IP packet of the link, in bytes.</summary>
    [Option("Largest IP packet.", unit: "bytes", least: 576, most: 65_535)]
    public int Mtu { get; init; } = 1500;
}

/// <summary>What a lab is to be.</summary>
public sealed record LabOptions : LabLinkOptions
{
    /// <summary>Most hosts of a lab: the addresses of a network.</summary>
    public const int MostHosts = 250;

    /// <summary>How many hosts.</summary>
    [Option("How many hosts.", least: 1, most: MostHosts, letter: 'n')]
    public int Hosts { get; init; } = 3;

    /// <summary>How they are connected.</summary>
    [Option("How the hosts are connected.")]
    public LabTopology Topology { get; init; }

    /// <summary>Its name; null for one that is not in use.</summary>
    [Option("A name for it; default: the next free one of lab1, lab2, ...")]
    public string? Name { get; init; }

    /// <summary>Leave the cutting of large packets to the NICs, as real machines do; captures then show frames larger than the MTU.</summary>
    [Option("Leave segmentation to the NICs: faster, but captures show frames the wire never carries.")]
    public bool Offload { get; init; }

    /// <summary>Links that differ from the others, by the name of the host.</summary>
    public IReadOnlyDictionary<string, LabLinkOptions> HostOption { get; init; } = new Dictionary<string, LabLinkOptions>();

    /// <summary>How many NICs each host has, each on a switch of its own.</summary>
    public int Networks { get; init; } = 1;

    /// <summary>The link of a host.</summary>
    /// <param name="host">Its name.</param>
    internal LabLinkOptions Link(string host) => HostOption.GetValueOrDefault(host) ?? this;

    /// <summary>Checks the values.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Ranges(this);
        foreach ((string host, LabLinkOptions link) in HostOption)
        {
            if (!LabHost.NamesOf(Hosts).Contains(host, StringComparer.Ordinal))
                throw OptionChecks.Invalid($"The lab has no host '{host}'; its hosts are h1 to h{Hosts}.", host);
            OptionChecks.Ranges(link);
        }

        if (Name is { } name && (name.Length is 0 or > 40 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')))
            throw OptionChecks.Invalid($"'{name}' cannot be the name of a lab: use up to 40 letters, digits, - and _.", name);
        if (Topology == LabTopology.Routed && Networks != 1) throw OptionChecks.Invalid("Hosts behind a router have one NIC each.", Networks);
        if (Topology == LabTopology.Routed && Hosts < 2) throw OptionChecks.Invalid("Two networks need at least two hosts.", Hosts);
    }
}
