using System.Net;
using System.Runtime.CompilerServices;

namespace Flute;

/// <summary>
/// Receives FLUTE sessions: it is given packets and the time, and gives events. It has no socket, no thread and no clock;
/// where decoding runs is the caller's choice. All methods are for one thread.
/// </summary>
public sealed class FluteReceiver : IDisposable
{
    private const int MaxAuthenticators = 64, MaxEnded = 1024;

    // Instances by which an FDT may have grown since its session ended here; another one is of a new session.
    private const int LaterInstances = 16, InstanceIds = 1 << 20;

    // A session whose sender says nothing for so long begins anew. Carousels do not pause.
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(10);

    // When there are too many sessions: those without an FDT go after so long, others after such a silence.
    // A table is repeated at the latest every five seconds.
    private static readonly TimeSpan WithoutFdt = TimeSpan.FromSeconds(5), TableOnly = TimeSpan.FromSeconds(10), Dead = TimeSpan.FromSeconds(30);

    // Where there is no room it is looked for again after so long, not with each packet of a flood.
    private static readonly TimeSpan NoRoom = TimeSpan.FromMilliseconds(50);
    private readonly FluteReceiverOptions _options;
    private readonly IObjectStore _store;
    private readonly BufferBudget _budget;
    private readonly EarlyMemory _early;
    private readonly FdtMemory _tables;
    private readonly Dictionary<SessionId, ReceivingSession> _sessions = [];
    private readonly Dictionary<SessionId, EndedSession> _ended = [];
    private readonly Dictionary<(ulong Tsi, string Name), SessionId> _named = [];
    private readonly Dictionary<SessionId, SessionId> _copies = [];
    private readonly Dictionary<SessionId, ReceptionReport> _lastReports = [];
    private readonly Dictionary<ulong, PacketAuthenticator> _authenticators = [];
    private readonly Queue<FluteEvent> _events = new();
    private readonly Recoveries _recoveries;
    private ReceivingSession? _last;
    private TimeSpan _now, _lastCleaning, _noRoomUntil;
    private bool _disposed;

