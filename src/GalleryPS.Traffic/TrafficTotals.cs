namespace GalleryPS;

/// <summary>
/// How much traffic there was, counted at every layer. Each layer's bytes contain those of the layer above it:
/// application (payload), transport (with UDP or TCP headers), network (with IP headers), link (with the link
/// layer's header, what a capture shows) and wire (with what no capture shows).
/// </summary>
public sealed record TrafficTotals
{
    /// <summary>UDP datagrams plus TCP segments, both directions.</summary>
    public long Datagrams { get; init; }

    /// <summary>IP packets; every fragment is one.</summary>
    public long Packets { get; init; }

    /// <summary>Link-layer frames.</summary>
    public long Frames { get; init; }

    /// <summary>Bytes of UDP and TCP payload.</summary>
    public long ApplicationBytes { get; init; }

    /// <summary>Payload with its UDP and TCP headers, in bytes.</summary>
    public long TransportBytes { get; init; }

    /// <summary>IP packets with their headers and extension headers, in bytes.</summary>
    public long NetworkBytes { get; init; }

    /// <summary>Frames as a capture shows them: with the link layer's header, without its checksum, in bytes.</summary>
    public long LinkBytes { get; init; }

    /// <summary>
    /// Bytes (byte times) of Ethernet: frames padded to 60, frame check sequence 4, preamble and start of frame 8,
    /// gap between frames 12. On loopback there is no wire, and this equals <see cref="LinkBytes"/>.
    /// </summary>
    public long WireBytes { get; init; }

    /// <summary>Adds layer by layer.</summary>
    public static TrafficTotals operator +(TrafficTotals left, TrafficTotals right) => new()
    {
        Datagrams = left.Datagrams + right.Datagrams,
        Packets = left.Packets + right.Packets,
        Frames = left.Frames + right.Frames,
        ApplicationBytes = left.ApplicationBytes + right.ApplicationBytes,
        TransportBytes = left.TransportBytes + right.TransportBytes,
        NetworkBytes = left.NetworkBytes + right.NetworkBytes,
        LinkBytes = left.LinkBytes + right.LinkBytes,
        WireBytes = left.WireBytes + right.WireBytes,
    };

    /// <summary>Subtracts layer by layer.</summary>
    public static TrafficTotals operator -(TrafficTotals left, TrafficTotals right) => left + (right * -1);

    /// <summary>Multiplies every layer.</summary>
    public static TrafficTotals operator *(TrafficTotals totals, long factor) => new()
    {
        Datagrams = totals.Datagrams * factor,
        Packets = totals.Packets * factor,
        Frames = totals.Frames * factor,
        ApplicationBytes = totals.ApplicationBytes * factor,
        TransportBytes = totals.TransportBytes * factor,
        NetworkBytes = totals.NetworkBytes * factor,
        LinkBytes = totals.LinkBytes * factor,
        WireBytes = totals.WireBytes * factor,
    };

    /// <summary>Adds layer by layer; the named form of <c>+</c>.</summary>
    public static TrafficTotals Add(TrafficTotals left, TrafficTotals right) => left + right;

    /// <summary>Subtracts layer by layer; the named form of <c>-</c>.</summary>
    public static TrafficTotals Subtract(TrafficTotals left, TrafficTotals right) => left - right;

    /// <summary>Multiplies every layer; the named form of <c>*</c>.</summary>
    public static TrafficTotals Multiply(TrafficTotals left, long right) => left * right;

    /// <inheritdoc/>
    public override string ToString() => $"{Counted.Of(Frames, "frame")}, {Counted.Of(LinkBytes, "byte")}";
}
