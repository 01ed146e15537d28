using System.Management.Automation;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Views of predictions, counts and comparisons; also of what is left of them behind jobs, files and remoting.</summary>
public static class TrafficView
{
    /// <summary>The text that is shown.</summary>
    /// <param name="value">A <see cref="TrafficCount"/> or a <see cref="TrafficComparison"/>, or what is left of one.</param>
    public static string Of(PSObject value)
    {
        if (Rehydration.Of<TrafficCount>(value) is { } count) return TrafficText.Of(count);
        return Rehydration.Of<TrafficComparison>(value) is { } comparison ? TrafficText.Of(comparison) : $"{value}";
    }

    /// <summary>How it is sent: the transport, and the protocol where it is not Plain.</summary>
    /// <param name="value">A <see cref="TrafficEstimate"/>, or what is left of one.</param>
    public static string Way(PSObject value) => Rehydration.Of<TrafficEstimate>(value) is { } estimate ? TrafficText.Way(estimate) : $"{value}";
}
