using System.Net;
using System.Net.Sockets;
using GalleryPS.Events;
using GalleryPS.Network;
using static System.FormattableString;

namespace GalleryPS.Protocols;

/// <summary>
/// What a sender of datagrams has to tell besides what it sent: NICs of several that do not send, hosts where nobody listens, and
/// a network that is away for a while.
/// </summary>
/// <param name="routes">Where it sends, and by what.</param>
/// <param name="patience">How long a network may be away.</param>
/// <param name="time">The clock.</param>
internal sealed class SendingWatch(IEnumerable<(IPEndPoint To, DatagramSender By)> routes, TimeSpan patience, TimeProvider time)
{
    /// <summary>How long a network may be away where nobody says otherwise.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20), Pause = TimeSpan.FromMilliseconds(10), Busy = TimeSpan.FromMilliseconds(500);
    private const int LastAnswerMilliseconds = 30;
    private readonly DatagramSender[] _senders = [.. routes.Select(static r => r.By).Distinct()];
    private readonly HashSet<IPEndPoint> _nobodyAt = [];
    private long _lastLook = time.GetTimestamp();
    private long? _awaySince;
    private bool _awayReported;

    /// <summary>Whether an answer that nobody listens at a destination means that: a receiver that has everything may have gone.</summary>
    public Func<IPEndPoint, bool> Believes { get; init; } = static _ => true;

    /// <summary>Whether the end of transmission, an empty datagram, was sent: a receiver that wanted no more may have gone before it.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Destinations whose host answered that nobody listens.</summary>
    public int NobodyListens => _nobodyAt.Count;

    /// <summary>Whether the host of a destination answered that nobody listens.</summary>
    public bool IsNobodyAt(IPEndPoint to) => _nobodyAt.Contains(to);

    /// <summary>Datagrams that did not leave on a NIC of several.</summary>
    public long Missed => _senders.Sum(static s => s.Missed.Sum(static m => m.Datagrams));

    /// <summary>Whether it is time to ask for <see cref="News"/>, which costs more than to send something small.</summary>
    public bool IsDue => time.GetElapsedTime(_lastLook) >= Often;

    /// <summary>What happened since the last call.</summary>
    public IEnumerable<GalleryEvent> News()
    {
        _lastLook = time.GetTimestamp();
        return Nics().Concat(Answers());
    }

    /// <summary>What happened since the last call, and what is to be said at the end.</summary>
    /// <param name="images">How many images did not leave on every NIC; null where that cannot be said.</param>
    /// <param name="inVain">Whether somebody may miss something for it; else it is only worth a warning.</param>
    /// <param name="wait">Whether an answer to what was sent just now may still be on its way.</param>
    public IEnumerable<GalleryEvent> Last(long? images, bool inVain, bool wait = false)
    {
        // An answer comes when it comes, whatever the session's clock says.
        long start = Environment.TickCount64;
        do
        {
            foreach (GalleryEvent galleryEvent in Nics().Concat(Answers())) yield return galleryEvent;
            wait = wait && Array.Exists(_senders, static s => s.WatchesUnreachable) && _nobodyAt.Count == 0 && Environment.TickCount64 - start < LastAnswerMilliseconds;
            if (wait) Thread.Sleep(1);
        }
        while (wait);

        foreach ((Nic nic, long datagrams) in _senders.SelectMany(static s => s.Missed))
        {
            string text = $"{Counted.Of(datagrams, "datagram")} did not leave on {nic}{(images > 0 ? $": {Counted.Of(images.Value, "image")} did not go out on every NIC" : "")}.";
            yield return inVain
                ? new ErrorEvent(new GalleryException(
                    ErrorIds.NicFailed, GalleryErrorCategory.ConnectionError, text, nic.Name,
                    "Receivers on that NIC miss what did not leave: see that it is up, and send again.", null))
                : new WarningEvent(ErrorIds.NicFailed, text);
        }
    }

    /// <summary>Whether it makes sense to try again what could not be sent.</summary>
    /// <param name="error">Why it could not.</param>
    /// <param name="reach">How it stands with the destination: what never worked does not pass, and one that was waited for in vain is not waited for again.</param>
    /// <param name="others">Whether others can be sent to: they are not to wait for long.</param>
    /// <param name="galleryEvent">What users are to see of it; null when nothing.</param>
    public bool ShouldWait(SocketException error, Reachability reach, bool others, out GalleryEvent? galleryEvent)
    {
        galleryEvent = null;
        if (!reach.Worked || reach.GaveUp || !SocketErrors.MayPass(error)) return false;
        TimeSpan longest = others ? patience / 5 : patience;
        _awaySince ??= time.GetTimestamp();
        TimeSpan away = time.GetElapsedTime(_awaySince.Value);

        // A full queue in front of a slow link empties: that is worth a word only when it does not.
        if (!_awayReported && (away >= Busy || error.SocketErrorCode != SocketError.NoBufferSpaceAvailable))
        {
            _awayReported = true;
            galleryEvent = new WarningEvent(
                ErrorIds.NetworkInterrupted, Invariant($"{reach.To} cannot be reached at present: {error.Message.TrimEnd('.')}. Sending waits up to {longest.TotalSeconds:0.###} s for the network."));
        }

        if (away < longest) return true;
        (_awaySince, _awayReported) = (null, false);
        reach.GaveUp = true;
        return false;
    }

    /// <summary>Waits a moment before the next try.</summary>
    public void Wait(CancellationToken cancellationToken) => Pauses.Wait(Pause, time, cancellationToken);

    /// <summary>Something could be sent.</summary>
    /// <returns>What to tell, or null.</returns>
    public GalleryEvent? Succeed()
    {
        if (_awaySince is not { } since) return null;
        bool wasReported = _awayReported;
        (_awaySince, _awayReported) = (null, false);
        return !wasReported ? null : new WarningEvent(ErrorIds.NetworkInterrupted, Invariant($"The network is back after {time.GetElapsedTime(since).TotalSeconds:0.0} s; sending goes on."));
    }

    private IEnumerable<GalleryEvent> Nics()
    {
        foreach (DatagramSender sender in _senders)
        {
            while (sender.TryTake(out OutboundNews news))
            {
                yield return new WarningEvent(ErrorIds.NicFailed, news.Error is { } error
                    ? $"{news.Nic} cannot send since {time.LocalNow():HH:mm:ss}: {error.Message.TrimEnd('.')}. The other NICs go on."
                    : $"{news.Nic} sends again since {time.LocalNow():HH:mm:ss}; {Counted.Of(news.Missed, "datagram")} did not leave on it.");
            }
        }
    }

    private IEnumerable<GalleryEvent> Answers()
    {
        foreach (DatagramSender sender in _senders)
        {
            foreach ((IPEndPoint to, bool quotesNothing) in sender.NobodyListens())
            {
                if (!Believes(to) || _nobodyAt.Contains(to)) continue;
                if (quotesNothing && HasEnded)
                {
                    yield return new NoticeEvent($"Nobody listens at {to} any more: the end of transmission was not heard there.");
                    continue;
                }

                _nobodyAt.Add(to);
                yield return new WarningEvent(ErrorIds.NobodyListens, $"Nobody listens at {to}: the host answers that no program has that UDP port. What was sent there is lost.");
            }
        }
    }
}
