namespace GalleryPS;

/// <summary>What a gallery costs was predicted.</summary>
/// <param name="Estimates">The predictions.</param>
/// <param name="PerImage">Whether there is one for each image.</param>
public sealed record EstimateEvent(IReadOnlyList<TrafficEstimate> Estimates, bool PerImage) : GalleryEvent;

/// <summary>A capture was counted.</summary>
/// <param name="Count">The traffic; of a damaged file, everything before the damage.</param>
/// <param name="ByFlow">Whether its flows are wanted, not the whole.</param>
public sealed record CountEvent(TrafficCount Count, bool ByFlow) : GalleryEvent
{
    /// <summary>What is noted of the whole, for those who see the flows only.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A packet of a capture.</summary>
/// <param name="Packet">The packet.</param>
public sealed record PacketEvent(Packet Packet) : GalleryEvent;

/// <summary>A prediction was held against a capture.</summary>
/// <param name="Comparison">What came of it.</param>
public sealed record ComparisonEvent(TrafficComparison Comparison) : GalleryEvent;

/// <summary>A capture began: nothing that is sent from now on is missed.</summary>
/// <param name="Capture">The capture.</param>
public sealed record CaptureStartedEvent(Capture Capture) : GalleryEvent;

/// <summary>A capture ended, and its file is complete.</summary>
/// <param name="Capture">The capture.</param>
public sealed record CaptureEndedEvent(Capture Capture) : GalleryEvent;
