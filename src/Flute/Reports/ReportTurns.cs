namespace Flute;

/// <summary>
/// When a receiver reports that was asked to do so seldom (<see cref="ReportCodec.Pace"/>): chance spreads the reports of many
/// receivers over time, so that they do not all come at once.
/// </summary>
/// <param name="random">The chance.</param>
public sealed class ReportTurns(Random random)
{
    // Of the time from one report to the next; that all is there is said sooner.
    private const double Finishing = 0.25;
    private TimeSpan _next;
    private bool _finishing;

    /// <summary>About how long to wait from one report to the next; zero when the receiver reports as often as it likes.</summary>
    public TimeSpan Every { get; private set; }

    /// <summary>The sender asks for something else from now on.</summary>
    /// <param name="every">How long to wait; zero for as often as it likes.</param>
    /// <param name="now">The time.</param>
    public void Ask(TimeSpan every, TimeSpan now)
    {
        bool sooner = every < Every;
        Every = every;
        if (!sooner || _next > now + every) Sent(now);
    }

    /// <summary>Whether a report is to be made now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="finished">Whether there is everything.</param>
    public bool IsDue(TimeSpan now, bool finished)
    {
        if (Every == TimeSpan.Zero) return true;
        if (finished && !_finishing)
        {
            _finishing = true;
            TimeSpan soon = now + random.NextDouble() * Finishing * Every;
            if (soon < _next) _next = soon;
        }

        return now >= _next;
    }

    /// <summary>A report was made.</summary>
    /// <param name="now">The time.</param>
    public void Sent(TimeSpan now) => _next = now + (0.5 + random.NextDouble()) * Every;
}
