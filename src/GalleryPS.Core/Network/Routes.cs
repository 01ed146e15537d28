using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>Asks the system which way it would send.</summary>
internal static class Routes
{
    /// <summary>The NIC that packets to an address leave on, with the address they carry as their source.</summary>
    /// <param name="destination">A host, a broadcast address or a group.</param>
    /// <returns>The NIC, or null when there is no way.</returns>
    public static Nic? To(IPAddress destination)
    {
        try
        {
            if (Netlink.RouteTo(destination, out IPAddress? source) is { } index)
            {
                return Interfaces.List().FirstOrDefault(n => n.Index == index) is { } nic
                    ? new Nic(nic.Name, nic.Index, source ?? NicResolver.AddressOf(nic, destination.AddressFamily))
                    : null;
            }

            // Connecting a UDP socket sends nothing; the system only looks up the route.
            using var probe = new Socket(destination.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            probe.EnableBroadcast = destination.AddressFamily == AddressFamily.InterNetwork;
            probe.Connect(new IPEndPoint(destination, 9));
            IPAddress own = ((IPEndPoint)probe.LocalEndPoint!).Address;
            return NicResolver.Resolve([own.ToString()], own.AddressFamily)[0];
        }
        catch (Exception e) when (e is SocketException or GalleryException)
        {
            return null;
        }
    }
}
