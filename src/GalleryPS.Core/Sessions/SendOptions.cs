namespace GalleryPS;

/// <summary>How to send a gallery.</summary>
public sealed record SendOptions
{
    /// <summary>The port everybody uses when nobody says otherwise.</summary>
    public const int DefaultPort = 25000;

    /// <summary>The group everybody uses when nobody says otherwise.</summary>
    public const string DefaultGroup = "239.25.25.25";

    /// <summary>The transport.</summary>
    public Transport Transport { get; init; } = Transport.Unicast;

    /// <summary>The protocol.</summary>
    public Protocol Protocol { get; init; } = Protocol.Plain;

    /// <summary>
    /// Hosts, broadcast addresses or groups; empty for the default: 127.0.0.1 (unicast, TCP), <see cref="DefaultGroup"/>
    /// (multicast), the outbound NIC's directed broadcast address (broadcast).
    /// </summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>The receivers' port, 1 to 65535.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>
    /// Time to live (hop limit) of the packets, 0 to 255. Null: 1 for multicast, so that nothing leaves the link by
    /// accident, and the system's default for everything else.
    /// </summary>
    public int? Ttl { get; init; }

    /// <summary>NICs to send on, by address or name; <c>*</c> for all that can multicast; empty for the system's choice.</summary>
    public IReadOnlyList<string> OutboundIP { get; init; } = [];

    /// <summary>Wait this long before the first image.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Multicast: wait at most this long until somebody has joined every group; null to send at once.</summary>
    public TimeSpan? WaitForGroup { get; init; }

    /// <summary>How long after the last image the end of transmission is sent.</summary>
    public TimeSpan EndDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Pause between images.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>
    /// Rate of the images' bytes. Null: <see cref="DefaultDatagramRate"/> for Plain over UDP, where nothing else keeps a
    /// sender from running over its receivers, and no limit for TCP, which sees to that itself. Flute: rate on the link,
    /// headers included; null: <see cref="DefaultFluteRate"/>, or as fast as the receivers can when they report.
    /// </summary>
    public BitRate? BitRate { get; init; }

    /// <summary>
    /// Flute: repair data that is sent without being asked for, in percent of the images. Null: none when receivers report,
    /// else <see cref="DefaultRedundancy"/>.
    /// </summary>
    public double? Redundancy { get; init; }

    /// <summary>Flute: how many times more everything is sent.</summary>
    public int Repeat { get; init; }

    /// <summary>Flute: repeat until stopped.</summary>
    public bool Carousel { get; init; }

    /// <summary>Flute: wait for so many receivers, and serve them until each has everything. Null: nothing is sent back.</summary>
    public int? Receivers { get; init; }

    /// <summary>Flute: how long to wait for <see cref="Receivers"/>; then it starts with those that are there. Null: for ever.</summary>
    public TimeSpan? WaitTimeout { get; init; }

    /// <summary>Flute: how long a receiver that reports may say nothing, take nothing of what is sent, or get nowhere with it, before it is given up.</summary>
    public TimeSpan ReceiverTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Flute: bytes of the largest IP packet on the way. Null: what the outbound NIC says.</summary>
    public int? Mtu { get; init; }

    /// <summary>Flute: authenticates every packet; the receivers need the same one.</summary>
    public Passphrase? Passphrase { get; init; }

    /// <summary>Flute: version of the protocol, 2 (RFC 6726) or 1 for older receivers.</summary>
    public int FluteVersion { get; init; } = 2;

    /// <summary>Flute: the error correction.</summary>
    public Fec Fec { get; init; } = Fec.RaptorQ;

    /// <summary>Flute: the transport session identifier, 0 to 4294967295; null chooses one at random.</summary>
    public long? Tsi { get; init; }

    /// <summary>
    /// Encode images anew that are too large for a datagram (Plain over UDP): as JPEG of the best quality that fits, scaled
    /// down if need be.
    /// </summary>
    public bool Fit { get; init; }

