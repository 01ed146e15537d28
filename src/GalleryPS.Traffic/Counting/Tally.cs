using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>Running sums, as captured and as the wire carried them.</summary>
internal struct Tally
{
    public long Datagrams;
    public long Packets;
    public long Frames;
    public long ApplicationBytes;
    public long TransportBytes;
    public long NetworkBytes;
    public long LinkBytes;
    public long WireBytes;

    /// <summary>Frames the wire carried beyond those captured, because a super-frame stands for several.</summary>
    public long SplitFrames;

    /// <summary>Transport headers these add, in bytes.</summary>
    public long SplitTransportBytes;

    /// <summary>Transport and IP headers these add, in bytes.</summary>
    public long SplitNetworkBytes;

    /// <summary>Transport, IP and link headers these add, in bytes.</summary>
    public long SplitLinkBytes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(in Tally other)
    {
        Datagrams += other.Datagrams;
        Packets += other.Packets;
        Frames += other.Frames;
        ApplicationBytes += other.ApplicationBytes;
        TransportBytes += other.TransportBytes;
        NetworkBytes += other.NetworkBytes;
        LinkBytes += other.LinkBytes;
        WireBytes += other.WireBytes;
        if (other.SplitFrames == 0) return;
        SplitFrames += other.SplitFrames;
        SplitTransportBytes += other.SplitTransportBytes;
        SplitNetworkBytes += other.SplitNetworkBytes;
        SplitLinkBytes += other.SplitLinkBytes;
    }

    public readonly TrafficTotals Captured => new()
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

    public readonly TrafficTotals OnWire => new()
    {
        Datagrams = Datagrams + SplitFrames,
        Packets = Packets + SplitFrames,
        Frames = Frames + SplitFrames,
        ApplicationBytes = ApplicationBytes,
        TransportBytes = TransportBytes + SplitTransportBytes,
        NetworkBytes = NetworkBytes + SplitNetworkBytes,
        LinkBytes = LinkBytes + SplitLinkBytes,
        WireBytes = WireBytes,
    };
}
