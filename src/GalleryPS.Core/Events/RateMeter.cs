namespace GalleryPS.Events;

/// <summary>How fast something grows at present: over the last two seconds, so that a pause shows and a hiccup does not.</summary>
internal sealed class RateMeter
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2), Longest = TimeSpan.FromDays(10);
    private readonly Queue<(TimeSpan At, double Amount)> _marks = new();
    private (TimeSpan At, double Amount) _last;

    /// <summary>Growth per second; null before there are two marks.</summary>
    public double? PerSecond { get; private set; }

    /// <summary>Takes note of how much there is now.</summary>
    public void Mark(TimeSpan now, double amount)
    {
        // What was begun anew has not grown.
        if (amount < _last.Amount) _marks.Clear();
        while (_marks.TryPeek(out (TimeSpan At, double Amount) oldest) && now - oldest.At > Window) _marks.Dequeue();
        PerSecond = _marks.TryPeek(out (TimeSpan At, double Amount) first) && now > first.At ? (amount - first.Amount) / (now - first.At).TotalSeconds : null;
        _last = (now, amount);
        _marks.Enqueue(_last);
    }

    /// <summary>How long it takes until there is so much.</summary>
    public TimeSpan? TimeUntil(double total)
    {
        if (PerSecond is not > 0) return null;
        double seconds = Math.Max(0, total - _last.Amount) / PerSecond.Value;
        return seconds < Longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }
}
