using System.Net;

namespace GalleryPS;

/// <summary>
/// The traffic of a capture, or of one flow of it, counted at every layer. The plain properties count what the
/// capture shows; <see cref="OnWire"/> counts what the wire carried where segmentation was left to the NIC.
/// </summary>
public sealed class TrafficCount : TrafficCountText
{
    /// <summary>The capture file.</summary>
    public required string Path { get; init; }

    /// <summary>The flow as <c>source -> destination protocol</c>, or null for the whole capture.</summary>
    public string? Flow { get; init; }

    /// <summary>Who began the flow; null for the whole capture.</summary>
    [AsText]
    public new IPEndPoint? Source { get; init; }

    /// <summary>The flow's other end; null for the whole capture.</summary>
    [AsText]
    public new IPEndPoint? Destination { get; init; }

    /// <summary>The flow's protocol, or null for the whole capture.</summary>
    public string? Protocol { get; init; }

    /// <summary>As the wire carried it: super-frames counted as the frames the NIC cut them into.</summary>
    public required TrafficTotals OnWire { get; init; }

    /// <summary>Packets from <see cref="Source"/> to <see cref="Destination"/>; 0 for the whole capture.</summary>
    public long ForwardPackets { get; init; }

    /// <summary>Packets from <see cref="Destination"/> back to <see cref="Source"/>; 0 for the whole capture.</summary>
    public long ReturnPackets { get; init; }

    /// <summary>Packets that are fragments.</summary>
    public required long Fragments { get; init; }

    /// <summary>Frames larger than the link carries: segmentation was left to the NIC, or undone by it.</summary>
    public required long SuperFrames { get; init; }

    /// <summary>TCP segments whose data had been sent before.</summary>
    public required long Retransmissions { get; init; }

    /// <summary>UDP datagrams without payload: ends of transmission.</summary>
    public required long EmptyDatagrams { get; init; }

    /// <summary>Fragmented datagrams of which a part was never seen; 0 for a flow.</summary>
    public long IncompleteDatagrams { get; init; }

    /// <summary>Frames of which the capture holds only the beginning; they count with their full length.</summary>
    public long TruncatedFrames { get; init; }

    /// <summary>When the first frame was captured; null when there is none.</summary>
    public DateTimeOffset? First { get; init; }

    /// <summary>When the last frame was captured; null when there is none.</summary>
    public DateTimeOffset? Last { get; init; }

    /// <summary>From the first frame to the last.</summary>
    [AsText]
    public new TimeSpan Duration => First is { } first && Last is { } last && last > first ? last - first : TimeSpan.Zero;

    /// <summary>The capture by protocol: UDP, TCP, IGMP, MLD, ICMP, ICMPv6, ARP, other; empty for a flow.</summary>
    public IReadOnlyList<TrafficLine> Lines { get; init => field = ReadableCollection<TrafficLine>.Of(value); } = ReadableCollection<TrafficLine>.Of([]);

    /// <summary>The flows in the order they began, when they were asked for.</summary>
    public IReadOnlyList<TrafficCount> ByFlow { get; init => field = ReadableCollection<TrafficCount>.Of(value); } = ReadableCollection<TrafficCount>.Of([]);

    /// <summary>How many flows there are.</summary>
    public int Flows { get; init; }

    /// <summary>Frames of UDP and TCP that belong to no flow: fragments whose first one was never seen, or flows too many to keep.</summary>
    public long FramesWithoutFlow { get; init; }

    /// <summary>Traffic over time, when it was asked for.</summary>
    public IReadOnlyList<TrafficInterval> Timeline { get; init => field = ReadableCollection<TrafficInterval>.Of(value); } = ReadableCollection<TrafficInterval>.Of([]);

    /// <summary>What was found that a reader of the numbers should know, in sentences.</summary>
    public IReadOnlyList<string> Notes { get; init => field = ReadableCollection<string>.Of(value); } = ReadableCollection<string>.Of([]);

    /// <inheritdoc/>
    public override string ToString() => $"{TerminalText.Safe(Flow ?? Path)}: {Counted.Of(Frames, "frame")}, {Counted.Of(LinkBytes, "byte")}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="TrafficCount"/> that are objects in .NET.</summary>
public abstract class TrafficCountText : CapturedTraffic
{
    private protected TrafficCountText()
    {
    }

