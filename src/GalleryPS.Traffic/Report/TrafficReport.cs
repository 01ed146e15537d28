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
    private static readonly string[] ByteProperties =
    [
        nameof(TrafficTotals.ApplicationBytes), nameof(TrafficTotals.TransportBytes), nameof(TrafficTotals.NetworkBytes),
        nameof(TrafficTotals.LinkBytes), nameof(TrafficTotals.WireBytes),
    ];

    private static readonly string[] CountProperties =
        [nameof(TrafficTotals.Datagrams), nameof(TrafficTotals.Packets), nameof(TrafficTotals.Frames)];

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
            Discard(temporary);
            throw new GalleryException(
                ErrorIds.CannotWriteFile,
                GalleryErrorCategory.WriteError,
                $"{path} cannot be written: {e.Message}",
                path,
                "Check the folder and its permissions.",
                e);
        }
    }

    private static void Discard(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // What stopped the report stops this too; the report's own error says more.
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
        page.Append("<h1>Gallery traffic: predicted and captured</h1>\n");
        if (comparisons.Count == 0) return page.Append("<p>Nothing was compared.</p>\n</body>\n</html>\n").ToString();
        Overview(page, comparisons);
        page.Append("<h2>Bytes at each layer</h2>\n");
        BarChart.Append(page, comparisons, ByteProperties);
        page.Append("<h2>Datagrams, packets and frames</h2>\n");
        BarChart.Append(page, comparisons, CountProperties);
        foreach (TrafficComparison comparison in comparisons)
            Details(page, comparison);
        page.Append("</body>\n</html>\n");
        return page.ToString();
    }

    /// <summary>A card for each comparison: the verdict, why, and predicted and captured side by side.</summary>
    private static void Overview(StringBuilder page, IReadOnlyList<TrafficComparison> comparisons)
    {
        page.Append("<div class=\"summary\">\n");
        foreach (TrafficComparison comparison in comparisons)
        {
            TrafficEstimate estimate = comparison.Estimate;
            page.Append("<section class=\"card\">\n<h2>").Append(Heading(estimate)).Append(": ").Append(Badge(comparison.Verdict)).Append("</h2>\n");
            page.Append("<p>").Append(Encode(Text($"{Words.Many(estimate.Images, "image")}, {Words.Many(estimate.ImageBytes, "byte")}."))).Append("</p>\n");
            page.Append("<table>\n<thead><tr><th></th><th class=\"n\">Predicted</th><th class=\"n\">Captured</th></tr></thead>\n<tbody>\n");
            LayerComparison packets = Of(comparison, nameof(TrafficTotals.Packets));
            LayerComparison payload = Of(comparison, nameof(TrafficTotals.ApplicationBytes));
            LayerComparison link = Of(comparison, nameof(TrafficTotals.LinkBytes));
            Line("Packets", Usual(packets), Number(packets.Captured));
            Line("Bytes of payload", Usual(payload), Number(payload.Captured));
            Line("Bytes of frames", Usual(link), Number(link.Captured));
            Line("Overhead: not payload", Percent(estimate.Overhead), Overhead(payload.Captured, link.Captured));
            page.Append("</tbody>\n</table>\n");
            foreach (string reason in comparison.Reasons)
                page.Append("<p>").Append(Encode(reason)).Append("</p>\n");
            page.Append("</section>\n");
        }

        page.Append("</div>\n");

        void Line(string name, string predicted, string captured) =>
            page.Append("<tr><th scope=\"row\">").Append(name).Append("</th><td class=\"n\">").Append(predicted).Append("</td><td class=\"n\">")
                .Append(captured).Append("</td></tr>\n");
    }

    private static void Details(StringBuilder page, TrafficComparison comparison)
    {
        TrafficEstimate estimate = comparison.Estimate;
        page.Append("<section>\n<h2>").Append(Heading(estimate)).Append("</h2>\n<p>");
        page.Append(Encode(Text($"IPv{(estimate.IPv6 ? 6 : 4)}, MTU {estimate.Mtu}, {estimate.LinkLayer}{(estimate.VlanTag ? ", VLAN tag" : "")}. Capture: {comparison.Path}.")));
        page.Append("</p>\n<table class=\"stack\">\n<thead><tr><th>Counted</th><th class=\"n\">Predicted</th><th class=\"n\">Range</th>");
        page.Append("<th class=\"n\">Captured</th><th class=\"n\">Difference</th><th>Verdict</th></tr></thead>\n<tbody>\n");
        foreach (LayerComparison layer in comparison.Layers)
        {
            page.Append("<tr><th scope=\"row\">").Append(Encode(Words.InFull(layer.Property))).Append("</th>");
            Cell(page, "Predicted", Number(layer.Predicted));
            Cell(page, "Range", layer.Low == layer.High ? "exact" : Text($"{layer.Low:N0} to {layer.High:N0}"));
            Cell(page, "Captured", Number(layer.Captured));
            Cell(page, "Difference", layer.Difference.ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture));
            page.Append("<td data-label=\"Verdict\">").Append(Badge(layer.Verdict)).Append("</td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
        foreach (string note in comparison.Count.Notes)
            page.Append("<p>").Append(Encode(note)).Append("</p>\n");
        TimelineChart.Append(page, comparison);
        page.Append("</section>\n");
    }

    private static string Heading(TrafficEstimate estimate) =>
        Encode($"{TrafficText.Way(estimate)} to {Words.Many(estimate.Receivers, "receiver")}");

    private static LayerComparison Of(TrafficComparison comparison, string property) =>
        comparison.Layers.First(layer => layer.Property == property);

    private static string Usual(LayerComparison layer) => TrafficText.Usual(layer.Predicted, layer.Low, layer.High);

    /// <summary>The part of what was captured that is not payload; a dash where nothing was captured.</summary>
    private static string Overhead(long payload, long link) => link == 0 ? "\u2013" : Percent((double)(link - payload) / link);

    private static string Percent(double part) => part.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void Cell(StringBuilder page, string label, string text) =>
        page.Append("<td class=\"n\" data-label=\"").Append(label).Append("\">").Append(text).Append("</td>");

    private static string Badge(TrafficVerdict verdict) =>
        $"<span class=\"{(verdict == TrafficVerdict.Differs ? "bad" : "good")}\">{Words.Of(verdict)}</span>";

    /// <summary>Text that is safe in HTML.</summary>
    internal static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
