using System.Globalization;
using System.Text;

namespace GalleryPS.Traffic;

/// <summary>Bytes and packets over time, each bar with its number.</summary>
internal static class TimelineChart
{
    private const int Width = 960;
    private const int Height = 260;
    private const int Top = 70;
    private const int Base = 210;
    private const int MostBars = 30;

    /// <summary>Adds a chart; without a timeline nothing.</summary>
    public static void Append(StringBuilder page, TrafficComparison comparison)
    {
        IReadOnlyList<TrafficInterval> timeline = comparison.Count.Timeline;
        if (timeline.Count == 0) return;
        List<(TimeSpan Start, long Bytes, long Packets)> bars = Join(timeline, out TimeSpan length);
        long most = Math.Max(1, bars.Max(bar => bar.Bytes));
        double step = (double)Width / bars.Count;
        Add(page, $"<h3>Over time: {comparison.Count.LinkBytes:N0} bytes in {comparison.Count.Duration.TotalSeconds:0.000} s, intervals of {Seconds(length)}</h3>\n");
        Add(page, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Bytes and packets over time\">\n");
        for (int i = 0; i < bars.Count; i++)
        {
            double height = (double)bars[i].Bytes / most * (Base - Top);
            double x = i * step, center = x + (step / 2);
            Add(page, $"<rect class=\"captured\" x=\"{x + 1:0.##}\" y=\"{Base - height:0.##}\" width=\"{Math.Max(1, step - 2):0.##}\" height=\"{height:0.##}\"/>");
            if (bars[i].Packets != 0)
            {
                Add(page, $"<text class=\"small\" transform=\"translate({center + 4:0.##} {Base - height - 5:0.##}) rotate(-90)\">{bars[i].Bytes:N0}</text>");
                Add(page, $"<text class=\"small soft\" x=\"{center:0.##}\" y=\"{Base + 14}\" text-anchor=\"middle\">{bars[i].Packets:N0}</text>");
            }

            if (i % 5 == 0) Add(page, $"<text class=\"small\" x=\"{x:0.##}\" y=\"{Base + 32}\">{Seconds(bars[i].Start)}</text>");
            page.Append('\n');
        }

        Add(page, $"<line class=\"axis\" x1=\"0\" y1=\"{Base}\" x2=\"{Width}\" y2=\"{Base}\"/>\n");
        Add(page, $"<text class=\"small soft\" x=\"0\" y=\"{Base + 48}\">Above each bar its bytes, below it its packets, then the time since the first frame.</text>\n</svg>\n");
    }

    private static List<(TimeSpan Start, long Bytes, long Packets)> Join(IReadOnlyList<TrafficInterval> timeline, out TimeSpan length)
    {
        int together = (timeline.Count + MostBars - 1) / MostBars;
        length = timeline[0].Length * together;
        return [.. timeline.Chunk(together).Select(chunk =>
            (chunk[0].Start, chunk.Sum(interval => interval.LinkBytes), chunk.Sum(interval => interval.Packets)))];
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds < 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.###} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    private static void Add(StringBuilder page, FormattableString text) => page.Append(FormattableString.Invariant(text));
}
