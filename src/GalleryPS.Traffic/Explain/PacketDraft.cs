using System.Net;

namespace GalleryPS.Traffic;

/// <summary>Collects what is known of a packet until it can be handed out.</summary>
internal sealed class PacketDraft
{
    private readonly long _time;
    private readonly long _elapsed;
    private readonly long _linkBytes;
    private readonly long _networkBytes;
    private readonly long _transportBytes;
    private readonly long _applicationBytes;
    private readonly int _capturedBytes;
    private readonly int _interface;
    private readonly string _protocol;
    private readonly IPAddress? _from;
    private readonly IPAddress? _to;
    private long? _imageOffset;
    private long _imageBytes;

    public PacketDraft(long number, CapturedFrame frame, in PacketView packet, long elapsed)
    {
        Number = number;
        _time = frame.Time;
        _elapsed = elapsed;
        _linkBytes = packet.FrameLength;
        _networkBytes = packet.NetworkLength;
        _transportBytes = packet.TransportLength;
        _applicationBytes = packet.PayloadLength;
        _capturedBytes = frame.Data.Length;
        _interface = frame.Interface;
        _protocol = packet.Kind switch
        {
            PacketKind.Udp => "UDP",
            PacketKind.Tcp => "TCP",
            PacketKind.Igmp => "IGMP",
            PacketKind.Mld => "MLD",
            PacketKind.Icmp => "ICMP",
            PacketKind.IcmpV6 => "ICMPv6",
            PacketKind.Arp => "ARP",
            PacketKind.OtherIP => packet.Protocol.ToString(System.Globalization.CultureInfo.InvariantCulture),
            _ => "",
        };
        if (packet.IPVersion != 0)
        {
            _from = new IPAddress(packet.SourceAddress);
            _to = new IPAddress(packet.DestinationAddress);
            Source = packet.HasPorts ? new IPEndPoint(_from, packet.SourcePort).ToString() : _from.ToString();
            Destination = packet.HasPorts ? new IPEndPoint(_to, packet.DestinationPort).ToString() : _to.ToString();
        }
        else if (frame.LinkType == LinkType.Ethernet && frame.Data.Length >= 12)
        {
            Source = NeighborSentence.Mac(frame.Data.Slice(6, 6));
            Destination = NeighborSentence.Mac(frame.Data[..6]);
        }
    }

    public long Number { get; }

    public string Source { get; private set; } = "";

    public string Destination { get; private set; } = "";

    public string? Flow { get; set; }

    public string? Flags { get; set; }

    public PacketFragment? Fragment { get; set; }

    public PacketSegment? Segment { get; set; }

    public int? Image { get; set; }

    public bool IsEnd { get; set; }

    public string? Path { get; set; }

    /// <summary>Says which bytes of the image are in the packet.</summary>
    public void Carries(long offset, long count) => (_imageOffset, _imageBytes) = (offset, count);

    /// <summary>Fragments after the first have no ports of their own; they have their datagram's.</summary>
    public void UsePorts(DatagramState datagram)
    {
        if (datagram.Flow is null || _from is null || _to is null) return;
        Source = new IPEndPoint(_from, datagram.SourcePort).ToString();
        Destination = new IPEndPoint(_to, datagram.DestinationPort).ToString();
    }

    public Packet Finish(string explanation) => new()
    {
        Number = Number,
        Time = DateTimeOffset.UnixEpoch.AddTicks(_time / 100),
        Elapsed = TimeSpan.FromTicks(_elapsed / 100),
        Source = Source,
        Destination = Destination,
        Protocol = _protocol,
        LinkBytes = _linkBytes,
        NetworkBytes = _networkBytes,
        TransportBytes = _transportBytes,
        ApplicationBytes = _applicationBytes,
        CapturedBytes = _capturedBytes,
        Flags = Flags,
        Fragment = Fragment,
        Segment = Segment,
        Flow = Flow,
        Image = Image,
        ImageOffset = _imageOffset,
        ImageBytes = _imageBytes,
        IsEndOfTransmission = IsEnd,
        Interface = _interface,
        Explanation = explanation,
        Path = Path,
    };
}
