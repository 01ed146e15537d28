using System.Net;
using static System.FormattableString;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Decides what a connection without bytes means. From a host that has sent images it is the end of transmission. From any
/// other it may be the end of an empty gallery, or somebody who only tried the port: it is the end when nothing else comes for
/// a while, and nobody else is in the middle of a gallery.
/// </summary>
/// <param name="inbox">Gets the ends.</param>
/// <param name="senders">How many ends are waited for.</param>
internal sealed class EmptyConnections(Inbox inbox, int senders) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly Lock _lock = new();
    private readonly HashSet<IPAddress> _hosts = [], _busy = [];
    private readonly List<IPEndPoint> _waiting = [];
    private ITimer? _timer;
    private int _ends;

    /// <summary>An image begins to come.</summary>
    public void Came(IPEndPoint peer)
    {
        lock (_lock)
        {
            _hosts.Add(peer.Address);
            _busy.Add(peer.Address);
            foreach (IPEndPoint probe in _waiting) TellProbe(probe);
            _waiting.Clear();
        }
    }

    /// <summary>A connection was closed without a byte.</summary>
    public void Empty(IPEndPoint peer)
    {
        lock (_lock)
        {
            if (_hosts.Contains(peer.Address))
            {
                End(peer);
            }
            else if (_busy.Count >= senders - _ends)
            {
                TellProbe(peer);
            }
            else
            {
                _waiting.Add(peer);
                inbox.Report(new NoticeEvent(Invariant($"{peer} connected and sent nothing: the end of an empty gallery, unless something arrives within {Patience.TotalSeconds:0} s.")));
                _timer ??= inbox.Clock.Time.CreateTimer(static e => ((EmptyConnections)e!).Over(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(Patience, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Over()
    {
        lock (_lock)
        {
            foreach (IPEndPoint peer in _waiting) End(peer);
            _waiting.Clear();
        }
    }

    private void End(IPEndPoint peer)
    {
        _ends++;
        _busy.Remove(peer.Address);
        inbox.End(peer);
    }

    private void TellProbe(IPEndPoint peer) =>
        inbox.Report(new NoticeEvent($"{peer} connected and sent nothing. It has sent no image, so this is not the end of transmission."));
}
