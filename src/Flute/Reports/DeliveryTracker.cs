namespace Flute;

/// <summary>How receivers that report are served.</summary>
public sealed record DeliveryOptions
{
    /// <summary>Repair symbols per source symbol at least.</summary>
    public double Redundancy { get; init; }

    /// <summary>Packets that may be on their way to the slowest receiver; about what its socket can hold.</summary>
    public int WindowPackets { get; init; } = 2048;

    /// <summary>Whether the rate follows the network; else the sender keeps the rate it has.</summary>
    public bool FollowsNetwork { get; init; }

    /// <summary>Where the rate follows the network: bit/s at most; null for no limit.</summary>
    public double? MostBitRate { get; init; }

    /// <summary>Where the rate follows the network: whether a receiver with less than a quarter of the usual rate is served when the others have everything.</summary>
    public bool LeavesSlow { get; init; }

    /// <summary>
    /// How long a receiver may say nothing, or, without being busy, take nothing of what is sent or get nowhere with it, before it is given up.
    /// </summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// Serves receivers that report until each of them has everything: sends repair symbols for what somebody still misses,
/// as many as the loss rates call for, and no faster than the slowest receiver takes them out of its socket.
/// </summary>
public sealed class DeliveryTracker
{
    private static readonly TimeSpan PlanInterval = TimeSpan.FromMilliseconds(5), RateInterval = TimeSpan.FromMilliseconds(0.5), FirstReport = TimeSpan.FromSeconds(1);

    // A host that is busy sends too late; the queue that the rate is made for has room for what it catches up.
    private static readonly TimeSpan MostCaughtUp = TimeSpan.FromMilliseconds(4);

    // With very many receivers looking at each of them takes time.
    private static readonly TimeSpan LookInterval = TimeSpan.FromMicroseconds(1), PlanEffort = TimeSpan.FromMicroseconds(50);

    // Packets that are remembered, with room for what waits in sockets.
    private const double MostInFlight = 24_000;

    // So many packets in a row are not lost by chance.
    private const long PacketsWithoutGrowth = 64;
    private readonly FluteSender _sender;
    private readonly DeliveryOptions _options;
    private readonly List<ReceiverState> _receivers = [];
    private readonly List<ReceiverState> _changed = [];
    private readonly ReportPacing _pacing = new();
    private TimeSpan _nextPlan, _nextFullPlan, _nextWatch, _nextRate, _nextLook;
    private int _served, _waits, _present;
    private double _worstLoss;

    /// <summary>Serves the receivers of a sender.</summary>
    /// <param name="sender">The sender; from now on it leaves out what all of them have.</param>
    /// <param name="options">How.</param>
    public DeliveryTracker(FluteSender sender, DeliveryOptions options)
    {
        ArgumentNullException.ThrowIfNull(sender);
        (_sender, _options) = (sender, options);
        sender.IsEverywhere = IsEverywhere;
        if (options.FollowsNetwork) sender.MostCaughtUp = MostCaughtUp;
        Rate = options.FollowsNetwork ? new RateControl(options.MostBitRate, options.LeavesSlow) : null;
    }

    /// <summary>The receivers that joined and did not leave, in order; those that were given up too, for they may come back.</summary>
    public IReadOnlyList<ReceiverState> Receivers => _receivers;

    /// <summary>Receivers that are there and do not have everything.</summary>
    public int Waiting => _receivers.Count(static r => r.Waits);

    /// <summary>Whether there are any such.</summary>
    public bool AnybodyWaits
    {
        get
        {
            // With very many receivers it is mostly the one that it was the last time.
            for (int i = 0; i < _receivers.Count; i++)
            {
                if (_waits >= _receivers.Count) _waits = 0;
                if (_receivers[_waits].Waits) return true;
                _waits++;
            }

            return false;
        }
    }

    /// <summary>Receivers that are there.</summary>
    public int Present => _receivers.Count(static r => !r.IsGone);

    /// <summary>
    /// Receivers that are there and have said what they have, and those that had everything and left. Whoever waits for so many before it
    /// begins sends nothing in vain. One that joined and says nothing is not waited for long.
    /// </summary>
    /// <param name="now">The time.</param>
    public int Heard(TimeSpan now) => _served + _receivers.Count(r => !r.IsGone && (r.HasReported || now - r.Joined >= FirstReport));

    /// <summary>The receiver that keeps more from being sent; null when there is room.</summary>
    public ReceiverState? Fullest { get; private set; }

    /// <summary>When the last packet was sent; set by whoever sends.</summary>
    public TimeSpan LastSent { get; set; }

    /// <summary>What finds the rate; null when nothing does.</summary>
    public RateControl? Rate { get; }

