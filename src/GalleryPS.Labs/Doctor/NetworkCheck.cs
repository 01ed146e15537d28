namespace GalleryPS;

/// <summary>What a check of the network found.</summary>
public enum CheckVerdict
{
    /// <summary>As it should be.</summary>
    Pass,

    /// <summary>It may be in the way, or is known to cause trouble.</summary>
    Warning,

    /// <summary>Nothing can arrive, or be sent, before it is mended.</summary>
    Fail,

    /// <summary>It does not matter here, or cannot be found out.</summary>
    NotApplicable,
}

/// <summary>One thing that the doctor looked at.</summary>
public sealed class NetworkCheck
{
    /// <summary>What was looked at: Interface, Route, Firewall and so on.</summary>
    public string Check { get; init; } = "";

    /// <summary>The verdict.</summary>
    public CheckVerdict Verdict { get; init; }

    /// <summary>What was found, in a sentence.</summary>
    public string Finding { get; init; } = "";

    /// <summary>What to do about it; empty when nothing has to be done.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>The host it is about; null for this machine.</summary>
    public string? ComputerName { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Check}: {Verdict}. {Finding}";
}

/// <summary>A check of the network was made.</summary>
/// <param name="Check">What was found.</param>
public sealed record CheckEvent(NetworkCheck Check) : GalleryEvent;

/// <summary>What the doctor looks at.</summary>
public sealed record NetworkTestOptions
{
    /// <summary>The port of a doctor that listens for others.</summary>
    public const int ListeningPort = 25099;

    /// <summary>The transport.</summary>
    [Option("The transport.", letter: 't')]
    public Transport Transport { get; init; } = Transport.Multicast;

    /// <summary>The group, or the address of the receiver; null for the default of the transport.</summary>
    [Option("The group, or the address of the receiver; default: that of the transport.", aliases: "Group BindIP McastIP ListenIP", letter: 'g')]
    public string? Address { get; init; }

    /// <summary>The receivers' port.</summary>
    [Option("The receivers' port.", least: 1, most: 65_535, aliases: "ToPort McastPort BindPort ListenPort", letter: 'p')]
    public int Port { get; init; } = SendOptions.DefaultPort;

    /// <summary>The NIC, by name or address; null for the one that the routing table chooses.</summary>
    [Option("The NIC, by name or address; default: the one of the routing table.", letter: 'i')]
    public string? Interface { get; init; }

    /// <summary>Time to live of what is sent.</summary>
    [Option("Time to live of what is sent.", least: 1, most: 255)]
    public int Ttl { get; init; } = 1;

    /// <summary>Hosts on which a doctor listens; probes are exchanged with each.</summary>
    [Option("Hosts on which 'gallery doctor --listen' runs; probes are exchanged with them.", aliases: "To Peer")]
    public IReadOnlyList<string> ComputerName { get; init; } = [];
}
