namespace GalleryPS.Traffic;

/// <summary>The arithmetic of headers: what IP and the link layer make of a transport payload.</summary>
internal readonly struct LayerModel(EstimateOptions options)
{
    /// <summary>Bytes of a UDP header (RFC 768).</summary>
    public const int UdpHeader = 8;

    private const int EthernetHeader = 14;
    private const int VlanTagBytes = 4;
    private const int FragmentHeader = 8;

    private readonly int _mtu = options.EffectiveMtu;
    private readonly bool _ipv6 = options.IPv6;
    private readonly int _linkHeader = EthernetHeader + (options.VlanTag ? VlanTagBytes : 0);
    private readonly bool _wire = options.LinkLayer == LinkLayer.Ethernet;

    /// <summary>Bytes of an IP header without options: 20 (RFC 791) or 40 (RFC 8200).</summary>
    public int IpHeader => _ipv6 ? 40 : 20;

    /// <summary>Largest payload of one UDP datagram in bytes: the length fields of IPv4 and of UDP set it.</summary>
    public int LargestUdpPayload => (_ipv6 ? 65535 : 65535 - IpHeader) - UdpHeader;

    /// <summary>One UDP datagram with its fragments.</summary>
    /// <param name="payload">Payload in bytes.</param>
    public TrafficTotals Datagram(long payload)
    {
        long transport = payload + UdpHeader;
        TrafficTotals packets = transport + IpHeader <= _mtu
            ? Packet(transport + IpHeader)
            : Fragments(transport);
        return packets with { Datagrams = 1, ApplicationBytes = payload, TransportBytes = transport };
    }

    /// <summary>TCP segments that are all alike.</summary>
    /// <param name="count">How many.</param>
    /// <param name="tcpHeader">Header with options in bytes.</param>
    /// <param name="payload">Payload of each in bytes.</param>
    public TrafficTotals Segments(long count, int tcpHeader, long payload) =>
        (Packet(IpHeader + tcpHeader + payload) with
        {
            Datagrams = 1,
            ApplicationBytes = payload,
            TransportBytes = tcpHeader + payload,
        }) * count;

    /// <summary>
    /// Fragments of a datagram that exceeds the MTU. All but the last carry a multiple of 8 bytes (RFC 791 section
    /// 3.2, RFC 8200 section 4.5). The last IPv4 fragment may fill the MTU to the byte; Linux cuts IPv6 fragments
    /// to multiples of 8 throughout, so that a rest between the two sizes becomes a fragment of its own.
    /// </summary>
    private TrafficTotals Fragments(long transport)
    {
        int room = _mtu - IpHeader - (_ipv6 ? FragmentHeader : 0);
        int unit = room & ~7;
        int last = _ipv6 ? unit : room;
        long full = transport <= last ? 0 : (transport - last + unit - 1) / unit;
        int header = IpHeader + (_ipv6 ? FragmentHeader : 0);
        return (Packet(header + unit) * full) + Packet(header + transport - (full * unit));
    }

    private TrafficTotals Packet(long networkBytes)
    {
        long link = networkBytes + _linkHeader;
        return new TrafficTotals
        {
            Packets = 1,
            Frames = 1,
            NetworkBytes = networkBytes,
            LinkBytes = link,
            WireBytes = _wire ? WireBytes(link) : link,
        };
    }

    /// <summary>Byte times a frame occupies on Ethernet.</summary>
    /// <param name="linkBytes">The frame as captured, without checksum.</param>
    public static long WireBytes(long linkBytes) => Math.Max(linkBytes, 60) + 4 + 8 + 12;
}