    /// <summary>How long to wait for a TCP connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Default rate of Plain over UDP. Linux charges a 60,000-byte datagram about 95,000 bytes of a receiver's buffer
    /// (a 2,304-byte block per fragment), so the common buffer of 212,992 bytes holds only two or three of them: the
    /// receiver has to be given time to take each one out.
    /// </summary>
    public static readonly BitRate DefaultDatagramRate = new(40e6);

    /// <summary>Default rate of Flute when nobody reports: what Wi-Fi and old switches carry.</summary>
    public static readonly BitRate DefaultFluteRate = new(100e6);

    /// <summary>Default of <see cref="Redundancy"/> when nobody reports, in percent.</summary>
    public const double DefaultRedundancy = 10;

    /// <summary>Checks what can be checked without touching the network.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public void Validate()
    {
        OptionChecks.Port(Port);
        OptionChecks.Range(Ttl, 0, 255, "Ttl");
        OptionChecks.NotNegative(Delay, nameof(Delay));
        OptionChecks.Positive(WaitForGroup, nameof(WaitForGroup));
        if (WaitForGroup is not null && Transport != Transport.Multicast)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument,
                "Only multicast has groups that somebody can join.", Transport, "Use -Delay to give receivers time to start, or -Transport Multicast.");
        }

        OptionChecks.NotNegative(EndDelay, nameof(EndDelay));
        OptionChecks.NotNegative(Interval, nameof(Interval));
        if (Transport == Transport.Tcp && OutboundIP.Count > 1)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument,
                "A TCP connection leaves on one NIC; several were given.", OutboundIP,
                "Give one NIC, or none: the routing table knows the way to a host.");
        }

        if (Fit && (Transport == Transport.Tcp || Protocol != Protocol.Plain))
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument,
                "-Fit is for Plain over UDP, where one image is one datagram; TCP and FLUTE carry images of any size as they are.", Transport,
                "Leave -Fit out.");
        }

        if (Protocol != Protocol.Flute)
        {
            OptionChecks.OnlyFlute(
                Redundancy is not null || Repeat > 0 || Carousel || Receivers is not null || WaitTimeout is not null || Mtu is not null || Passphrase is not null
                || Tsi is not null || FluteVersion != 2 || Fec != Fec.RaptorQ,
                "Redundancy, Repeat, Carousel, Receivers, WaitTimeout, Mtu, Passphrase, Tsi, FluteVersion and Fec");
            return;
        }

        OptionChecks.FluteNeedsUdp(Transport);
        OptionChecks.Range(Repeat, 0, 1_000_000, nameof(Repeat));
        OptionChecks.Range(Receivers, 1, 10_000, nameof(Receivers));
        OptionChecks.Range(Mtu, 576, 65_535, "MTU");
        OptionChecks.Range(FluteVersion, 1, 2, "The version of FLUTE");
        OptionChecks.Positive(WaitTimeout, nameof(WaitTimeout));
        OptionChecks.Positive(ReceiverTimeout, nameof(ReceiverTimeout));
        if (Tsi is < 0 or > uint.MaxValue) throw OptionChecks.Invalid($"A TSI is a number from 0 to {uint.MaxValue}, not {Tsi}.", Tsi);
        if (Redundancy is { } percent && percent is not (>= 0 and <= 10_000)) throw OptionChecks.Invalid($"Redundancy must be from 0 to 10000 percent, not {percent}.", percent);
        if (Receivers is not null && (Carousel || Repeat > 0))
        {
            throw OptionChecks.Invalid("Receivers that report are served until they have everything; nothing is repeated blindly then.", Receivers);
        }

        if (Carousel && Repeat > 0) throw OptionChecks.Invalid("A carousel repeats until it is stopped, not a number of times.", Repeat);
        if (Interval > TimeSpan.Zero) throw OptionChecks.Invalid("With FLUTE images are sent in turns, without pauses; set the rate (-BitRate) instead of -Interval.", Interval);
        if (Receivers is not null && FluteVersion == 1)
        {
            throw OptionChecks.Invalid("FLUTE version 1 has no place to tell receivers where to report.", FluteVersion);
        }

        if (Fec == Fec.None && Redundancy > 0)
        {
            throw OptionChecks.Invalid("Without error correction there is no redundancy; repeat instead.", Redundancy);
        }
    }
}
