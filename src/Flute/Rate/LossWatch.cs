namespace Flute;

/// <summary>
/// Tells loss that is there all the time, as that of a way which is sent more than it carries, from loss that comes in bursts, as
/// that of radio: only the former is in every stretch of packets.
/// </summary>
internal sealed class LossWatch
{
    // Of so many stretches of at least so many packets the second best counts: bursts hardly meet four of five in a row.
    private const int Stretches = 5, Packets = 16;

    // What single losses make of a stretch, and what bursts do; the latter is learned, and supposed at first.
    private const double Deviations = 1.5, BurstDeviations = 2.5, Significant = 0.02, FirstVariance = 0.02;
    private const int FirstWeight = 4, Memory = 32;
    private readonly double[] _shares = new double[Stretches], _rates = new double[Stretches];
    private double _variance = FirstVariance, _before;
    private long _gone, _got, _after, _length;
    private TimeSpan _elapsed;
    private int _count, _all;

    /// <summary>Whether enough packets came since it was told to look anew.</summary>
    public bool IsSure => _count >= Stretches;

    /// <summary>Share of the packets that is lost in every stretch; 0 as long as that is not sure.</summary>
    public double Steady => IsSure ? _shares.Order().ElementAt(1) : 0;

    /// <summary>Share of the packets that is lost in every stretch by chance, as far as one can tell.</summary>
    public double Usual { get; set; }

    /// <summary>Share of the packets that arrive although the way is full; 1 when it is not, as far as loss can tell.</summary>
    public double Passing => IsSure && Steady - Usual > Significant + Noise ? (1 - Steady) / (1 - Usual) : 1;

    private double Noise => Math.Max(Math.Max(1.0 / _length, Deviations * Math.Sqrt(Usual * (1 - Usual) / _length)), BurstDeviations * Math.Sqrt(_variance));

    /// <summary>
    /// Bit/s that arrived in the stretches that it is sure of. What is sent may have become less meanwhile, because of another
    /// receiver: this must not be counted twice.
    /// </summary>
    public double Arriving(double bitsPerPacket) => _rates.Order().ElementAt(Stretches / 2) * bitsPerPacket * Passing;

    /// <summary>Packets went to the receiver.</summary>
    /// <param name="position">Up to this one of the session.</param>
    /// <param name="gone">How many.</param>
    /// <param name="got">How many of them arrived.</param>
    /// <param name="elapsed">Time in which they did.</param>
    public void Note(long position, long gone, long got, TimeSpan elapsed)
    {
        if (position - gone < _after) return;
        (_gone, _got, _elapsed) = (_gone + gone, _got + got, _elapsed + elapsed);
        if (_gone < Packets) return;
        double share = Math.Clamp(1 - (double)_got / _gone, 0, 1);

        // From one stretch to the next: what changes slowly is no burst.
        if (_length > 0) _variance += ((share - _before) * (share - _before) / 2 - _variance) / Math.Min(FirstWeight + _all++, Memory);
        _rates[_count % Stretches] = _gone / Math.Max(1e-6, _elapsed.TotalSeconds);
        _shares[_count++ % Stretches] = _before = share;
        _length = _gone;
        (_gone, _got, _elapsed) = (0, 0, TimeSpan.Zero);
    }

    /// <summary>Another rate is sent from a packet on: what was lost before it says nothing any more.</summary>
    public void Anew(long after) => (_after, _count, _gone, _got, _elapsed) = (after, 0, 0, 0, TimeSpan.Zero);
}
