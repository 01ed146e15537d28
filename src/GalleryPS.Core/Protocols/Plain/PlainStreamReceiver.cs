using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Plain over TCP: every connection is an image, one with no bytes an end of transmission. The accepting thread itself
/// reads what has already arrived, which is the whole image when the network is faster than the sender; a connection
/// that would make it wait is read when something comes, and holds no thread meanwhile, so that no slow sender holds up the others.
/// </summary>
internal sealed class PlainStreamReceiver : IImageReceiver
{
    private static readonly TimeSpan EmptyGallery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    // Those that have something to read; storing images may block.
    private const int MostAtWork = 16;
    private const int PollMicroseconds = ReadingThreads.PollMilliseconds * 1000;
    private const int InlineMicroseconds = 1_000;
    private const int InlineBytes = 1 << 20;
    private const int CatchUpMilliseconds = 1, RoomMilliseconds = 1000;
    private readonly ReceiveOptions _options;
    private readonly bool _portable;
    private readonly Inbox _inbox;
    private readonly StreamListener _listener;
    private readonly TlsServer? _tls;
    private readonly HashSet<IPAddress> _sources;
    private readonly Transmissions _transmissions;
    private readonly List<IncomingConnection> _open = [];

    // Hosts that wait for room in vain, until one of their connections ends: they hold up others only once.
    private readonly HashSet<IPAddress> _stuck = [];
    private readonly SemaphoreSlim _turns = new(MostAtWork);
    private readonly ITimer _look;
    private readonly ConcurrentDictionary<string, bool> _found = new(StringComparer.Ordinal);
    private readonly ResumeServer? _resume;
    private long _givenUp, _turnedAway;

    private PlainStreamReceiver(ReceiveOptions options, bool portable, Inbox inbox, StreamListener listener, TlsServer? tls, IReadOnlyList<IPAddress> sources)
    {
        (_options, _portable, _inbox, _listener, _tls, _sources) = (options, portable, inbox, listener, tls, [.. sources]);
        _transmissions = new Transmissions(inbox, options.Senders, EmptyGallery, "connected and sent nothing");
        _look = inbox.Clock.Time.CreateTimer(static r => ((PlainStreamReceiver)r!).CheckTimes(), this, LookEvery, LookEvery);
        if (inbox.Stored is { } stored) _resume = new ResumeServer(listener.EndPoints, stored, IsWanted, Found, inbox.Clock.Time, tls);
        Ready = new ReadyEvent(Transport.Tcp, listener.EndPoints, null, []);
    }

    public ReadyEvent Ready { get; }

