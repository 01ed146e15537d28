namespace GalleryPS.Traffic;

/// <summary>What to capture and where to.</summary>
public sealed record CaptureOptions
{
    /// <summary>Longest frame there is by default: the largest IP packet below any link layer's header.</summary>
    public const int DefaultSnapLength = 65600;

    /// <summary>The file to write.</summary>
    [Option("The file to write.")]
    public required string Path { get; init; }

    /// <summary>The transport whose traffic is wanted; null for UDP and TCP alike.</summary>
    [Option("The transport whose packets are wanted; default: UDP and TCP.", letter: 't')]
    public Transport? Transport { get; init; }

    /// <summary>
    /// Where the traffic goes: hosts, broadcast addresses or groups. Empty for the transport's default, and without a
    /// transport for every address.
    /// </summary>
    [Option("Hosts, broadcast addresses or groups the traffic goes to.", aliases: "ToIP McastIP Destination ComputerName Group")]
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>The receivers' port.</summary>
    [Option("The receivers' port.", least: 1, most: 65_535, aliases: "ToPort McastPort", letter: 'p')]
    public int Port { get; init; } = SendOptions.DefaultPort;

    /// <summary>The NIC to capture on, or <c>any</c>; null for the one the traffic will use.</summary>
    [Option("The NIC, or 'any'; default: the one the traffic will use.", letter: 'i')]
    public string? Interface { get; init; }

    /// <summary>A filter in the language of pcap-filter(7); null to make one from the rest, empty for none.</summary>
    [Option("A filter as in pcap-filter(7), in place of the one made from the other options; empty for none.", letter: 'f', mayBeEmpty: true)]
    public string? Filter { get; init; }

    /// <summary>Bytes to keep of each frame; 0 for all.</summary>
    [Option("How much to keep of each frame; 0 for all.", unit: "bytes", least: 0, most: CaptureReader.LargestFrame)]
    public int SnapLength { get; init; } = DefaultSnapLength;

    /// <summary>The program: <c>tcpdump</c>, <c>dumpcap</c> or the path of one; null for whichever is there.</summary>
    [Option("tcpdump, dumpcap or the path of one; default: whichever is there.")]
    public string? Tool { get; init; }

    /// <summary>Stop after this time; null for no limit.</summary>
    [Option("Stop after this time.", least: 0, moreThanLeast: true)]
    public TimeSpan? Duration { get; init; }

    /// <summary>Replace an existing file.</summary>
    [Option("Replace an existing file.")]
    public bool Force { get; init; }

    /// <summary>How long the program may take to begin.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Checks the values.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    internal void Validate()
    {
        OptionChecks.Ranges(this);
        if (Interface is { Length: 0 } || Interface?.StartsWith('-') == true)
            throw OptionChecks.Invalid($"'{Interface}' is not the name of a NIC.", Interface);
    }
}
