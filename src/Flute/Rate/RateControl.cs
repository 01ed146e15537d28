namespace Flute;

/// <summary>
/// The rate of a session that is served: that of the slowest way to a receiver which does not have everything yet. It is made
/// for multicast, as TFMCC (RFC 4654) is, but listens to delays, and to every receiver.
/// </summary>
/// <param name="most">Bit/s at most; null for no limit.</param>
/// <param name="leavesSlow">Whether those far slower than the others are served later.</param>
public sealed class RateControl(double? most, bool leavesSlow = false)
{
    // So long the rate is that of most: how fast others are is not known as long as everybody follows the slowest. Less than this
    // share of the usual rate is far slower.
    private static readonly TimeSpan Trial = TimeSpan.FromMilliseconds(500);
    private const double FarSlower = 0.25;
    private TimeSpan? _tried;

    // Who says nothing for so long, and some round trips, does not rule the others.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    // Bit/s as long as nobody was heard, after the first packets, and when nobody was heard lately.
    private const double Unheard = 5e6;
    private long _firstPacket = -1;

    /// <summary>Bit/s at most; null for no limit.</summary>
    public double? Most { get; } = most;

    /// <summary>Whether the network keeps the rate down at present, not the limit.</summary>
    public bool IsNetwork { get; private set; }

    /// <summary>The receiver that the rate follows (the current limiting receiver of RFC 4654); null when there is none.</summary>
    public ReceiverState? Slowest { get; private set; }

    /// <summary>The rate now.</summary>
    /// <param name="receivers">The receivers.</param>
    /// <param name="sent">Packets sent.</param>
    /// <param name="now">The time.</param>
    public double Rate(IReadOnlyList<ReceiverState> receivers, long sent, TimeSpan now)
    {
        if (_firstPacket < 0) _firstPacket = sent;
        double rate = PathRate.Highest;
        bool known = false, heard = false;
        Slowest = null;
        foreach (ReceiverState receiver in receivers)
        {
            if (!receiver.IsServed || !receiver.Path.IsKnown) continue;
            if (now - receiver.Path.LastSample > Silence + 4 * receiver.Path.RoundTrip) continue;
            known = true;
            heard |= now - receiver.Path.LastSample <= ReceiverState.WaitLimit;
            if (receiver.Path.Rate >= rate) continue;
            (rate, Slowest) = (receiver.Path.Rate, receiver);
        }

        if (known) _tried ??= now + Trial;
        if (leavesSlow && now < _tried) rate = Median(receivers);
        if (!known) rate = sent - _firstPacket < PathRate.FirstPackets ? PathRate.First : Unheard;
        else if (!heard) rate = Math.Min(rate, Unheard);
        IsNetwork = Most is not { } limit || rate < limit;
        return IsNetwork ? rate : Most!.Value;
    }

    /// <summary>Those whose path is far slower than most; none as long as that is not known.</summary>
    internal IReadOnlyList<ReceiverState> FarSlowerThanMost(IReadOnlyList<ReceiverState> receivers, TimeSpan now)
    {
        if (!leavesSlow || _tried is null || now < _tried) return [];
        double median = Median(receivers);
        return [.. receivers.Where(r => r.IsServed && r.Path.IsKnown && r.Path.WasFull && r.Path.Rate < FarSlower * median)];
    }

    // Of two it is the faster one.
    private static double Median(IReadOnlyList<ReceiverState> receivers)
    {
        double[] rates = [.. receivers.Where(static r => r.IsServed && r.Path.IsKnown).Select(static r => r.Path.Rate).Order()];
        return rates.Length == 0 ? PathRate.First : rates[rates.Length / 2];
    }
}
