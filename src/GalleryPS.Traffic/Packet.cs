namespace GalleryPS;

/// <summary>One packet of a capture, taken apart and explained.</summary>
public sealed class Packet : PacketText
{
    /// <summary>The frame's number in the file, counted from 1.</summary>
    public required long Number { get; init; }

    /// <summary>When it was captured.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Time since the first frame of the file; negative when clocks were set back.</summary>
    [AsText]
    public new required TimeSpan Elapsed { get; init; }

    /// <summary>Who sent it: <c>address:port</c>, an address, or a MAC address where there is no IP.</summary>
    public required string Source { get; init; }

    /// <summary>Whom it is for, written as <see cref="Source"/> is.</summary>
    public required string Destination { get; init; }

    /// <summary>UDP, TCP, IGMP, MLD, ICMP, ICMPv6, ARP, or the number of another protocol.</summary>
    public required string Protocol { get; init; }

    /// <summary>Bytes of the frame on the link, as captures count it.</summary>
    public required long LinkBytes { get; init; }

    /// <summary>Bytes of the IP packet; 0 without IP.</summary>
    public required long NetworkBytes { get; init; }

    /// <summary>Bytes after the IP header: transport header, if it is in this packet, and payload.</summary>
    public required long TransportBytes { get; init; }

    /// <summary>Bytes of UDP or TCP payload.</summary>
    public required long ApplicationBytes { get; init; }

    /// <summary>Bytes of the frame that the file holds.</summary>
    public required long CapturedBytes { get; init; }

    /// <summary>The TCP flags, such as <c>SYN, ACK</c>; null for other protocols.</summary>
    public string? Flags { get; init; }

    /// <summary>What part of a fragmented datagram it is, or null for a whole one.</summary>
    public PacketFragment? Fragment { get; init; }

    /// <summary>Its place in a TCP connection, or null.</summary>
    public PacketSegment? Segment { get; init; }

    /// <summary>The flow it belongs to, written as in <see cref="TrafficCount.Flow"/>; null without one.</summary>
    public string? Flow { get; init; }

    /// <summary>Which image of its sender it carries a part of, or belongs to; counted from 0; null for none.</summary>
    public int? Image { get; init; }

    /// <summary>Position in the image of the first byte it carries; null when it carries none.</summary>
    public long? ImageOffset { get; init; }

    /// <summary>How many bytes of the image it carries.</summary>
    public long ImageBytes { get; init; }

    /// <summary>Whether it is, or belongs to, an end of transmission.</summary>
    public bool IsEndOfTransmission { get; init; }

    /// <summary>Index of the interface within the file.</summary>
    public int Interface { get; init; }

    /// <summary>What it is for, in one sentence.</summary>
    public required string Explanation { get; init; }

    /// <summary>Where the image was stored that this packet completes, when images are carved out; else null.</summary>
    public string? Path { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Number}: {Explanation}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="Packet"/> that are objects in .NET.</summary>
public abstract class PacketText
{
    private protected PacketText()
    {
    }

    /// <summary>Packet.Elapsed as seconds.</summary>
    public double Elapsed => ((Packet)this).Elapsed.TotalSeconds;
}

/// <summary>The part of a datagram that a fragment carries.</summary>
public sealed class PacketFragment
{
    /// <summary>The identification all fragments of the datagram share.</summary>
    public required long Id { get; init; }

    /// <summary>Number of the first packet of the datagram that was captured: which datagram this is a part of.</summary>
    public required long Datagram { get; init; }

    /// <summary>Which fragment it is, counted from 0.</summary>
    public required int Index { get; init; }

    /// <summary>How many fragments the datagram has; null while that cannot be known.</summary>
    public int? Count { get; init; }

    /// <summary>Position of its first byte within the datagram, the UDP header included, in bytes.</summary>
    public required int Offset { get; init; }

    /// <summary>Whether it is the last one.</summary>
    public required bool IsLast { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Count is { } count ? $"{Index + 1} of {count}" : $"{Index + 1}";
}

/// <summary>The place of a segment in its TCP connection; both numbers count from the connection's beginning.</summary>
public sealed class PacketSegment
{
    /// <summary>Position of its first byte in the sender's stream; 0 is the first byte after the SYN.</summary>
    public required long Offset { get; init; }

    /// <summary>How many bytes of the peer's stream it confirms; null without ACK.</summary>
    public long? Acknowledged { get; init; }

    /// <summary>The window it offers, in bytes; scaled when the handshake was captured.</summary>
    public required long Window { get; init; }

    /// <summary>Whether its data had been sent before.</summary>
    public required bool IsRetransmission { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"at {Offset}";
}
