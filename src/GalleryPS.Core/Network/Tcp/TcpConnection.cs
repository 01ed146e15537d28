using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>How to make TCP connections.</summary>
/// <param name="Outbound">The NIC to leave on.</param>
/// <param name="Ttl">Time to live, or null for the system's default.</param>
/// <param name="ConnectTimeout">How long to wait for a connection.</param>
/// <param name="StallTimeout">How long the peer may take nothing.</param>
/// <param name="Tls">With whom TLS is spoken; null for plain text.</param>
internal sealed record TcpConnectOptions(Nic Outbound, int? Ttl, TimeSpan ConnectTimeout, TimeSpan StallTimeout, TlsTarget? Tls = null);

/// <summary>
/// One TCP connection, made or accepted: whatever the program says over TCP goes through here, in plain text or with TLS. Most calls
/// block, for speed; resetting the connection releases whoever is blocked.
/// </summary>
internal sealed class TcpConnection : IDisposable
{
    private const int LastWords = 50_000;
    private readonly Socket _socket;
    private TlsChannel? _tls;

    internal TcpConnection(Socket socket, IPEndPoint peer, TlsServer? tls = null)
    {
        (_socket, Peer) = (socket, peer);
        if (tls is not null) _tls = new TlsChannel(socket, peer, tls);
    }

    /// <summary>The other end.</summary>
    public IPEndPoint Peer { get; }

    /// <summary>Why there is no TLS on it, for a user; null when something else broke it, or nothing.</summary>
    public GalleryException? TlsFailure => _tls?.Failure;

    /// <summary>Sends small pieces at once instead of waiting for more.</summary>
    public bool NoDelay
    {
        set => _socket.NoDelay = value;
    }

    /// <summary>Whether <see cref="TrySend"/> waits for room.</summary>
    public bool Blocking
    {
        set => _socket.Blocking = value;
    }

    /// <summary>Whether connections can be made to leave on a NIC.</summary>
    /// <param name="nic">The NIC.</param>
    /// <param name="family">The version of IP.</param>
    /// <exception cref="GalleryException">The system has no socket to try it with.</exception>
    public static bool CanLeaveOn(Nic nic, AddressFamily family)
    {
        using Socket probe = SocketErrors.Create(family, SocketType.Stream, ProtocolType.Tcp);
        return DatagramSockets.BindToNic(probe, nic);
    }

    /// <summary>Connects, on the calling thread.</summary>
    /// <exception cref="SocketException">It could not.</exception>
    /// <exception cref="GalleryException">The NIC's address cannot be used; there is no TLS, or the other side is not trusted.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TcpConnection Connect(IPEndPoint to, TcpConnectOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            DatagramSockets.SetTtl(socket, options.Ttl);
            if (DatagramSockets.LeadsTo(options.Outbound, to.Address)) DatagramSockets.BindToNic(socket, options.Outbound);
            if (options.Outbound.Address is { } own) DatagramSockets.Bind(socket, new IPEndPoint(own, 0), Transport.Tcp);
            socket.SendTimeout = (int)Math.Min(options.StallTimeout.TotalMilliseconds, int.MaxValue);

