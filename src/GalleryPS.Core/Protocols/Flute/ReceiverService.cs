using System.Net;
using Flute;
using static System.FormattableString;

namespace GalleryPS.Protocols.Flute;

/// <summary>Serves the receivers that report to a sender, and says what becomes of them.</summary>
/// <param name="options">What the user asked for.</param>
/// <param name="reports">Where they report.</param>
/// <param name="flute">What sends.</param>
/// <param name="sending">How it sends.</param>
/// <param name="onEvent">Gets what becomes of them.</param>
internal sealed class ReceiverService(SendOptions options, ReportServer reports, FluteSender flute, FluteSenderOptions sending, Action<GalleryEvent> onEvent)
{
    private readonly Dictionary<ReportConnection, ReceiverState> _receivers = [];
    private readonly Dictionary<ReportConnection, ReceiverState> _broken = [];
    private TimeSpan _begun, _excusedUntil;
    private int _whole;
    private bool _warnedNotAuthentic, _warnedWithoutTls;

    /// <summary>What is sent to whom.</summary>
    public DeliveryTracker Delivery { get; } = new(flute, new DeliveryOptions
    {
        Redundancy = sending.Redundancy,
        SilenceTimeout = options.Flute.ReceiverTimeout,
        FollowsNetwork = options.Pacing.BitRate?.IsUnlimited != true,
        MostBitRate = sending.BitRate,
        LeavesSlow = options.Flute.SlowReceiver == SlowReceiver.Leave,
    });

    /// <summary>Whether a receiver at an address reported.</summary>
    public bool Knows(IPAddress address) => _receivers.Values.Concat(_broken.Values).Any(r => r.Host.EndsWith($"({address})", StringComparison.Ordinal));

    /// <summary>Whether the network is away, so that nobody can report.</summary>
    public bool IsAway { get; set; }

    /// <summary>What the sender spends its time on.</summary>
    public LimitWatch Limits { get; } = new();

    /// <summary>The images are sent from now on.</summary>
    public void Begin(TimeSpan now)
    {
        _begun = now;
        Limits.Begin(now);
        if (options.Pacing.BitRate?.IsUnlimited == true) onEvent(new NoticeEvent("The rate does not follow the network (-BitRate unlimited): what it cannot carry is lost there, and disturbs others."));
    }

    /// <summary>The network was away: nobody is given up for having said nothing until there was time to say something again.</summary>
    public void Excuse(TimeSpan now) => _excusedUntil = now + options.Flute.ReceiverTimeout;

    /// <summary>Looks at what was reported, and plans what to send. Call it often.</summary>
    public void Serve(TimeSpan now)
    {
        while (reports.TryTake(out ReportMessage message))
        {
            if (message.Host is { } host)
            {
                bool isBack = Replace(message.Connection);
                _receivers[message.Connection] = Delivery.Join(host, now, message.Connection.TakesPace);
                onEvent(new NoticeEvent(isBack ? $"{host} reports again." : $"Receiver {Delivery.Present}: {host}."));
            }
            else if (_receivers.TryGetValue(message.Connection, out ReceiverState? receiver))
            {
                Update(receiver, message, now);
            }
        }

        foreach (ReceiverState silent in IsAway || now < _excusedUntil ? [] : Delivery.DropSilent(now))
        {
            string what = now - silent.LastReport < options.Flute.ReceiverTimeout ? "made no progress" : "was silent";
            Lost(silent, Invariant($"{what} for {options.Flute.ReceiverTimeout.TotalSeconds:0.###} s"), now);
        }

        if (reports.NotAuthentic is { } stranger && !_warnedNotAuthentic)
        {
            _warnedNotAuthentic = true;
            onEvent(new WarningEvent(ErrorIds.NotAuthentic, $"A receiver at {stranger} does not have the passphrase (-Passphrase), and is not served."));
        }

        if (reports.WithoutTls is { } other && !_warnedWithoutTls)
        {
            _warnedWithoutTls = true;
            onEvent(new WarningEvent(other.Id, $"A receiver is not served: {other.Message} {other.RecommendedAction}"));
        }

        if (flute.AnnounceOnly) return;
        foreach (ReceiverState later in Delivery.PutOff(now))
        {
            onEvent(new NoticeEvent($"The path to {later.Host} is far slower than the others ({new BitRate(Math.Round(later.BitRate / 1e5) * 1e5)}): it is served when they have everything (-SlowReceiver Leave)."));
        }

        Delivery.Pace(now);
        Delivery.Plan(now);
        if (!Delivery.AnybodyWaits) flute.Finish();
    }

