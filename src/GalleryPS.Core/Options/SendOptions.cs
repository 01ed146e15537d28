namespace GalleryPS;

/// <summary>How to send a gallery.</summary>
public sealed record SendOptions
{
    /// <summary>The port everybody uses when nobody says otherwise.</summary>
    public const int DefaultPort = 25000;

    /// <summary>The group everybody uses when nobody says otherwise.</summary>
    public const string DefaultGroup = "239.25.25.25";

    /// <summary>The transport.</summary>
    [Option("The transport.", letter: 't')]
    public Transport Transport { get; init; } = Transport.Unicast;

    /// <summary>The protocol.</summary>
    [Option("The protocol; Flute carries images of any size.")]
    public Protocol Protocol { get; init; } = Protocol.Plain;

    /// <summary>
    /// Where to. Without <see cref="DestinationOptions.To"/>: 127.0.0.1 (unicast, TCP), <see cref="DefaultGroup"/>
    /// (multicast), the outbound NIC's directed broadcast address (broadcast).
    /// </summary>
    [OptionGroup]
    public DestinationOptions Addresses { get; init; } = new();

    /// <summary>What to wait for before the first image.</summary>
    [OptionGroup]
    public StartOptions Start { get; init; } = new();

    /// <summary>How fast.</summary>
    [OptionGroup]
    public PacingOptions Pacing { get; init; } = new();

    /// <summary>
    /// Re-encode images that are too large for a datagram (Plain over UDP): as JPEG of the best quality that fits, scaled
    /// down if need be.
    /// </summary>
    [Option("Re-encode images that are too large for a datagram (Plain over UDP).")]
    public bool Fit { get; init; }

    /// <summary>How long to wait for a TCP connection.</summary>
    [Option("How long to wait for a TCP connection.", least: 0)]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Try a receiver again for every image over TCP. Else one that cannot be reached at the first image is left out of the rest.
    /// </summary>
    [Option("Tcp: try an unreachable receiver again for every image, instead of skipping it from then on.")]
    public bool Retry { get; init; }

    /// <summary>Encryption: of what goes over TCP, and with Flute of the reports.</summary>
    [OptionGroup]
    public TlsServerOptions Tls { get; init; } = new();

    /// <summary>
    /// Ask receivers that were started with <see cref="ReceiveOptions.Resume"/> what they have, and send the rest: over TCP, and with Flute where
    /// receivers report (<see cref="FluteSendOptions.Receivers"/>).
    /// </summary>
    [Option("Ask receivers that were started with -Resume what they have, and send the rest only.")]
    public bool Resume { get; init; }

    /// <summary>What only Flute has.</summary>
    [OptionGroup]
    public FluteSendOptions Flute { get; init; } = new();

    /// <summary>Checks what can be checked without touching the network.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Ranges(this);
        if (Start.WaitForGroup is not null && Transport != Transport.Multicast)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument,
                "Only multicast has groups to join.", Transport, "Use -Delay to give receivers time to start, or -Transport Multicast.");
        }

        if (Transport == Transport.Tcp && Addresses.OutboundIP.Count > 1)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument,
                "A TCP connection uses one NIC; several were given.", Addresses.OutboundIP,
                "Give one NIC, or none to let the routing table decide.");
        }

        if (Fit && (Transport == Transport.Tcp || !ProtocolTraits.Of(Protocol).ImagesAreDatagrams))
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument,
                "-Fit is for Plain over UDP, where one image is one datagram; TCP and FLUTE carry images of any size as they are.", Transport,
                "Leave -Fit out.");
        }

        if (Resume) OptionChecks.Resume(Protocol, Transport);
        OptionChecks.Protocol(this, Protocol, Transport);
        OptionChecks.TlsTransport(Tls, Protocol, Transport);
        OptionChecks.Tls(this, Tls, listens: ProtocolTraits.Of(Protocol).ReceiversReport);
        if (Protocol == Protocol.Flute) ValidateFlute();
    }

    private void ValidateFlute()
    {
        if (Tls.UseTls && Flute.Receivers is null)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "FLUTE sends by UDP; TLS is for the reports of receivers, and none are asked for.", true,
                "Add -Receivers, or leave -UseTls out; -Passphrase proves who sends.");
        }

        if (Resume && Flute.Receivers is null)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "Only receivers that report say what they have.", null,
                "Say how many there are (-Receivers).");
        }

        if (Flute.Receivers is not null && (Flute.Carousel || Flute.Repeat > 0))
        {
            throw OptionChecks.Invalid("Receivers that report are served until they have everything, so nothing is repeated blindly.", Flute.Receivers);
        }

        if (Flute.Carousel && Flute.Repeat > 0) throw OptionChecks.Invalid("A carousel repeats until it is stopped, not a number of times.", Flute.Repeat);
        if (Pacing.Interval > TimeSpan.Zero)
        {
            throw OptionChecks.Invalid("With FLUTE images are sent in turns, without pauses; set the rate (-BitRate) instead of -Interval.", Pacing.Interval);
        }

        if (Flute.Receivers is not null && Flute.FluteVersion == 1)
        {
            throw OptionChecks.Invalid("FLUTE version 1 has no place to tell receivers where to report.", Flute.FluteVersion);
        }

        if (Flute.Fec == Fec.None && Flute.Redundancy > 0)
        {
            throw OptionChecks.Invalid("Without error correction there is no redundancy; repeat instead.", Flute.Redundancy);
        }
    }
}
