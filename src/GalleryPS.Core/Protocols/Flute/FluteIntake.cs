using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using Flute;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Flute;

/// <summary>
/// The protocol behind its lock. The threads of the sockets put packets in; what comes of them waits in a bounded queue for the
/// thread that hands it over, so that whoever presents the images too slowly makes the network wait.
/// </summary>
internal sealed class FluteIntake : IDisposable
{
    // Beyond this many bytes of blocks that wait to be decoded, packets wait in the socket's buffer. A sender that is told how
    // we are getting on slows down; from any other, what does not fit there is lost, so as much as possible is taken.
    private const long MostBacklog = 160L << 20;
    private static readonly long BacklogWhenServed = Math.Clamp(Environment.ProcessorCount * (16L << 20), 48L << 20, MostBacklog);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMilliseconds(100), ProgressInterval = TimeSpan.FromMilliseconds(200);
    private readonly Inbox _inbox;
    private readonly CancellationToken _stopping;
    private readonly FluteReceiver _flute;
    private readonly Lock _lock = new();
    private readonly BlockingCollection<FluteEvent> _arrived = new(1024);
    private readonly ConcurrentDictionary<SessionId, (IPEndPoint Source, int Nic, int Sessions)> _sources = new();
    private readonly ReportClients _reports;
    private readonly ReceivingProgress _progress = new();
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly AwaitedSessions _awaited;
    private TimeSpan _lastProgress;
    private int _packetsSinceReport, _sockets, _readSockets, _idleSockets;
    private bool _overReported;

    /// <param name="options">What is accepted.</param>
    /// <param name="inbox">Where progress and warnings go, and where images are stored.</param>
    /// <param name="sockets">How many threads put packets in, to begin with.</param>
    /// <param name="stopping">Cancelled when receiving has to end.</param>
    public FluteIntake(ReceiveOptions options, Inbox inbox, int sockets, CancellationToken stopping)
    {
        (_inbox, _sockets, _stopping, _time) = (inbox, sockets, stopping, inbox.Clock.Time);
        _started = _time.GetTimestamp();
        _reports = new ReportClients(options.Flute.Passphrase?.Key.Value, Report, inbox.Report, _time, options.Flute.AnyReportPort, TlsClient.Of(options.Tls), LookForTheEnd);
        _flute = new FluteReceiver(
            new FluteReceiverOptions
            {
                MaxObjectBytes = options.Limits.MaxImageBytes,
                MaxTotalBytes = options.Limits.MaxGalleryBytes,
                MaxObjects = options.Limits.MaxImages,
                MaxSessions = options.Limits.MaxSessions,
                GroupKey = options.Flute.Passphrase?.Key.Value,
                UtcNow = _time.GetUtcNow,
                Resume = options.Resume,
                Background = static work => ThreadPool.UnsafeQueueUserWorkItem(static w => w(), work, preferLocal: false),
            },
            new ImageObjectStore(inbox.Store, options.Resume));
        _awaited = new AwaitedSessions(_flute, _reports.IsOpen);
    }

    /// <summary>What came so far.</summary>
    public FluteReceiverCounts Counts => _flute.Counts;

    /// <summary>Warnings of mistakes.</summary>
    public FluteHints Hints { get; } = new();

    private TimeSpan Now => _time.GetElapsedTime(_started);

    /// <summary>What has to be handed over; ends when receiving ends.</summary>
    public IEnumerable<FluteEvent> Arrived() => _arrived.GetConsumingEnumerable();

    /// <summary>Where the packets of a session come from. Without the lock: whoever holds it may be waiting for the thread that asks.</summary>
    public (IPEndPoint Source, int Nic) SourceOf(SessionId session) => _sources.TryGetValue(session, out (IPEndPoint Source, int Nic, int) known) ? (known.Source, known.Nic) : (new IPEndPoint(session.Source, 0), 0);

    /// <summary>A session is over. Another one may have its number by now: that of a sender that was started again.</summary>
    public void Forget(SessionId session)
    {
        while (_sources.TryGetValue(session, out (IPEndPoint Source, int Nic, int Sessions) known)
            && !(known.Sessions > 1 ? _sources.TryUpdate(session, known with { Sessions = known.Sessions - 1 }, known) : _sources.TryRemove(KeyValuePair.Create(session, known))))
        {
        }
    }

    /// <summary>Puts packets in.</summary>
    /// <param name="datagram">One packet, or several of one length.</param>
    /// <param name="reportEvery">After so many packets senders are told how far things are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Push(in Datagram datagram, int reportEvery)
    {
        ReadOnlySpan<byte> packets = datagram.Payload;
        lock (_lock)
        {
            long before = _flute.Counts.Packets;
            int count = 0;
            for (; !packets.IsEmpty; count++)
            {
                ReadOnlySpan<byte> packet = packets[..Math.Min(datagram.SegmentLength, packets.Length)];
                _flute.Push(packet, datagram.Source, Now, datagram.Waited);
                packets = packets[packet.Length..];
            }

            if (_flute.Counts.Packets > before) _inbox.Datagram(count);
            _packetsSinceReport += count;
            PassOn(datagram.Source, datagram.InterfaceIndex);
        }

        if (_packetsSinceReport < reportEvery) return;
        _packetsSinceReport = 0;
        _reports.Wake();
    }

    /// <summary>A thread begins to put packets in.</summary>
    public void Enter()
    {
        lock (_lock) _sockets = Math.Max(++_readSockets, _sockets);
    }

