using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>
/// Counts captures, layer by layer and flow by flow. It goes through a file once, allocates nothing per packet, and
/// needs the same memory whatever the file's size.
/// </summary>
public sealed class CaptureCounter
{
    private readonly CountOptions _options;
    private readonly FlowTable _flows;
    private readonly FragmentTable _fragments = new();
    private readonly Tally[] _lines = new Tally[(int)PacketKind.Other + 1];
    private readonly Timeline? _timeline;
    private readonly long[]? _datagramSizes;
    private readonly HashSet<LinkType> _linkTypes = [];
    private LinkType _lastLinkType = (LinkType)(-1);
    private long _frames;
    private long _truncated;
    private long _fragmentPackets;
    private long _firstTime = long.MaxValue;
    private long _lastTime = long.MinValue;

    private CaptureCounter(CountOptions options)
    {
        options.Validate();
        _options = options;
        _flows = new FlowTable(options.MostFlows);
        _timeline = options.Timeline is { } interval ? new Timeline(interval) : null;
        _datagramSizes = options.CollectSizes ? new long[65536] : null;
    }

    /// <summary>Counts a file.</summary>
    /// <param name="path">The file: pcap or pcapng, plain or compressed with gzip or Zstandard.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    /// <exception cref="GalleryException">The file cannot be opened or is no capture at all, or the options are
    /// impossible. Damage further inside does not throw: see <see cref="CountResult.Damage"/>.</exception>
    public static CountResult Count(string path, CountOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using var reader = CaptureReader.Open(path, cancellationToken);
        return Count(reader, options, cancellationToken);
    }

