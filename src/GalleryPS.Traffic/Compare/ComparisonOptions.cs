using System.Net;

namespace GalleryPS.Traffic;

/// <summary>Which traffic of a capture is held against a prediction.</summary>
public sealed record ComparisonOptions
{
    /// <summary>Only flows with this port at either end; null for all traffic of the capture.</summary>
    [Option("Only flows with this port at either end; default: all traffic of the capture.", least: 0, most: 65_535, letter: 'p')]
    public int? Port { get; init; }

    /// <summary>Only flows with this address at either end; null for all.</summary>
    [Option("Only flows with this address at either end.")]
    public IPAddress? Address { get; init; }

    /// <summary>
    /// Only flows of the prediction's transport: for captures that hold several. Without it everything in the
    /// capture counts, as it does when one reads the capture's own totals.
    /// </summary>
    public bool OfTransport { get; init; }

    /// <summary>Whether the timeline is kept, for a report.</summary>
    public bool Timeline { get; init; }
}
