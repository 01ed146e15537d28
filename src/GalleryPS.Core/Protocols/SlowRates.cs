using static System.FormattableString;

namespace GalleryPS.Protocols;

/// <summary>
/// A rate without a unit is bit/s, and Mbps was meant: whoever would wait longer than a minute is told before, once and with
/// the time.
/// </summary>
/// <param name="rate">The rate.</param>
internal sealed class SlowRates(BitRate rate)
{
    private static readonly TimeSpan Short = TimeSpan.FromMinutes(1);
    private bool _warned;

    /// <summary>The warning, when it is due.</summary>
    /// <param name="bits">What is to be sent at the rate, in bits.</param>
    /// <param name="does">What takes the time: <c>harbour.jpg takes</c>.</param>
    public WarningEvent? Before(double bits, string does) =>
        rate.IsUnlimited ? null : Before(TimeSpan.FromSeconds(Math.Min(bits / rate.BitsPerSecond, TimeSpan.MaxValue.TotalSeconds / 2)), does);

    /// <summary>The warning, when it is due.</summary>
    /// <param name="takes">How long it takes.</param>
    /// <param name="does">What takes the time.</param>
    public WarningEvent? Before(TimeSpan takes, string does)
    {
        if (_warned || takes <= Short) return null;
        _warned = true;
        string time = takes.TotalHours switch
        {
            < 2 => Invariant($"{takes.TotalMinutes:0.#} minutes"),
            < 48 => Invariant($"{takes.TotalHours:0.#} hours"),
            _ => Invariant($"{takes.TotalDays:N0} days"),
        };
        return new WarningEvent(ErrorIds.SlowBitRate, $"At {rate}, {does} {time}. A bit rate without a unit is in bit/s; write 10Mbps for ten million.");
    }
}
