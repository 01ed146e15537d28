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
    /// sender from running over its receivers, and no limit for TCP, which sees to that itself.
    /// </summary>
    public BitRate? BitRate { get; init; }

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

        OptionChecks.ProtocolIsThere(Protocol, Transport);
    }
}
