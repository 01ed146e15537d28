using Flute;
using static System.FormattableString;

namespace GalleryPS.Protocols.Flute;

/// <summary>Serves the receivers that report to a sender, and says what becomes of them.</summary>
/// <param name="options">What the user asked for.</param>
/// <param name="reports">Where they report.</param>
/// <param name="flute">What sends.</param>
/// <param name="redundancy">Repair symbols per source symbol at least.</param>
/// <param name="tell">Takes the stories.</param>
internal sealed class ReceiverService(SendOptions options, ReportServer reports, FluteSender flute, double redundancy, Action<GalleryEvent> tell)
{
    private readonly Dictionary<ReportConnection, ReceiverState> _receivers = [];
    private TimeSpan _begun;
    private int _whole;
    private bool _warnedNotAuthentic;

    /// <summary>What is sent to whom.</summary>
    public DeliveryTracker Delivery { get; } = new(flute, new DeliveryOptions { Redundancy = redundancy, SilenceTimeout = options.Flute.ReceiverTimeout });

    /// <summary>The images are sent from now on.</summary>
    public void Begin(TimeSpan now) => _begun = now;

    /// <summary>Looks at what was reported, and plans what to send. Call it often.</summary>
    public void Serve(TimeSpan now)
    {
        while (reports.TryTake(out ReportMessage message))
        {
            if (message.Host is { } host)
            {
                _receivers[message.Connection] = Delivery.Join(host, now);
                tell(new NoticeEvent($"Receiver {Delivery.Present}: {host}."));
            }
            else if (_receivers.TryGetValue(message.Connection, out ReceiverState? receiver))
            {
                Update(receiver, message, now);
            }
        }

        foreach (ReceiverState silent in Delivery.DropSilent(now))
        {
            string what = now - silent.LastReport < options.Flute.ReceiverTimeout ? "made no progress" : "was silent";
            Lost(silent, Invariant($"{what} for {options.Flute.ReceiverTimeout.TotalSeconds:0.###} s"), now);
        }

        if (reports.NotAuthentic is { } stranger && !_warnedNotAuthentic)
        {
            _warnedNotAuthentic = true;
            tell(new WarningEvent(ErrorIds.NotAuthentic, $"A receiver at {stranger} does not have the passphrase (-Passphrase), and is not served."));
        }

        if (flute.AnnounceOnly) return;
        Delivery.Plan(now);
        if (Delivery.Waiting == 0) flute.Finish();
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

    private void Update(ReceiverState receiver, in ReportMessage message, TimeSpan now)
    {
        bool wasGone = receiver.IsGone, wasComplete = receiver.Completed is not null;
        if (message.Report is { } report)
        {
            Delivery.Update(receiver, report, now);
            if (wasGone && !receiver.IsGone) tell(new NoticeEvent($"{receiver.Host} is back."));
        }
        else
        {
            Delivery.Leave(receiver);
            _receivers.Remove(message.Connection);
        }

        if (wasComplete) return;
        if (receiver.Completed is not null) Ended(receiver, now);
        else if (receiver.IsGone && !wasGone) Lost(receiver, "disconnected", now);
    }

    private void Lost(ReceiverState receiver, string how, TimeSpan now)
    {
        tell(new WarningEvent(ErrorIds.ReceiverLost, $"{receiver.Host} {how} before it had everything."));
        Ended(receiver, now);
    }

    private void Ended(ReceiverState receiver, TimeSpan now)
    {
        bool completed = receiver.Completed is not null && receiver.Refused == 0;
        if (completed) _whole++;
        tell(new ServedEvent(new ServedReceiver
        {
            Host = receiver.Host,
            Images = receiver.Objects,
            Refused = receiver.Refused,
            LossRate = receiver.LossRate,
            Completed = completed,
            Elapsed = (receiver.Completed ?? now) - _begun is { Ticks: > 0 } elapsed ? elapsed : TimeSpan.Zero,
        }));
    }
}
