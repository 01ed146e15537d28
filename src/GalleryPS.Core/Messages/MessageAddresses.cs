using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Messages;

/// <summary>Finds out which transport an address of a message calls for, and opens it.</summary>
internal static class MessageAddresses
{
    /// <summary>Multicast for groups, broadcast for the broadcast addresses of this machine's networks, else unicast.</summary>
    public static Transport TransportOf(IPAddress address)
    {
        if (Hosts.IsMulticast(address)) return Transport.Multicast;
        bool broadcast = address.Equals(IPAddress.Broadcast) || Interfaces.List().Any(nic => nic.Broadcast.Contains(address));
        return broadcast ? Transport.Broadcast : Transport.Unicast;
    }

    /// <summary>Opens senders: one for each transport and address family.</summary>
    public static IReadOnlyList<(IPEndPoint To, DatagramSender By, Transport Transport)> OpenSenders(
        MessageSendOptions options, bool portable, CancellationToken cancellationToken)
    {
        IEnumerable<string> wanted = options.Addresses.To.Count > 0 ? options.Addresses.To : [MessageSendOptions.DefaultGroup];
        var destinations = wanted.Select(w => new IPEndPoint(Hosts.Resolve(w, cancellationToken), options.Addresses.Port)).Distinct()
            .Select(static d => (To: d, Transport: TransportOf(d.Address))).ToList();
        var senders = new Dictionary<(Transport, AddressFamily), DatagramSender>();
        try
        {
            foreach (var kind in destinations.GroupBy(static d => (d.Transport, d.To.AddressFamily)))
            {
                IReadOnlyList<IPEndPoint> to = [.. kind.Select(static d => d.To)];
                IReadOnlyList<Nic> nics = NicResolver.Resolve(options.Addresses.OutboundIP, kind.Key.AddressFamily);
                senders[kind.Key] = kind.Key.Transport switch
                {
                    Transport.Multicast => Multicast.OpenSender(new MulticastSendOptions(to, nics, options.Addresses.Ttl ?? 1)),
                    Transport.Broadcast => Broadcast.OpenSender(new BroadcastSendOptions(to, nics, options.Addresses.Ttl)),
                    _ => Unicast.OpenSender(new UnicastSendOptions(to, nics, options.Addresses.Ttl, portable)),
                };
            }

            return [.. destinations.Select(d => (d.To, senders[(d.Transport, d.To.AddressFamily)], d.Transport))];
        }
        catch
        {
            foreach (DatagramSender sender in senders.Values) sender.Dispose();
            throw;
        }
    }

    /// <summary>Opens a receiver.</summary>
    public static (DatagramReceiver Receiver, Transport Transport) OpenReceiver(
        MessageReceiveOptions options, CancellationToken cancellationToken)
    {
        string wanted = options.Addresses.Address ?? MessageSendOptions.DefaultGroup;
        IPAddress address = Hosts.Resolve(wanted, cancellationToken);
        Transport transport = TransportOf(address);
        if (transport != Transport.Unicast) OptionChecks.NoFreePort(options.Addresses.Port);
        IReadOnlyList<IPAddress> sources = [.. options.Addresses.Source.Select(s => DatagramReceiver.WithoutZone(Hosts.Resolve(s, cancellationToken)))];
        if (sources.FirstOrDefault(s => s.AddressFamily != address.AddressFamily) is { } other)
        {
            throw new GalleryException(
                ErrorIds.AddressFamilyMismatch, GalleryErrorCategory.InvalidArgument,
                $"The source {other} and {address} are of different address families.", other, "Give IPv4 sources for an IPv4 group, IPv6 for IPv6.");
        }

        ListeningOptions where = options.Addresses;
        if (transport == Transport.Unicast) NicResolver.Find(where.ArrivalIP, address.AddressFamily);
        DatagramReceiver receiver = transport switch
        {
            Transport.Multicast => Multicast.OpenReceiver(new MulticastReceiveOptions(address, where.Port, where.ArrivalIP, sources)),
            Transport.Broadcast => Broadcast.OpenReceiver(new BroadcastReceiveOptions(where.Port, address.Equals(IPAddress.Broadcast) ? null : address, where.ArrivalIP, sources)),
            _ => Unicast.OpenReceiver(new UnicastReceiveOptions(address, where.Port, [], address.AddressFamily, sources)),
        };
        return (receiver, transport);
    }
}
