using System.Globalization;

namespace GalleryPS.Cli.Output;

/// <summary>How far a session is, in one line of a terminal that is written over and over.</summary>
internal static class ProgressLine
{
    private const int DefaultWidth = 80;

    /// <summary>The line: what is known of all of it, briefly, so that there is room for the images that are under way.</summary>
    /// <param name="progress">How far it is.</param>
    /// <param name="width">Columns there are; the last one stays free, so that no terminal begins a new line.</param>
    public static string Of(ProgressEvent progress, int width)
    {
        var parts = new List<string> { progress.Activity };
        if (progress.Total > 0) parts[0] += Invariant($" {100.0 * progress.Done / progress.Total.Value:0} %");
        else if (progress.Done > 0) parts.Add(Invariant($"{progress.Done:N0} bytes"));
        if (progress.Rate is { } rate) parts.Add(Invariant($"{rate / 1e6:0.#} Mbps"));
        if (progress.LossRate is { } loss) parts.Add(Invariant($"{100 * loss:0.#} % lost"));
        if (progress.TimeLeft is { } left) parts.Add(Invariant($"{Math.Floor(left.TotalMinutes):0}:{left.Seconds:00} left"));
        string line = string.Join(", ", parts);
        if (progress.Images.Count > 0)
        {
            line += "; " + string.Join(", ", progress.Images.Select(static i => Invariant($"{i.Name} {(i.Total > 0 ? 100.0 * i.Done / i.Total : 100):0} %")));
        }

        return TerminalText.Safe(line, width - 1);
    }

    /// <summary>Columns of the terminal.</summary>
    public static int Width()
    {
        try
        {
            return Console.WindowWidth is > 1 and var width ? width : DefaultWidth;
        }
        catch (Exception e) when (e is IOException or PlatformNotSupportedException)
        {
            return DefaultWidth;
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
