using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Flute;
using GalleryPS.Network;
using GalleryPS.Sessions;

namespace GalleryPS.Protocols.Flute;

/// <summary>
/// Receives images by FLUTE. One thread per socket feeds the protocol, the thread pool decodes and stores, one thread
/// hands over what is whole.
/// </summary>
internal sealed class FluteGalleryReceiver : GalleryReceiver
{
    // Packets come in bursts that no scheduler is always in time for.
    private const int SocketBuffer = 16 << 20;
    private const int PollMilliseconds = 50, SettleMilliseconds = 3;

    // Beyond this many bytes of blocks that wait to be decoded, packets wait in the socket's buffer. A sender that is told how
    // we are getting on slows down; from any other, what does not fit there is lost, so as much as possible is taken.
    private const long MostBacklog = 160L << 20;
    private static readonly long BacklogWhenServed = Math.Clamp(Environment.ProcessorCount * (16L << 20), 48L << 20, MostBacklog);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(200);
    private readonly ReceivingProgress _progress = new();
    private readonly ReceiveOptions _options;
    private readonly DatagramReceiver _receiver;
    private readonly KernelDrops _drops;
    private readonly FluteReceiver _flute;
    private readonly Lock _fluteLock = new();
    private readonly List<Thread> _threads = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly BlockingCollection<FluteEvent> _arrived = new(1024);
    private readonly ConcurrentDictionary<SessionId, ReportClient> _reports = new();
    private readonly Dictionary<int, string> _nicNames = [];
    private readonly ConcurrentDictionary<SessionId, (IPEndPoint Source, int Nic)> _sources = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly bool _portable;
    private long? _dropped;
    private int _packetsSinceReport, _idleSockets;
    private long _lastProgress;
    private bool _warnedNotAuthentic, _warnedForeign;

    private FluteGalleryReceiver(ReceiveOptions options, Inbox inbox, DatagramReceiver receiver, bool portable)
        : base(options, inbox)
    {
        _options = options;
        _receiver = receiver;
        _portable = portable;
        foreach (ReceivingSocket one in receiver.Sockets) DatagramSockets.AskForReceiveBuffer(one.Socket, SocketBuffer);
        _drops = new KernelDrops(receiver.Sockets.Select(static s => s.Socket));
        foreach (Interface nic in Interfaces.List()) _nicNames[nic.Index] = nic.Name;
        _flute = new FluteReceiver(
            new FluteReceiverOptions
            {
                MaxObjectBytes = options.Limits.MaxImageBytes,
                MaxTotalBytes = options.Limits.MaxGalleryBytes,
                GroupKey = options.Flute.Passphrase?.Key.Value,
                UtcNow = static () => DateTimeOffset.UtcNow,
                Background = static work => ThreadPool.UnsafeQueueUserWorkItem(static w => w(), work, preferLocal: false),
            },
            new ImageObjectStore(inbox.Store));
    }

    public override ReadyEvent Ready => new(
        _options.Transport, _receiver.EndPoints, _receiver.Group,
        [.. _receiver.Sockets.Where(static s => !s.Nic.IsDefault).Select(static s => s.Nic.Name).Distinct(StringComparer.Ordinal)]);

    private protected override long? Dropped => _dropped;

    private TimeSpan Now => Stopwatch.GetElapsedTime(_started);

    public static new FluteGalleryReceiver Open(ReceiveOptions options, CancellationToken cancellationToken) =>
        Open(options, portable: false, cancellationToken);

    /// <summary>Opens one that may be told to use nothing but what every system has.</summary>
    public static FluteGalleryReceiver Open(ReceiveOptions options, bool portable, CancellationToken cancellationToken)
    {
        var inbox = new Inbox(options);
        return new FluteGalleryReceiver(options, inbox, ReceiveAddresses.OpenDatagram(options, cancellationToken), portable);
    }

    private protected override IEnumerable<GalleryEvent> Opening()
    {
        foreach (ReceivingSocket one in _receiver.Sockets)
        {
            yield return new NoticeEvent(_receiver.Group is { } group
                ? $"Joined {group} on {one.Nic}{(_options.Addresses.Source.Count > 0 ? $" for {string.Join(", ", _options.Addresses.Source)} only" : "")}, UDP port {((IPEndPoint)one.Socket.LocalEndPoint!).Port}, for FLUTE."
                : $"Bound to {one.Socket.LocalEndPoint}, waiting for FLUTE by UDP {_options.Transport.ToString().ToLowerInvariant()}{(one.Nic.IsDefault ? "" : $" on {one.Nic}")}.");
            yield return new NoticeEvent($"The receive buffer has {one.Socket.ReceiveBufferSize:N0} bytes.");
        }
    }

