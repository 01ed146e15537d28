namespace GalleryPS;

/// <summary>Where a sender sends to, and on which way.</summary>
public record DestinationOptions
{
    /// <summary>Hosts, broadcast addresses or groups; empty for the default of the transport.</summary>
    [Option("Hosts, broadcast addresses or groups.", aliases: "ToIP McastIP Destination ComputerName Group", letter: 'g')]
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>The receivers' port, 1 to 65535.</summary>
    [Option("The receivers' port.", least: 1, most: 65_535, aliases: "ToPort McastPort", letter: 'p')]
    public int Port { get; init; } = SendOptions.DefaultPort;

    /// <summary>
    /// Time to live (hop limit) of the packets, 0 to 255. Null: 1 for multicast, so that nothing leaves the link by
    /// accident, and the system's default for everything else.
    /// </summary>
    [Option("Time to live or hop limit; default 1 for multicast, else the system's.", least: 0, most: 255)]
    public int? Ttl { get; init; }

    /// <summary>NICs to send on, by address or name; <c>*</c> for all that can multicast; empty for the system's choice.</summary>
    [Option("NICs to send on, by address or name; '*' for all that can multicast.")]
    public IReadOnlyList<string> OutboundIP { get; init; } = [];
}

/// <summary>What a sender waits for before it sends.</summary>
public sealed record StartOptions
{
    /// <summary>Wait this long before sending.</summary>
    [Option("Wait this long before sending.", least: 0)]
    public TimeSpan Delay { get; init; }

    /// <summary>Multicast: wait at most this long until somebody has joined every group; null to send at once.</summary>
    [Option("Multicast: wait up to this long for a member of the group (Linux, needs CAP_NET_RAW).", least: 0, moreThanLeast: true)]
    public TimeSpan? WaitForGroup { get; init; }
}
