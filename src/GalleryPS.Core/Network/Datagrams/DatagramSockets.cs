using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>
/// What UDP sockets need on each system. Option numbers that .NET has no name for stand here and nowhere else.
/// </summary>
internal static class DatagramSockets
{
    /// <summary>Largest payload of a datagram over IPv4: 65,535 - 20 (IP header) - 8 (UDP header).</summary>
    public const int MaxPayloadIPv4 = 65507;

    /// <summary>Largest payload of a datagram over IPv6, whose length field does not count the IP header: 65,535 - 8.</summary>
    public const int MaxPayloadIPv6 = 65527;

    private const int SolSocket = 1, SoReuseAddr = 2, SoRcvBufForce = 33;
    private const int SoBindToDevice = 25, Ipv6UnicastIf = 76, WindowsUnicastIf = 31;
    private const int IpUnicastIf = 50, IpMulticastAll = 49, Ipv6MulticastAll = 29;
    private const int SioUdpConnReset = unchecked((int)0x9800000C);

    public static int MaxPayload(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? MaxPayloadIPv6 : MaxPayloadIPv4;

    /// <summary>Makes a UDP socket.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="tellUnreachable">Windows: whether reading tells that an earlier datagram was answered with "port unreachable".</param>
    /// <exception cref="GalleryException">The system has none.</exception>
    public static Socket Create(AddressFamily family, bool tellUnreachable = false)
    {
        Socket socket = SocketErrors.Create(family, SocketType.Dgram, ProtocolType.Udp);

        // Otherwise an ICMP "port unreachable" for one datagram makes the next receive fail; receivers bear that too.
        if (OperatingSystem.IsWindows()) SocketErrors.Prefer(() => socket.IOControl(SioUdpConnReset, [tellUnreachable ? (byte)1 : (byte)0, 0, 0, 0], null));
        return socket;
    }

    /// <summary>
    /// Lets several receivers on one host have the same port for multicast or broadcast. On Linux only SO_REUSEADDR is
    /// set: SO_REUSEPORT, which the framework's option would add, needs all of them to belong to one user.
    /// </summary>
    public static void ShareAddress(Socket socket)
    {
        SocketErrors.Require("share the port between programs", socket.AddressFamily, () =>
        {
            if (OperatingSystem.IsLinux()) socket.SetRawSocketOption(SolSocket, SoReuseAddr, [1, 0, 0, 0]);
            else socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        });
    }

    /// <summary>Asks for a large receive buffer; with enough rights beyond the system's limit.</summary>
    /// <returns>What the system granted, in bytes; 0 when it does not tell.</returns>
    public static int AskForReceiveBuffer(Socket socket, int bytes)
    {
        SocketErrors.Prefer(() => socket.ReceiveBufferSize = bytes);
        int granted = Granted(socket);
        if (!OperatingSystem.IsLinux() || granted >= bytes) return granted;

        // Without the privilege net.core.rmem_max is the limit, and the caller tells what was granted.
        byte[] value = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(value, bytes);
        return SocketErrors.Prefer(() => socket.SetRawSocketOption(SolSocket, SoRcvBufForce, value)) ? Granted(socket) : granted;
    }

    /// <summary>How much the system holds for a socket, in bytes; 0 when it does not tell.</summary>
    public static int Granted(Socket socket)
    {
        int granted = 0;
        SocketErrors.Prefer(() => granted = socket.ReceiveBufferSize);
        return granted;
    }

    /// <summary>
    /// Linux delivers the datagrams of every group that anybody on this host joined to a socket that did not, unless told
    /// not to. Other systems deliver only what the socket itself joined.
    /// </summary>
    public static void OnlyOwnGroups(Socket socket)
    {
        if (!OperatingSystem.IsLinux()) return;
        bool six = socket.AddressFamily == AddressFamily.InterNetworkV6;
        SocketErrors.Require(
            "ignore the groups of other programs", socket.AddressFamily,
            () => socket.SetRawSocketOption((int)Level(socket.AddressFamily), six ? Ipv6MulticastAll : IpMulticastAll, [0, 0, 0, 0]));
    }

    /// <summary>Makes datagrams leave on a NIC whatever the routing table says: of two NICs in one network it knows only one.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="nic">The NIC; nothing is done for the default one.</param>
    public static void LeaveOn(Socket socket, Nic nic)
    {
        if (nic.IsDefault) return;
        bool six = socket.AddressFamily == AddressFamily.InterNetworkV6, windows = OperatingSystem.IsWindows();
        byte[] index = new byte[4];

        // The byte order of the network, but for IPv6 on Windows (ip(7), ipv6(7); IP_UNICAST_IF and IPV6_UNICAST_IF of Winsock).
        if (six && windows) BinaryPrimitives.WriteInt32LittleEndian(index, nic.Index);
        else BinaryPrimitives.WriteInt32BigEndian(index, nic.Index);
        int option = windows ? WindowsUnicastIf : six ? Ipv6UnicastIf : IpUnicastIf;
        if (OperatingSystem.IsLinux()) SocketErrors.Require($"send on {nic}", nic, () => socket.SetRawSocketOption((int)Level(socket.AddressFamily), option, index));

        // To IPv6 of Linux that is a wish, which a route with a smaller metric overrules once the socket is bound to an address.
        if (six && OperatingSystem.IsLinux()) BindToNic(socket, nic);
        if (!OperatingSystem.IsLinux()) SocketErrors.Prefer(() => socket.SetRawSocketOption((int)Level(socket.AddressFamily), option, index));
    }

    /// <summary>Binds a TCP socket to a NIC, whose address alone only says what receivers see as the source.</summary>
    /// <returns>False when the system does not let this user (Linux before 5.7): then the routing table decides.</returns>
    public static bool BindToNic(Socket socket, Nic nic)
    {
        if (nic.IsDefault) return true;
        if (OperatingSystem.IsLinux()) return SocketErrors.Prefer(() => socket.SetRawSocketOption(SolSocket, SoBindToDevice, System.Text.Encoding.UTF8.GetBytes(nic.Name + "\0")));
        LeaveOn(socket, nic);
        return true;
    }

    /// <summary>Whether a NIC can be on the way to an address: the machine itself is reached on its loopback NIC only.</summary>
    public static bool LeadsTo(Nic nic, IPAddress to) => !IPAddress.IsLoopback(to) || nic.IsDefault || nic.Address is not { } own || IPAddress.IsLoopback(own);

    /// <summary>Time to live or hop limit of unicast and broadcast packets.</summary>
    public static void SetTtl(Socket socket, int? ttl)
    {
        if (ttl is not { } hops) return;
        SocketOptionName name = socket.AddressFamily == AddressFamily.InterNetworkV6 ? SocketOptionName.HopLimit : SocketOptionName.IpTimeToLive;
        SocketErrors.Require($"set the time to live to {hops}", hops, () => socket.SetSocketOption(Level(socket.AddressFamily), name, hops));
    }

    /// <summary>Makes the system tell for each datagram which address it was sent to and on which NIC it came in.</summary>
    public static void EnablePacketInformation(Socket socket)
    {
        SocketErrors.Require("get the destination addresses of datagrams", socket.AddressFamily, () =>
        {
            socket.SetSocketOption(Level(socket.AddressFamily), SocketOptionName.PacketInformation, true);
            if (socket.AddressFamily == AddressFamily.InterNetworkV6 && socket.DualMode)
            {
                socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.PacketInformation, true);
            }
        });
    }

    /// <summary>Makes a socket on the IPv6 wildcard address take IPv4 too, where there is IPv6 and IPv4.</summary>
    public static void TakeBothFamilies(Socket socket, IPAddress bind)
    {
        if (bind.Equals(IPAddress.IPv6Any)) SocketErrors.Require("listen for IPv4 and IPv6 at once", bind, () => socket.DualMode = true);
    }

    /// <summary>Lets a socket send to, or on some systems hear, broadcast addresses.</summary>
    public static void AllowBroadcast(Socket socket) =>
        SocketErrors.Require("use broadcast addresses", socket.AddressFamily, () => socket.EnableBroadcast = true);

    public static SocketOptionLevel Level(AddressFamily family) =>
        family == AddressFamily.InterNetworkV6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP;

    /// <summary>Binds, and says in a user's words why not.</summary>
    public static void Bind(Socket socket, IPEndPoint where, Transport transport)
    {
        try
        {
            socket.Bind(where);

            // Asked once here: from now on the socket knows its own address and port.
            _ = socket.LocalEndPoint;
        }
        catch (SocketException e)
        {
            throw SocketErrors.Bind(e, where, transport);
        }
    }
}
