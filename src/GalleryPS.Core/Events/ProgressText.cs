using System.Globalization;

namespace GalleryPS.Events;

/// <summary>How far work is, in words.</summary>
public static class ProgressText
{
    /// <summary>What is known of all of it: images, bytes, rate, losses; empty when nothing is.</summary>
    /// <param name="progress">How far it is.</param>
    public static string Status(ProgressEvent progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var parts = new List<string>();
        if (progress.Completed is { } completed) parts.Add(Counted.Of(completed, "image"));
        if (progress.Done > 0 || progress.Total > 0) parts.Add(progress.Total is { } total ? Bytes(progress.Done, total) : Invariant($"{progress.Done:N0} bytes"));
        parts.AddRange(RateAndLoss(progress));
        return string.Join(", ", parts);
    }

    /// <summary>One line for a terminal: the activity with its share, briefly, so that there is room for the images under way.</summary>
    /// <param name="progress">How far it is.</param>
    /// <param name="width">Columns there are; the last one stays free, so that no terminal begins a new line.</param>
    public static string Line(ProgressEvent progress, int width)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var parts = new List<string> { progress.Activity };
        if (progress.Total > 0) parts[0] += Invariant($" {Percent(progress.Done, progress.Total.Value):0} %");
        else if (progress.Done > 0) parts.Add(Invariant($"{progress.Done:N0} bytes"));
        parts.AddRange(RateAndLoss(progress));
        if (progress.TimeLeft is { } left) parts.Add(Invariant($"{Math.Floor(left.TotalMinutes):0}:{left.Seconds:00} left"));
        string line = string.Join(", ", parts);
        if (progress.Images.Count > 0)
        {
            // Long names give way, not how far their images are: ", " and " 100 %" are eight columns.
            int room = (width - 1 - line.Length) / progress.Images.Count - 8;
            line += "; " + string.Join(", ", progress.Images.Select(i => Invariant($"{TerminalText.Fit(i.Name, Math.Max(8, room))} {Percent(i.Done, i.Total):0} %")));
        }

        return TerminalText.Safe(line, width - 1);
    }

    /// <summary>Bytes that are done, of all.</summary>
    /// <param name="done">Bytes done so far.</param>
    /// <param name="total">Bytes in all.</param>
    public static string Bytes(long done, long total) => Invariant($"{done:N0} of {total:N0} bytes");

    /// <summary>The share that is done, in percent, 0 to 100; of nothing everything is done.</summary>
    /// <param name="done">Bytes done so far.</param>
    /// <param name="total">Bytes in all.</param>
    public static double Percent(long done, long total) => total > 0 ? Math.Clamp(100.0 * done / total, 0, 100) : 100;

    private static IEnumerable<string> RateAndLoss(ProgressEvent progress)
    {
        if (progress.Rate is { } rate) yield return Invariant($"{rate / 1e6:0.#} Mbps");
        if (progress.LossRate is { } loss) yield return Invariant($"{100 * loss:0.#} % lost");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
