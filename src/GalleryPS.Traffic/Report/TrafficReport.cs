using System.Globalization;
using System.Net;
using System.Text;

namespace GalleryPS.Traffic;

/// <summary>
/// Writes comparisons as one HTML file that needs nothing else: tables, and charts with their numbers, for light and
/// dark screens and for paper.
/// </summary>
public static class TrafficReport
{
    private static readonly (string Property, string Title)[] ByteProperties =
    [
        (nameof(TrafficTotals.ApplicationBytes), "Application: payload"),
        (nameof(TrafficTotals.TransportBytes), "Transport: with UDP or TCP headers"),
        (nameof(TrafficTotals.NetworkBytes), "Network: with IP headers"),
        (nameof(TrafficTotals.LinkBytes), "Link: frames as captured"),
        (nameof(TrafficTotals.WireBytes), "Wire: with all that Ethernet adds"),
    ];

    private static readonly (string Property, string Title)[] CountProperties =
    [
        (nameof(TrafficTotals.Datagrams), "Transport: datagrams and segments"),
        (nameof(TrafficTotals.Packets), "Network: packets, every fragment"),
        (nameof(TrafficTotals.Frames), "Link: frames"),
    ];

    /// <summary>Writes a report; the file appears when it is whole.</summary>
    /// <param name="comparisons">What to report, one or more.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteFile"/>.</exception>
    public static void Write(IReadOnlyList<TrafficComparison> comparisons, string path)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        ArgumentNullException.ThrowIfNull(path);
        string temporary = path + ".part";
        try
        {
            File.WriteAllText(temporary, Html(comparisons), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new GalleryException(
                ErrorIds.CannotWriteFile,
                GalleryErrorCategory.WriteError,
                $"{path} cannot be written: {e.Message}",
                path,
                "Check the folder and its permissions.",
                e);
        }
    }

    /// <summary>The report as text.</summary>
    /// <param name="comparisons">What to report.</param>
    public static string Html(IReadOnlyList<TrafficComparison> comparisons)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.Append("<title>Gallery traffic: predicted and captured</title>\n<style>\n").Append(ReportStyle.Css).Append("</style>\n</head>\n<body>\n");
        page.Append(ReportStyle.Hatch).Append("<h1>Gallery traffic: predicted and captured</h1>\n");
        Overview(page, comparisons);
        page.Append("<h2>Bytes at each layer</h2>\n");
        BarChart.Append(page, "Bytes at each layer", comparisons, ByteProperties);
        page.Append("<h2>Datagrams, packets and frames</h2>\n");
        BarChart.Append(page, "Datagrams, packets and frames", comparisons, CountProperties);
        foreach (TrafficComparison comparison in comparisons)
            Details(page, comparison);
        page.Append("</body>\n</html>\n");
        return page.ToString();
    }

    private static void Overview(StringBuilder page, IReadOnlyList<TrafficComparison> comparisons)
    {
        page.Append("<table>\n<thead><tr><th>Transport</th><th class=\"n\">Receivers</th><th class=\"n\">Images</th><th class=\"n\">Image bytes</th>");
        page.Append("<th class=\"n\">Packets</th><th class=\"n\">Link bytes</th><th class=\"n\">Overhead</th><th>Verdict</th><th>Why</th></tr></thead>\n<tbody>\n");
        foreach (TrafficComparison comparison in comparisons)
        {
            TrafficEstimate estimate = comparison.Estimate;
            page.Append("<tr><th scope=\"row\">").Append(estimate.Transport).Append("</th>");
            Cell(page, estimate.Receivers);
            Cell(page, estimate.Images);
            Cell(page, estimate.ImageBytes);
            Cell(page, Captured(comparison, nameof(TrafficTotals.Packets)));
            Cell(page, Captured(comparison, nameof(TrafficTotals.LinkBytes)));
            page.Append("<td class=\"n\">").Append(estimate.Overhead.ToString("P1", CultureInfo.InvariantCulture)).Append("</td>");
            page.Append("<td>").Append(Badge(comparison.Verdict)).Append("</td><td>").Append(Encode(comparison.Reason)).Append("</td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
    }

    private static void Details(StringBuilder page, TrafficComparison comparison)
    {
        TrafficEstimate estimate = comparison.Estimate;
        page.Append("<section>\n<h2>").Append(estimate.Transport).Append(" to ").Append(estimate.Receivers);
        page.Append(estimate.Receivers == 1 ? " receiver" : " receivers").Append("</h2>\n<p>");
        page.Append(Encode(Text($"IPv{(estimate.IPv6 ? 6 : 4)}, MTU {estimate.Mtu}, {estimate.LinkLayer}{(estimate.VlanTag ? ", VLAN tag" : "")}. Capture: {comparison.Path}.")));
        page.Append("</p>\n<table>\n<thead><tr><th>Layer</th><th>Property</th><th class=\"n\">Predicted</th><th class=\"n\">Range</th>");
        page.Append("<th class=\"n\">Captured</th><th class=\"n\">Difference</th><th>Verdict</th></tr></thead>\n<tbody>\n");
        foreach (LayerComparison layer in comparison.Layers)
        {
            page.Append("<tr><th scope=\"row\">").Append(layer.Layer).Append("</th><td>").Append(layer.Property).Append("</td>");
            Cell(page, layer.Predicted);
            page.Append("<td class=\"n\">").Append(layer.Low == layer.High ? "exact" : Text($"{layer.Low:N0} to {layer.High:N0}")).Append("</td>");
            Cell(page, layer.Captured);
            page.Append("<td class=\"n\">").Append(layer.Difference.ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture)).Append("</td>");
            page.Append("<td>").Append(Badge(layer.Verdict)).Append("</td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
        foreach (string note in comparison.Count.Notes)
            page.Append("<p>").Append(Encode(note)).Append("</p>\n");
        TimelineChart.Append(page, comparison);
        page.Append("</section>\n");
    }

    private static long Captured(TrafficComparison comparison, string property) =>
        comparison.Layers.First(layer => layer.Property == property).Captured;

    private static void Cell(StringBuilder page, long number) =>
        page.Append("<td class=\"n\">").Append(number.ToString("N0", CultureInfo.InvariantCulture)).Append("</td>");

    private static string Badge(TrafficVerdict verdict) => verdict switch
    {
        TrafficVerdict.Exact => "<span class=\"good\">exact</span>",
        TrafficVerdict.WithinRange => "<span class=\"good\">within range</span>",
        _ => "<span class=\"bad\">differs</span>",
    };

    /// <summary>Text that is safe in HTML.</summary>
    internal static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