            // This machine answers at once, with a connection or a refusal: the plain call is several times faster.
            if (IPAddress.IsLoopback(to.Address)) socket.Connect(to);
            else ConnectInTime(socket, to, options.ConnectTimeout, time, cancellationToken).GetAwaiter().GetResult();
            var connection = new TcpConnection(socket, to);
            if (options.Tls is not null) connection.Encrypt(options.Tls, options.ConnectTimeout, time, cancellationToken).GetAwaiter().GetResult();
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects without a thread.</summary>
    /// <exception cref="SocketException">It could not; <see cref="SocketError.TimedOut"/> when the time was over.</exception>
    /// <exception cref="GalleryException">There is no TLS, or the other side is not trusted.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<TcpConnection> ConnectAsync(IPEndPoint to, TimeSpan timeout, TlsTarget? tls, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await ConnectInTime(socket, to, timeout, time, cancellationToken).ConfigureAwait(false);
            var connection = new TcpConnection(socket, to);
            if (tls is not null) await connection.Encrypt(tls, timeout, time, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether more can be read at once.</summary>
    public bool HasMore => WaitToRead(0);

    /// <summary>
    /// Has something called whenever <see cref="IsQuiet"/> may have become true while its user waits. Only TLS takes what came by itself.
    /// </summary>
    public void OnQuiet(Action action)
    {
        if (_tls is not null) _tls.BecomesQuiet = action;
    }

    /// <summary>Whether everything that came was read, and more is waited for.</summary>
    public bool IsQuiet => _tls?.IsQuiet ?? !_socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Whether there is something to read, the end of the connection included.</summary>
    /// <param name="microseconds">How long to wait for it.</param>
    public bool WaitToRead(int microseconds) => _tls?.WaitToRead(TimeSpan.FromMicroseconds(microseconds)) ?? _socket.Poll(microseconds, SelectMode.SelectRead);

    /// <summary>Whether there is room to send.</summary>
    /// <param name="microseconds">How long to wait for it.</param>
    public bool WaitToSend(int microseconds) => _tls?.WaitToSend(TimeSpan.FromMicroseconds(microseconds)) ?? _socket.Poll(microseconds, SelectMode.SelectWrite);

    /// <summary>Reads what is there.</summary>
    /// <returns>Bytes; 0 without an error at the end.</returns>
    public int Read(Span<byte> buffer, out SocketError error) => _tls is null ? _socket.Receive(buffer, SocketFlags.None, out error) : _tls.Read(buffer, out error);

    /// <summary>Reads what is there, without waiting for it.</summary>
    /// <param name="buffer">Room to read into.</param>
    /// <param name="portable">Use what works everywhere.</param>
    /// <param name="error"><see cref="SocketError.WouldBlock"/> when nothing is there.</param>
    /// <returns>Bytes; 0 without an error at the end.</returns>
    public int TryRead(Span<byte> buffer, bool portable, out SocketError error)
    {
        if (_tls is null && LibC.IsSupported && !portable) return LinuxAcceptor.Receive(_socket.SafeHandle, buffer, out error);
        error = SocketError.WouldBlock;
        return WaitToRead(0) ? Read(buffer, out error) : 0;
    }

    /// <summary>Waits without a thread until there is something to read, the end of the connection included.</summary>
    /// <exception cref="SocketException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async ValueTask WaitToReadAsync(CancellationToken cancellationToken)
    {
        if (_tls is null) await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);
        else await _tls.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads what is there, or waits for it.</summary>
    /// <returns>Bytes; 0 at the end.</returns>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _tls?.ReadAsync(buffer, cancellationToken) ?? _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    /// <summary>Waits until what is sent and read is encrypted, where it is to be.</summary>
    /// <exception cref="SocketException">That cannot be; <see cref="TlsFailure"/> says why.</exception>
    public Task WaitForTls() => _tls?.Handshake() ?? Task.CompletedTask;

    /// <summary>Sends; waits until the system has taken at least a part.</summary>
    /// <returns>Bytes taken.</returns>
    public int Send(ReadOnlySpan<byte> bytes) => _tls?.Send(bytes) ?? _socket.Send(bytes, SocketFlags.None);

    /// <summary>Sends what there is room for.</summary>
    /// <returns>Bytes taken.</returns>
    public int TrySend(ReadOnlySpan<byte> bytes, out SocketError error) => _tls is null ? _socket.Send(bytes, SocketFlags.None, out error) : _tls.TrySend(bytes, out error);

    /// <summary>Sends without a thread.</summary>
    /// <returns>Bytes taken.</returns>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        _tls?.SendAsync(bytes, cancellationToken) ?? _socket.SendAsync(bytes, SocketFlags.None, cancellationToken);

    /// <summary>Nothing more is sent: the other end reads the end. It may still send.</summary>
    public void EndSending() => EndSendingAsync(CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>The same, without waiting for ever when the other end takes nothing.</summary>
    public Task EndSendingAsync(CancellationToken cancellationToken)
    {
        if (_tls is not null) return _tls.EndSending(cancellationToken);
        _socket.Shutdown(SocketShutdown.Send);
        return Task.CompletedTask;
    }

    /// <summary>Sending failed: what TLS has to do with that.</summary>
    /// <param name="what">What was sent.</param>
    /// <param name="error">What the system says.</param>
    /// <returns>For a user; null when it has nothing to do with it.</returns>
    public GalleryException? WhyNotSent(string what, SocketError error)
    {
        if (_tls is null) return AnswersTls() ? TlsErrors.Unexpected(Peer, what) : null;
        if (error is not (SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown)) return null;

        // In TLS 1.3 a client learns only afterwards that its certificate was not taken.
        if (WaitToRead(LastWords)) Read(stackalloc byte[1], out _);
        return _tls.Failure ?? TlsErrors.Broken(Peer, what);
    }

    /// <summary>The other end has nothing to say that matters, but what TLS itself says must be taken: unread, it would break the connection when it is closed.</summary>
    public void TakeTickets() => _tls?.WaitToRead(TimeSpan.Zero);

    /// <summary>Whether a peer that was spoken to in plain text answered with TLS.</summary>
    /// <param name="start">What it answered, from the first byte on.</param>
    public bool IsTlsUnexpected(ReadOnlySpan<byte> start) => _tls is null && TlsSide.IsTls(start);

    /// <summary>
    /// Reads and forgets what came. Closing with unread bytes would reset the connection, and the other end might lose what it
    /// was sent last.
    /// </summary>
    public void Drain()
    {
        // .NET refuses a call that may block while it takes an earlier one, made without blocking, for unfinished.
        SocketErrors.Prefer(() => _socket.Blocking = false);
        Span<byte> scratch = stackalloc byte[4096];
        for (int i = 0; i < 16 && _socket.Poll(0, SelectMode.SelectRead); i++)
        {
            if (_socket.Receive(scratch, SocketFlags.None, out SocketError error) == 0 || error != SocketError.Success) return;
        }
    }

    /// <summary>Closes with a reset: the other end must not take a part for the whole, or learns that it was not taken.</summary>
    public void Reset()
    {
        _tls?.Close(rightly: false);
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        _socket.Dispose();
        _tls?.Dispose();
    }

    public void Dispose()
    {
        _tls?.Close(rightly: true);
        _socket.Dispose();
        _tls?.Dispose();
    }

    private bool AnswersTls()
    {
        Span<byte> start = stackalloc byte[8];
        return SocketErrors.Prefer(() => _socket.Blocking = false) && _socket.Receive(start, SocketFlags.Peek, out _) is var length and > 0 && IsTlsUnexpected(start[..length]);
    }

    private async Task Encrypt(TlsTarget target, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var watch = new StallWatch(timeout, time, cancellationToken);
        watch.Restart();
        _tls = new TlsChannel(_socket, Peer, target, watch.Token);
        try
        {
            await _tls.Handshake().ConfigureAwait(false);
        }
        catch (SocketException)
        {
            GalleryException? why = _tls.Failure;
            _tls.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            if (why is not null) throw why;
            if (watch.Token.IsCancellationRequested) throw TlsErrors.NoServer(Peer, "does not answer with TLS in time", null);
            throw;
        }
    }

    private static async Task ConnectInTime(Socket socket, IPEndPoint to, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var watch = new StallWatch(timeout, time, cancellationToken);
        watch.Restart();
        try
        {
            await socket.ConnectAsync(to, watch.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }
}
