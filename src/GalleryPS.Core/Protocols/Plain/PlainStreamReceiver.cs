using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;
using GalleryPS.Sessions;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Plain over TCP: every connection is an image, one with no bytes an end of transmission. The accepting thread itself
/// reads what has already arrived, which is the whole image when the network is faster than the sender; a connection
/// that would make it wait gets a thread of its own, so that no slow sender holds up the others.
/// </summary>
internal sealed class PlainStreamReceiver : GalleryReceiver
{
    private const int MostAtOnce = 128;
    private const int PollMicroseconds = 50_000;
    private const int InlineMicroseconds = 1_000;
    private const int InlineBytes = 1 << 20;
    private readonly ReceiveOptions _options;
    private readonly List<Socket> _listeners;
    private readonly HashSet<IPAddress> _sources;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _acceptors = [];
    private readonly List<IncomingConnection> _open = [];
    private readonly IReadOnlyList<IPEndPoint> _endPoints;

    private PlainStreamReceiver(ReceiveOptions options, Inbox inbox, List<Socket> listeners, IReadOnlyList<IPAddress> sources)
        : base(options, inbox)
    {
        _options = options;
        _listeners = listeners;
        _sources = [.. sources];
        _endPoints = [.. listeners.Select(static l => (IPEndPoint)l.LocalEndPoint!)];
    }

    public override ReadyEvent Ready => new(Transport.Tcp, _endPoints, null, []);

    public static new PlainStreamReceiver Open(ReceiveOptions options, CancellationToken cancellationToken)
    {
        var inbox = new Inbox(options);
        IPAddress? address = options.Addresses.Address is { } written ? Hosts.Resolve(written, cancellationToken) : null;
        IReadOnlyList<IPAddress> sources = ReceiveAddresses.Sources(options, cancellationToken);
        IReadOnlyList<IPEndPoint> where = [.. ReceiveAddresses.Bindings(options, address).Select(static b => b.Where)];
        return new PlainStreamReceiver(options, inbox, TcpTransport.Listen(new TcpReceiveOptions(where)), sources);
    }

    private protected override IEnumerable<GalleryEvent> Opening()
    {
        yield return new NoticeEvent($"Listening on {List(_endPoints)} for TCP connections.");
    }

    private protected override void Start(CancellationToken cancellationToken)
    {
        cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _stop);
        foreach (Socket listener in _listeners)
        {
            var thread = new Thread(() => Accept(listener)) { IsBackground = true, Name = $"TCP {listener.LocalEndPoint}" };
            _acceptors.Add(thread);
            thread.Start();
        }
    }

    private protected override IEnumerable<GalleryEvent> Closing()
    {
        Stop();
        yield return new NoticeEvent("Closed.");
    }

    protected override void Dispose(bool disposing)
    {
        Stop();
        _stop.Dispose();
    }

    private void Stop()
    {
        Inbox.Queue.Complete();
        _stop.Cancel();
        foreach (Thread thread in _acceptors) thread.Join();
        _acceptors.Clear();
        lock (_open)
        {
            while (_open.Count > 0) Monitor.Wait(_open);
        }

        foreach (Socket listener in _listeners) listener.Dispose();
    }

    private void Accept(Socket listener)
    {
        byte[] buffer = new byte[256 << 10];
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                if (!listener.Poll(0, SelectMode.SelectRead))
                {
                    Inbox.Queue.Flush();
                    if (!listener.Poll(PollMicroseconds, SelectMode.SelectRead)) continue;
                }

                if (TryAccept(listener) is { } connection) Handle(connection, buffer);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            if (_stop.IsCancellationRequested) return;
            Inbox.Fail(new GalleryException(
                ErrorIds.NetworkFailure, GalleryErrorCategory.ConnectionError, $"Listening failed: {e.Message}", _endPoints[0], null, e));
            Inbox.Queue.Complete();
        }
    }

    private IncomingConnection? TryAccept(Socket listener)
    {
        Socket socket;
        IPEndPoint peer;
        try
        {
            socket = listener.Accept();
            peer = (IPEndPoint)socket.RemoteEndPoint!;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset
            or SocketError.NotConnected or SocketError.WouldBlock or SocketError.Interrupted)
        {
            // Whoever knocked went away again.
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
        {
            // It stays in the backlog until others have ended.
            _stop.Token.WaitHandle.WaitOne(PollMicroseconds / 1000);
            return null;
        }

        if (peer.Address.IsIPv4MappedToIPv6) peer = new IPEndPoint(peer.Address.MapToIPv4(), peer.Port);
        var connection = new IncomingConnection(socket, peer, _options, Inbox);
        if (_sources.Count == 0 || _sources.Contains(DatagramReceiver.WithoutZone(peer.Address))) return connection;
        Inbox.Filtered();
        connection.Abort();
        connection.Dispose();
        return null;
    }

    private void Handle(IncomingConnection connection, byte[] buffer)
    {
        IncomingConnection[] earlier = EarlierOf(connection.Peer.Address);
        if (earlier.Length == 0 && ReadInline(connection, buffer) != ConnectionState.Open)
        {
            connection.Dispose();
            return;
        }

        Inbox.Queue.Flush();
        lock (_open)
        {
            while (_open.Count >= MostAtOnce && !_stop.IsCancellationRequested) Monitor.Wait(_open, PollMicroseconds / 1000);
            _open.Add(connection);
        }

        new Thread(() => ReadOn(connection, earlier)) { IsBackground = true, Name = $"TCP from {connection.Peer}" }.Start();
    }

    private ConnectionState ReadInline(IncomingConnection connection, byte[] buffer)
    {
        try
        {
            ConnectionState state = connection.Read(buffer, InlineMicroseconds, InlineBytes);
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
        Inbox.Fail(e as GalleryException ?? SocketErrors.Reset(e, connection.Peer, "An image was left out"));

    private IncomingConnection[] EarlierOf(IPAddress host)
    {
        lock (_open) return _open.Count == 0 ? [] : [.. _open.Where(o => o.Peer.Address.Equals(host))];
    }

    private void ReadOn(IncomingConnection connection, IncomingConnection[] earlier)
    {
        try
        {
            byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(256 << 10);
            ConnectionState state = ConnectionState.Open;
            while (state == ConnectionState.Open && !_stop.IsCancellationRequested) state = connection.Read(buffer, PollMicroseconds);
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
            if (state == ConnectionState.Whole && WaitForEarlier(connection, earlier)) connection.Deliver(urgent: true);
            else if (state == ConnectionState.Open) connection.Abort();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or GalleryException)
        {
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

    // Keeps the order of one sender's images, and an end of transmission behind all of them.
    private bool WaitForEarlier(IncomingConnection connection, IncomingConnection[] earlier)
    {
        lock (_open)
        {
            while (!_stop.IsCancellationRequested)
            {
                if (Array.TrueForAll(earlier, e => connection.IsEnd ? e.IsFinished : e.MayBeOvertakenBy(connection))) return true;
                Monitor.Wait(_open, 5);
            }
        }

        return false;
    }
}
