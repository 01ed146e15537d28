using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// Plain over TCP: every connection is an image, one with no bytes an end of transmission. The accepting thread itself
/// reads what has already arrived, which is the whole image when the network is faster than the sender; a connection
/// that would make it wait gets a thread of its own, so that no slow sender holds up the others.
/// </summary>
internal sealed class PlainStreamReceiver : IImageReceiver
{
    private static readonly TimeSpan EmptyGallery = TimeSpan.FromSeconds(3);
    private const int MostAtOnce = 128;
    private const int PollMicroseconds = ReadingThreads.PollMilliseconds * 1000;
    private const int InlineMicroseconds = 1_000;
    private const int InlineBytes = 1 << 20;
    private readonly ReceiveOptions _options;
    private readonly Inbox _inbox;
    private readonly List<TcpAcceptor> _acceptors;
    private readonly HashSet<IPAddress> _sources;
    private readonly Transmissions _transmissions;
    private readonly ReadingThreads _threads;
    private readonly List<IncomingConnection> _open = [];

    private PlainStreamReceiver(ReceiveOptions options, Inbox inbox, List<TcpAcceptor> acceptors, IReadOnlyList<IPAddress> sources)
    {
        (_options, _inbox, _acceptors, _sources, _threads) = (options, inbox, acceptors, [.. sources], new ReadingThreads(inbox.Break));
        _transmissions = new Transmissions(inbox, options.Senders, EmptyGallery, "connected and sent nothing");
        Ready = new ReadyEvent(Transport.Tcp, [.. acceptors.Select(static a => a.EndPoint)], null, []);
    }

    public ReadyEvent Ready { get; }

    public static PlainStreamReceiver Open(ReceiveOptions options, Inbox inbox, ProtocolContext context, CancellationToken cancellationToken)
    {
        IPAddress? address = options.Addresses.Address is { } written ? Hosts.Resolve(written, cancellationToken) : null;
        IReadOnlyList<IPAddress> sources = ReceiveAddresses.Sources(options, cancellationToken);
        return new PlainStreamReceiver(options, inbox, TcpAcceptor.ListenOnAll(ReceiveAddresses.Bindings(options, address).Select(static b => b.Where)), sources);
    }

    public IEnumerable<GalleryEvent> Opening() => [new NoticeEvent($"Listening on {string.Join(", ", Ready.EndPoints)} for TCP connections.")];

    public void Start()
    {
        foreach (TcpAcceptor acceptor in _acceptors) _threads.Run($"TCP {acceptor.EndPoint}", "Listening", acceptor.EndPoint, () => Accept(acceptor));
    }

    public IEnumerable<GalleryEvent> Closing()
    {
        Stop();
        return [new NoticeEvent("Closed.")];
    }

    public void Dispose()
    {
        Stop();
        _transmissions.Dispose();
        _threads.Dispose();
    }

    private void Stop()
    {
        _threads.Stop();
        lock (_open)
        {
            while (_open.Count > 0) Monitor.Wait(_open);
        }

        foreach (TcpAcceptor acceptor in _acceptors) acceptor.Dispose();
    }

    private void Accept(TcpAcceptor acceptor)
    {
        byte[] buffer = new byte[256 << 10];
        while (!_threads.Stopping.IsCancellationRequested)
        {
            if (!acceptor.Wait(0))
            {
                _inbox.Queue.Flush();
                if (!acceptor.Wait(PollMicroseconds)) continue;
            }

            Accepted accepted = acceptor.Accept(out TcpConnection? connection);
            if (connection is not null) Take(new IncomingConnection(connection, _options, _inbox, _transmissions), buffer);

            // It stays in the backlog until others have ended.
            else if (accepted == Accepted.TooMany) _threads.Stopping.WaitHandle.WaitOne(ReadingThreads.PollMilliseconds);
        }
    }

    private void Take(IncomingConnection connection, byte[] buffer)
    {
        if (_sources.Count == 0 || _sources.Contains(DatagramReceiver.WithoutZone(connection.Peer.Address)))
        {
            Handle(connection, buffer);
            return;
        }

        _inbox.Filtered(connection.Peer.Address, null);
        connection.Abort();
        connection.Dispose();
    }

    private void Handle(IncomingConnection connection, byte[] buffer)
    {
        IncomingConnection[] earlier = EarlierOf(connection.Peer.Address);
        if (earlier.Length == 0 && ReadInline(connection, buffer) != ConnectionState.Open)
        {
            connection.Dispose();
            return;
        }

        _inbox.Queue.Flush();
        lock (_open)
        {
            while (_open.Count >= MostAtOnce && !_threads.Stopping.IsCancellationRequested) Monitor.Wait(_open, PollMicroseconds / 1000);
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
        _inbox.Fail(e as GalleryException ?? SocketErrors.Reset(e, connection.Peer, "An image was left out"));

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
            while (state == ConnectionState.Open && !_threads.Stopping.IsCancellationRequested) state = connection.Read(buffer, PollMicroseconds);
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

    // Keeps the order of one sender's images, and an end of transmission behind all of them. A connection that says nothing holds
    // up nobody for long.
    private bool WaitForEarlier(IncomingConnection connection, IncomingConnection[] earlier)
    {
        lock (_open)
        {
            while (!_threads.Stopping.IsCancellationRequested)
            {
                if (Array.TrueForAll(earlier, e => connection.IsEnd ? e.IsFinished || e.IsSilent : e.MayBeOvertakenBy(connection))) return true;
                Monitor.Wait(_open, 5);
            }
        }

        return false;
    }
}
