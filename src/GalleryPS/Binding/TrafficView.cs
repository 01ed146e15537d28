using System.Management.Automation;
using System.Management.Automation.Host;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Binding;

/// <summary>Views of predictions, counts and comparisons; also of what is left of them behind jobs, files and remoting.</summary>
public static class TrafficView
{
    /// <summary>Type names of objects whose table the window is too narrow for: their view has lines.</summary>
    internal const string EstimateLines = "GalleryPS.TrafficEstimate#Lines", LayerLines = "GalleryPS.LayerComparison#Lines";

    /// <summary>Type name of predictions of which some have images that cannot be sent: their table says how many.</summary>
    internal const string EstimatePartly = "GalleryPS.TrafficEstimate#Partly";

    /// <summary>The text that is shown.</summary>
    /// <param name="value">What the traffic cmdlets emit, or what is left of it.</param>
    /// <param name="host">The host, whose window the text is to fit.</param>
    public static string Of(PSObject value, PSHost? host)
    {
        int columns = Screen.Columns(host) - 1;
        if (Rehydration.Of<TrafficCount>(value) is { } count) return count.Flow is null ? TrafficText.Of(count, columns) : TrafficText.Flow(count, columns);
        if (Rehydration.Of<TrafficComparison>(value) is { } comparison) return TrafficText.Of(comparison, columns);
        if (Rehydration.Of<TrafficEstimate>(value) is { } estimate) return TrafficText.Of(estimate, columns);
        return Rehydration.Of<LayerComparison>(value) is { } layer ? TrafficText.Of(layer, columns) : $"{value}";
    }

    /// <summary>How it is sent: the transport, and the protocol where it is not Plain.</summary>
    /// <param name="value">A <see cref="TrafficEstimate"/>, or what is left of one.</param>
    public static string Way(PSObject value) => Rehydration.Of<TrafficEstimate>(value) is { } estimate ? TrafficText.Way(estimate) : $"{value}";

    /// <summary>How many images are too large for a datagram, or a dash.</summary>
    /// <param name="value">A <see cref="TrafficEstimate"/>, or what is left of one.</param>
    public static string TooLarge(PSObject value) => (Rehydration.Of<TrafficEstimate>(value) is { } estimate ? TrafficText.TooLarge(estimate) : null) ?? "-";
}
