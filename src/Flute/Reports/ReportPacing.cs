namespace Flute;

/// <summary>
/// Keeps the number of reports bounded, however many receivers there are: a few are heard as often as they like, and rate and
/// window follow those; the others report seldom, in turns that chance makes. One that loses more than is known of its way
/// becomes one of the few, and stays it as long as its way keeps the rate down.
/// </summary>
internal sealed class ReportPacing
{
    /// <summary>Up to so many receivers all are heard often.</summary>
    public const int All = 48;

    /// <summary>Of more than that, so many are.</summary>
    public const int Few = 32;

    /// <summary>Reports in a second that the others make together.</summary>
    public const double PerSecond = 5000;

    // So much more than is known of a way must be lost on it, in so many packets, for it to be looked at.
    private const double Excess = 0.02;
    private const long FewPackets = 256;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(25), Examination = TimeSpan.FromSeconds(1);
    private readonly List<ReceiverState> _often = [];
    private int _paced;
    private double _bar;
    private TimeSpan _barAt;

    /// <summary>Those that are heard often and do not have everything.</summary>
    public IReadOnlyList<ReceiverState> Often => _often;

    /// <summary>A receiver joined.</summary>
    /// <param name="receiver">The receiver.</param>
    /// <param name="receivers">How many there are.</param>
    public void Join(ReceiverState receiver, int receivers)
    {
        if (receivers > All && receiver.TakesPace) receiver.HearSeldom(Every(receivers));
        else Add(receiver);
    }

    /// <summary>A receiver left.</summary>
    public void Leave(ReceiverState receiver) => Remove(receiver);

    /// <summary>A receiver reported: decides how often it reports from now on.</summary>
    /// <param name="receiver">The receiver.</param>
    /// <param name="receivers">How many there are that do not have everything.</param>
    /// <param name="rate">Where the rate follows the network.</param>
    /// <param name="sender">The sender.</param>
    /// <param name="now">The time.</param>
    public void Note(ReceiverState receiver, int receivers, RateControl? rate, FluteSender sender, TimeSpan now)
    {
        if (receiver.Completed is not null)
        {
            Remove(receiver);
        }
        else if (receiver.ReportEvery == TimeSpan.Zero)
        {
            if (receivers > All && receiver.TakesPace && _paced > Few && receiver != rate?.Slowest) Yield(receiver, receivers);
        }
        else if (receivers <= All || _paced <= Few / 2 || IsOfInterest(receiver, receivers, rate, now))
        {
            Add(receiver);
            receiver.HearOften(sender, now);
        }
        else
        {
            receiver.HearSeldom(Every(receivers));
        }
    }

    // In steps, so that what a receiver was told stays so for a while.
    internal static TimeSpan Every(int receivers)
    {
        double wanted = receivers / PerSecond;
        TimeSpan every = Shortest;
        while (every.TotalSeconds < wanted && every * 2 <= ReportCodec.MostPace) every *= 2;
        return every;
    }

    // Of those that want to be looked at the worst come first: whoever is refused raises the bar for a while.
    private bool IsOfInterest(ReceiverState receiver, int receivers, RateControl? rate, TimeSpan now)
    {
        _bar *= Math.Exp(-(now - _barAt).TotalSeconds);
        _barAt = now;
        double excess = receiver.LatestPackets < FewPackets ? 0 : receiver.LatestLoss - receiver.KnownLoss;
        if (excess <= Excess) return false;
        if (excess >= _bar)
        {
            if (_paced < Few) return true;
            if (Dispensable(rate, now) is { } other)
            {
                Yield(other, receivers);
                return true;
            }
        }

        _bar = Math.Max(_bar, 0.9 * excess);
        return false;
    }

    // One that was looked at long enough: the one whose way carries most. It hears of it when it reports.
    private ReceiverState? Dispensable(RateControl? rate, TimeSpan now) => _often
        .Where(r => r.TakesPace && r != rate?.Slowest && (r.IsGone || now - r.HeardOftenSince > Examination)).MaxBy(static r => r.IsGone ? double.MaxValue : r.Path.Rate);

    private void Yield(ReceiverState receiver, int receivers)
    {
        Remove(receiver);
        receiver.HearSeldom(Every(receivers));
    }

    private void Add(ReceiverState receiver)
    {
        _often.Add(receiver);
        if (receiver.TakesPace) _paced++;
    }

    private void Remove(ReceiverState receiver)
    {
        if (_often.Remove(receiver) && receiver.TakesPace) _paced--;
    }
}
