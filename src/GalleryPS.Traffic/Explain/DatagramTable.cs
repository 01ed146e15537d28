using System.Runtime.InteropServices;

namespace GalleryPS.Traffic;

/// <summary>What is known of a UDP datagram, whole or in fragments.</summary>
internal sealed class DatagramState
{
    public required long FirstNumber { get; init; }

    /// <summary>The flow's text; null while the first fragment was not seen.</summary>
    public string? Flow { get; set; }

    public string? Destination { get; set; }

    public ushort SourcePort { get; set; }

    public ushort DestinationPort { get; set; }

    public int? Image { get; set; }

    public bool IsEnd { get; set; }

    /// <summary>Bytes of the datagram with its UDP header; 0 while unknown.</summary>
    public int Length { get; set; }

    /// <summary>Bytes of every fragment but the last; 0 while unknown.</summary>
    public int FragmentSize { get; set; }

    public long Received { get; set; }

    public int? Count => Length != 0 && FragmentSize != 0 ? (Length + FragmentSize - 1) / FragmentSize : null;

    /// <summary>The datagram's bytes as far as they are there, when images are carved out.</summary>
    public DatagramAssembly? Assembly { get; set; }
}

/// <summary>The UDP datagrams of a capture: numbers the images, joins the fragments.</summary>
internal sealed class DatagramTable(ImageNumbers numbers)
{
    private const int MostFragmented = 4096;
    private const int MostFlows = 65536;

    private readonly Dictionary<FragmentKey, DatagramState> _fragmented = [];
    private readonly Dictionary<FlowKey, string> _flows = [];

    /// <summary>Takes a packet of UDP in.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="number">Its number.</param>
    /// <returns>Its datagram.</returns>
    public DatagramState Take(in PacketView packet, long number)
    {
        if (!packet.IsFragment)
        {
            var whole = new DatagramState { FirstNumber = number };
            Begin(packet, whole, packet.PayloadLength);
            return whole;
        }

        if (_fragmented.Count >= MostFragmented) _fragmented.Clear();
        var key = FragmentKey.Of(packet);
        ref DatagramState? slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_fragmented, key, out _);
        DatagramState datagram = slot ??= new DatagramState { FirstNumber = number };
        if (packet.FragmentOffset == 0 && datagram.Flow is null)
        {
            datagram.Length = packet.UdpLength;
            Begin(packet, datagram, Math.Max(0, packet.UdpLength - LayerModel.UdpHeader));
        }

        if (packet.MoreFragments)
            datagram.FragmentSize = (int)packet.TransportLength;
        else
            datagram.Length = packet.FragmentOffset + (int)packet.TransportLength;
        datagram.Received += packet.TransportLength;
        if (datagram.Length != 0 && datagram.Received >= datagram.Length && datagram.Flow is not null) _fragmented.Remove(key);
        return datagram;
    }

    private void Begin(in PacketView packet, DatagramState datagram, long payload)
    {
        var key = FlowKey.Of(packet, out bool reversed);
        FlowEnd source = reversed ? key.High : key.Low;
        FlowEnd destination = reversed ? key.Low : key.High;
        datagram.Flow = FlowText(key, source, destination);
        datagram.Destination = destination.EndPoint(key.IPv6).Address.ToString();
        datagram.SourcePort = packet.SourcePort;
        datagram.DestinationPort = packet.DestinationPort;
        var route = new Route(source.Address, destination.Address, destination.Port, key.Protocol);
        if (payload == 0 && packet.TransportHeaderLength != 0)
        {
            datagram.IsEnd = true;
            numbers.End(route);
        }
        else if (packet.Payload.IsEmpty || ImageHeader.DetectFormat(packet.Payload) != ImageFormat.Unknown)
        {
            datagram.Image = numbers.Next(route);
        }
    }

    private string FlowText(FlowKey key, FlowEnd source, FlowEnd destination)
    {
        if (_flows.TryGetValue(key, out string? text)) return text;
        text = $"{source.EndPoint(key.IPv6)} -> {destination.EndPoint(key.IPv6)} UDP";
        if (_flows.Count < MostFlows) _flows.Add(key, text);
        return text;
    }
}
