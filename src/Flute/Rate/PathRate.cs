namespace Flute;

/// <summary>
/// The rate that the path to one receiver carries. It is found by what a bottleneck does: packets that come faster than it takes
/// them queue, and queueing shows as a delay that grows before anything is lost. The rate follows what arrives, so that about
/// ten milliseconds of queue stand. Loss says something only where it grows with the rate: what is lost by chance is lost
/// at any rate, and what is lost in bursts is not lost all the time. Where the queue stands although less and less is sent
/// somebody else fills it; then the rate grows and falls as that of TCP does, until the queue is empty again. RFC 5348 and RFC 4654
/// compute a rate from loss instead, which a fountain code need not fear: they would slow down where packets are lost by chance.
/// </summary>
/// <param name="first">Bit/s to begin with.</param>
/// <param name="after">What was sent up to this packet says nothing of it.</param>
/// <param name="loses">Whether it is known to lose much.</param>
internal sealed class PathRate(double first = PathRate.First, long after = 0, bool loses = false)
{
    /// <summary>Bit/s with which a session begins: little enough for what it overshoots to be harmless, enough to find a fast rate soon.</summary>
    public const double First = 50e6;

    /// <summary>Packets that may leave at the first rate before anything is known.</summary>
    public const int FirstPackets = 32;

    /// <summary>Bit/s at least.</summary>
    public const double Lowest = 100e3;

    /// <summary>Bit/s at most; no limit.</summary>
    public const double Highest = 100e9;

    // Packets that may be on their way before any was heard of: after so many a receiver reports.
    private const int FirstWindow = 256;

    // Delay that a queue may have; less of it where the queue is so short that it overflows first.
    private static readonly TimeSpan MostTarget = TimeSpan.FromMilliseconds(10), LeastTarget = TimeSpan.FromMilliseconds(1);

    // A decision needs so much time, less in the beginning, and so many packets.
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(10), ShortWindow = TimeSpan.FromMilliseconds(2);
    private const int FewPackets = 16;

    // How long the least delay is taken for that of an empty queue, and when the queue is emptied to see it again.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(10), EmptyEvery = TimeSpan.FromSeconds(5);

    // The queue is the least one of the last few samples; of more of them where delays go up and down. So many times their mean
    // bend is no queue, up to a limit; a bend counts for so many times the mean at most.
    private static readonly TimeSpan MuchJitter = TimeSpan.FromMilliseconds(2), MostNoise = TimeSpan.FromMilliseconds(50);
    private const int Latest = 3, JitterMemory = 16, NoisePerJitter = 8, MostRise = 4;

    // The rate grows by a share that doubles up to all of it, as long as that much more arrives.
    private const double LeastGrowth = 0.02;

    // Less is sent than arrives by at most so much because of a queue, and by so much because of loss.
    private const double DelayCut = 0.3, LossCut = 0.1;

    // Where so many cuts in a row made the queue no shorter, and so much less arrives than did lately, somebody else fills it. That
    // is over when the queue was empty for so long. Until then the rate is halved by loss, and grows by a packet each round trip,
    // which is taken for no shorter than that.
    private const int FruitlessCuts = 2;
    private const double Less = 0.7, PeakSeconds = 10, CompetingCut = 0.5, LeastTrip = 0.025;
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(2);

    // A target that was lowered is the usual one again after so long.
    private const double RelaxSeconds = 30;

    // Loss: over how many packets it is averaged, what is more than chance, what is believed to be chance at first, and up to which
    // growth of the rate it stays comparable.
    private const int ManyPackets = 4000;
    private const double Significant = 0.02, MostBelieved = 0.3, MostSame = 0.05;
    private readonly LossWatch _loss = new(loses);
    private readonly Least _delay = new(Memory), _roundTrip = new(Memory);
    private readonly TimeSpan[] _queues = new TimeSpan[8];
    private PathSample? _start, _last;
    private PathSample _decision;
    private long _decidedAt = after, _measured;
    private long? _first;
    private int _samples, _fruitless;
    private double _growth = 1, _full, _suspectLoss, _cut, _peak;
    private bool _knowsLoss, _wasCut, _slowStart = true;

    // What loss was expected before the one that is in doubt, and from how many packets; what was so before less was sent.
    private (double Loss, long Packets)? _doubted;
    private (double Rate, double Full, double Growth, bool SlowStart)? _before;
    private TimeSpan _target = MostTarget, _lastEmpty, _lastDecision, _lastShared, _jitter;