    /// <summary>How long one more receiver is to wait from one report to the next; zero where it may report as often as it likes.</summary>
    /// <param name="receivers">How many there are then.</param>
    public static TimeSpan ReportEvery(int receivers) => receivers > ReportPacing.All ? ReportPacing.Every(receivers) : TimeSpan.Zero;

    /// <summary>A receiver joined.</summary>
    /// <param name="host">What it calls itself.</param>
    /// <param name="now">The time.</param>
    /// <param name="takesPace">Whether it can be told how often to report (<see cref="ReceiverState.ReportEvery"/>).</param>
    public ReceiverState Join(string host, TimeSpan now, bool takesPace = false)
    {
        var receiver = new ReceiverState(host, now, _sender.Packets, takesPace);
        _receivers.Add(receiver);
        _pacing.Join(receiver, ++_present);
        return receiver;
    }

    /// <summary>A receiver went away.</summary>
    public void Leave(ReceiverState receiver)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        receiver.IsGone = receiver.Completed is null;
        if (!receiver.IsGone) _served++;
        _receivers.Remove(receiver);
        _pacing.Leave(receiver);
    }

    /// <summary>A receiver reported. One that was given up is there again when it takes something; one that got nowhere, when it gets somewhere.</summary>
    public void Update(ReceiverState receiver, ReceptionReport report, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        ArgumentNullException.ThrowIfNull(report);
        receiver.Update(report, now, _sender, LastSent);
        if ((receiver.IsHopeless ? receiver.Progress.Last : receiver.LastGrowth) == now) receiver.IsGone = receiver.IsHopeless = false;
        _changed.Add(receiver);
        _pacing.Note(receiver, _present, Rate, _sender, now);
        if (!receiver.HasFdt) _sender.RepeatFdt(now);
    }

    /// <summary>
    /// Receivers that said nothing, or without saying why took nothing or got nowhere, for too long; they count as gone from
    /// now on, until they report that they took something.
    /// </summary>
    public IReadOnlyList<ReceiverState> DropSilent(TimeSpan now)
    {
        List<ReceiverState>? givenUp = null;
        bool watch = now >= _nextWatch;
        if (watch) _nextWatch = now + _options.SilenceTimeout / 8;
        if (now < _nextLook && !watch) return [];
        _nextLook = now + _receivers.Count * LookInterval;
        _present = 0;
        foreach (ReceiverState receiver in _receivers)
        {
            if (!receiver.Waits) continue;
            _present++;
            TimeSpan patience = _options.SilenceTimeout + 3 * receiver.ReportEvery;
            bool silent = now - receiver.LastReport >= patience;
            bool judged = !receiver.IsBusy && !receiver.IsLater;
            bool receivesNothing = judged && now - receiver.LastGrowth >= patience && _sender.Packets - receiver.SentAtGrowth >= PacketsWithoutGrowth;
            bool stuck = judged && now - receiver.FullSince >= _options.SilenceTimeout;
            if (watch && _sender.AnnounceOnly) receiver.Progress.Begin(now, _sender);
            bool hopeless = watch && judged && receiver.Progress.IsHopeless(now, patience, _sender, receiver);
            if (!silent && !receivesNothing && !stuck && !hopeless) continue;
            receiver.IsGone = true;
            receiver.IsHopeless = hopeless;
            receiver.FullSince = null;
            (givenUp ??= []).Add(receiver);
        }

        return givenUp ?? (IReadOnlyList<ReceiverState>)[];
    }

    /// <summary>Whether the slowest receiver has room for more.</summary>
    public bool MaySend(TimeSpan now)
    {
        bool full = false, others = false;
        Fullest = null;
        foreach (ReceiverState receiver in _pacing.Often)
        {
            if (!receiver.IsServed) continue;
            if (receiver.Outstanding(_sender.Packets) <= Window(receiver))
            {
                receiver.FullSince = null;
                others = true;
                continue;
            }

            // Who says or takes nothing for a while must not stop the others.
            receiver.FullSince ??= now;
            Fullest = receiver;
            if (now - receiver.LastReport > ReceiverState.WaitLimit) continue;
            if (now - receiver.FullSince <= ReceiverState.WaitLimit) return false;
            full = true;
        }

        return others || !full;
    }

    /// <summary>What was given out by <see cref="FluteSender.TryRead"/> since the last call leaves now.</summary>
    public void Leave(TimeSpan now)
    {
        _sender.Sent?.Leave(now);
        LastSent = now;
    }

    /// <summary>Lets the sender keep the rate that the network has. Call it often.</summary>
    public void Pace(TimeSpan now)
    {
        if (Rate is null || now < _nextRate || _sender.AnnounceOnly) return;
        _nextRate = now + RateInterval;
        _sender.BitRate = Rate.Rate(_pacing.Often, _sender.Packets, now);
    }

