using System.Globalization;

namespace GalleryPS;

/// <summary>Reads durations the way users write them.</summary>
public static class Durations
{
    /// <summary>Reads a duration.</summary>
    /// <param name="text">
    /// Seconds (<c>0.5</c>), a number with a unit (<c>100ms</c>, <c>10s</c>, <c>2min</c>, <c>1h</c>), or a TimeSpan (<c>00:00:30</c>).
    /// </param>
    /// <returns>The duration, not negative.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public static TimeSpan Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string rest = text.Trim();
        double factor = 1;
        foreach ((string unit, double seconds) in (ReadOnlySpan<(string, double)>)[("ms", 0.001), ("min", 60), ("s", 1), ("m", 60), ("h", 3600)])
        {
            if (!rest.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) continue;
            rest = rest[..^unit.Length].TrimEnd();
            factor = seconds;
            break;
        }

        if (double.TryParse(rest, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)) return FromSeconds(number * factor, text);
        if (TimeSpan.TryParse(rest, CultureInfo.InvariantCulture, out TimeSpan span) && span >= TimeSpan.Zero) return span;
        throw Invalid(text);
    }

    /// <summary>A duration of so many seconds.</summary>
    /// <param name="seconds">Seconds, 0 or more.</param>
    /// <param name="asWritten">What the user wrote, for the error.</param>
    /// <returns>The duration.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public static TimeSpan FromSeconds(double seconds, object? asWritten = null) =>
        seconds is >= 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : throw Invalid(asWritten ?? seconds);

    private static GalleryException Invalid(object text) => new(
        ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"'{text}' is not a duration.", text,
        "Write seconds (0.5), a number with a unit (100ms, 10s, 2min) or hours, minutes and seconds (00:00:30).");
}