    /// <summary>A thread ends.</summary>
    /// <param name="wasIdle">Whether nothing had come the last time.</param>
    public void Exit(bool wasIdle)
    {
        lock (_lock)
        {
            _readSockets--;
            _sockets--;
            if (wasIdle) _idleSockets--;
        }
    }

    /// <summary>Tells that a socket was read, whether anything came, and whether something had come the time before.</summary>
    public void After(bool anything, bool wasIdle)
    {
        lock (_lock)
        {
            if (anything == wasIdle) _idleSockets += anything ? -1 : 1;
            if (_idleSockets == _sockets) _flute.Idle();
            if (!anything || _flute.IsWorking) _flute.Poll(Now);
            PassOn();
            ReportWhenOver();
        }

        // The first packets after a pause are what a sender that begins carefully waits to hear of.
        if (anything && wasIdle) _reports.Wake();
    }

    /// <summary>
    /// Whether everybody who was waited for has ended, and everything they brought was taken. For the thread that hands over, which
    /// must not wait for the lock; when it is taken, or there is more to take, <see cref="NothingAwaited"/> comes later.
    /// </summary>
    public bool IsOver()
    {
        if (_arrived.Count > 0 || !_lock.TryEnter()) return false;
        try
        {
            return PassOnWithoutWaiting() && _arrived.Count == 0 && IsOverForAll;
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Whether a session had begun when the last end came that was waited for; true before that.</summary>
    public bool WasAwaited(SessionId session) => _awaited.Includes(session);

    /// <summary>Waits while too much waits to be decoded.</summary>
    public void WaitForDecoding()
    {
        while (_flute.Backlog > (_reports.IsEmpty ? MostBacklog : BacklogWhenServed) && !_stopping.IsCancellationRequested)
        {
            Thread.Sleep(1);
            lock (_lock)
            {
                _flute.Poll(Now);
                PassOn();
            }
        }
    }

    /// <summary>Nothing more is handed over.</summary>
    public void CompleteAdding()
    {
        if (!_arrived.IsAddingCompleted) _arrived.CompleteAdding();
    }

    /// <summary>Waits a little for what is being decoded, gives up the rest, and tells the senders; all threads have ended.</summary>
    /// <returns>What came of it.</returns>
    public List<FluteEvent> Finish(TimeSpan patience)
    {
        TimeSpan start = Now;
        while (_flute.IsWorking && Now - start < patience)
        {
            lock (_lock) _flute.Poll(Now);
            Thread.Sleep(1);
        }

        var rest = new List<FluteEvent>();
        lock (_lock)
        {
            _flute.Poll(Now);
            _flute.Abandon();
            while (_flute.TryTake(out FluteEvent? received)) rest.Add(received);
        }

        _reports.Dispose();
        return rest;
    }

    public void Dispose()
    {
        _reports.Dispose();

        // Work on the thread pool that is still going on finds the store closed and gives up.
        lock (_lock) _flute.Dispose();
        while (_arrived.TryTake(out FluteEvent? received)) Discard(received);
        _arrived.Dispose();
    }

    /// <summary>Lets go of an event that nobody wants any more.</summary>
    public static void Discard(FluteEvent received)
    {
        if (received is ObjectReceived image) image.Content.Dispose();
    }

    private bool IsOverForAll => _inbox.HasEnds && !_awaited.Any() && !_reports.IsBeginning && !_reports.IsReportingEnd;

    private void LookForTheEnd()
    {
        lock (_lock) ReportWhenOver();
    }

    private void ReportWhenOver()
    {
        if (_overReported || !IsOverForAll) return;
        _overReported = true;
        Add(new NothingAwaited());
    }

    private void PassOn(IPEndPoint? source = null, int nic = 0)
    {
        while (_flute.TryTake(out FluteEvent? received))
        {
            if (source is not null && received is SessionOpened) _sources.AddOrUpdate(received.Session, (source, nic, 1), (_, known) => (source, nic, known.Sessions + 1));
            Add(received);
        }

        TimeSpan now = Now;
        if (now - _lastProgress < ProgressInterval) return;
        foreach (WarningEvent warning in Hints.Look(_flute.Counts)) _inbox.Report(warning);
        if (_flute.Sessions.Count == 0) return;
        _lastProgress = now;
        _inbox.Report(_progress.Measure(now, _flute, _inbox.Images));
    }

    private void Add(FluteEvent received)
    {
        if (received is ReadyToReport { ReportTo: var reportTo }) _reports.Begin(received.Session, reportTo);
        if (received is SessionEnded { End: SessionEnd.AllReceived }) _reports.ReportEnd(received.Session);
        if (received is SessionEnded { End: SessionEnd.Abandoned }) _reports.Leave(received.Session);
        try
        {
            _arrived.Add(received, _stopping);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException)
        {
            Discard(received);
        }
    }

    // Whoever reports must not wait for somebody to look at the images. Nobody else adds while it has the lock.
    private bool PassOnWithoutWaiting()
    {
        while (_arrived.Count < _arrived.BoundedCapacity)
        {
            if (!_flute.TryTake(out FluteEvent? received)) return true;
            Add(received);
        }

        return false;
    }

    private ReceptionReport? Report(SessionId session, ReceptionReport last, CancellationToken left)
    {
        // When images wait for somebody to look at them, the sender must not think that nobody is here.
        if (!_lock.TryEnter(KeepAlive)) return last with { IsBusy = true };
        try
        {
            if (left.IsCancellationRequested) return null;
            _flute.Poll(Now);
            bool busy = !PassOnWithoutWaiting();
            ReceptionReport? report = _flute.Report(session);
            return report is null ? null : report with { IsBusy = busy };
        }
        finally
        {
            _lock.Exit();
        }
    }
}
