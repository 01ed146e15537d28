using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>Gets packets that arrived together.</summary>
/// <param name="packets">Packets one after the other.</param>
/// <param name="length">The length of each; the last may be shorter.</param>
/// <param name="source">Who sent them.</param>
/// <param name="interfaceIndex">The NIC they came in on; 0 when the system does not tell.</param>
internal delegate void PacketsHandler(ReadOnlySpan<byte> packets, int length, IPEndPoint source, int interfaceIndex);

/// <summary>
/// Receives many packets at a time from one socket. Linux hands over several datagrams in one call (recvmmsg), and
/// datagrams of one burst as one buffer (UDP_GRO); the portable way takes one at a time. For one thread.
/// </summary>
internal abstract class BatchReceiver : IDisposable
{
    /// <summary>Opens the fastest way this system has.</summary>
    /// <param name="receiver">Whose socket it is; it says what is accepted.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="portable">True never uses what only some systems have.</param>
    public static BatchReceiver Open(DatagramReceiver receiver, ReceivingSocket socket, bool portable = false) =>
        !portable && LinuxBatchReceiver.TryOpen(receiver, socket) is { } fast ? fast : new PortableBatchReceiver(receiver, socket);

    /// <summary>Whether this is the way of a particular system.</summary>
    public abstract bool IsFast { get; }

    /// <summary>Waits for packets and hands over those that are there.</summary>
    /// <param name="milliseconds">How long to wait.</param>
    /// <param name="handler">Gets them.</param>
    /// <returns>Whether there were any.</returns>
    /// <exception cref="SocketException">The socket failed.</exception>
    public abstract bool Receive(int milliseconds, PacketsHandler handler);

    public virtual void Dispose()
    {
    }
}

/// <summary>One datagram at a time, on every system.</summary>
internal sealed class PortableBatchReceiver(DatagramReceiver receiver, ReceivingSocket socket) : BatchReceiver
{
    private const int Together = 64;
    private readonly byte[] _buffer = new byte[65_536];

    public override bool IsFast => false;

    public override bool Receive(int milliseconds, PacketsHandler handler)
    {
        if (!socket.Socket.Poll(milliseconds * 1000, SelectMode.SelectRead)) return false;
        for (int i = 0; i < Together; i++)
        {
            if (receiver.TryReceive(socket, _buffer, out Arrival arrival)) handler(_buffer.AsSpan(0, arrival.Length), Math.Max(1, arrival.Length), arrival.Source, arrival.InterfaceIndex);
            if (socket.Socket.Available == 0) break;
        }

        return true;
    }
}
