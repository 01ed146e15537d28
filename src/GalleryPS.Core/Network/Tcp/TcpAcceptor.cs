using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>What became of a client that connected.</summary>
internal enum Accepted
{
    /// <summary>There is a connection.</summary>
    Connection,

    /// <summary>It was answered completely and closed.</summary>
    Answered,

    /// <summary>It broke off before it was answered.</summary>
    Reset,

    /// <summary>It went away before it was accepted, or nobody is there.</summary>
    Nobody,

    /// <summary>This process or the system can open no more: others have to close first.</summary>
    TooMany,
}

/// <summary>A client of <see cref="TcpAcceptor.Answer"/>.</summary>
/// <param name="Address">Who it is.</param>
/// <param name="Accepted">When it was accepted, as a timestamp.</param>
/// <param name="Sent">Bytes of the answer that the system took at once.</param>
/// <param name="Rest">The connection, when not all of it fitted or nothing was to be sent.</param>
internal readonly record struct AnsweredClient(ClientAddress Address, long Accepted, int Sent, TcpConnection? Rest);

/// <summary>Listens on an address and accepts connections.</summary>
internal sealed class TcpAcceptor : IDisposable
{
    // A whole gallery may connect while one image is being stored. The system cuts this to its own limit.
    private const int Backlog = 4096;
    private readonly Socket _socket;
    private readonly TlsServer? _tls;

    private TcpAcceptor(Socket socket, TlsServer? tls) => (_socket, _tls, EndPoint) = (socket, tls, (IPEndPoint)socket.LocalEndPoint!);

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>A listening socket of a receiver, which follows its NIC.</summary>
    /// <param name="wanted">The NIC it stands for.</param>
    public ReceivingSocket On(WantedNic wanted) => new ListeningSocket(this, _socket, wanted);