    private protected override void Start(CancellationToken cancellationToken)
    {
        cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _stop);
        foreach (ReceivingSocket socket in _receiver.Sockets) Run(() => Read(socket), $"FLUTE {socket.Socket.LocalEndPoint}");
        Run(HandOver, "FLUTE images");
    }

    private protected override IEnumerable<GalleryEvent> Closing()
    {
        StopReading();
        _dropped = _drops.Count();
        _receiver.Leave();

        // What is still being decoded counts, if it is soon.
        long patience = Stopwatch.GetTimestamp();
        while (_flute.IsWorking && Stopwatch.GetElapsedTime(patience) < TimeSpan.FromMilliseconds(100))
        {
            lock (_fluteLock) _flute.Poll(Now);
            Thread.Sleep(1);
        }

        var rest = new List<FluteEvent>();
        lock (_fluteLock)
        {
            _flute.Poll(Now);
            _flute.Abandon();
            while (_flute.TryTake(out FluteEvent? one)) rest.Add(one);
        }

        StopReporting();
        foreach (FluteEvent one in rest)
        {
            // A limit that was reached is no reason to complain about what was not asked for any more.
            if (one is ObjectFailed && Inbox.HasAll) continue;
            if (Translate(one) is { } story) yield return story;
        }

        if (_flute.Counts.NotAuthentic > 0 && !_warnedNotAuthentic) yield return NotAuthenticWarning();
        if (_receiver.Group is { } group)
        {
            foreach (ReceivingSocket one in _receiver.Sockets) yield return new NoticeEvent($"Left {group} on {one.Nic}.");
        }

        FluteReceiverCounts counts = _flute.Counts;
        yield return new NoticeEvent(
            $"{counts.Packets} packets of FLUTE, {counts.Redundant} not needed, {counts.Malformed} malformed, {counts.NotAuthentic} not authentic, {counts.Replayed} replayed, {counts.Expired} expired, {counts.OverLimit} over a limit.");
        if (_dropped > 0 && Inbox.Failed > 0)
        {
            yield return new WarningEvent(
                ErrorIds.DatagramsDropped,
                $"The system threw {_dropped} datagrams away because the receive buffer was full. Send slower (-BitRate), or allow larger buffers (Linux: sysctl net.core.rmem_max).");
        }
    }

    protected override void Dispose(bool disposing)
    {
        StopReading();
        StopReporting();
        _receiver.Leave();
        _receiver.Dispose();

        // Work on the thread pool that is still going on finds the store closed and gives up.
        lock (_fluteLock) _flute.Dispose();
        while (_arrived.TryTake(out FluteEvent? one))
        {
            if (one is ObjectReceived received) received.Content.Dispose();
        }

        _arrived.Dispose();
        _stop.Dispose();
    }

    private protected override GalleryException TimedOut(TimeSpan idle) =>
        _flute.Counts.NotAuthentic > 0 && _flute.Counts.Packets == 0
            ? new GalleryException(
                ErrorIds.NotAuthentic, GalleryErrorCategory.SecurityError,
                $"{_flute.Counts.NotAuthentic} packets came, and none is authentic.", Ready.EndPoints[0],
                "Give the passphrase of the sender (-Passphrase) on both sides.")
            : base.TimedOut(idle);

    private void Run(Action action, string name)
    {
        var thread = new Thread(Work) { IsBackground = true, Name = name };
        _threads.Add(thread);
        thread.Start();

        void Work()
        {
            try
            {
                action();
            }
            catch (Exception e)
            {
                // An exception that leaves a thread ends the process, PowerShell and all.
                Inbox.Fail(new GalleryException(
                    ErrorIds.NetworkFailure, GalleryErrorCategory.ConnectionError, $"Receiving failed ({name}): {e.Message}", name, null, e));
                Inbox.Queue.Complete();
            }
        }
    }

    private void StopReading()
    {
        Inbox.Queue.Complete();
        _stop.Cancel();
        if (!_arrived.IsAddingCompleted) _arrived.CompleteAdding();
        foreach (Thread thread in _threads) thread.Join();
        _threads.Clear();
    }

    private void StopReporting()
    {
        foreach (ReportClient client in _reports.Values) client.Dispose();
        _reports.Clear();
    }

    private void Read(ReceivingSocket socket)
    {
        try
        {
            using BatchReceiver batches = BatchReceiver.Open(_receiver, socket, _portable);
            int reportEvery = Math.Clamp(socket.Socket.ReceiveBufferSize / 2304 / 8, 8, 512);
            PacketsHandler handler = (packets, length, source, nic) => Push(packets, length, source, nic, reportEvery);
            int wait = PollMilliseconds;
            bool idle = false;
            while (!_stop.IsCancellationRequested)
            {
                while (_flute.Backlog > (_reports.IsEmpty ? MostBacklog : BacklogWhenServed) && !_stop.IsCancellationRequested)
                {
                    Thread.Sleep(1);
                    lock (_fluteLock)
                    {
                        _flute.Poll(Now);
                        PassOn();
                    }
                }

                bool any = batches.Receive(wait, handler);
                wait = any ? SettleMilliseconds : PollMilliseconds;
                lock (_fluteLock)
                {
                    if (any == idle) _idleSockets += any ? -1 : 1;
                    idle = !any;
                    if (_idleSockets == _receiver.Sockets.Count) _flute.Idle();
                    if (!any || _flute.IsWorking) _flute.Poll(Now);
                    PassOn();
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            if (_stop.IsCancellationRequested) return;
            Inbox.Fail(new GalleryException(
                ErrorIds.NetworkFailure, GalleryErrorCategory.ConnectionError,
                $"Receiving on {socket.Nic} failed: {e.Message}", socket.Nic.Name, null, e));
            Inbox.Queue.Complete();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Push(ReadOnlySpan<byte> packets, int length, IPEndPoint source, int nic, int reportEvery)
    {
        lock (_fluteLock)
        {
            long before = _flute.Counts.Packets;
            int count = 0;
            for (; !packets.IsEmpty; count++)
            {
                ReadOnlySpan<byte> packet = packets[..Math.Min(length, packets.Length)];
                _flute.Push(packet, source, Now);
                packets = packets[packet.Length..];
            }

            if (_flute.Counts.Packets > before) Inbox.Datagram(count);
            _packetsSinceReport += count;
            PassOn(source, nic);
        }

        if (_packetsSinceReport < reportEvery) return;
        _packetsSinceReport = 0;
        foreach (ReportClient client in _reports.Values) client.Wake();
    }

    // Whoever reports must not wait for somebody to look at the images. Nobody else adds while it has the lock.
    private bool PassOnWithoutWaiting()
    {
        while (_arrived.Count < _arrived.BoundedCapacity)
        {
            if (!_flute.TryTake(out FluteEvent? one)) return true;
            Hand(one);
        }

        return false;
    }

    private void PassOn(IPEndPoint? source = null, int nic = 0)
    {
        while (_flute.TryTake(out FluteEvent? one))
        {
            if (source is not null && one is SessionOpened) _sources[one.Session] = (source, nic);
            if (one is FdtReceived { ReportTo: { } reportTo } && !_reports.ContainsKey(one.Session)) BeginReporting(one.Session, reportTo);
            Hand(one);
        }

        if (Now.Ticks - _lastProgress < ProgressInterval.Ticks) return;
        HintAtMistakes();
        if (_flute.Sessions.Count == 0) return;
        _lastProgress = Now.Ticks;
        Tell(_progress.Tell(Now, _flute, Inbox.Images));
    }

    private void Hand(FluteEvent one)
    {
        try
        {
            // Whoever presents the images too slowly makes the network wait.
            _arrived.Add(one, _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException)
        {
            if (one is ObjectReceived received) received.Content.Dispose();
        }
    }

    // Told at once: who waits without a time-out would never learn of it.
    private void HintAtMistakes()
    {
        FluteReceiverCounts counts = _flute.Counts;
        if (counts.Packets > 0) return;
        if (counts.NotAuthentic > 0 && !_warnedNotAuthentic) Tell(NotAuthenticWarning());
        if (counts.Malformed == 0 || counts.NotAuthentic > 0 || _warnedForeign) return;
        _warnedForeign = true;
        Tell(new WarningEvent(ErrorIds.NotUnderstood, "Datagrams come that are not FLUTE: does the sender use -Protocol Flute?"));
    }

    private void BeginReporting(SessionId session, string reportTo)
    {
        // Only the port is taken from the network: reports go to where the packets come from.
        if (!int.TryParse(reportTo.AsSpan(reportTo.LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port is < 1 or > 65535) return;
        var last = new ReceptionReport();
        _reports[session] = new ReportClient(
            new IPEndPoint(session.Source, port),
            _options.Flute.Passphrase?.Key.Value.ReportKey(session.Tsi),
            () =>
            {
                // When images wait for somebody to look at them, the sender must not think that nobody is here.
                if (!_fluteLock.TryEnter(KeepAlive)) return last with { IsBusy = true };
                try
                {
                    _flute.Poll(Now);
                    bool busy = !PassOnWithoutWaiting();
                    ReceptionReport? report = _flute.Report(session);
                    if (report is null) return null;
                    last = report with { Restarted = [], Objects = [], Blocks = [], Refused = 0 };
                    return report with { IsBusy = busy };
                }
                finally
                {
                    _fluteLock.Exit();
                }
            },
            (id, why) => Tell(new WarningEvent(id, $"The sender at {session.Source} cannot be told what is missing: {why}.")));
    }

    private void HandOver()
    {
        foreach (FluteEvent one in _arrived.GetConsumingEnumerable())
        {
            if (_stop.IsCancellationRequested)
            {
                if (one is ObjectReceived late) late.Content.Dispose();
                continue;
            }

            if (Translate(one) is { } story) Tell(story);
            if (Inbox.HasAll) Inbox.Queue.Complete();

            // A session that was never understood, or made room for others, ends nothing.
            if (one is not SessionEnded end) continue;
            if (end is { FdtSeen: true, End: not SessionEnd.Abandoned }) Inbox.End(SourceOf(one.Session).Source);
            _sources.TryRemove(one.Session, out _);
        }
    }

    private void Tell(GalleryEvent one) => Inbox.Queue.Add(one, one is ReceivedEvent { Image: { Path: null } image } ? image.Bytes : 0);

    // Without the lock of the protocol: whoever holds it may be waiting for room in front of the thread that asks.
    private (IPEndPoint Source, int Nic) SourceOf(SessionId session) => _sources.GetValueOrDefault(session, (new IPEndPoint(session.Source, 0), 0));

    private GalleryEvent? Translate(FluteEvent one)
    {
        switch (one)
        {
            case SessionOpened:
                return new NoticeEvent($"FLUTE session from {one.Session}.");
            case FdtReceived fdt:
                return new NoticeEvent($"{one.Session}: {fdt.Files} images, {fdt.Bytes:N0} bytes{(fdt.Complete ? "" : " so far")}.");
            case ObjectReceived received:
                return Take(received);
            case ObjectRestarted again:
                return new NoticeEvent($"{SafeFileName.From(again.File.Name)} from {SourceOf(again.Session).Source} is collected anew: {again.Detail}.");
            case ObjectFailed failed:
                Inbox.CountFailed();
                return new ErrorEvent(FluteErrors.Of(failed, SourceOf(failed.Session).Source));
            case SessionEnded { End: SessionEnd.Abandoned, FdtSeen: false }:
                return new NoticeEvent($"{one.Session}: nothing that could be understood came.");
            default:
                return null;
        }
    }

    private GalleryEvent? Take(ObjectReceived received)
    {
        (IPEndPoint source, int nic) = SourceOf(received.Session);
        long length = received.Content.Length;
        received.Content.Position = 0;
        bool isImage;
        ImageInfo info;
        try
        {
            isImage = ImageHeader.TryRead(received.Content, out info);
        }
        catch (Exception e) when (e is GalleryException or IOException)
        {
            received.Content.Dispose();
            Inbox.CountFailed();
            return new ErrorEvent(e as GalleryException ?? FluteErrors.NotKept(received.File.Name, e));
        }

        if (!isImage)
        {
            received.Content.Dispose();
            Inbox.NotAnImage(source, length, $"'{SafeFileName.From(received.File.Name)}'");
            return null;
        }

        return Inbox.Take(
            received.Content, received.File.Name, received.Index,
            new ArrivedImage(info, length, source, received.Packets, received.Elapsed, _nicNames.GetValueOrDefault(nic)));
    }

    private WarningEvent NotAuthenticWarning()
    {
        _warnedNotAuthentic = true;
        return new WarningEvent(ErrorIds.NotAuthentic, $"{_flute.Counts.NotAuthentic} packets without the right passphrase were left out.");
    }
}
