using System.Globalization;

namespace GalleryPS;

/// <summary>A rate in bit/s, or no limit at all.</summary>
/// <param name="BitsPerSecond">Bit/s, more than 0; positive infinity for no limit.</param>
public readonly record struct BitRate(double BitsPerSecond)
{
    /// <summary>No limit.</summary>
    public static readonly BitRate Unlimited = new(double.PositiveInfinity);

    /// <summary>Whether there is no limit.</summary>
    public bool IsUnlimited => double.IsPositiveInfinity(BitsPerSecond);

    /// <summary>How long so many bytes take at this rate.</summary>
    /// <param name="bytes">Bytes.</param>
    /// <returns>Their time; zero when there is no limit.</returns>
    public TimeSpan TimeFor(long bytes) => IsUnlimited ? TimeSpan.Zero : TimeSpan.FromSeconds(bytes * 8 / BitsPerSecond);

    /// <summary>Reads a rate.</summary>
    /// <param name="text">
    /// A number of bit/s, optionally with a unit: <c>bps</c>, <c>kbps</c>, <c>Mbps</c>, <c>Gbps</c> (or <c>Mbit/s</c>,
    /// or the prefix alone; 10^3, 10^6, 10^9; any case, but <c>MBps</c> and <c>MB/s</c>, which mean bytes, are refused).
    /// <c>0</c> and <c>unlimited</c> mean no limit.
    /// </param>
    /// <returns>The rate.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    public static BitRate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string rest = text.Trim();
        if (rest.Equals("unlimited", StringComparison.OrdinalIgnoreCase)) return Unlimited;
        if (rest.EndsWith("Bps", StringComparison.Ordinal) || rest.EndsWith("B/s", StringComparison.Ordinal))
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"'{text}' is a rate in bytes.", text,
                "Write bits per second: eight times as many, with a small b (100Mbps).");
        }

        foreach (string unit in (string[])["bit/s", "bps", "b/s", "bit"])
        {
            if (!rest.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) continue;
            rest = rest[..^unit.Length].TrimEnd();
            break;
        }

        double factor = rest.Length == 0 ? 1 : char.ToUpperInvariant(rest[^1]) switch { 'K' => 1e3, 'M' => 1e6, 'G' => 1e9, _ => 1 };
        if (factor > 1) rest = rest[..^1].TrimEnd();
        if (!double.TryParse(rest, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !(number >= 0) || double.IsInfinity(number))
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"'{text}' is not a bit rate.", text,
                "Write bits per second as a number, or with a unit: 250000, 500kbps, 100Mbps, 1Gbps, unlimited.");
        }

        return number == 0 ? Unlimited : new BitRate(number * factor);
    }

    /// <inheritdoc/>
    public override string ToString() => BitsPerSecond switch
    {
        double.PositiveInfinity => "unlimited",
        >= 1e9 => Text(1e9, "Gbps"),
        >= 1e6 => Text(1e6, "Mbps"),
        >= 1e3 => Text(1e3, "kbps"),
        _ => Text(1, "bps"),
    };

    private string Text(double unit, string name) => (BitsPerSecond / unit).ToString("0.###", CultureInfo.InvariantCulture) + name;
}