    /// <summary>Receivers that are put off now, because their path is far slower than the others'. Call it often.</summary>
    public IReadOnlyList<ReceiverState> PutOff(TimeSpan now)
    {
        if (Rate is null || now < _nextRate) return [];
        IReadOnlyList<ReceiverState> slow = Rate.FarSlowerThanMost(_pacing.Often, now);
        foreach (ReceiverState receiver in slow) receiver.PutOff();
        if (_options.LeavesSlow && _receivers.Exists(static r => r.IsLater) && !_receivers.Exists(static r => r.IsServed))
        {
            foreach (ReceiverState receiver in _receivers.Where(static r => r.IsLater)) receiver.Resume(now, _sender);
            _nextFullPlan = _nextPlan = now;
            _changed.AddRange(_receivers);
        }

        return slow;
    }

    // What is lost because the way was full need not be lost again where the rate is found.
    private double ExpectedLoss(ReceiverState receiver) => Math.Min(Rate is not null && receiver.ReportEvery == TimeSpan.Zero && (receiver.Path.IsKnown || receiver.HeardOftenSince == TimeSpan.Zero) ? receiver.Path.ExpectedLoss : receiver.ExpectedLoss, 0.75);

    private double Window(ReceiverState receiver)
    {
        double window = _options.WindowPackets + InFlight(receiver);
        return Rate is null ? window : Math.Min(window, receiver.Path.MostOnTheWay);
    }

    // What is on its way to a receiver far away does not fill its socket.
    private double InFlight(ReceiverState receiver) =>
        Rate is null || _sender.BitsPerPacket == 0 ? 0 : Math.Min(MostInFlight, receiver.Path.RoundTrip.TotalSeconds * Math.Min(receiver.Path.Rate, 2 * receiver.Path.Arriving) / _sender.BitsPerPacket);

    /// <summary>Plans what is to be sent besides what is being sent already. Call it often.</summary>
    public void Plan(TimeSpan now)
    {
        if (now < _nextPlan || _changed.Count == 0) return;
        _nextPlan = now + PlanInterval;

        // What a receiver misses is known when it has said so; with very many the others are looked at less often.
        bool all = now >= _nextFullPlan;
        if (all)
        {
            _nextFullPlan = now + _receivers.Count * PlanEffort;
            _worstLoss = 0;
        }

        IReadOnlyList<ReceiverState> receivers = all ? _receivers : _changed;
        foreach (ReceiverState receiver in receivers)
        {
            if (!receiver.IsGone && !receiver.IsLater) _worstLoss = Math.Max(_worstLoss, ExpectedLoss(receiver));
        }

        _sender.Redundancy = Math.Max(_options.Redundancy, _worstLoss / (1 - _worstLoss));
        Dictionary<SendingBlock, int>? wanted = null;
        foreach (ReceiverState receiver in receivers)
        {
            // Without the FDT nobody can say what is missing.
            if (!receiver.IsServed || !receiver.HasFdt) continue;
            Plan(receiver, ref wanted);
        }

        _changed.Clear();
        foreach ((SendingBlock block, int symbols) in wanted ?? []) _sender.SendMore(block.Owner.Toi, block.Number, symbols);
    }

    private bool IsEverywhere(SendingBlock block)
    {
        bool anybody = false;
        foreach (ReceiverState receiver in _receivers)
        {
            if (receiver.IsGone) continue;
            if (receiver.Completed is null && !receiver.Has(block.Owner.Toi, block.Number)) return false;
            anybody = true;
        }

        return anybody;
    }

    private void Plan(ReceiverState receiver, ref Dictionary<SendingBlock, int>? wanted)
    {
        List<SendingObject> remaining = receiver.Remaining ??= [.. _sender.Objects];
        int kept = 0;
        for (int i = 0; i < remaining.Count; i++)
        {
            SendingObject fluteObject = remaining[i];
            if (fluteObject.IsUnreadable || receiver.Has(fluteObject.Toi)) continue;
            remaining[kept++] = fluteObject;
            foreach (SendingBlock block in fluteObject.Blocks)
            {
                if ((block.Sent == 0 && !block.IsLeftOut) || block.IsActive || block.IsQueued || !receiver.Knows(block.LastPacket)) continue;
                int need = receiver.MissingOf(block);
                if (need == 0) continue;
                int symbols = (int)Math.Ceiling(need / (1 - ExpectedLoss(receiver)));
                wanted ??= [];
                wanted[block] = Math.Max(symbols, wanted.GetValueOrDefault(block));
            }
        }

        remaining.RemoveRange(kept, remaining.Count - kept);
    }
}
