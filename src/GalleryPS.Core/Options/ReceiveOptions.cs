namespace GalleryPS;

/// <summary>How to receive a gallery.</summary>
public sealed record ReceiveOptions
{
    /// <summary>The transport.</summary>
    [Option("The transport.", letter: 't')]
    public Transport Transport { get; init; } = Transport.Unicast;

    /// <summary>The protocol.</summary>
    [Option("The protocol; Flute carries images of any size.")]
    public Protocol Protocol { get; init; } = Protocol.Plain;

    /// <summary>
    /// Where. Without <see cref="ListeningOptions.Address"/>: 127.0.0.1 or the NICs of <see cref="ListeningOptions.ArrivalIP"/>
    /// (unicast, TCP), every broadcast address (broadcast), <see cref="SendOptions.DefaultGroup"/> (multicast).
    /// </summary>
    [OptionGroup]
    public ListeningOptions Addresses { get; init; } = new();

    /// <summary>Ends of transmission to wait for, 1 or more.</summary>
    [Option("Ends of transmission to wait for.", least: 1, most: int.MaxValue)]
    public int Senders { get; init; } = 1;

    /// <summary>What ends it otherwise.</summary>
    [OptionGroup]
    public UntilOptions Until { get; init; } = new();

    /// <summary>Where the images go.</summary>
    [OptionGroup]
    public StorageOptions Storage { get; init; } = new();

    /// <summary>
    /// Continue where an earlier receiver stopped: images that are whole in the output directory are not received again, and of others
    /// the parts that are there (<c>.gallery-*.partial</c>) are kept and completed. For Flute and TCP.
    /// </summary>
    [Option("Continue where an earlier receiver stopped: images that are whole in the output directory are not received again.")]
    public bool Resume { get; init; }

    /// <summary>
    /// Keep what arrived of an image that was cut off on its way over TCP, as <c>NAME.partial</c>; else it is discarded.
    /// </summary>
    [Option("Keep what arrived of an image that was cut off over TCP, as NAME.partial.")]
    public bool KeepPartial { get; init; }

    /// <summary>What is taken at most.</summary>
    [OptionGroup]
    public LimitOptions Limits { get; init; } = new();

    /// <summary>Encryption: of what comes over TCP, and with Flute of the reports.</summary>
    [OptionGroup]
    public TlsServerOptions Tls { get; init; } = new();

    /// <summary>What only Flute has.</summary>
    [OptionGroup]
    public FluteReceiveOptions Flute { get; init; } = new();

    /// <summary>Checks what can be checked without touching the network.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Ranges(this);
        if (!Transport.IsToOne()) OptionChecks.NoFreePort(Addresses.Port);
        if (Resume) OptionChecks.Resume(Protocol, Transport);
        if (Resume && Storage.OutputDirectory is null)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "Without an output directory there is nothing to resume.", null,
                "Name the directory of the earlier receiver (-OutputDirectory).");
        }

        OptionChecks.Protocol(this, Protocol, Transport);
        OptionChecks.TlsTransport(Tls, Protocol, Transport);
        OptionChecks.Tls(this, Tls, listens: !ProtocolTraits.Of(Protocol).ReceiversReport);
    }
}
