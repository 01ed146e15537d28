using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>How to send UDP unicast.</summary>
/// <param name="To">The receivers, all IPv4 or all IPv6.</param>
/// <param name="Outbound">The NICs to send on.</param>
/// <param name="Ttl">Time to live, or null for the system's default.</param>
/// <param name="Portable">Never use what only some systems have.</param>
internal sealed record UnicastSendOptions(IReadOnlyList<IPEndPoint> To, IReadOnlyList<Nic> Outbound, int? Ttl, bool Portable = false);

/// <summary>How to receive UDP unicast, or TCP.</summary>
/// <param name="Address">The address to bind to; null for those of the NICs.</param>
/// <param name="Port">The port.</param>
/// <param name="Arrival">Where there is no address: the NICs to receive on, as the user wrote them.</param>
/// <param name="Family">Where there is no address: IPv4 or IPv6.</param>
/// <param name="Sources">Accepted senders; empty for all.</param>
internal sealed record UnicastReceiveOptions(IPAddress? Address, int Port, IReadOnlyList<string> Arrival, AddressFamily Family, IReadOnlyList<IPAddress> Sources);

/// <summary>UDP to single hosts.</summary>
internal static class Unicast
{
    public static DatagramSender OpenSender(UnicastSendOptions options)
    {
        bool connected = options.Portable || !UnreachablePorts.TellsDestination;
        return DatagramSender.Open(options.To, options.Outbound, new OutboundSockets(Transport.Unicast, Configure, connected));

        void Configure(Socket socket, Nic nic)
        {
            DatagramSockets.SetTtl(socket, options.Ttl);
            if (options.To.All(to => DatagramSockets.LeadsTo(nic, to.Address))) DatagramSockets.LeaveOn(socket, nic);
            if (!connected) UnreachablePorts.Watch(socket);
        }
    }

    public static DatagramReceiver OpenReceiver(UnicastReceiveOptions options)
    {
        var follower = new UnicastFollower(options, Bind);
        return new DatagramReceiver(DatagramReceiver.OpenAll(follower.First, follower.Bind), options.Sources, null, follower);
    }

    private static ReceivingSocket Bind(IPEndPoint where, WantedNic wanted) => DatagramReceiver.Open(where.AddressFamily, socket =>
    {
        DatagramSockets.TakeBothFamilies(socket, where.Address);
        DatagramSockets.EnablePacketInformation(socket);
        DatagramSockets.Bind(socket, where, Transport.Unicast);

        // A socket bound to the wildcard also hears broadcasts, which are another transport's.
        return new ReceivingSocket(socket, wanted, static (_, to, _) => !to.Equals(IPAddress.Broadcast) && !Hosts.IsMulticast(to), null);
    });
}
