using System.Net;

namespace GalleryPS.Network;

/// <summary>How to send UDP unicast.</summary>
/// <param name="To">The receivers, all IPv4 or all IPv6.</param>
/// <param name="Outbound">The NICs to send on.</param>
/// <param name="Ttl">Time to live, or null for the system's default.</param>
internal sealed record UnicastSendOptions(IReadOnlyList<IPEndPoint> To, IReadOnlyList<Nic> Outbound, int? Ttl);

/// <summary>How to receive UDP unicast.</summary>
/// <param name="Bind">The addresses to bind to, with the NIC each stands for.</param>
/// <param name="Sources">Accepted senders; empty for all.</param>
internal sealed record UnicastReceiveOptions(IReadOnlyList<(IPEndPoint Where, Nic Nic)> Bind, IReadOnlyList<IPAddress> Sources);

/// <summary>UDP to single hosts.</summary>
internal static class Unicast
{
    public static DatagramSender OpenSender(UnicastSendOptions options) => DatagramSender.Open(
        options.To, options.Outbound, Transport.Unicast, (socket, nic) =>
        {
            DatagramSockets.SetTtl(socket, options.Ttl);
            if (options.To.All(to => DatagramSockets.LeadsTo(nic, to.Address))) DatagramSockets.LeaveOn(socket, nic);
        });

    public static DatagramReceiver OpenReceiver(UnicastReceiveOptions options) => new(
        DatagramReceiver.OpenAll(options.Bind, bind => DatagramReceiver.Open(bind.Where.AddressFamily, socket =>
        {
            DatagramSockets.TakeBothFamilies(socket, bind.Where.Address);
            DatagramSockets.TellArrival(socket);
            DatagramSockets.Bind(socket, bind.Where, Transport.Unicast);

            // A socket bound to the wildcard also hears broadcasts, which are another transport's.
            return new ReceivingSocket(socket, bind.Nic, static (to, _) => !to.Equals(IPAddress.Broadcast) && !Hosts.IsMulticast(to), null);
        })),
        options.Sources, null);
}