    /// <summary>Listens.</summary>
    /// <param name="where">Where.</param>
    /// <param name="tls">What connections are encrypted with; null for plain text.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.PortInUse"/>, <see cref="ErrorIds.AddressNotLocal"/> and others.</exception>
    public static TcpAcceptor Listen(IPEndPoint where, TlsServer? tls = null)
    {
        Socket socket = SocketErrors.Create(where.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            DatagramSockets.TakeBothFamilies(socket, where.Address);

            // On Linux this skips the wait for old connections; on Windows it would let two programs share the port.
            if (!OperatingSystem.IsWindows()) DatagramSockets.ShareAddress(socket);
            DatagramSockets.Bind(socket, where, Transport.Tcp);
            socket.Listen(Backlog);
            return new TcpAcceptor(socket, tls);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw SocketErrors.Bind(e, where, Transport.Tcp);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Listens on every address asked for.</summary>
    /// <exception cref="GalleryException">As <see cref="Listen"/>; then it listens on none.</exception>
    public static List<TcpAcceptor> ListenOnAll(IEnumerable<IPEndPoint> all, TlsServer? tls = null)
    {
        var acceptors = new List<TcpAcceptor>();
        try
        {
            foreach (IPEndPoint where in all) acceptors.Add(Listen(where, tls));
            return acceptors;
        }
        catch
        {
            foreach (TcpAcceptor acceptor in acceptors) acceptor.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Linux tells a writer of room only when a third of the send buffer, which grows to megabytes, is free: a slow client would
    /// look like one that takes nothing. With a bound on what is not sent yet, each small step is noticed. Connections
    /// inherit it.
    /// </summary>
    public void NoticeSmallSteps()
    {
        const int TcpNotSentLowWaterMark = 25;
        if (OperatingSystem.IsLinux()) _socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpNotSentLowWaterMark, BitConverter.GetBytes(128 << 10));
    }

    /// <summary>Whether a client waits to be accepted.</summary>
    /// <param name="microseconds">How long to wait for that.</param>
    public bool Wait(int microseconds) => _socket.Poll(microseconds, SelectMode.SelectRead);

    /// <summary>Accepts a client that waits.</summary>
    /// <param name="connection">The connection, if there is one.</param>
    /// <returns><see cref="Accepted.Connection"/>, <see cref="Accepted.Nobody"/> or <see cref="Accepted.TooMany"/>.</returns>
    /// <exception cref="SocketException">The listener is broken.</exception>
    public Accepted Accept(out TcpConnection? connection)
    {
        connection = null;
        Socket? socket = null;
        try
        {
            socket = _socket.Accept();
            connection = Made(socket);
            return Accepted.Connection;
        }
        catch (SocketException e) when (socket is not null || e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset
            or SocketError.NotConnected or SocketError.WouldBlock or SocketError.Interrupted)
        {
            // It went away again before anybody could ask who it was.
            socket?.Dispose();
            return Accepted.Nobody;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
        {
            return Accepted.TooMany;
        }
    }

    /// <summary>Accepts without a thread.</summary>
    public async Task<TcpConnection> AcceptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Socket socket = await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return Made(socket);
            }
            catch (SocketException)
            {
                // It went away again before anybody could ask who it was.
                socket.Dispose();
            }
        }
    }

    /// <summary>
    /// Waits for a client, sends what every client is sent, and closes. On Linux that is three system calls without any object for
    /// socket or address; elsewhere it is the portable way.
    /// </summary>
    /// <param name="answer">What to send; nothing only accepts, and so does TLS.</param>
    /// <param name="portable">Use what works everywhere.</param>
    /// <param name="time">The clock.</param>
    /// <param name="client">The client, unless there is none.</param>
    public Accepted Answer(ReadOnlySpan<byte> answer, bool portable, TimeProvider time, out AnsweredClient client) =>
        LibC.IsSupported && !portable
            ? AnswerOnLinux(_tls is null ? answer : default, time, out client)
            : AnswerPortably(_tls is null ? answer : default, time, out client);

    /// <summary>Wakes whoever waits in <see cref="Answer"/>; nobody is accepted any more.</summary>
    public void Wake()
    {
        if (OperatingSystem.IsLinux()) LinuxAcceptor.Wake(_socket);
    }

    public void Dispose() => _socket.Dispose();

    private TcpConnection Made(Socket socket)
    {
        var peer = (IPEndPoint)socket.RemoteEndPoint!;
        return new TcpConnection(socket, peer.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(peer.Address.MapToIPv4(), peer.Port) : peer, _tls);
    }

    private Accepted AnswerOnLinux(ReadOnlySpan<byte> answer, TimeProvider time, out AnsweredClient client)
    {
        client = default;
        if (_socket.Blocking) _socket.Blocking = false;
        nint listener = _socket.SafeHandle.DangerousGetHandle();
        int descriptor = LinuxAcceptor.Accept(listener, out ClientAddress address, out int error);
        if (descriptor < 0)
        {
            if (error == LibC.TryAgain) LinuxAcceptor.Wait(listener);
            return error is LibC.TooManyFilesProcess or LibC.TooManyFilesSystem or LibC.NoBuffers or LibC.NoMemory ? Accepted.TooMany : Accepted.Nobody;
        }

        long accepted = time.GetTimestamp();
        int sent = 0;
        if (!answer.IsEmpty)
        {
            nint taken = LinuxAcceptor.Send(descriptor, answer);
            sent = (int)Math.Max(0, taken);
            if (taken == answer.Length || (taken < 0 && taken != -LibC.TryAgain))
            {
                LinuxAcceptor.Finish(descriptor);
                client = new AnsweredClient(address, accepted, sent, null);
                return taken < 0 ? Accepted.Reset : Accepted.Answered;
            }
        }

        var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        client = new AnsweredClient(address, accepted, sent, new TcpConnection(socket, address.ToEndPoint(), _tls));
        return Accepted.Connection;
    }

    private Accepted AnswerPortably(ReadOnlySpan<byte> answer, TimeProvider time, out AnsweredClient client)
    {
        client = default;
        if (!Wait(ReadingThreads.PollMilliseconds * 1000)) return Accepted.Nobody;
        Accepted result = Accept(out TcpConnection? connection);
        if (connection is null) return result;
        client = new AnsweredClient(ClientAddress.From(connection.Peer), time.GetTimestamp(), 0, connection);
        if (answer.IsEmpty) return Accepted.Connection;
        connection.Blocking = false;
        int sent = connection.TrySend(answer, out SocketError error);
        client = client with { Sent = error == SocketError.Success ? sent : 0 };
        if (error == SocketError.WouldBlock || (error == SocketError.Success && sent < answer.Length)) return Accepted.Connection;
        if (error == SocketError.Success) connection.Drain();
        connection.Dispose();
        client = client with { Rest = null };
        return error == SocketError.Success ? Accepted.Answered : Accepted.Reset;
    }
}

/// <summary>A listening socket of a receiver.</summary>
/// <param name="acceptor">What listens.</param>
/// <param name="socket">Its socket.</param>
/// <param name="wanted">The NIC it stands for.</param>
internal sealed class ListeningSocket(TcpAcceptor acceptor, Socket socket, WantedNic wanted) : ReceivingSocket(socket, wanted, static (_, _, _) => true, null)
{
    /// <summary>What listens.</summary>
    public TcpAcceptor Acceptor => acceptor;
}
