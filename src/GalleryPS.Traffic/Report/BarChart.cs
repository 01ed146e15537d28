using System.Text;

namespace GalleryPS.Traffic;

/// <summary>
/// Horizontal bars: for each property and each comparison what was predicted and what was captured. They are made of
/// boxes and text, not of a picture, so that a narrow page makes the bars shorter and not the letters smaller.
/// </summary>
internal static class BarChart
{
    /// <summary>Adds a chart.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="comparisons">The rows of each group.</param>
    /// <param name="properties">The groups: properties of <see cref="TrafficTotals"/> in one unit.</param>
    public static void Append(StringBuilder page, IReadOnlyList<TrafficComparison> comparisons, IReadOnlyList<string> properties)
    {
        long most = Math.Max(1, comparisons.SelectMany(comparison => comparison.Layers)
            .Where(layer => properties.Contains(layer.Property))
            .Select(layer => Math.Max(layer.High, layer.Captured)).DefaultIfEmpty().Max());
        page.Append("<div class=\"chart\">\n<p class=\"legend\"><span class=\"key predicted\"></span> predicted, with its range ");
        page.Append("<span class=\"key captured\"></span> captured</p>\n");
        foreach (string property in properties)
        {
            page.Append("<h3>").Append(TrafficReport.Encode(Words.InFull(property))).Append("</h3>\n");
            foreach (TrafficComparison comparison in comparisons)
            {
                LayerComparison layer = comparison.Layers.First(l => l.Property == property);
                string way = TrafficText.Way(comparison.Estimate);
                Row(page, $"{way}, predicted", "predicted", layer.Predicted, most, layer);
                Row(page, $"{way}, captured", "captured", layer.Captured, most, range: null);
            }
        }

        page.Append("</div>\n");
    }

    /// <summary>A bar, its width in per cent of what it lies in; for 0 none, since the least bar can be seen.</summary>
    /// <param name="kind">predicted or captured.</param>
    /// <param name="value">What it shows.</param>
    /// <param name="most">What fills the width.</param>
    public static string Bar(string kind, long value, long most) =>
        value == 0 ? "" : FormattableString.Invariant($"<i class=\"{kind}\" style=\"width:{Share(value, most):0.##}%\"></i>");

    private static void Row(StringBuilder page, string label, string kind, long value, long most, LayerComparison? range)
    {
        Add(page, $"<div class=\"bar\"><span class=\"label\">{TrafficReport.Encode(label)}</span>");
        Add(page, $"<span class=\"track\" aria-hidden=\"true\">{Bar(kind, value, most)}");
        string number = FormattableString.Invariant($"{value:N0}");
        if (range is not null && range.Low != range.High)
        {
            Add(page, $"<i class=\"range\" style=\"left:{Share(range.Low, most):0.##}%;width:{Share(range.High - range.Low, most):0.##}%\"></i>");
            number = FormattableString.Invariant($"{value:N0} ({range.Low:N0} to {range.High:N0})");
        }

        Add(page, $"</span><span class=\"n\">{number}</span></div>\n");
    }

    private static double Share(long value, long most) => 100.0 * value / most;

    private static void Add(StringBuilder page, FormattableString text) => page.Append(FormattableString.Invariant(text));
}