    public static PlainStreamReceiver Open(ReceiveOptions options, Inbox inbox, ProtocolContext context, CancellationToken cancellationToken)
    {
        UnicastReceiveOptions where = ReceiveAddresses.Stream(options, cancellationToken);
        var tls = TlsServer.Of(options.Tls, context.Time);
        var listener = new StreamListener(where, tls, context.Portable, inbox.Report, inbox.Break);
        try
        {
            return new PlainStreamReceiver(options, context.Portable, inbox, listener, tls, where.Sources);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    public IEnumerable<GalleryEvent> Opening()
    {
        yield return new NoticeEvent($"Listening on {string.Join(", ", Ready.EndPoints)} for TCP connections{(_tls is null ? "" : " with TLS")}.");
        if (_tls is not null) yield return new CertificateEvent(_tls.Thumbprint, _tls.IsSelfSigned);
    }

    public void Start() => _listener.Start(Accept, where => _resume?.Follow(where));

    public IEnumerable<GalleryEvent> Closing()
    {
        Stop();
        if (_givenUp > 0)
        {
            yield return new WarningEvent(
                ErrorIds.ConnectionsGivenUp, $"{Counted.Of(_givenUp, "connection")} sent too little in time (-FirstByteTimeout, -MinimumBitRate).");
        }

        if (_turnedAway > 0)
        {
            yield return new WarningEvent(
                ErrorIds.ConnectionsGivenUp, $"{Counted.Of(_turnedAway, "connection")} exceeded the limits (-MaxConnections, -MaxConnectionsPerHost).");
        }

        yield return new NoticeEvent("Closed.");
    }

    public void Dispose()
    {
        Stop();
        _look.Dispose();
        _transmissions.Dispose();
        _listener.Dispose();
        _turns.Dispose();
    }

    private void Stop()
    {
        _resume?.Dispose();
        _listener.StopAccepting();
        lock (_open)
        {
            while (_open.Count > 0) Monitor.Wait(_open);
        }

        _listener.Close();
    }

    private void Accept(ListeningSocket socket)
    {
        TcpAcceptor acceptor = socket.Acceptor;
        byte[] buffer = new byte[256 << 10];

        // While others wait to be accepted, nobody is waited for.
        Func<int> patience = () => acceptor.Wait(0) ? 0 : InlineMicroseconds;
        while (_listener.Accepts(socket))
        {
            if (!acceptor.Wait(0))
            {
                _inbox.Queue.Flush();
                if (!acceptor.Wait(PollMicroseconds)) continue;
            }

            Accepted accepted = acceptor.Accept(out TcpConnection? connection);
            if (connection is not null) Take(new IncomingConnection(connection, _options, _inbox, _transmissions), buffer, patience);

            // It stays in the backlog until others have ended.
            else if (accepted == Accepted.TooMany && !MakeRoom(null)) _listener.Stopping.WaitHandle.WaitOne(ReadingThreads.PollMilliseconds);
        }
    }

    private bool IsWanted(IPAddress sender) => _sources.Count == 0 || _sources.Contains(sender);

    // What a sender leaves out because it is here is told like what it sends, once.
    private void Found(string path, IPEndPoint source)
    {
        _transmissions.ImageArrived(new IPEndPoint(source.Address, 0));
        if (_inbox.Stored?.WasThere(path) != true || !_found.TryAdd(path, true)) return;
        try
        {
            using FileStream file = File.OpenRead(path);
            if (ImageHeader.TryRead(file, out ImageInfo info)) _inbox.AddStored(path, new ArrivedImage(info, file.Length, source, 0, TimeSpan.Zero, null));
        }
        catch (Exception e) when (e is GalleryException or IOException or UnauthorizedAccessException)
        {
            // It was whole a moment ago, and it is not this session's.
        }
    }

    private void Take(IncomingConnection connection, byte[] buffer, Func<int> patience)
    {
        if (IsWanted(DatagramReceiver.WithoutZone(connection.Peer.Address)))
        {
            Handle(connection, buffer, patience);
            return;
        }

        _inbox.Filtered(connection.Peer.Address, null);
        connection.Abort();
        connection.Dispose();
    }

    private void Handle(IncomingConnection connection, byte[] buffer, Func<int> patience)
    {
        IncomingConnection[] earlier = CatchUp(connection.Peer.Address);
        if (earlier.Length == 0 && ReadInline(connection, buffer, patience) != ConnectionState.Open)
        {
            connection.Dispose();
            return;
        }

        _inbox.Queue.Flush();
        if (!WaitForRoom(connection.Peer.Address))
        {
            if (!_listener.Stopping.IsCancellationRequested) Interlocked.Increment(ref _turnedAway);
            connection.Abort();
            connection.Dispose();
            return;
        }

        lock (_open) _open.Add(connection);
        _ = ReadOn(connection, earlier);
    }

    // This thread reads several times as fast as those that read side by side. Who paused for a moment is read by them, and so would be
    // everything that comes behind: they get a moment to catch up.
    private IncomingConnection[] CatchUp(IPAddress host)
    {
        IncomingConnection[] earlier = EarlierOf(host);
        if (earlier.Length is 0 or > MostAtWork || !Array.TrueForAll(earlier, static o => o.GoesOnWithoutSender)) return earlier;
        _inbox.Queue.Flush();
        lock (_open)
        {
            // As long as one after the other ends.
            while ((earlier = EarlierOf(host)).Length > 0 && Monitor.Wait(_open, CatchUpMilliseconds)) continue;
        }

        return earlier;
    }

    // Nobody is turned away for what this receiver has not read yet: those who come next wait in the backlog meanwhile, unless nothing ends.
    private bool WaitForRoom(IPAddress host)
    {
        lock (_open)
        {
            while (!_listener.Stopping.IsCancellationRequested)
            {
                bool isHostFull = _open.Count(o => o.IsOf(host)) >= _options.Limits.MaxConnectionsPerHost;
                bool isFull = _open.Count >= _options.Limits.MaxConnections;
                if ((!isHostFull || MakeRoom(host)) && (!isFull || MakeRoom(null))) return true;
                if (_stuck.Contains(host) || !_open.Exists(o => (!isHostFull || o.IsOf(host)) && o.GoesOnWithoutSender)) return false;
                if (!Monitor.Wait(_open, RoomMilliseconds)) _stuck.Add(host);
            }

            return false;
        }
    }

    // Ends the connection that brought least, if that is next to nothing.
    private bool MakeRoom(IPAddress? host)
    {
        lock (_open)
        {
            foreach (IncomingConnection connection in _open.Where(o => o.IsWorthless && (host is null || o.IsOf(host))).OrderBy(static o => o.Length))
            {
                if (!connection.TryGiveUp(null)) continue;
                Interlocked.Increment(ref _turnedAway);
                return true;
            }
        }

        return false;
    }

    private void CheckTimes()
    {
        IncomingConnection[] open;
        lock (_open) open = [.. _open];
        foreach (IncomingConnection connection in open)
        {
            if (connection.CheckTime()) Interlocked.Increment(ref _givenUp);
        }
    }

    private ConnectionState ReadInline(IncomingConnection connection, byte[] buffer, Func<int> patience)
    {
        try
        {
            ConnectionState state = connection.Read(buffer, patience, InlineBytes, _portable);
            if (state == ConnectionState.Whole) connection.Deliver(urgent: false);
            return state;
        }
        catch (Exception e) when (e is SocketException or IOException or GalleryException)
        {
            Lost(connection, e);
            return ConnectionState.Failed;
        }
    }

    private void Lost(IncomingConnection connection, Exception e) =>
        _inbox.Fail(e as GalleryException ?? SocketErrors.Reset(e, connection.Peer, "An image was left out"));

    private IncomingConnection[] EarlierOf(IPAddress host)
    {
        lock (_open) return _open.Count == 0 ? [] : [.. _open.Where(o => o.IsOf(host))];
    }

    private async Task ReadOn(IncomingConnection connection, IncomingConnection[] earlier)
    {
        CancellationToken stopping = _listener.Stopping;
        try
        {
            // The thread that accepts goes on accepting.
            await Task.Yield();
            ConnectionState state = ConnectionState.Open;
            while (state == ConnectionState.Open)
            {
                await connection.Wait(stopping).ConfigureAwait(false);
                await _turns.WaitAsync(stopping).ConfigureAwait(false);
                byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(256 << 10);
                try
                {
                    state = await connection.Read(buffer, stopping).ConfigureAwait(false);
                }
                finally
                {
                    System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
                    _turns.Release();
                }
            }

            if (state == ConnectionState.Failed) return;
            await WaitForEarlier(connection, earlier, stopping).ConfigureAwait(false);
            connection.Deliver(urgent: true);
        }
        catch (OperationCanceledException)
        {
            connection.Abort();
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            if (!connection.IsGivenUp) connection.Broken(e);
        }
        catch (Exception e)
        {
            // Nobody waits for this task.
            Lost(connection, e);
        }
        finally
        {
            connection.Finish();
            connection.Dispose();
            lock (_open)
            {
                _open.Remove(connection);
                _stuck.Remove(connection.Peer.Address);
                Monitor.PulseAll(_open);
            }
        }
    }

    // Keeps the order of one sender's images, and an end of transmission behind all of them. A connection that says next to nothing
    // holds up nobody for long.
    private async Task WaitForEarlier(IncomingConnection connection, IncomingConnection[] earlier, CancellationToken stopping)
    {
        foreach (IncomingConnection other in earlier)
        {
            while (true)
            {
                Task moved = other.NextMove;
                if (connection.IsEnd ? other.IsFinished || other.IsSilent : other.MayBeOvertakenBy(connection)) break;

                // That it has become silent nobody says.
                if (connection.IsEnd) moved = Task.WhenAny(moved, Task.Delay(LookEvery, _inbox.Clock.Time, stopping));
                await moved.WaitAsync(stopping).ConfigureAwait(false);
            }
        }
    }
}