    /// <summary>Bit/s that may be sent.</summary>
    public double Rate { get; private set; } = first;

    /// <summary>Bit/s that arrived when it was measured last (X_recv of RFC 5348), and that would have arrived but for loss by chance.</summary>
    public double Arriving { get; private set; }

    /// <summary>Whether anything is known.</summary>
    public bool IsKnown => _lastDecision > TimeSpan.Zero;

    /// <summary>When something was known last.</summary>
    public TimeSpan LastSample => _last?.Now ?? TimeSpan.Zero;

    /// <summary>Time that the last packets spent in queues, as far as one can tell.</summary>
    public TimeSpan Queue { get; private set; }

    /// <summary>The least time from sending a packet to hearing of it; zero when it is not known.</summary>
    public TimeSpan RoundTrip => _roundTrip.Value is var least && least < TimeSpan.MaxValue ? least : TimeSpan.Zero;

    /// <summary>Share of the packets that will be lost, averaged over the last few thousand; what a full way lost does not count.</summary>
    public double ExpectedLoss { get; private set; }

    /// <summary>Whether somebody else fills the queue.</summary>
    public bool Competes { get; private set; }

    /// <summary>Whether the way was ever found to be full.</summary>
    public bool WasFull => !_slowStart;

    /// <summary>
    /// Packets that may be on their way. As long as the way was never full that is about as many as were heard of, as in the slow
    /// start of TCP (RFC 5681, section 3.1): little is lost when a host that is too busy to report hides that the way is full.
    /// </summary>
    public double MostOnTheWay => _slowStart && _last is { } last ? FirstWindow + last.Position - _first!.Value : double.MaxValue;

    /// <summary>Takes a report.</summary>
    /// <param name="sample">What it says.</param>
    /// <param name="sent">Packets of the session sent by now.</param>
    /// <param name="bitsPerPacket">Bits of a packet on the link, on average.</param>
    public void Note(in PathSample sample, long sent, double bitsPerPacket)
    {
        if (_last is { } last)
        {
            if (sample.Position <= last.Position || sample.ArrivedAt < last.ArrivedAt) return;
            _loss.Note(sample.Position, sample.Position - last.Position, sample.Packets - last.Packets, sample.ArrivedAt - last.ArrivedAt);
        }

        _first ??= sample.Position;
        _last = sample;
        if (sample.Now - sample.SentAt - sample.Held is { Ticks: >= 0 } roundTrip) _roundTrip.Add(roundTrip, sample.Now);
        TimeSpan delay = sample.TellsTime ? sample.ArrivedAt - sample.SentAt : TimeSpan.Zero;
        _delay.Add(delay, sample.Now);
        _queues[_samples++ % _queues.Length] = delay - _delay.Value;
        LearnJitter();
        Queue = LessNoise(LeastQueue(_jitter > MuchJitter ? _queues.Length : Latest));
        if (Queue < LeastTarget || _samples == 1) _lastEmpty = sample.Now;

        // What was sent before the last decision says nothing of it, but that it was a bad one.
        bool alarm = Queue > 3 * _target && _cut == 0 && !Competes;
        if (sample.Position < _decidedAt && !alarm) return;
        if (_start is not { } start)
        {
            _start = sample;
            if (_before is { } before && delay - _delay.Value < _target / 4) (Rate, _full, _growth, _slowStart, _cut) = (before.Rate, before.Full, before.Growth, before.SlowStart, 0);
            _before = null;
            return;
        }

        TimeSpan elapsed = sample.ArrivedAt - start.ArrivedAt;
        long got = sample.Packets - start.Packets, gone = sample.Position - start.Position;
        if (elapsed < (_slowStart ? ShortWindow : Window) || gone < FewPackets) return;
        double loss = Math.Clamp(1 - (double)got / gone, 0, 1);

        // What a busy host takes all at once is no faster for it.
        Arriving = Math.Min(gone * _loss.Passing * bitsPerPacket / elapsed.TotalSeconds, Math.Max(Rate, _full));
        double received = got * bitsPerPacket / elapsed.TotalSeconds;

        // What arrives more slowly than it was sent queues; what is on its way already will as well.
        TimeSpan stretch = elapsed - (sample.SentAt - start.SentAt);
        bool grows = sample.TellsTime && stretch > LeastTarget && stretch > 2 * _jitter && stretch > 0.1 * elapsed && QueueAt(1) > 2 * LeastTarget;
        JudgeCut(sample.Now, stretch / elapsed, received);
        Decide(sample, sent, bitsPerPacket, new Interval(gone, loss, received, grows ? Queue + (RoundTrip + Queue) * (stretch / elapsed) : Queue, -stretch > elapsed / 2));
        (_decision, _lastDecision) = (sample, sample.Now);
        _decidedAt = sent;
        _start = null;
    }

