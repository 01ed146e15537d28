using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Flute;

/// <summary>How large packets may be on their way.</summary>
internal static class FluteRoutes
{
    // What nobody said otherwise carries: an Ethernet frame. Loopback and virtual NICs claim more than any real way has.
    private const int CommonMtu = 1500, LargestBelieved = 9000;

    /// <summary>Largest UDP payload that no part of the way has to cut.</summary>
    public static int MaxPacketBytes(SendOptions options, IReadOnlyList<(IPEndPoint To, DatagramSender By)> routes)
    {
        int mtu = options.Flute.Mtu ?? NicMtu(routes);
        bool six = routes.Any(static r => r.To.AddressFamily == AddressFamily.InterNetworkV6);
        return MaxPacketBytes(mtu, six);
    }

    /// <summary>Largest UDP payload on a way with a known MTU.</summary>
    public static int MaxPacketBytes(int mtu, bool six) =>
        Math.Min(mtu - Headers(six), six ? DatagramSockets.MaxPayloadIPv4 - 20 : DatagramSockets.MaxPayloadIPv4);

    /// <summary>Bytes of Ethernet, IP and UDP headers.</summary>
    public static int PacketOverhead(IReadOnlyList<(IPEndPoint To, DatagramSender By)> routes) =>
        PacketOverhead(routes.Any(static r => r.To.AddressFamily == AddressFamily.InterNetworkV6));

    /// <summary>Bytes of Ethernet, IP and UDP headers.</summary>
    public static int PacketOverhead(bool six) => 14 + Headers(six);

    private static int Headers(bool six) => (six ? 40 : 20) + 8;

    private static int NicMtu(IReadOnlyList<(IPEndPoint To, DatagramSender By)> routes)
    {
        IReadOnlyList<Interface> all = Interfaces.List();
        HashSet<int> chosen = [.. routes.SelectMany(static r => r.By.Nics).Where(static n => !n.IsDefault).Select(static n => n.Index)];
        int least = all.Where(n => n.Up && !n.Loopback && (chosen.Count == 0 || chosen.Contains(n.Index)))
            .Select(static n => n.Mtu).Where(static m => m is >= 576 and <= LargestBelieved).DefaultIfEmpty(CommonMtu).Min();
        return chosen.Count > 0 ? least : Math.Min(least, CommonMtu);
    }
}
