using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>
/// A frame taken apart: a view over the bytes where they lie, nothing copied. Lengths come from the headers and
/// from the frame's length on the link, so a frame cut by the snap length has its true lengths. Whatever a header
/// claims, no property leads outside the frame.
/// </summary>
internal readonly ref struct PacketView
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly int _transportOffset;
    private readonly int _addressOffset;

    /// <summary>Takes a frame apart.</summary>
    /// <param name="frame">The frame.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public PacketView(CapturedFrame frame)
    {
        ReadOnlySpan<byte> data = frame.Data;
        _data = data;
        FrameLength = frame.Length;
        Kind = PacketKind.Other;
        int offset = LinkHeader.Parse(frame, out int etherType, out int tags, out bool loopback);
        LinkHeaderLength = offset;
        VlanTags = tags;
        IsLoopback = loopback;
        long rest = FrameLength - offset;
        if (etherType == LinkHeader.EtherTypeArp)
        {
            Kind = PacketKind.Arp;
            return;
        }

        if (etherType == LinkHeader.EtherTypeIPv4 && offset + 20 <= data.Length && data[offset] >> 4 == 4)
        {
            int header = (data[offset] & 15) * 4;
            int total = BinaryPrimitives.ReadUInt16BigEndian(data[(offset + 2)..]);

            // Offloaded frames over 64 KiB have no total length; a total beyond the frame is a lie.
            long length = total == 0 || total > rest ? rest : total;
            if (header < 20 || header > length) return;
            IPVersion = 4;
            _addressOffset = offset + 12;
            NetworkLength = length;
            NetworkHeaderLength = header;
            int fragment = BinaryPrimitives.ReadUInt16BigEndian(data[(offset + 6)..]);
            MoreFragments = (fragment & 0x2000) != 0;
            FragmentOffset = (fragment & 0x1FFF) * 8;
            FragmentId = BinaryPrimitives.ReadUInt16BigEndian(data[(offset + 4)..]);
            Protocol = data[offset + 9];
        }
        else if (etherType == LinkHeader.EtherTypeIPv6 && offset + 40 <= data.Length && data[offset] >> 4 == 6)
        {
            IPVersion = 6;
            _addressOffset = offset + 8;
            int payload = BinaryPrimitives.ReadUInt16BigEndian(data[(offset + 4)..]);
            NetworkLength = payload == 0 || payload + 40 > rest ? rest : payload + 40;
            if (payload == 0 && data[offset + 6] is not (0 or 6 or 17)) NetworkLength = 40;
            ExtensionHeaders headers = ExtensionHeaders.Parse(data[offset..], NetworkLength);
            NetworkHeaderLength = headers.Length;
            Protocol = headers.Protocol;
            MoreFragments = headers.MoreFragments;
            FragmentOffset = headers.FragmentOffset;
            FragmentId = headers.FragmentId;
        }
        else
        {
            return;
        }

        TransportLength = NetworkLength - NetworkHeaderLength;
        _transportOffset = offset + NetworkHeaderLength;
        bool first = FragmentOffset == 0;
        ReadOnlySpan<byte> transport = _transportOffset < data.Length ? data[_transportOffset..] : default;
        switch (Protocol)
        {
            case 17:
                Kind = PacketKind.Udp;
                if (first && TransportLength >= 8)
                {
                    TransportHeaderLength = 8;
                    HasPorts = transport.Length >= 4;
                }

                break;
            case 6:
                Kind = PacketKind.Tcp;
                if (first && TransportLength >= 20)
                {
                    HasPorts = transport.Length >= 4;
                    int header = transport.Length > 12 ? (transport[12] >> 4) * 4 : 20;
                    TransportHeaderLength = header < 20 || header > TransportLength ? 20 : header;
                    if (transport.Length > 13) Flags = (TcpFlags)transport[13];
                }

                break;
            case 1:
                Kind = PacketKind.Icmp;
                break;
            case 2:
                Kind = PacketKind.Igmp;
                break;
            case 58:
                Kind = first && transport is [130 or 131 or 132 or 143, ..] ? PacketKind.Mld : PacketKind.IcmpV6;
                break;
            default:
                Kind = PacketKind.OtherIP;
                break;
        }

        if (HasPorts)
        {
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(transport);
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(transport[2..]);
        }
    }

    /// <summary>The line it belongs to.</summary>
    public PacketKind Kind { get; }

    /// <summary>Bytes of the frame on the link.</summary>
    public long FrameLength { get; }

    /// <summary>Bytes before the network layer, VLAN tags included.</summary>
    public int LinkHeaderLength { get; }

    /// <summary>How many VLAN tags it carries.</summary>
    public int VlanTags { get; }

    /// <summary>True when it never left this machine: BSD loopback, or Ethernet without addresses.</summary>
    public bool IsLoopback { get; }

    /// <summary>4, 6, or 0 when it is no IP packet.</summary>
    public int IPVersion { get; }

    /// <summary>Bytes of the IP packet on the link; 0 when it is none.</summary>
    public long NetworkLength { get; }

    /// <summary>Bytes of the IP header with its options or extension headers.</summary>
    public int NetworkHeaderLength { get; }

    /// <summary>The protocol number of what IP carries.</summary>
    public byte Protocol { get; }

    /// <summary>Position of the first byte within the datagram; 0 for the first fragment and for whole packets.</summary>
    public int FragmentOffset { get; }

    /// <summary>True when more fragments follow this one.</summary>
    public bool MoreFragments { get; }

    /// <summary>The identification that fragments of one datagram share.</summary>
    public uint FragmentId { get; }

    /// <summary>True for a part of a datagram.</summary>
    public bool IsFragment => MoreFragments || FragmentOffset != 0;

    /// <summary>Bytes after the IP header: the transport header, if it is here, and payload.</summary>
    public long TransportLength { get; }

    /// <summary>Bytes of the UDP or TCP header in this packet; 0 in fragments after the first.</summary>
    public int TransportHeaderLength { get; }

    /// <summary>True when the ports are known: a first fragment or a whole packet of UDP or TCP.</summary>
    public bool HasPorts { get; }

    /// <summary>The sender's port, when <see cref="HasPorts"/>.</summary>
    public ushort SourcePort { get; }

    /// <summary>The receiver's port, when <see cref="HasPorts"/>.</summary>
    public ushort DestinationPort { get; }

    /// <summary>The TCP flags.</summary>
    public TcpFlags Flags { get; }

    /// <summary>Bytes of UDP or TCP payload in this packet, fragments after the first included; else 0.</summary>
    public long PayloadLength => Kind is PacketKind.Udp or PacketKind.Tcp ? TransportLength - TransportHeaderLength : 0;

    /// <summary>The frame's captured bytes.</summary>
    public ReadOnlySpan<byte> Data => _data;

    /// <summary>What was captured of the network layer and above, padding excluded.</summary>
    public ReadOnlySpan<byte> Network => Slice(LinkHeaderLength, NetworkLength);

    /// <summary>What was captured of the transport layer: header, if it is here, and payload.</summary>
    public ReadOnlySpan<byte> Transport => Slice(_transportOffset, TransportLength);

    /// <summary>What was captured of the payload.</summary>
    public ReadOnlySpan<byte> Payload =>
        Slice(_transportOffset + TransportHeaderLength, TransportLength - TransportHeaderLength);

    /// <summary>The sender's address: 4 or 16 bytes, none without IP.</summary>
    public ReadOnlySpan<byte> SourceAddress
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IPVersion switch
        {
            4 => _data.Slice(_addressOffset, 4),
            6 => _data.Slice(_addressOffset, 16),
            _ => default,
        };
    }

    /// <summary>The receiver's address: 4 or 16 bytes, none without IP.</summary>
    public ReadOnlySpan<byte> DestinationAddress
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IPVersion switch
        {
            4 => _data.Slice(_addressOffset + 4, 4),
            6 => _data.Slice(_addressOffset + 16, 16),
            _ => default,
        };
    }

    /// <summary>Length field of the UDP header: header and payload of the whole datagram; 0 when not captured.</summary>
    public int UdpLength => Kind == PacketKind.Udp && TransportHeaderLength != 0 && Transport.Length >= 6
        ? BinaryPrimitives.ReadUInt16BigEndian(Transport[4..])
        : 0;

    /// <summary>True when the TCP sequence and acknowledgment numbers were captured.</summary>
    public bool HasSequence
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Kind == PacketKind.Tcp && TransportHeaderLength != 0 && Transport.Length >= 14;
    }

    /// <summary>The TCP sequence number, when <see cref="HasSequence"/>.</summary>
    public uint Sequence => BinaryPrimitives.ReadUInt32BigEndian(Transport[4..]);

    /// <summary>The TCP acknowledgment number, when <see cref="HasSequence"/>.</summary>
    public uint Acknowledgment => BinaryPrimitives.ReadUInt32BigEndian(Transport[8..]);

    /// <summary>
    /// Bytes the frame takes on Ethernet; what was captured without an Ethernet header is counted as if it had
    /// one. Frames that never left the machine count as they are.
    /// </summary>
    public long WireLength
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (IsLoopback) return FrameLength;
            bool ethernet = LinkHeaderLength >= 14 && LinkHeaderLength == 14 + (4 * VlanTags);
            long network = IPVersion == 0 ? FrameLength - LinkHeaderLength : NetworkLength;
            return LayerModel.WireBytes(ethernet ? FrameLength : network + 14 + (4 * VlanTags));
        }
    }

    /// <summary>The largest segment the peer accepts, from the options of a SYN (RFC 9293 section 3.7.1); else 0.</summary>
    public int MaximumSegmentSize
    {
        get
        {
            if (Kind != PacketKind.Tcp || (Flags & TcpFlags.Syn) == TcpFlags.None) return 0;
            ReadOnlySpan<byte> transport = Transport;
            if (transport.Length < TransportHeaderLength) return 0;
            ReadOnlySpan<byte> options = transport[20..TransportHeaderLength];
            while (options.Length >= 2)
            {
                if (options[0] == 1)
                {
                    options = options[1..];
                    continue;
                }

                int size = options[1];
                if (options[0] == 0 || size < 2 || size > options.Length) break;
                if (options[0] == 2 && size == 4) return BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
                options = options[size..];
            }

            return 0;
        }
    }

    private ReadOnlySpan<byte> Slice(int offset, long length)
    {
        if (length <= 0 || offset >= _data.Length) return default;
        return _data.Slice(offset, (int)Math.Min(length, _data.Length - offset));
    }
}