    /// <summary>Makes a receiver.</summary>
    /// <param name="options">What to take.</param>
    /// <param name="store">Where to put objects.</param>
    public FluteReceiver(FluteReceiverOptions options, IObjectStore store)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(store);
        _options = options;
        _store = store;
        _budget = new BufferBudget(options.MaxBufferedBytes);
        _early = new EarlyMemory(options.MaxCachedBytes);
        _tables = new FdtMemory(options);
        _recoveries = new Recoveries(options, store);
    }

    /// <summary>What was counted so far.</summary>
    public FluteReceiverCounts Counts { get; } = new();

    /// <summary>Whether blocks are being decoded or stored elsewhere.</summary>
    public bool IsWorking => _recoveries.IsWorking;

    /// <summary>
    /// Bytes of blocks that are being decoded or stored elsewhere, or wait for that. Whoever feeds packets faster than that
    /// goes should pause: the memory for blocks is limited (<see cref="FluteReceiverOptions.MaxBufferedBytes"/>), and what
    /// finds none is lost.
    /// </summary>
    public long Backlog => _recoveries.Backlog;

    /// <summary>The sessions that are open.</summary>
    public IReadOnlyCollection<SessionId> Sessions => _sessions.Keys;

    /// <summary>Whether an open session has brought a symbol of an object, and something came of it lately.</summary>
    /// <param name="session">The session.</param>
    /// <param name="within">How long its last packet may be ago.</param>
    /// <param name="begun">Whether a symbol came.</param>
    /// <returns>Whether it is open, and its last packet no longer ago.</returns>
    public bool IsAlive(SessionId session, TimeSpan within, out bool begun)
    {
        begun = false;
        if (!_sessions.TryGetValue(session, out ReceivingSession? current) || _now - current.LastPacket > within) return false;
        begun = current.Objects.HasBegun;
        return true;
    }

    /// <summary>Takes a packet.</summary>
    /// <param name="packet">The UDP payload; it is not kept.</param>
    /// <param name="source">Who sent it.</param>
    /// <param name="now">The time, from any fixed moment; never less than before.</param>
    /// <param name="waited">How long before it came to the host, where the system tells.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Push(ReadOnlySpan<byte> packet, IPEndPoint source, TimeSpan now, TimeSpan waited = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        _now = now;
        if (!LctPacket.TryParse(packet, out LctPacket parsed) || parsed.TsiLength == 0 || (parsed.ToiLength == 0 && !parsed.CloseSession))
        {
            Counts.Malformed++;
            return;
        }

        ulong sequenceNumber = 0;
        if (_options.GroupKey is not null && !Authenticator(parsed.Tsi).Verify(packet, parsed, out sequenceNumber))
        {
            Counts.NotAuthentic++;
            return;
        }

        ReceivingSession? session = SessionOf(source.Address, parsed);
        if (session is null) return;
        if (session.Replays?.TryAdd(sequenceNumber) == false)
        {
            Counts.Replayed++;
            return;
        }

        Counts.Packets++;
        session.Push(parsed, now, now - waited);
        if (session.IsCopy) Forget(session);
        else if (session.Restart is { } instance) session = Restart(session, instance, now);
        if (_recoveries.HasResults || session.IsOver(now, out _)) Poll(now);
    }

    /// <summary>Nothing that came is still to be pushed. Reports say so: then the sender knows that what is missing was lost.</summary>
    public void Idle()
    {
        foreach (ReceivingSession session in _sessions.Values) session.IsIdle = true;
    }

    /// <summary>Takes in what was decoded elsewhere, and ends sessions whose time has come. Call it when packets pause.</summary>
    /// <param name="now">The time.</param>
    public void Poll(TimeSpan now)
    {
        _now = now;
        while (_recoveries.TryTake(out Action<TimeSpan>? result)) result(now);

        List<ReceivingSession>? over = null;
        foreach (ReceivingSession session in _sessions.Values)
        {
            if (!session.IsOver(now, out SessionEnd end)) continue;

            // A closed session waits for the blocks that are being decoded.
            if (end == SessionEnd.Closed && IsWorking) continue;
            (over ??= []).Add(session);
        }

        foreach (ReceivingSession session in over ?? [])
        {
            session.IsOver(now, out SessionEnd end);
            End(session, end);
        }

        Clean(now);
    }

    /// <summary>Takes the next event.</summary>
    /// <param name="next">The event.</param>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FluteEvent? next) => _events.TryDequeue(out next);

    /// <summary>Gives up all sessions; what is missing is told. Wait until not <see cref="IsWorking"/>, and poll, before.</summary>
    public void Abandon()
    {
        foreach (ReceivingSession session in _sessions.Values.ToList()) End(session, SessionEnd.Abandoned);
    }

    /// <summary>What to report to a session's sender.</summary>
    /// <param name="session">The session.</param>
    /// <returns>Null when it is over, and that was reported.</returns>
    public ReceptionReport? Report(SessionId session)
    {
        if (_sessions.TryGetValue(session, out ReceivingSession? known)) return known.Report(_now);
        return _lastReports.Remove(session, out ReceptionReport? last) ? last : null;
    }

    /// <summary>How far a session is.</summary>
    /// <param name="session">The session.</param>
    /// <returns>Bytes that are in and in all, packets received and lost; zeros when it is over.</returns>
    public (long Done, long Total, long Packets, long Lost) Progress(SessionId session)
    {
        if (!_sessions.TryGetValue(session, out ReceivingSession? known)) return default;
        (long done, long total) = known.Progress;
        return (done, total, known.Objects.Packets, known.Lost);
    }

    /// <summary>Objects of a session that are being received: the first ones of its FDT that something came of within the last second.</summary>
    /// <param name="session">The session.</param>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<ObjectProgress> InProgress(SessionId session, int most) =>
        _sessions.TryGetValue(session, out ReceivingSession? known) ? known.InProgress(most) : [];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _recoveries.Dispose();
        foreach (ReceivingSession session in _sessions.Values) session.Dispose();
        _sessions.Clear();
        foreach (PacketAuthenticator authenticator in _authenticators.Values) authenticator.Dispose();
        while (_events.TryDequeue(out FluteEvent? fluteEvent))
        {
            if (fluteEvent is ObjectReceived received) received.Content.Dispose();
        }
    }

    private ReceivingSession? SessionOf(IPAddress source, LctPacket packet)
    {
        if (_last is { } last && last.Id.Tsi == packet.Tsi && last.Id.Source.Equals(source)) return last;
        var id = new SessionId(source, packet.Tsi);
        if (_copies.TryGetValue(id, out SessionId original)) id = original;
        if (!_sessions.TryGetValue(id, out ReceivingSession? session))
        {
            if (IsEnded(id, packet, out ReplayWindow? replays)) return null;

            // The end of something that is not known is nothing.
            if (packet.CloseSession && packet.Payload.Length <= FecPayloadId.Length) return null;
            if (_sessions.Count >= _options.MaxSessions && !MakeRoom())
            {
                Counts.OverLimit++;
                return null;
            }

            session = Open(id, replays);
        }

        return _last = session;
    }

    private ReceivingSession Open(SessionId id, ReplayWindow? replays)
    {
        var session = new ReceivingSession(id, _options, Counts, _tables)
        {
            Objects = new ReceivingObjects(id, _options, _store, Counts, _budget, _early) { Raise = _events.Enqueue, Recoveries = _recoveries },
            Opened = _now,
            Claim = Claim,
            Replays = _options.GroupKey is null ? null : replays ?? new ReplayWindow(),
        };
        _sessions.Add(id, session);
        _events.Enqueue(new SessionOpened(id));
        return session;
    }

    // What trickles in after the end does not begin the session again. A sender that begins a new one under the same
    // number is told by its pause, or by its FDT.
    private bool IsEnded(SessionId id, LctPacket packet, out ReplayWindow? replays)
    {
        replays = null;
        if (!_ended.TryGetValue(id, out EndedSession ended)) return false;
        replays = ended.Replays;
        bool isNew = _now - ended.LastPacket > Forgotten
            || (ReceivingSession.InstanceOf(packet) is { } instance && ended.FdtInstance is { } last
                && (instance - last + InstanceIds) % InstanceIds > LaterInstances);
        if (isNew) _ended.Remove(id);
        else _ended[id] = ended with { LastPacket = _now };
        return !isNew;
    }

    // The sender was started again and took the same number: the objects of its new FDT are others.
    private ReceivingSession Restart(ReceivingSession old, FdtInstance instance, TimeSpan now)
    {
        End(old, SessionEnd.Abandoned);
        _ended.Remove(old.Id);
        _lastReports.Remove(old.Id);
        ReceivingSession session = Open(old.Id, old.Replays);
        session.Merge(instance, now);
        return session;
    }

    // A sender with several NICs sends the same packets from several addresses; each helps.
    private bool Claim(ReceivingSession session, string name)
    {
        if (_named.Count >= 1024) _named.Clear();
        if (_named.TryAdd((session.Id.Tsi, name), session.Id) || _named[(session.Id.Tsi, name)] == session.Id) return true;
        if (_copies.Count >= 1024) _copies.Clear();
        _copies[session.Id] = _named[(session.Id.Tsi, name)];
        return false;
    }

    private void Forget(ReceivingSession copy)
    {
        _sessions.Remove(copy.Id);
        if (ReferenceEquals(_last, copy)) _last = null;
        copy.Dispose();
    }

    // Sessions that do not get an FDT, and those whose sender died, are not worth a place.
    private bool MakeRoom()
    {
        if (_now < _noRoomUntil) return false;
        ReceivingSession? idle = _sessions.Values.Where(s => !s.FdtSeen && _now - s.Opened >= WithoutFdt).MinBy(static s => s.Opened)
            ?? _sessions.Values.Where(s => !s.Objects.HasBegun && _now - s.LastPacket >= TableOnly).MinBy(static s => s.LastPacket)
            ?? _sessions.Values.Where(s => _now - s.LastPacket >= Dead).MinBy(static s => s.LastPacket);
        if (idle is null)
        {
            _noRoomUntil = _now + NoRoom;
            return false;
        }

        End(idle, SessionEnd.Abandoned);
        _ended.Remove(idle.Id);
        return true;
    }

    private PacketAuthenticator Authenticator(ulong tsi)
    {
        if (_authenticators.TryGetValue(tsi, out PacketAuthenticator? known)) return known;
        if (_authenticators.Count >= MaxAuthenticators)
        {
            foreach (PacketAuthenticator authenticator in _authenticators.Values) authenticator.Dispose();
            _authenticators.Clear();
        }

        return _authenticators[tsi] = new PacketAuthenticator(_options.GroupKey!.PacketKey(tsi));
    }

    private void End(ReceivingSession session, SessionEnd end)
    {
        int missing = session.Objects.Missing();
        _sessions.Remove(session.Id);
        if (_ended.Count >= MaxEnded)
        {
            _ended.Clear();
            _lastReports.Clear();
        }

        _lastReports[session.Id] = session.Report(_now);
        _ended[session.Id] = new EndedSession(_now, session.FdtInstance, session.Replays);
        if (ReferenceEquals(_last, session)) _last = null;
        session.Dispose();
        _events.Enqueue(new SessionEnded(session.Id, end, missing, session.FdtSeen, session.Objects.HasBegun));
    }

    // When blocks hold all the memory that there is, those whose symbols stopped coming make room.
    private void Clean(TimeSpan now)
    {
        if ((_budget.Lent < _options.MaxBufferedBytes / 4 * 3 && !_budget.WasExceeded) || now - _lastCleaning < TimeSpan.FromMilliseconds(100)) return;
        _lastCleaning = now;
        foreach (ReceivingSession session in _sessions.Values)
        {
            if (session.DropOldest(now)) return;
        }

        _budget.WasExceeded = false;
    }

    private readonly record struct EndedSession(TimeSpan LastPacket, int? FdtInstance, ReplayWindow? Replays);
}