    private void Decide(in PathSample sample, long sent, double bitsPerPacket, in Interval interval)
    {
        double before = Rate;
        TimeSpan now = sample.Now;

        // What a full way loses is in every stretch of packets; some of them are enough where a queue stands as well.
        bool overflows = _knowsLoss && _loss.Passing < 1;
        TimeSpan standing = LessNoise(LeastQueue(_queues.Length));
        bool excess = overflows || (_knowsLoss && standing > _target / 2 && IsMore(interval, ExpectedLoss));
        if (overflows && _suspectLoss > 0 && _loss.Steady - _loss.Usual > (_suspectLoss - _loss.Usual) / 2 && !Competes)
        {
            // Less was sent, and as much was lost: it is lost by chance.
            _loss.Usual = _loss.Steady;
            _suspectLoss = 0;
            _target = MostTarget;
            excess = false;
        }

        if (Competes) Compete(now, sample);
        else if (interval.Queue > _target) YieldToDelay(now, interval);
        else if (excess) YieldToLoss(standing, bitsPerPacket);
        else if (!interval.CameTogether) Grow(now, interval);
        Rate = Math.Clamp(Rate, Lowest, Highest);
        if (Rate < before || Rate > before * (1 + MostSame)) _loss.Anew(sent);
        if (now - _lastEmpty <= EmptyEvery || Competes) return;

        // The least delay is that of an empty queue; it has to be seen now and then.
        _lastEmpty = now;
        Rate = Math.Max(Lowest, Arriving / 2);
    }

    // A queue grows and shrinks evenly. Radio does not: it holds packets back and lets them go together, in order, so that they
    // hardly ever come as soon as the first one did, however little is sent. The more is sent the more even that looks, so that
    // a little of it counts as well. A host that was busy once for long is no radio: one bend counts for so many times the mean.
    private void LearnJitter()
    {
        if (_samples < 3) return;
        TimeSpan bend = QueueAt(1) - 2 * QueueAt(2) + QueueAt(3);
        var much = TimeSpan.FromTicks(Math.Min(bend.Duration().Ticks / 2, Math.Max(MuchJitter.Ticks, MostRise * _jitter.Ticks)));
        _jitter += (much - _jitter) / JitterMemory;
    }

    private TimeSpan LessNoise(TimeSpan delay)
    {
        long noise = Math.Min(MostNoise.Ticks, NoisePerJitter * _jitter.Ticks);
        return TimeSpan.FromTicks(Math.Max(0, delay.Ticks - noise));
    }

    // Of the last sample, the one before, ...
    private TimeSpan QueueAt(int ago) => _queues[(_samples - ago) % _queues.Length];

    private TimeSpan LeastQueue(int samples)
    {
        TimeSpan least = TimeSpan.MaxValue;
        for (int i = 1; i <= Math.Min(samples, _samples); i++)
        {
            if (QueueAt(i) is var queue && queue < least) least = queue;
        }

        return least;
    }

    private static bool IsMore(in Interval interval, double usual) =>
        interval.Loss - usual > Significant + (3 * Math.Sqrt(Math.Max(usual, 1.0 / interval.Packets) * (1 - usual) / interval.Packets));

    // What is lost where more may be sent than the way carries need not be lost by chance.
    private void NoteLoss(double loss, long packets)
    {
        if (!_knowsLoss) _loss.Usual = Math.Min(loss, MostBelieved);
        else if (_loss.IsSure && (_loss.Steady < _loss.Usual || Rate < 0.95 * _full || _full == 0)) _loss.Usual += (_loss.Steady - _loss.Usual) / 4;
        _knowsLoss = true;

        _measured = Math.Min(_measured + packets, ManyPackets);
        ExpectedLoss += (loss - ExpectedLoss) * packets / _measured;
    }

