using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>
/// Sends many packets of one length at a time. Where the system can cut a large buffer into datagrams itself (Linux,
/// UDP_SEGMENT), it is one call for all of them; elsewhere one for each. Not thread-safe.
/// </summary>
/// <param name="routes">Where each packet goes.</param>
/// <param name="portable">True never uses what only some systems have.</param>
/// <param name="skips">Whether nothing is to be sent to a destination at present; null for always to all.</param>
internal sealed class BatchSender(IReadOnlyList<(IPEndPoint To, DatagramSender By)> routes, bool portable = false, Func<IPEndPoint, bool>? skips = null)
{
    /// <summary>Most packets in a batch.</summary>
    public const int MaxPackets = 32;

    private readonly bool _segment = !portable && OperatingSystem.IsLinux();

    /// <summary>Why packets did not leave for a destination the last time; null where they did.</summary>
    public SocketException?[] Errors { get; } = new SocketException?[routes.Count];

    /// <summary>Sends packets that lie one after the other.</summary>
    /// <param name="packets">The packets; all have the same length, only the last may be shorter.</param>
    /// <param name="length">Their length.</param>
    /// <returns>Datagrams that left, all routes and NICs together.</returns>
    /// <exception cref="SocketException">They left for nobody.</exception>
    public int Send(ReadOnlySpan<byte> packets, int length)
    {
        int count = (packets.Length + length - 1) / length, sent = 0;
        SocketException? error = null;
        for (int i = 0; i < routes.Count; i++)
        {
            Errors[i] = null;
            if (skips?.Invoke(routes[i].To) == true) continue;
            try
            {
                sent += routes[i].By.Send(packets, length, routes[i].To, _segment) * count;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // An answer to an earlier packet: the way is there, only nobody listens.
            }
            catch (SocketException e)
            {
                Errors[i] = error = e;
            }
        }

        return sent > 0 || error is null ? sent : throw error;
    }
}
