using System.Globalization;
using System.Text;

namespace GalleryPS.Traffic;

/// <summary>Bytes and packets over time: a row for each interval, with its bar and its numbers.</summary>
internal static class TimelineChart
{
    private const int MostBars = 30;

    /// <summary>Adds a chart; without a timeline nothing.</summary>
    public static void Append(StringBuilder page, TrafficComparison comparison)
    {
        IReadOnlyList<TrafficInterval> timeline = comparison.Count.Timeline;
        if (timeline.Count == 0) return;
        List<(TimeSpan Start, long Bytes, long Packets)> bars = Join(timeline, out TimeSpan length);
        long most = Math.Max(1, bars.Max(bar => bar.Bytes));
        Add(page, $"<h3>Over time: {Words.Many(comparison.Count.LinkBytes, "byte")} in {comparison.Count.Duration.TotalSeconds:0.000} s from the first frame on, intervals of {Seconds(length)}</h3>\n");
        page.Append("<table class=\"timeline\">\n<thead><tr><th class=\"n\">Time</th><th></th><th class=\"n\">Bytes</th><th class=\"n\">Packets</th></tr></thead>\n<tbody>\n");
        foreach ((TimeSpan start, long bytes, long packets) in bars)
        {
            Add(page, $"<tr><th scope=\"row\" class=\"n\">{Seconds(start)}</th><td class=\"track\" aria-hidden=\"true\">{BarChart.Bar("captured", bytes, most)}</td>");
            Add(page, $"<td class=\"n\">{bytes:N0}</td><td class=\"n\">{packets:N0}</td></tr>\n");
        }

        page.Append("</tbody>\n</table>\n");
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
