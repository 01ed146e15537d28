namespace GalleryPS.Traffic;

/// <summary>What to capture and where to.</summary>
public sealed record CaptureOptions
{
    /// <summary>Longest frame there is by default: the largest IP packet below any link layer's header.</summary>
    public const int DefaultSnapLength = 65600;

    /// <summary>The file to write.</summary>
    public required string Path { get; init; }

    /// <summary>The transport whose traffic is wanted; null for UDP and TCP alike.</summary>
    public Transport? Transport { get; init; }

    /// <summary>
    /// Where the traffic goes: hosts, broadcast addresses or groups. Empty for the transport's default, and without a
    /// transport for every address.
    /// </summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>The receivers' port.</summary>
    public int Port { get; init; } = SendOptions.DefaultPort;

    /// <summary>The NIC to capture on, or <c>any</c>; null for the one the traffic will use.</summary>
    public string? Interface { get; init; }

    /// <summary>A filter in the language of pcap-filter(7); null to make one from the rest, empty for none.</summary>
    public string? Filter { get; init; }

    /// <summary>Bytes to keep of each frame; 0 for all.</summary>
    public int SnapLength { get; init; } = DefaultSnapLength;

    /// <summary>The program: <c>tcpdump</c>, <c>dumpcap</c> or the path of one; null for whichever is there.</summary>
    public string? Tool { get; init; }

    /// <summary>Replace the file when it exists.</summary>
    public bool Force { get; init; }

    /// <summary>How long the program may take to begin.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Checks the values.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    internal void Validate()
    {
        if (Port is < 1 or > 65535)
            throw Invalid($"{Port} is no port; ports go from 1 to 65535.", Port);
        if (SnapLength is < 0 or > CaptureReader.LargestFrame)
            throw Invalid($"A snap length of {SnapLength} bytes is impossible; it lies from 0 to {CaptureReader.LargestFrame}.", SnapLength);
        if (Interface is { Length: 0 } || Interface?.StartsWith('-') == true)
            throw Invalid($"'{Interface}' is no name of a NIC.", Interface);
    }

    private static GalleryException Invalid(string message, object target) =>
        new(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, message, target);
}
