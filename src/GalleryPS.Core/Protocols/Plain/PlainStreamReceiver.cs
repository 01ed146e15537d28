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
    private readonly ReceiveOptions _options;
    private readonly Inbox _inbox;
    private readonly StreamListener _listener;
    private readonly TlsServer? _tls;
    private readonly HashSet<IPAddress> _sources;
    private readonly Transmissions _transmissions;
    private readonly List<IncomingConnection> _open = [];
    private readonly SemaphoreSlim _turns = new(MostAtWork);
    private readonly ITimer _look;
    private readonly ConcurrentDictionary<string, bool> _found = new(StringComparer.Ordinal);
    private readonly ResumeServer? _resume;
    private long _givenUp, _turnedAway;

    private PlainStreamReceiver(ReceiveOptions options, Inbox inbox, StreamListener listener, TlsServer? tls, IReadOnlyList<IPAddress> sources)
    {
        (_options, _inbox, _listener, _tls, _sources) = (options, inbox, listener, tls, [.. sources]);
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
            return new PlainStreamReceiver(options, inbox, listener, tls, where.Sources);
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
        while (_listener.Accepts(socket))
        {
            if (!acceptor.Wait(0))
            {
                _inbox.Queue.Flush();
                if (!acceptor.Wait(PollMicroseconds)) continue;
            }

            Accepted accepted = acceptor.Accept(out TcpConnection? connection);
            if (connection is not null) Take(acceptor, new IncomingConnection(connection, _options, _inbox, _transmissions), buffer);

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

    private void Take(TcpAcceptor acceptor, IncomingConnection connection, byte[] buffer)
    {
        if (IsWanted(DatagramReceiver.WithoutZone(connection.Peer.Address)))
        {
            Handle(acceptor, connection, buffer);
            return;
        }

        _inbox.Filtered(connection.Peer.Address, null);
        connection.Abort();
        connection.Dispose();
    }

    private void Handle(TcpAcceptor acceptor, IncomingConnection connection, byte[] buffer)
    {
        // While others wait to be accepted, nobody is waited for.
        IncomingConnection[] earlier = EarlierOf(connection.Peer.Address);
        if (earlier.Length == 0 && ReadInline(connection, buffer, acceptor.Wait(0) ? 0 : InlineMicroseconds) != ConnectionState.Open)
        {
            connection.Dispose();
            return;
        }

        _inbox.Queue.Flush();
        int all;
        lock (_open) all = _open.Count;
        if ((earlier.Length >= _options.Limits.MaxConnectionsPerHost && !MakeRoom(connection.Peer.Address)) || (all >= _options.Limits.MaxConnections && !MakeRoom(null)))
        {
            Interlocked.Increment(ref _turnedAway);
            connection.Abort();
            connection.Dispose();
            return;
        }

        lock (_open) _open.Add(connection);
        _ = ReadOn(connection, earlier);
    }

    // Ends the connection that brought least, if that is next to nothing.
    private bool MakeRoom(IPAddress? host)
    {
        lock (_open)
        {
            foreach (IncomingConnection connection in _open.Where(o => o.IsWorthless && (host is null || o.Peer.Address.Equals(host))).OrderBy(static o => o.Length))
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

    private ConnectionState ReadInline(IncomingConnection connection, byte[] buffer, int microseconds)
    {
        try
        {
            ConnectionState state = connection.Read(buffer, microseconds, InlineBytes);
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
        lock (_open) return _open.Count == 0 ? [] : [.. _open.Where(o => o.Peer.Address.Equals(host))];
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
