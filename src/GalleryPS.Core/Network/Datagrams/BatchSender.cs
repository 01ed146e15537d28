using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>
/// Sends many packets of one length at a time. Where the system can cut a large buffer into datagrams itself (Linux,
/// UDP_SEGMENT), it is one call for all of them; elsewhere one for each. Not thread-safe.
/// </summary>
internal sealed class BatchSender
{
    /// <summary>Most packets in a batch.</summary>
    public const int MaxPackets = 32;

    private readonly IReadOnlyList<(IPEndPoint To, DatagramSender By)> _routes;
    private int _segment;

    /// <param name="routes">Where each packet goes.</param>
    /// <param name="portable">True never uses what only some systems have.</param>
    public BatchSender(IReadOnlyList<(IPEndPoint To, DatagramSender By)> routes, bool portable = false)
    {
        _routes = routes;
        CanSegment = !portable && OperatingSystem.IsLinux();
    }

    /// <summary>Whether the system cuts buffers into datagrams.</summary>
    public bool CanSegment { get; private set; }

    /// <summary>Sends packets that lie one after the other.</summary>
    /// <param name="packets">The packets; all have the same length, only the last may be shorter.</param>
    /// <param name="length">Their length.</param>
    /// <returns>Datagrams that left, all routes and NICs together.</returns>
    /// <exception cref="SocketException">No NIC of a route took them.</exception>
    public int Send(ReadOnlySpan<byte> packets, int length)
    {
        int count = (packets.Length + length - 1) / length;
        int sent = 0;

        // The system would cut a single packet too if it was told of a shorter length before.
        bool segment = CanSegment && (count > 1 || (_segment > 0 && _segment < length)) && TrySegment(length);
        foreach ((IPEndPoint to, DatagramSender by) in _routes)
        {
            if (segment && CanSegment)
            {
                try
                {
                    sent += by.Send(packets, to) * count;
                    continue;
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.MessageSize or SocketError.InvalidArgument or SocketError.OperationNotSupported or SocketError.SocketError)
                {
                    // A NIC or a tunnel that cannot: from now on packet by packet.
                    GiveUp();
                }
            }

            for (int offset = 0; offset < packets.Length; offset += length)
            {
                sent += by.Send(packets.Slice(offset, Math.Min(length, packets.Length - offset)), to);
            }
        }

        return sent;
    }

    private bool TrySegment(int length)
    {
        if (_segment == length) return true;
        try
        {
            Set(length);
            _segment = length;
            return true;
        }
        catch (SocketException)
        {
            GiveUp();
            return false;
        }
    }

    private void GiveUp()
    {
        CanSegment = false;
        try
        {
            Set(0);
        }
        catch (SocketException)
        {
            // The option is unknown: then it is not set either.
        }
    }

    private void Set(int length)
    {
        foreach ((_, DatagramSender by) in _routes)
        {
            foreach (Socket socket in by.Sockets) socket.SetRawSocketOption(LibC.LevelUdp, LibC.UdpSegment, BitConverter.GetBytes(length));
        }
    }
}
