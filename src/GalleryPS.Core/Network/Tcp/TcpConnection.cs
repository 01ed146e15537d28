using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>How to make TCP connections.</summary>
/// <param name="Outbound">The NIC to leave on.</param>
/// <param name="Ttl">Time to live, or null for the system's default.</param>
/// <param name="ConnectTimeout">How long to wait for a connection.</param>
/// <param name="StallTimeout">How long the peer may take nothing.</param>
internal sealed record TcpConnectOptions(Nic Outbound, int? Ttl, TimeSpan ConnectTimeout, TimeSpan StallTimeout);

/// <summary>
/// One TCP connection, made or accepted: whatever the program says over TCP goes through here. Most calls block, for speed;
/// resetting the connection releases whoever is blocked.
/// </summary>
internal sealed class TcpConnection : IDisposable
{
    private readonly Socket _socket;

    internal TcpConnection(Socket socket, IPEndPoint peer) => (_socket, Peer) = (socket, peer);

    /// <summary>The other end.</summary>
    public IPEndPoint Peer { get; }

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
    /// <exception cref="GalleryException">The NIC's address cannot be used.</exception>
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
            return new TcpConnection(socket, to);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects without a thread.</summary>
    /// <exception cref="SocketException">It could not; <see cref="SocketError.TimedOut"/> when the time was over.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<TcpConnection> ConnectAsync(IPEndPoint to, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await ConnectInTime(socket, to, timeout, time, cancellationToken).ConfigureAwait(false);
            return new TcpConnection(socket, to);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether more can be read at once.</summary>
    public bool HasMore => _socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Whether there is something to read, the end of the connection included.</summary>
    /// <param name="microseconds">How long to wait for it.</param>
    public bool WaitToRead(int microseconds) => _socket.Poll(microseconds, SelectMode.SelectRead);

    /// <summary>Whether there is room to send.</summary>
    /// <param name="microseconds">How long to wait for it.</param>
    public bool WaitToSend(int microseconds) => _socket.Poll(microseconds, SelectMode.SelectWrite);

    /// <summary>Reads what is there.</summary>
    /// <returns>Bytes; 0 without an error at the end.</returns>
    public int Read(Span<byte> buffer, out SocketError error) => _socket.Receive(buffer, SocketFlags.None, out error);

    /// <summary>Waits without a thread until there is something to read, the end of the connection included.</summary>
    /// <exception cref="SocketException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async ValueTask WaitToReadAsync(CancellationToken cancellationToken) =>
        await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellationToken).ConfigureAwait(false);

    /// <summary>Reads what is there, or waits for it.</summary>
    /// <returns>Bytes; 0 at the end.</returns>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

    /// <summary>Sends; waits until the system has taken at least a part.</summary>
    /// <returns>Bytes taken.</returns>
    public int Send(ReadOnlySpan<byte> bytes) => _socket.Send(bytes, SocketFlags.None);

    /// <summary>Sends what there is room for.</summary>
    /// <returns>Bytes taken.</returns>
    public int TrySend(ReadOnlySpan<byte> bytes, out SocketError error) => _socket.Send(bytes, SocketFlags.None, out error);

    /// <summary>Sends without a thread.</summary>
    /// <returns>Bytes taken.</returns>
    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => _socket.SendAsync(bytes, SocketFlags.None, cancellationToken);

    /// <summary>Nothing more is sent: the other end reads the end. It may still send.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>
    /// Reads and forgets what came. Closing with unread bytes would reset the connection, and the other end might lose what it
    /// was sent last.
    /// </summary>
    public void Drain()
    {
        Span<byte> scratch = stackalloc byte[4096];
        for (int i = 0; i < 16 && _socket.Poll(0, SelectMode.SelectRead); i++)
        {
            if (_socket.Receive(scratch, SocketFlags.None, out SocketError error) == 0 || error != SocketError.Success) return;
        }
    }

    /// <summary>Closes with a reset: the other end must not take a part for the whole, or learns that it was not taken.</summary>
    public void Reset()
    {
        try
        {
            _socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

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
