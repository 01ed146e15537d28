using System.Globalization;
using System.Text;

namespace GalleryPS.Traffic;

/// <summary>Horizontal bars: for each property and each comparison what was predicted and what was captured.</summary>
internal static class BarChart
{
    private const int Width = 960;
    private const int Left = 130;
    private const int Right = 210;
    private const int Bar = 11;
    private const int Pair = (2 * Bar) + 8;
    private const int Head = 24;

    /// <summary>Adds a chart.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="name">What it shows, for those who cannot see it.</param>
    /// <param name="comparisons">The rows of each group.</param>
    /// <param name="properties">The groups.</param>
    public static void Append(
        StringBuilder page, string name, IReadOnlyList<TrafficComparison> comparisons, IReadOnlyList<(string Property, string Title)> properties)
    {
        int group = Head + (comparisons.Count * Pair) + 10;
        int height = Head + (properties.Count * group);
        long most = Math.Max(1, comparisons.SelectMany(comparison => comparison.Layers)
            .Where(layer => properties.Any(property => property.Property == layer.Property))
            .Select(layer => Math.Max(layer.High, layer.Captured)).DefaultIfEmpty().Max());
        Add(page, $"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{name}\">\n");
        Legend(page);
        for (int i = 0; i < properties.Count; i++)
        {
            int y = Head + (i * group);
            Add(page, $"<text class=\"title\" x=\"0\" y=\"{y + 16}\">{TrafficReport.Encode(properties[i].Title)}</text>\n");
            for (int j = 0; j < comparisons.Count; j++)
            {
                LayerComparison layer = comparisons[j].Layers.First(one => one.Property == properties[i].Property);
                Row(page, comparisons[j].Transport.ToString(), layer, y + Head + (j * Pair), most);
            }
        }

        page.Append("</svg>\n");
    }

    private static void Legend(StringBuilder page)
    {
        Add(page, $"<rect class=\"predicted\" x=\"{Left}\" y=\"3\" width=\"26\" height=\"{Bar}\"/><text x=\"{Left + 34}\" y=\"13\">predicted, with its range</text>\n");
        Add(page, $"<rect class=\"captured\" x=\"{Left + 210}\" y=\"3\" width=\"26\" height=\"{Bar}\"/><text x=\"{Left + 244}\" y=\"13\">captured</text>\n");
    }

    private static void Row(StringBuilder page, string label, LayerComparison layer, int y, long most)
    {
        double predicted = Scale(layer.Predicted, most), captured = Scale(layer.Captured, most);
        Add(page, $"<text class=\"soft\" x=\"{Left - 8}\" y=\"{y + Bar + 5}\" text-anchor=\"end\">{label}</text>\n");
        Add(page, $"<rect class=\"predicted\" x=\"{Left}\" y=\"{y}\" width=\"{predicted:0.##}\" height=\"{Bar}\"/>");
        double end = predicted;
        string range = "";
        if (layer.Low != layer.High)
        {
            double low = Left + Scale(layer.Low, most), high = Left + Scale(layer.High, most);
            end = high - Left;
            range = string.Create(CultureInfo.InvariantCulture, $" ({layer.Low:N0} to {layer.High:N0})");
            Add(page, $"<path class=\"range\" d=\"M{low:0.##} {y + 2}v{Bar - 4}M{low:0.##} {y + (Bar / 2.0):0.##}H{high:0.##}M{high:0.##} {y + 2}v{Bar - 4}\"/>");
        }

        Add(page, $"<text class=\"small\" x=\"{Left + end + 6:0.##}\" y=\"{y + Bar - 1}\">{layer.Predicted:N0}{range}</text>\n");
        Add(page, $"<rect class=\"captured\" x=\"{Left}\" y=\"{y + Bar + 1}\" width=\"{captured:0.##}\" height=\"{Bar}\"/>");
        Add(page, $"<text class=\"small\" x=\"{Left + captured + 6:0.##}\" y=\"{y + (2 * Bar)}\">{layer.Captured:N0}</text>\n");
    }

    private static double Scale(long value, long most) => (double)value / most * (Width - Left - Right);

    private static void Add(StringBuilder page, FormattableString text) => page.Append(FormattableString.Invariant(text));
}