    /// <summary>TrafficCount.Source as text.</summary>
    public string? Source => ((TrafficCount)this).Source?.ToString();

    /// <summary>TrafficCount.Destination as text.</summary>
    public string? Destination => ((TrafficCount)this).Destination?.ToString();

    /// <summary>TrafficCount.Duration as seconds.</summary>
    public double Duration => ((TrafficCount)this).Duration.TotalSeconds;
}

/// <summary>The traffic of one protocol in a capture.</summary>
public sealed class TrafficLine
{
    /// <summary>UDP, TCP, IGMP, MLD, ICMP, ICMPv6, ARP, IP (other) or Other.</summary>
    public required string Protocol { get; init; }

    // Not a property beside the numbers: JSON would hold them twice, and one level too deep.
    internal TrafficTotals Captured
    {
        get => new()
        {
            Datagrams = Datagrams,
            Packets = Packets,
            Frames = Frames,
            ApplicationBytes = ApplicationBytes,
            TransportBytes = TransportBytes,
            NetworkBytes = NetworkBytes,
            LinkBytes = LinkBytes,
            WireBytes = WireBytes,
        };

        init => (Datagrams, Packets, Frames, ApplicationBytes, TransportBytes, NetworkBytes, LinkBytes, WireBytes) =
            (value.Datagrams, value.Packets, value.Frames, value.ApplicationBytes, value.TransportBytes, value.NetworkBytes, value.LinkBytes, value.WireBytes);
    }

    /// <inheritdoc cref="TrafficTotals.Datagrams"/>
    public long Datagrams { get; init; }

    /// <inheritdoc cref="TrafficTotals.Packets"/>
    public long Packets { get; init; }

    /// <inheritdoc cref="TrafficTotals.Frames"/>
    public long Frames { get; init; }

    /// <inheritdoc cref="TrafficTotals.ApplicationBytes"/>
    public long ApplicationBytes { get; init; }

    /// <inheritdoc cref="TrafficTotals.TransportBytes"/>
    public long TransportBytes { get; init; }

    /// <inheritdoc cref="TrafficTotals.NetworkBytes"/>
    public long NetworkBytes { get; init; }

    /// <inheritdoc cref="TrafficTotals.LinkBytes"/>
    public long LinkBytes { get; init; }

    /// <inheritdoc cref="TrafficTotals.WireBytes"/>
    public long WireBytes { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Protocol}: {Counted.Of(Frames, "frame")}, {Counted.Of(LinkBytes, "byte")}";
}

/// <summary>The traffic within one interval of time.</summary>
public sealed class TrafficInterval : TrafficIntervalText
{
    /// <summary>When it begins, counted from the first frame.</summary>
    [AsText]
    public new required TimeSpan Start { get; init; }

    /// <summary>How long it is.</summary>
    [AsText]
    public new required TimeSpan Length { get; init; }

    /// <summary>Frames captured in it.</summary>
    public required long Frames { get; init; }

    /// <summary>IP packets captured in it.</summary>
    public required long Packets { get; init; }

    /// <summary>Bytes of UDP and TCP payload.</summary>
    public required long ApplicationBytes { get; init; }

    /// <summary>Bytes of the frames as captured.</summary>
    public required long LinkBytes { get; init; }

    /// <summary>Mean rate of the frames as captured, in bit/s.</summary>
    public double BitRate => Length == TimeSpan.Zero ? 0 : LinkBytes * 8 / Length.TotalSeconds;

    /// <inheritdoc/>
    public override string ToString() => $"{Start}: {Counted.Of(Frames, "frame")}, {Counted.Of(LinkBytes, "byte")}";
}

/// <summary>What ConvertTo-Json writes for values of a <see cref="TrafficInterval"/> that are objects in .NET.</summary>
public abstract class TrafficIntervalText
{
    private protected TrafficIntervalText()
    {
    }

    /// <summary>TrafficInterval.Start as seconds.</summary>
    public double Start => ((TrafficInterval)this).Start.TotalSeconds;

    /// <summary>TrafficInterval.Length as seconds.</summary>
    public double Length => ((TrafficInterval)this).Length.TotalSeconds;
}
