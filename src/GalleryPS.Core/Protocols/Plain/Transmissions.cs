using System.Net;
using static System.FormattableString;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Knows who is in the middle of a gallery, and what an end of transmission means. An end closes only its sender's own gallery:
/// receiving is over when as many have ended as were asked for, and nobody who had begun by then and is alive is unfinished.
/// </summary>
/// <remarks>
/// <para>
/// Plain names no sessions. Over TCP a sender is a host. Over UDP it is a socket; whoever uses a new one for each image has
/// ended with an end from any other socket of its host.
/// </para>
/// <para>
/// An end from somebody who has sent nothing may be that of an empty gallery, or a stranger's: while others are in the middle
/// of a gallery it counts only if they fall silent.
/// </para>
/// </remarks>
/// <param name="inbox">Gets the ends.</param>
/// <param name="senders">How many ends are waited for.</param>
/// <param name="patience">How long an end of somebody who has sent nothing waits for something else to come.</param>
/// <param name="what">What somebody did who has sent nothing, to go behind its address.</param>
internal sealed class Transmissions(Inbox inbox, int senders, TimeSpan patience, string what) : IDisposable
{
    // Forged senders fill no memory; beyond this many, one is not waited for.
    private const int MostHosts = 65_536, MostBusy = 4096, MostStrangers = 64;

    // Who pauses longer between images has done so before.
    private static readonly TimeSpan Alive = TimeSpan.FromSeconds(10);
    private const int Pauses = 3;
    private readonly Lock _lock = new();
    private readonly Dictionary<IPEndPoint, Sending> _busy = [];
    private readonly Dictionary<IPAddress, Pace> _hosts = [];
    private readonly List<IPEndPoint> _strangers = [], _waiting = [];
    private ITimer? _timer;
    private int _ends;
    private bool _fellSilent;

    private TimeProvider Time => inbox.Clock.Time;

    /// <summary>An image begins to come.</summary>
    /// <param name="peer">Its sender; over TCP with port 0.</param>
    /// <param name="open">Whether it is alive until <see cref="Went"/>, however long that takes.</param>
    public void ImageArrived(IPEndPoint peer, bool open = false)
    {
        lock (_lock)
        {
            foreach (IPEndPoint probe in _waiting) Ignore(probe);
            _waiting.Clear();
            Keep(peer.Address);
            if (!_busy.TryGetValue(peer, out Sending? sending))
            {
                if (inbox.HasEnds) return;
                if (_busy.Count >= MostBusy) RemoveSilent();
                if (_busy.Count >= MostBusy) return;
                _busy[peer] = sending = new Sending();
            }

            sending.Last = Time.GetTimestamp();
            sending.Images++;
            if (open) sending.Open++;
        }
    }

    /// <summary>An image that began with <see cref="ImageArrived"/> is there, or will not come.</summary>
    public void Went(IPEndPoint peer)
    {
        lock (_lock)
        {
            if (!_busy.TryGetValue(peer, out Sending? sending)) return;
            sending.Open--;
            sending.Last = Time.GetTimestamp();
        }
    }

    /// <summary>An end of transmission came.</summary>
    /// <param name="peer">Its sender; over TCP with port 0.</param>
    /// <param name="from">How its sender is told.</param>
    /// <param name="isCopy">Whether it came before, on another NIC: the sender has ended at this address too.</param>
    public void Ended(IPEndPoint peer, IPEndPoint from, bool isCopy = false)
    {
        lock (_lock)
        {
            if (_hosts.ContainsKey(peer.Address))
            {
                if (!isCopy) Count(from);
                Leave(peer);
            }
            else if (isCopy || _strangers.Count >= MostStrangers)
            {
                return;
            }
            else if (Busy() >= Math.Max(1, senders - _ends))
            {
                Ignore(from);
            }
            else if (patience == TimeSpan.Zero)
            {
                Count(from);
            }
            else
            {
                _waiting.Add(from);
                inbox.Report(new NoticeEvent(Invariant($"{from} {what}: the end of an empty gallery, unless something arrives within {patience.TotalSeconds:0} s.")));
                Wake(patience);
            }

            Look();
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Count(IPEndPoint from)
    {
        _ends++;
        inbox.End(from);
    }

    private void Ignore(IPEndPoint from)
    {
        if (_strangers.Count < MostStrangers) _strangers.Add(from);
        inbox.Report(new NoticeEvent($"{from} {what}. It has sent no image, so this is not the end of transmission."));
    }

    private void Leave(IPEndPoint peer)
    {
        if (_busy.Remove(peer)) return;

        // The end came from a socket of its own: that is how those end who use one for each image.
        List<IPEndPoint> host = [.. _busy.Keys.Where(b => b.Address.Equals(peer.Address))];
        List<IPEndPoint> single = [.. host.Where(b => _busy[b].Images == 1)];
        foreach (IPEndPoint endPoint in single.Count > 0 ? single : host) _busy.Remove(endPoint);
    }

    // How many hosts are in the middle of a gallery.
    private int Busy()
    {
        RemoveSilent();
        return _busy.Count < 2 ? _busy.Count : _busy.Keys.Select(static b => b.Address).Distinct().Count();
    }

    private void RemoveSilent()
    {
        foreach ((IPEndPoint peer, Sending sending) in _busy.ToList())
        {
            if (TimeLeft(peer, sending) > TimeSpan.Zero) continue;
            _busy.Remove(peer);
            _fellSilent = true;
        }
    }

    private TimeSpan TimeLeft(IPEndPoint peer, Sending sending)
    {
        if (sending.Open > 0) return Alive;
        TimeSpan silence = _hosts.TryGetValue(peer.Address, out Pace? pace) ? pace.LongestPause * Pauses : TimeSpan.Zero;
        return (silence > Alive ? silence : Alive) - Time.GetElapsedTime(sending.Last);
    }

    private void Keep(IPAddress host)
    {
        if (!_hosts.TryGetValue(host, out Pace? pace))
        {
            if (_hosts.Count >= MostHosts) _hosts.Clear();
            _hosts[host] = pace = new Pace { Last = Time.GetTimestamp() };
        }

        TimeSpan pause = Time.GetElapsedTime(pace.Last);
        if (pause > pace.LongestPause) pace.LongestPause = pause;
        pace.Last = Time.GetTimestamp();
    }

    // Whether it is over; else, whether it is may depend on the time.
    private void Look()
    {
        bool busy = Busy() > 0;
        if (!busy)
        {
            // Who was in the middle of a gallery is gone, without an end: then one of those that were passed over was its end.
            foreach (IPEndPoint stranger in _strangers.TakeWhile(_ => _fellSilent && !inbox.HasEnds)) Count(stranger);
            _strangers.Clear();
            _fellSilent = false;
        }

        if (inbox.HasEnds && !busy) inbox.Queue.Complete();
        else if (inbox.HasEnds || _strangers.Count > 0) Wake(_busy.Select(b => TimeLeft(b.Key, b.Value)).DefaultIfEmpty(Alive).Min());
    }

    private void Wake(TimeSpan wait)
    {
        _timer ??= Time.CreateTimer(static e => ((Transmissions)e!).Over(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private void Over()
    {
        lock (_lock)
        {
            foreach (IPEndPoint peer in _waiting) Count(peer);
            _waiting.Clear();
            Look();
        }
    }

    private sealed class Sending
    {
        public long Last { get; set; }

        public int Images { get; set; }

        public int Open { get; set; }
    }

    private sealed class Pace
    {
        public long Last { get; set; }

        public TimeSpan LongestPause { get; set; }
    }
}
