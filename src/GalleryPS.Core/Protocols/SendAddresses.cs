using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Protocols;

/// <summary>Finds out where a sender sends to: what the user named, or the transport's default.</summary>
internal static class SendAddresses
{
    public static IReadOnlyList<IPEndPoint> Resolve(SendOptions options, CancellationToken cancellationToken) => [.. ResolveNamed(options, cancellationToken).Select(static n => n.To)];

    /// <summary>The same, with what the user wrote.</summary>
    public static IReadOnlyList<(IPEndPoint To, string Written)> ResolveNamed(SendOptions options, CancellationToken cancellationToken)
    {
        IEnumerable<(IPAddress Address, string Written)> addresses = options.Addresses.To.Count > 0
            ? options.Addresses.To.Select(host => (Checked(Hosts.Resolve(host, cancellationToken), host, options.Transport), host))
            : [(Default(options), Default(options).ToString())];
        return [.. addresses.Select(a => (To: new IPEndPoint(a.Address, options.Addresses.Port), a.Written)).DistinctBy(static n => n.To)];
    }

    /// <summary>Opens the sockets of a sender of datagrams, and says which of them goes to which destination.</summary>
    public static IReadOnlyList<(IPEndPoint To, DatagramSender By)> OpenDatagram(SendOptions options, bool portable, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPEndPoint> destinations = Resolve(options, cancellationToken);
        var routes = new List<(IPEndPoint, DatagramSender)>();
        try
        {
            // IPv4 and IPv6 destinations may be mixed; each family has sockets of its own.
            foreach (IGrouping<AddressFamily, IPEndPoint> family in destinations.GroupBy(static d => d.AddressFamily))
            {
                IReadOnlyList<IPEndPoint> to = [.. family];
                IReadOnlyList<Nic> nics = NicResolver.Resolve(options.Addresses.OutboundIP, family.Key);
                DatagramSender sender = options.Transport switch
                {
                    Transport.Broadcast => Broadcast.OpenSender(new BroadcastSendOptions(to, nics, options.Addresses.Ttl)),
                    Transport.Multicast => Multicast.OpenSender(new MulticastSendOptions(to, nics, options.Addresses.Ttl ?? 1)),
                    _ => Unicast.OpenSender(new UnicastSendOptions(to, nics, options.Addresses.Ttl, portable)),
                };
                routes.AddRange(to.Select(destination => (destination, sender)));
            }

            return routes;
        }
        catch
        {
            foreach ((_, DatagramSender sender) in routes) sender.Dispose();
            throw;
        }
    }

    private static IPAddress Default(SendOptions options) => options.Transport switch
    {
        Transport.Multicast => IPAddress.Parse(SendOptions.DefaultGroup),
        Transport.Broadcast => Broadcast.DefaultDestination(NicResolver.Resolve(options.Addresses.OutboundIP, AddressFamily.InterNetwork)),
        _ => IPAddress.Loopback,
    };

    /// <summary>Checks that an address is of the transport's kind.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.AddressNotMulticast"/>, <see cref="ErrorIds.AddressIsMulticast"/>
    /// or <see cref="ErrorIds.AddressFamilyMismatch"/>.</exception>
    public static IPAddress Checked(IPAddress address, string asWritten, Transport transport)
    {
        bool multicast = Hosts.IsMulticast(address);
        if (transport == Transport.Multicast && !multicast)
        {
            throw new GalleryException(
                ErrorIds.AddressNotMulticast, GalleryErrorCategory.InvalidArgument,
                $"{asWritten} is not a multicast group.", asWritten,
                "Groups are 224.0.0.0 to 239.255.255.255 (239.x.x.x for private use) and ff00::/8.");
        }

        if (transport != Transport.Multicast && multicast)
        {
            throw new GalleryException(
                ErrorIds.AddressIsMulticast, GalleryErrorCategory.InvalidArgument,
                $"{asWritten} is a multicast group, but the transport is {transport}.", asWritten, "Use -Transport Multicast.");
        }

        if (transport == Transport.Broadcast && address.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new GalleryException(
                ErrorIds.AddressFamilyMismatch, GalleryErrorCategory.InvalidArgument,
                $"{asWritten} is an IPv6 address, and IPv6 has no broadcast.", asWritten,
                "Use -Transport Multicast -To ff02::1 to reach every host on a link.");
        }

        return address;
    }
}
