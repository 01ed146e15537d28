namespace GalleryPS.Traffic;

/// <summary>Numbers with their nouns.</summary>
internal static class Words
{
    /// <summary>So many of something: <c>1 frame</c>, <c>2 frames</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="noun">Of what, in the singular.</param>
    public static string Many(long count, string noun) => Counted.Of(count, noun);

    /// <summary>A verdict for people.</summary>
    public static string Of(TrafficVerdict verdict) => verdict switch
    {
        TrafficVerdict.Exact => "exact",
        TrafficVerdict.WithinRange => "within range",
        _ => "differs",
    };

    /// <summary>What a number of <see cref="TrafficTotals"/> counts, for people.</summary>
    public static string Of(string property) => property switch
    {
        nameof(TrafficTotals.ApplicationBytes) => "Payload",
        nameof(TrafficTotals.TransportBytes) => "+UDP/TCP",
        nameof(TrafficTotals.NetworkBytes) => "+IP",
        nameof(TrafficTotals.LinkBytes) => "+Link",
        nameof(TrafficTotals.WireBytes) => "Wire",
        _ => property,
    };

    /// <summary>What a number of <see cref="TrafficTotals"/> counts and at which layer, for people who read pages.</summary>
    public static string InFull(string property) => property switch
    {
        nameof(TrafficTotals.Datagrams) => "Transport: datagrams and segments",
        nameof(TrafficTotals.Packets) => "Network: packets, every fragment",
        nameof(TrafficTotals.Frames) => "Link: frames",
        nameof(TrafficTotals.ApplicationBytes) => "Application: bytes of payload",
        nameof(TrafficTotals.TransportBytes) => "Transport: bytes with UDP or TCP headers",
        nameof(TrafficTotals.NetworkBytes) => "Network: bytes with IP headers",
        nameof(TrafficTotals.LinkBytes) => "Link: bytes of frames as captured",
        nameof(TrafficTotals.WireBytes) => "Wire: bytes with all that Ethernet adds",
        _ => property,
    };
}
