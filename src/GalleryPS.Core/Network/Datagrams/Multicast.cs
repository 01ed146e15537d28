using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>How to send UDP multicast.</summary>
/// <param name="To">The groups, all IPv4 or all IPv6.</param>
/// <param name="Outbound">The NICs to send on.</param>
/// <param name="Ttl">Time to live or hop limit.</param>
internal sealed record MulticastSendOptions(IReadOnlyList<IPEndPoint> To, IReadOnlyList<Nic> Outbound, int Ttl);

/// <summary>How to receive UDP multicast.</summary>
/// <param name="Group">The group.</param>
/// <param name="Port">The port.</param>
/// <param name="Arrival">The NICs to join on, as the user wrote them; empty for the default one.</param>
/// <param name="Sources">With sources, the join is for these only.</param>
internal sealed record MulticastReceiveOptions(IPAddress Group, int Port, IReadOnlyList<string> Arrival, IReadOnlyList<IPAddress> Sources);

/// <summary>UDP to everybody who joined a group.</summary>
internal static class Multicast
{
    /// <summary>
    /// Whether NICs are named to the system by their IPv4 address. Linux takes the index, which also tells apart NICs that
    /// share an address; the address is what every implementation of Winsock takes.
    /// </summary>
    public static bool NamesByAddress { get; } = OperatingSystem.IsWindows();

    public static DatagramSender OpenSender(MulticastSendOptions options)
    {
        return DatagramSender.Open(options.To, options.Outbound, new OutboundSockets(Transport.Multicast, Configure, Connected: false));

        void Configure(Socket socket, Nic nic)
        {
            SocketOptionLevel level = DatagramSockets.Level(socket.AddressFamily);
            SocketErrors.Require(
                $"set the time to live to {options.Ttl}", options.Ttl, () => socket.SetSocketOption(level, SocketOptionName.MulticastTimeToLive, options.Ttl));

            // Receivers on this host are receivers too.
            SocketErrors.Require("send multicast to receivers on this host", socket.AddressFamily, () => socket.SetSocketOption(level, SocketOptionName.MulticastLoopback, true));
            UnreachablePorts.Watch(socket);
            if (!nic.IsDefault) SocketErrors.Require($"send multicast on {nic}", nic, () => SendOn(socket, nic));
        }
    }

    private static void SendOn(Socket socket, Nic nic)
    {
        SocketOptionLevel level = DatagramSockets.Level(socket.AddressFamily);
        bool six = socket.AddressFamily == AddressFamily.InterNetworkV6;
        if (!six && NamesByAddress && nic.Address is { } own) socket.SetSocketOption(level, SocketOptionName.MulticastInterface, own.GetAddressBytes());
        else socket.SetSocketOption(level, SocketOptionName.MulticastInterface, six ? nic.Index : IPAddress.HostToNetworkOrder(nic.Index));
    }

    /// <summary>One socket and one membership per NIC; they follow the NICs of this machine.</summary>
    public static DatagramReceiver OpenReceiver(MulticastReceiveOptions options)
    {
        var follower = new MulticastFollower(options);
        List<ReceivingSocket> sockets = DatagramReceiver.OpenAll(NicResolver.Find(options.Arrival, options.Group.AddressFamily), follower.Join);
        return new DatagramReceiver(sockets, options.Sources, options.Group, follower);
    }
}
