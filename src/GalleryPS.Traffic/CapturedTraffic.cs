namespace GalleryPS;

/// <summary>Traffic of a capture, counted at every layer: what the capture shows.</summary>
public abstract class CapturedTraffic
{
    private protected CapturedTraffic()
    {
    }

    /// <summary>As captured.</summary>
    public required TrafficTotals Captured { get; init; }

    /// <inheritdoc cref="TrafficTotals.Datagrams"/>
    public long Datagrams => Captured.Datagrams;

    /// <inheritdoc cref="TrafficTotals.Packets"/>
    public long Packets => Captured.Packets;

    /// <inheritdoc cref="TrafficTotals.Frames"/>
    public long Frames => Captured.Frames;

    /// <inheritdoc cref="TrafficTotals.ApplicationBytes"/>
    public long ApplicationBytes => Captured.ApplicationBytes;

    /// <inheritdoc cref="TrafficTotals.TransportBytes"/>
    public long TransportBytes => Captured.TransportBytes;

    /// <inheritdoc cref="TrafficTotals.NetworkBytes"/>
    public long NetworkBytes => Captured.NetworkBytes;

    /// <inheritdoc cref="TrafficTotals.LinkBytes"/>
    public long LinkBytes => Captured.LinkBytes;

    /// <inheritdoc cref="TrafficTotals.WireBytes"/>
    public long WireBytes => Captured.WireBytes;
}