    /// <summary>Counts what a reader yields.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    /// <exception cref="GalleryException">The options are impossible.</exception>
    public static CountResult Count(CaptureReader reader, CountOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(options);
        var counter = new CaptureCounter(options);
        counter.Run(reader, cancellationToken);
        return counter.Result(reader);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run(CaptureReader reader, CancellationToken cancellationToken)
    {
        while (reader.Read())
        {
            if ((++_frames & 0xFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
            Add(reader.Current);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(CapturedFrame frame)
    {
        var packet = new PacketView(frame);
        long time = frame.Time;
        if (time < _firstTime) _firstTime = time;
        if (time > _lastTime) _lastTime = time;
        if (frame.IsTruncated) _truncated++;
        if (frame.LinkType != _lastLinkType)
        {
            _lastLinkType = frame.LinkType;
            _linkTypes.Add(_lastLinkType);
        }

        var tally = new Tally { Frames = 1, LinkBytes = frame.Length, WireBytes = packet.WireLength };
        if (packet.IPVersion != 0)
        {
            tally.Packets = 1;
            tally.NetworkBytes = packet.NetworkLength;
            if (packet.IsFragment) _fragmentPackets++;
        }

        bool selected = !_options.IsSelective;
        if (packet.Kind is PacketKind.Udp or PacketKind.Tcp)
        {
            tally.Datagrams = packet.FragmentOffset == 0 ? 1 : 0;
            tally.TransportBytes = packet.TransportLength;
            tally.ApplicationBytes = packet.PayloadLength;
            selected = AddToFlow(packet, time, ref tally);
        }

        if (selected) _timeline?.Add(time, tally);
        _lines[(int)packet.Kind].Add(tally);
    }

    /// <summary>Counts a packet of UDP or TCP to its flow.</summary>
    /// <returns>Whether it is among what was selected.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool AddToFlow(in PacketView packet, long time, ref Tally tally)
    {
        int index = FragmentTable.Unknown;
        bool reversed = false;
        if (packet.FragmentOffset == 0)
        {
            var key = FlowKey.Of(packet, out reversed);
            index = _flows.FindOrAdd(key, out bool isNew);
            if (isNew) Begin(packet, ref _flows[index], reversed, time);
        }

        if (packet.IsFragment)
        {
            index = _fragments.Join(packet, time, index, tally, out Tally waiting, out int fragmentsWaiting);
            if (index >= 0)
            {
                ref FlowEntry joined = ref _flows[index];
                joined.Tally.Add(waiting);
                joined.ForwardPackets += waiting.Packets;
                joined.Fragments += 1 + fragmentsWaiting;
            }
        }

        if (index < 0) return !_options.IsSelective;
        ref FlowEntry flow = ref _flows[index];
        if (time > flow.LastTime) flow.LastTime = time;
        if (time < flow.FirstTime) flow.FirstTime = time;
        bool repeated = packet.Kind == PacketKind.Tcp && Connection.Follow(packet, ref flow, reversed);
        if (!packet.IsFragment && SuperFrame.Split(packet, flow, _options.Mtu, ref tally)) flow.SuperFrames++;
        flow.Tally.Add(tally);
        if (repeated) flow.Repeated.Add(tally);
        if (packet.FragmentOffset != 0 || reversed == flow.Reversed) flow.ForwardPackets++;
        if (packet.Kind == PacketKind.Udp && packet.FragmentOffset == 0) Datagram(packet, ref flow, tally.SplitFrames == 0);
        return flow.Selected;
    }

    private void Begin(in PacketView packet, ref FlowEntry flow, bool reversed, long time)
    {
        flow.Reversed = reversed;
        flow.FirstTime = flow.LastTime = time;
        flow.Transport = TransportOf(packet);
        flow.Selected = (_options.Transport is null || _options.Transport == flow.Transport)
            && (_options.Port is null || _options.Port == packet.SourcePort || _options.Port == packet.DestinationPort)
            && (_options.Address is null || Has(packet, _options.Address));
    }

    private static Transport TransportOf(in PacketView packet)
    {
        if (packet.Kind == PacketKind.Tcp) return Transport.Tcp;
        ReadOnlySpan<byte> destination = packet.DestinationAddress;
        if (packet.IPVersion == 6) return destination[0] == 0xFF ? Transport.Multicast : Transport.Unicast;
        if (destination[0] >> 4 == 14) return Transport.Multicast;

        // A directed broadcast shows in the frame's destination, or in the packet type of a cooked capture.
        bool broadcast = destination.IndexOfAnyExcept((byte)255) < 0
            || (packet.LinkHeaderLength == 14 + (4 * packet.VlanTags) && packet.Data[..6].IndexOfAnyExcept((byte)255) < 0);
        return broadcast ? Transport.Broadcast : Transport.Unicast;
    }

    private static bool Has(in PacketView packet, System.Net.IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out int length)
            && (packet.SourceAddress.SequenceEqual(bytes[..length]) || packet.DestinationAddress.SequenceEqual(bytes[..length]));
    }

    private void Datagram(in PacketView packet, ref FlowEntry flow, bool whole)
    {
        // The length of a fragmented datagram stands in its first fragment.
        long length = packet.IsFragment ? Math.Max(0, packet.UdpLength - LayerModel.UdpHeader) : packet.PayloadLength;
        if (length == 0 && packet.TransportHeaderLength != 0) flow.EmptyDatagrams++;
        if (whole && !packet.IsFragment && length > flow.LargestDatagram) flow.LargestDatagram = length;
        if (_datagramSizes is not null && flow.Selected) _datagramSizes[Math.Min(length, 65535)]++;
    }

    private CountResult Result(CaptureReader reader)
    {
        _fragments.Finish();
        var summary = new CountSummary(reader.Name, _flows, _lines, _options);
        TrafficCount count = summary.Build(new CountFacts
        {
            Truncated = _truncated,
            Fragments = _fragmentPackets,
            Incomplete = _fragments.Incomplete,
            FirstTime = _firstTime,
            LastTime = _lastTime,
            Timeline = _timeline,
            LinkTypes = _linkTypes,
            Skipped = reader.Notes,
        });
        var datagrams = new Dictionary<long, long>();
        for (int size = 0; _datagramSizes is not null && size < _datagramSizes.Length; size++)
        {
            if (_datagramSizes[size] != 0) datagrams.Add(size, _datagramSizes[size]);
        }

        return new CountResult(count, reader.Damage)
        {
            Skipped = reader.Notes,
            Interfaces = reader.Interfaces,
            DatagramSizes = datagrams,
            StreamSizes = _options.CollectSizes ? summary.StreamSizes() : new Dictionary<long, long>(),
            Repeated = summary.Repeated(),
            IsForeignLink = _linkTypes.Any(type => type != LinkType.Ethernet),
        };
    }
}
