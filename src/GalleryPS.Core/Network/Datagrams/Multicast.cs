using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>How to send UDP multicast.</summary>
/// <param name="To">The groups, all IPv4 or all IPv6.</param>
/// <param name="Outbound">The NICs to send on.</param>
/// <param name="Ttl">Time to live or hop limit.</param>
internal sealed record MulticastSendOptions(IReadOnlyList<IPEndPoint> To, IReadOnlyList<Nic> Outbound, int Ttl);

/// <summary>How to receive UDP multicast.</summary>
/// <param name="Group">The group.</param>
/// <param name="Port">The port.</param>
/// <param name="Arrival">The NICs to join on.</param>
/// <param name="Sources">With sources, the join is for these only.</param>
internal sealed record MulticastReceiveOptions(IPAddress Group, int Port, IReadOnlyList<Nic> Arrival, IReadOnlyList<IPAddress> Sources);

/// <summary>UDP to everybody who joined a group.</summary>
internal static class Multicast
{
    /// <summary>
    /// Whether NICs are named to the system by their IPv4 address. Linux takes the index, which also tells apart NICs that
    /// share an address; the address is what every implementation of Winsock takes.
    /// </summary>
    public static bool NamesByAddress { get; } = OperatingSystem.IsWindows();

    public static DatagramSender OpenSender(MulticastSendOptions options) => DatagramSender.Open(
        options.To, options.Outbound, Transport.Multicast, (socket, nic) =>
        {
            SocketOptionLevel level = DatagramSockets.Level(socket.AddressFamily);
            SocketErrors.Require(
                $"set the time to live to {options.Ttl}", options.Ttl, () => socket.SetSocketOption(level, SocketOptionName.MulticastTimeToLive, options.Ttl));

            // Receivers on this host are receivers too.
            SocketErrors.Require("send multicast to receivers on this host", socket.AddressFamily, () => socket.SetSocketOption(level, SocketOptionName.MulticastLoopback, true));
            if (!nic.IsDefault) SocketErrors.Require($"send multicast on {nic}", nic, () => SendOn(socket, nic));
        });

    private static void SendOn(Socket socket, Nic nic)
    {
        SocketOptionLevel level = DatagramSockets.Level(socket.AddressFamily);
        bool six = socket.AddressFamily == AddressFamily.InterNetworkV6;
        if (!six && NamesByAddress && nic.Address is { } own) socket.SetSocketOption(level, SocketOptionName.MulticastInterface, own.GetAddressBytes());
        else socket.SetSocketOption(level, SocketOptionName.MulticastInterface, six ? nic.Index : IPAddress.HostToNetworkOrder(nic.Index));
    }

    /// <summary>
    /// One socket and one membership per NIC. On Linux the socket is bound to the group's address and told to deliver
    /// only what it joined itself; Windows cannot bind to a group, there it is bound to the wildcard. Either way a
    /// datagram to another address is recognised by its destination and left out.
    /// </summary>
    public static DatagramReceiver OpenReceiver(MulticastReceiveOptions options)
    {
        AddressFamily family = options.Group.AddressFamily;
        IPAddress wildcard = family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        IPAddress group = DatagramReceiver.WithoutZone(options.Group);
        List<ReceivingSocket> sockets = DatagramReceiver.OpenAll(options.Arrival, nic => DatagramReceiver.Open(family, socket =>
        {
            DatagramSockets.ShareAddress(socket);
            DatagramSockets.TellArrival(socket);
            DatagramSockets.OnlyOwnGroups(socket);
            IPAddress bind = OperatingSystem.IsWindows() ? wildcard : Zoned(options.Group, nic);
            DatagramSockets.Bind(socket, new IPEndPoint(bind, options.Port), Transport.Multicast);
            Membership membership = Membership.Join(socket, options.Group, nic, options.Sources);
            return new ReceivingSocket(
                socket, nic,
                (to, index) => DatagramReceiver.WithoutZone(to).Equals(group) && (nic.IsDefault || index == 0 || index == nic.Index),
                membership.Leave);
        }));
        return new DatagramReceiver(sockets, options.Sources, options.Group);
    }

    // A link-local IPv6 group (ff02::/16 and the like) can only be bound together with its NIC.
    private static IPAddress Zoned(IPAddress group, Nic nic) =>
        group.AddressFamily == AddressFamily.InterNetworkV6 && group.ScopeId == 0 && !nic.IsDefault
        && group.IsIPv6Multicast && (group.GetAddressBytes()[1] & 0x0F) is 1 or 2
            ? new IPAddress(group.GetAddressBytes(), nic.Index)
            : group;
}