    /// <summary>What is to be said at the end.</summary>
    /// <returns>
    /// Null when as many receivers as were asked for have every image. A warning when some do not: they say themselves what
    /// they miss. An error when all was in vain.
    /// </returns>
    public GalleryEvent? Verdict()
    {
        if (_whole >= options.Flute.Receivers) return null;
        string text = $"{Counted.Of(_whole, options.Flute.Receivers ?? 0, "receiver")} {(_whole == 1 ? "has" : "have")} every image.";
        return _whole > 0
            ? new WarningEvent(ErrorIds.ReceiversIncomplete, text)
            : new ErrorEvent(new GalleryException(
                ErrorIds.ReceiversIncomplete, GalleryErrorCategory.ConnectionError, text, options.Flute.Receivers,
                "See the warning about each receiver, and the receivers' own messages."));
    }

    // A receiver that joins again says everything again; what is known of it would only be in the way.
    private bool Replace(ReportConnection connection)
    {
        if (connection.Receiver is null) return false;
        if (_receivers.Keys.Concat(_broken.Keys).FirstOrDefault(c => c.Receiver == connection.Receiver) is not { } before) return false;
        if (_receivers.Remove(before, out ReceiverState? state) || _broken.Remove(before, out state)) Delivery.Leave(state);
        return true;
    }

    private void Update(ReceiverState receiver, in ReportMessage message, TimeSpan now)
    {
        bool wasGone = receiver.IsGone, wasComplete = receiver.Completed is not null;
        if (message.Report is { } report)
        {
            Delivery.Update(receiver, report, now);
            message.Connection.SetPace(receiver.ReportEvery);
            if (wasGone && !receiver.IsGone) onEvent(new NoticeEvent($"{receiver.Host} is back."));
        }
        else
        {
            _receivers.Remove(message.Connection);
            if (message.IsBroken && !wasComplete)
            {
                // It is given up when it stays silent, as one that is there.
                _broken[message.Connection] = receiver;
                onEvent(new NoticeEvent(Invariant($"The connection of {receiver.Host} broke; it has {options.Flute.ReceiverTimeout.TotalSeconds:0.###} s to open another one.")));
                return;
            }

            Delivery.Leave(receiver);
        }

        if (wasComplete) return;
        if (receiver.Completed is not null) Ended(receiver, now);
        else if (receiver.IsGone && !wasGone) Lost(receiver, "disconnected", now);
    }

    private void Lost(ReceiverState receiver, string how, TimeSpan now)
    {
        onEvent(new WarningEvent(ErrorIds.ReceiverLost, $"{receiver.Host} {how} before it had everything."));
        Ended(receiver, now);
    }

    private void Ended(ReceiverState receiver, TimeSpan now)
    {
        bool completed = receiver.Completed is not null && receiver.Refused == 0;
        if (completed) _whole++;
        onEvent(new ServedEvent(new ServedReceiver
        {
            Host = receiver.Host,
            Images = receiver.Objects,
            Refused = receiver.Refused,
            LossRate = receiver.LossRate,
            Completed = completed,
            LimitedBy = Limits.Most,
            Elapsed = (receiver.Completed ?? now) - _begun is { Ticks: > 0 } elapsed ? elapsed : TimeSpan.Zero,
        }));
    }
}
