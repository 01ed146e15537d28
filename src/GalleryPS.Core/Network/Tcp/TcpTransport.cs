using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>How to make TCP connections.</summary>
/// <param name="Outbound">The NIC to leave on.</param>
/// <param name="Ttl">Time to live, or null for the system's default.</param>
/// <param name="ConnectTimeout">How long to wait for a connection.</param>
/// <param name="StallTimeout">How long the peer may take nothing.</param>
internal sealed record TcpSendOptions(Nic Outbound, int? Ttl, TimeSpan ConnectTimeout, TimeSpan StallTimeout);

/// <summary>How to listen for TCP connections.</summary>
/// <param name="Listen">Where.</param>
internal sealed record TcpReceiveOptions(IReadOnlyList<IPEndPoint> Listen);

/// <summary>TCP sockets. All calls block, for speed; cancelling closes the socket under them.</summary>
internal static class TcpTransport
{
    // A whole gallery may knock while one image is being stored. The system cuts this to its own limit.
    private const int Backlog = 4096;

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">It could not.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Socket Connect(IPEndPoint to, TcpSendOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            DatagramSockets.SetTtl(socket, options.Ttl);
            if (options.Outbound.Address is { } own) DatagramSockets.Bind(socket, new IPEndPoint(own, 0), Transport.Tcp);
            socket.SendTimeout = (int)Math.Min(options.StallTimeout.TotalMilliseconds, int.MaxValue);
            if (IPAddress.IsLoopback(to.Address))
            {
                // This machine answers at once, with a connection or a refusal: the plain call is several times faster.
                socket.Connect(to);
            }
            else
            {
                ConnectInTime(socket, to, options.ConnectTimeout, cancellationToken);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void ConnectInTime(Socket socket, IPEndPoint to, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(timeout);
        try
        {
            socket.ConnectAsync(to, limited.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    /// <summary>Listens on every address asked for.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.PortInUse"/>, <see cref="ErrorIds.AddressNotLocal"/> and others.</exception>
    public static List<Socket> Listen(TcpReceiveOptions options)
    {
        var sockets = new List<Socket>();
        try
        {
            foreach (IPEndPoint where in options.Listen)
            {
                var socket = new Socket(where.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                if (where.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;

                // On Linux this skips the wait for old connections; on Windows it would let two programs share the port.
                if (!OperatingSystem.IsWindows()) DatagramSockets.ShareAddress(socket);
                DatagramSockets.Bind(socket, where, Transport.Tcp);
                socket.Listen(Backlog);
            }

            return sockets;
        }
        catch (SocketException e)
        {
            foreach (Socket socket in sockets) socket.Dispose();
            throw SocketErrors.Bind(e, options.Listen[sockets.Count - 1], Transport.Tcp);
        }
        catch
        {
            foreach (Socket socket in sockets) socket.Dispose();
            throw;
        }
    }
}
