using System.Collections.Concurrent;
using Flute;

namespace GalleryPS.Protocols.Flute;

/// <summary>Everybody who was waited for has ended, and what they brought was told before.</summary>
internal sealed record NothingAwaited() : FluteEvent(default(SessionId));

/// <summary>
/// The sessions that a receiver still waits for when as many have ended as were asked for: an end closes its own session only.
/// Those are the sessions that had brought something by then, and any whose sender serves this receiver. Who begins later is
/// not waited for, so that a stream of forged sessions cannot keep a receiver for ever. Used behind one lock.
/// </summary>
/// <param name="flute">The protocol.</param>
/// <param name="isServed">Whether the sender of a session is being told what is missing.</param>
internal sealed class AwaitedSessions(FluteReceiver flute, Func<SessionId, bool> isServed)
{
    // A sender repeats its table at the latest every five seconds; one that says nothing for so long was stopped.
    private static readonly TimeSpan Alive = TimeSpan.FromSeconds(10);
    private HashSet<SessionId>? _sessions;

    // Looked at without the lock.
    private readonly ConcurrentDictionary<SessionId, bool> _all = new();
    private volatile bool _known;

    /// <summary>Whether any session has begun, is alive and is not finished. The first call is when the last end came.</summary>
    public bool Any()
    {
        bool first = _sessions is null;
        _sessions ??= [];
        foreach (SessionId session in flute.Sessions)
        {
            if (!flute.IsAlive(session, Alive, out bool begun)) continue;
            if ((first && begun) || isServed(session)) _sessions.Add(session);
        }

        foreach (SessionId session in _sessions) _all.TryAdd(session, true);
        _known = true;
        _sessions.RemoveWhere(s => !flute.IsAlive(s, Alive, out bool begun) || !(begun || isServed(s)));
        return _sessions.Count > 0;
    }

    /// <summary>Whether a session is or was waited for; before the last end every one is. From any thread.</summary>
    public bool Includes(SessionId session) => !_known || _all.ContainsKey(session);
}
