using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>
/// Frames larger than the link carries. The kernel hands the NIC one large segment, which the NIC cuts (TCP
/// segmentation offload, generic segmentation offload), or the NIC joins what arrives; a capture sits in between.
/// </summary>
internal static class SuperFrame
{
    private const int UsualMtu = 1500;

    // Without a word about the MTU, datagrams up to a jumbo frame are taken for what they look like.
    private const int JumboMtu = 9216;

    /// <summary>Finds out whether a packet is a super-frame, and adds what the wire carried to its tally.</summary>
    /// <param name="packet">A packet of UDP or TCP that is no fragment.</param>
    /// <param name="flow">Its flow.</param>
    /// <param name="mtu">The MTU, when it is known.</param>
    /// <param name="tally">The packet's tally; its wire bytes are set in any case.</param>
    /// <returns>True when it is one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Split(in PacketView packet, in FlowEntry flow, int? mtu, ref Tally tally)
    {
        if (packet.IsLoopback) return false;
        long payload = packet.PayloadLength;
        long segment = packet.Kind == PacketKind.Tcp ? TcpSegment(packet, flow, mtu) : UdpSegment(packet, flow, mtu);
        if (segment <= 0 || payload <= segment) return false;
        long parts = (payload + segment - 1) / segment;
        long split = parts - 1;
        long transport = packet.TransportHeaderLength;
        long network = transport + packet.NetworkHeaderLength;
        long link = network + packet.LinkHeaderLength;
        long ethernet = network + 14 + (4 * packet.VlanTags);
        tally.SplitFrames = split;
        tally.SplitTransportBytes = split * transport;
        tally.SplitNetworkBytes = split * network;
        tally.SplitLinkBytes = split * link;
        tally.WireBytes = (split * LayerModel.WireBytes(ethernet + segment))
            + LayerModel.WireBytes(ethernet + payload - (split * segment));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long TcpSegment(in PacketView packet, in FlowEntry flow, int? mtu)
    {
        int options = packet.TransportHeaderLength - 20;
        int said = Least(flow.Forward.SegmentSize, flow.Back.SegmentSize);
        long bySize = said == 0 ? long.MaxValue : said - options;
        int given = mtu ?? (said == 0 ? UsualMtu : int.MaxValue);
        return Math.Min(bySize, (long)given - packet.NetworkHeaderLength - packet.TransportHeaderLength);
    }

    private static long UdpSegment(in PacketView packet, in FlowEntry flow, int? mtu)
    {
        int headers = packet.NetworkHeaderLength + packet.TransportHeaderLength;
        if (packet.Payload.Length == packet.PayloadLength && FluteSegments.Find(packet.Payload, (mtu ?? JumboMtu) - headers) is > 0 and var segment)
            return segment;
        if (packet.NetworkLength <= (mtu ?? JumboMtu)) return long.MaxValue;
        long room = (mtu ?? UsualMtu) - headers;

        // The NIC cuts a super-frame of UDP into datagrams of one size, which the capture does not tell; the
        // largest whole datagram of the flow is the best witness.
        return flow.LargestDatagram > 0 && flow.LargestDatagram <= room ? flow.LargestDatagram : room;
    }

    private static int Least(int a, int b) => a == 0 ? b : b == 0 ? a : Math.Min(a, b);
}
