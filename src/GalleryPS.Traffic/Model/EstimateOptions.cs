namespace GalleryPS.Traffic;

/// <summary>What a prediction assumes.</summary>
public sealed record EstimateOptions
{
    private const int FluteLeastMtu = 576;

    /// <summary>The transports to predict; null means all four (IPv6 has no broadcast and leaves it out).</summary>
    [Option("The transports; default: all four.", letter: 't')]
    public IReadOnlyList<Transport>? Transport { get; init; }

    /// <summary>How many receivers the gallery goes to, 1 or more.</summary>
    [Option("How many receivers.", least: 1, most: int.MaxValue)]
    public int Receivers { get; init; } = 1;

    /// <summary>Largest IP packet of the link in bytes; null means 1500, or 65536 on loopback.</summary>
    [Option("Largest IP packet of the link; default 1500, on loopback 65536.", unit: "bytes", least: 68, most: 65_536)]
    public int? Mtu { get; init; }

    /// <summary>IPv6 in place of IPv4.</summary>
    [Option("IPv6 in place of IPv4.")]
    public bool IPv6 { get; init; }

    /// <summary>The protocols to predict, side by side; null means Plain. Flute goes over UDP and leaves TCP out.</summary>
    [Option("The protocols; default: Plain.")]
    public IReadOnlyList<Protocol>? Protocol { get; init; }

    /// <summary>How Flute sends, where that is part of its cost.</summary>
    [OptionGroup]
    public FluteEstimateOptions Flute { get; init; } = new();

    /// <summary>An IEEE 802.1Q tag in every frame.</summary>
    [Option("An 802.1Q tag in every frame.")]
    public bool VlanTag { get; init; }

    /// <summary>Timestamps in every TCP segment (RFC 7323), as Linux and Windows 11 send them.</summary>
    [Option("Timestamps in every TCP segment.")]
    public bool TcpTimestamps { get; init; } = true;

    /// <summary>What lies below IP.</summary>
    [Option("What lies below IP.")]
    public LinkLayer LinkLayer { get; init; }

    /// <summary>One estimate for each image (without the end of transmission) in place of one for the gallery.</summary>
    [Option("One estimate per image, without the end of transmission.")]
    public bool PerImage { get; init; }

    /// <summary>Leave the end of transmission out.</summary>
    [Option("Leave the end of transmission out.")]
    public bool NoEndOfTransmission { get; init; }

    /// <summary>The MTU that holds for Flute, which cuts its packets for an Ethernet frame also where a link carries more.</summary>
    internal int FluteMtu => Mtu ?? 1500;

    /// <summary>Whether a protocol is to be predicted.</summary>
    internal bool Has(Protocol protocol) => Protocol is null ? protocol == GalleryPS.Protocol.Plain : Protocol.Contains(protocol);

    /// <summary>The MTU that holds.</summary>
    internal int EffectiveMtu => Mtu ?? (LinkLayer == LinkLayer.Loopback ? 65536 : 1500);

    /// <summary>Checks the values.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/> or
    /// <see cref="ErrorIds.AddressFamilyMismatch"/>.</exception>
    public void Validate()
    {
        OptionChecks.Ranges(this);
        int least = IPv6 ? 1280 : 68;
        if (EffectiveMtu < least || EffectiveMtu > 65536)
        {
            throw Invalid(
                $"An MTU of {EffectiveMtu} bytes is impossible for IPv{(IPv6 ? 6 : 4)}.",
                EffectiveMtu,
                $"Give an MTU from {least} to 65536 bytes (RFC {(IPv6 ? "8200" : "791")}).");
        }

        if (Has(GalleryPS.Protocol.Flute) && FluteMtu < FluteLeastMtu)
            throw Invalid($"An MTU of {FluteMtu} bytes is too small for FLUTE.", FluteMtu, $"Give an MTU of at least {FluteLeastMtu} bytes.");
        if (Protocol?.Any(static p => ProtocolTraits.Of(p).RunsOver(GalleryPS.Transport.Tcp)) == false && Transport is not null && Transport.All(static transport => transport == GalleryPS.Transport.Tcp))
            throw Invalid("FLUTE goes over UDP; there is nothing to predict for TCP.", GalleryPS.Transport.Tcp, "Predict Unicast, Broadcast or Multicast.");
        if (VlanTag && LinkLayer == LinkLayer.Loopback)
            throw Invalid("Loopback has no VLAN tags.", VlanTag, "Leave the tag out, or predict Ethernet.");
        if (IPv6 && Transport is not null && Transport.Contains(GalleryPS.Transport.Broadcast))
        {
            throw new GalleryException(
                ErrorIds.AddressFamilyMismatch,
                GalleryErrorCategory.InvalidArgument,
                "IPv6 has no broadcast.",
                GalleryPS.Transport.Broadcast,
                "Use multicast to ff02::1, which reaches every host of the link.");
        }
    }

    private static GalleryException Invalid(string message, object target, string action) =>
        new(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, message, target, action);
}

/// <summary>How Flute sends, where that is part of what it costs.</summary>
public sealed record FluteEstimateOptions
{
    /// <summary>Repair data in percent of the images; null means <see cref="FluteSendOptions.DefaultRedundancy"/>.</summary>
    [Option("Flute: repair data; default 10.", unit: "%", least: 0, most: 10_000)]
    public double? Redundancy { get; init; }

    /// <summary>How many times more everything is sent.</summary>
    [Option("Flute: how many more times everything is sent.", least: 0, most: 1_000_000)]
    public int Repeat { get; init; }

    /// <summary>The rate on the link; the file table is repeated in time. Null means <see cref="PacingOptions.DefaultFluteRate"/>.</summary>
    [Option("Flute: the rate on the link; default 100Mbps.")]
    public BitRate? BitRate { get; init; }

    /// <summary>A MAC in every packet, as with a passphrase.</summary>
    [Option("Flute: a MAC in every packet, as with a passphrase.")]
    public bool Authenticated { get; init; }

    /// <summary>Version of the protocol, 2 (RFC 6726) or 1 for older receivers.</summary>
    [Option("Flute: version of the protocol; 1 for older receivers.", least: 1, most: 2)]
    public int FluteVersion { get; init; } = 2;

    /// <summary>The error correction.</summary>
    [Option("Flute: the error correction.")]
    public Fec Fec { get; init; } = Fec.RaptorQ;
}

/// <summary>A payload whose cost is predicted: an image, or only its size.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size in bytes.</param>
internal readonly record struct Payload(string Name, long Bytes)
{
    /// <summary>The file, when it is one.</summary>
    internal string? Path { get; init; }

    /// <summary>Its format.</summary>
    internal ImageFormat Format { get; init; }
}
