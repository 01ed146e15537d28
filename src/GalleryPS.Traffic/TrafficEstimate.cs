namespace GalleryPS;

/// <summary>
/// What sending a gallery costs at every layer, counted at the sender's NIC, the end of transmission included.
/// Plain over UDP is exact. Where timing decides (TCP, and how often FLUTE sends its file table), the plain property is the usual case and the properties ending in
/// <c>Low</c> and <c>High</c> bound what an undisturbed transmission can show; for Plain over UDP the three are equal.
/// ARP, neighbor discovery, IGMP and MLD are not part of it.
/// </summary>
public sealed class TrafficEstimate
{
    /// <summary>The transport.</summary>
    public required Transport Transport { get; init; }

    /// <summary>The protocol.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>How many receivers the gallery goes to.</summary>
    public required int Receivers { get; init; }

    /// <summary>Largest IP packet of the link, in bytes.</summary>
    public required int Mtu { get; init; }

    /// <summary>True for IPv6, false for IPv4.</summary>
    public required bool IPv6 { get; init; }

    /// <summary>What lies below IP.</summary>
    public required LinkLayer LinkLayer { get; init; }

    /// <summary>Whether every frame carries an IEEE 802.1Q tag of 4 bytes.</summary>
    public required bool VlanTag { get; init; }

    /// <summary>Whether TCP segments carry timestamps (RFC 7323), 12 bytes each.</summary>
    public required bool TcpTimestamps { get; init; }

    /// <summary>The image this is about when it is about one image only; else null.</summary>
    public string? Image { get; init; }

    /// <summary>That image's position in the gallery, counted from 0; else null.</summary>
    public int? Index { get; init; }

    /// <summary>Images sent, counted once whatever the number of receivers.</summary>
    public required int Images { get; init; }

    /// <summary>Bytes of these images, counted once whatever the number of receivers.</summary>
    public required long ImageBytes { get; init; }

    /// <summary>Ends of transmission that are part of it: one per destination, or 0.</summary>
    public required int EndsOfTransmission { get; init; }

    /// <summary>Names of the images that cannot be sent in this way and are left out: too large for a datagram.</summary>
    public IReadOnlyList<string> Unsendable { get; internal set => field = ReadableCollection<string>.Of(value); } = ReadableCollection<string>.Of([]);

    /// <summary>What is left out and why, and what would send it; null when nothing is left out.</summary>
    public string? Note { get; internal set; }

    /// <summary>The usual case.</summary>
    public required TrafficTotals Usual { get; init; }

    /// <summary>The least that can be seen when nothing is lost.</summary>
    public required TrafficTotals Low { get; init; }

    /// <summary>The most that can be seen when nothing is lost.</summary>
    public required TrafficTotals High { get; init; }

    /// <summary>Payload bytes of every image in order, for holding captures against them.</summary>
    public IReadOnlyList<long> Sizes { get; init => field = ReadableCollection<long>.Of(value); } = ReadableCollection<long>.Of([]);

    /// <summary>True when there is no range: every property is exact.</summary>
    public bool IsExact => Low == High;

    /// <inheritdoc cref="TrafficTotals.Datagrams"/>
    public long Datagrams => Usual.Datagrams;

    /// <summary>Least number of <see cref="Datagrams"/>.</summary>
    public long DatagramsLow => Low.Datagrams;

    /// <summary>Greatest number of <see cref="Datagrams"/>.</summary>
    public long DatagramsHigh => High.Datagrams;

    /// <inheritdoc cref="TrafficTotals.Packets"/>
    public long Packets => Usual.Packets;

    /// <summary>Least number of <see cref="Packets"/>.</summary>
    public long PacketsLow => Low.Packets;

    /// <summary>Greatest number of <see cref="Packets"/>.</summary>
    public long PacketsHigh => High.Packets;

    /// <inheritdoc cref="TrafficTotals.Frames"/>
    public long Frames => Usual.Frames;

    /// <summary>Least number of <see cref="Frames"/>.</summary>
    public long FramesLow => Low.Frames;

    /// <summary>Greatest number of <see cref="Frames"/>.</summary>
    public long FramesHigh => High.Frames;

    /// <inheritdoc cref="TrafficTotals.ApplicationBytes"/>
    public long ApplicationBytes => Usual.ApplicationBytes;

    /// <summary>Least number of <see cref="ApplicationBytes"/>.</summary>
    public long ApplicationBytesLow => Low.ApplicationBytes;

    /// <summary>Greatest number of <see cref="ApplicationBytes"/>.</summary>
    public long ApplicationBytesHigh => High.ApplicationBytes;

    /// <inheritdoc cref="TrafficTotals.TransportBytes"/>
    public long TransportBytes => Usual.TransportBytes;

    /// <summary>Least number of <see cref="TransportBytes"/>.</summary>
    public long TransportBytesLow => Low.TransportBytes;

    /// <summary>Greatest number of <see cref="TransportBytes"/>.</summary>
    public long TransportBytesHigh => High.TransportBytes;

    /// <inheritdoc cref="TrafficTotals.NetworkBytes"/>
    public long NetworkBytes => Usual.NetworkBytes;

    /// <summary>Least number of <see cref="NetworkBytes"/>.</summary>
    public long NetworkBytesLow => Low.NetworkBytes;

    /// <summary>Greatest number of <see cref="NetworkBytes"/>.</summary>
    public long NetworkBytesHigh => High.NetworkBytes;

    /// <inheritdoc cref="TrafficTotals.LinkBytes"/>
    public long LinkBytes => Usual.LinkBytes;

    /// <summary>Least number of <see cref="LinkBytes"/>.</summary>
    public long LinkBytesLow => Low.LinkBytes;

    /// <summary>Greatest number of <see cref="LinkBytes"/>.</summary>
    public long LinkBytesHigh => High.LinkBytes;

    /// <inheritdoc cref="TrafficTotals.WireBytes"/>
    public long WireBytes => Usual.WireBytes;

    /// <summary>Least number of <see cref="WireBytes"/>.</summary>
    public long WireBytesLow => Low.WireBytes;

    /// <summary>Greatest number of <see cref="WireBytes"/>.</summary>
    public long WireBytesHigh => High.WireBytes;

    /// <summary>The part of <see cref="LinkBytes"/> that is not payload, from 0 to 1.</summary>
    public double Overhead => LinkBytes == 0 ? 0 : (double)(LinkBytes - ApplicationBytes) / LinkBytes;

    /// <summary>The part of <see cref="WireBytes"/> that is not payload, from 0 to 1.</summary>
    public double WireOverhead => WireBytes == 0 ? 0 : (double)(WireBytes - ApplicationBytes) / WireBytes;

    /// <summary><see cref="LinkBytes"/> divided by the number of receivers.</summary>
    public double BytesPerReceiver => (double)LinkBytes / Receivers;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Transport} to {Receivers}: {Images} images, {Packets} packets, {LinkBytes} bytes";
}