    private void Grow(TimeSpan now, in Interval interval)
    {
        // It may be a burst: the rate stays until more is known.
        bool doubts = IsMore(interval, _loss.Usual);
        if (doubts) _doubted ??= (ExpectedLoss, _measured);
        else if (_loss.IsSure) _doubted = null;
        NoteLoss(interval.Loss, interval.Packets);
        if (!_loss.IsSure && (_suspectLoss > 0 || doubts)) return;
        _suspectLoss = 0;
        if (_target < MostTarget) _target += (now - _lastDecision) / RelaxSeconds * MostTarget.TotalSeconds;
        if (Rate < _full)
        {
            Rate = _full;
            return;
        }

        // Nobody learns how much more there is room for while less is sent than may be.
        double room = 1 - interval.Queue / _target;
        _growth = room > 0.5 && Arriving > _full * (1 + LeastGrowth / 2) ? Math.Min(1, _growth * 2) : LeastGrowth;
        if (Arriving > 0.7 * Rate) Rate *= 1 + _growth * room;
    }

    private void YieldToDelay(TimeSpan now, in Interval interval)
    {
        // What a queue that is too long has no room for does not arrive.
        if (IsMore(interval, _loss.Usual)) Arriving = Math.Min(Arriving, interval.Received / (1 - _loss.Usual));

        // Before less is sent no queue gets shorter: when this one has gone by then, it was none but a host that was busy.
        _before = _wasCut ? null : (Rate, _full, _growth, _slowStart);
        NoteFull();
        bool less = Arriving < Less * _peak;
        _cut = DelayCut * (less ? 1 : Math.Min(1, (interval.Queue - _target) / _target));
        Rate = Math.Min(Rate, Arriving * (1 - _cut));
        if (!less || _fruitless < FruitlessCuts) return;
        Competes = true;
        _lastShared = now;
    }

    // A queue that only this session fills shrinks as much as less is sent than arrives.
    private void JudgeCut(TimeSpan now, double trend, double arriving)
    {
        _peak = Math.Max(arriving, _peak * (1 - Math.Min(1, (now - _lastDecision).TotalSeconds / PeakSeconds)));
        if (_cut >= 0.1)
        {
            bool fruitful = trend < -0.75 * _cut / (1 - _cut);
            _fruitless = fruitful ? 0 : _fruitless + 1;
            if (fruitful) _peak = arriving;
        }

        _wasCut = _cut > 0;
        _cut = 0;
    }

    private void NoteFull()
    {
        _slowStart = false;
        _growth = LeastGrowth;
        _full = Arriving;
    }

    private void YieldToLoss(TimeSpan standing, double bitsPerPacket)
    {
        if (_loss.Passing < 1) Arriving = _loss.Arriving(bitsPerPacket);
        if (_doubted is { } doubted) (ExpectedLoss, _measured) = doubted;
        _doubted = null;
        NoteFull();
        _suspectLoss = _loss.Steady;
        if (standing > LeastTarget) _target = TimeSpan.FromTicks(Math.Clamp(Queue.Ticks / 2, LeastTarget.Ticks, _target.Ticks));
        Rate = Math.Min(Rate, Arriving) * (1 - LossCut);
    }

    private void Compete(TimeSpan now, in PathSample sample)
    {
        long gone = sample.Position - _decision.Position, lost = gone - (sample.Packets - _decision.Packets);
        double byChance = _loss.Usual * gone;

        // TCP leaves room for a while when it has lost something.
        if (Queue > _target / 2) _lastShared = now;
        if (now - _lastShared > Alone + 10 * RoundTrip)
        {
            Competes = false;
            _fruitless = 0;
            return;
        }

        if (lost > byChance + 3 * Math.Sqrt(byChance))
        {
            Rate = Math.Min(Rate, Arriving) * (1 - CompetingCut);
            return;
        }

        // As TCP grows: one packet more in each round trip.
        double trip = Math.Max(LeastTrip, (RoundTrip + Queue).TotalSeconds), elapsed = (now - _lastDecision).TotalSeconds;
        if (Arriving > 0.7 * Rate) Rate += 12_000 / trip * Math.Min(4, elapsed / trip);
    }

    // What became of the packets between two samples: how many were sent, the share that was lost, the bit/s that were received, the
    // queue that stands or is about to, and whether they came far faster than they were sent, as from a host that was busy.
    private readonly record struct Interval(long Packets, double Loss, double Received, TimeSpan Queue, bool CameTogether);
}
