using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>How to send UDP broadcast.</summary>
/// <param name="To">Directed broadcast addresses, or 255.255.255.255.</param>
/// <param name="Outbound">The NICs to send on.</param>
/// <param name="Ttl">Time to live, or null for the system's default.</param>
internal sealed record BroadcastSendOptions(IReadOnlyList<IPEndPoint> To, IReadOnlyList<Nic> Outbound, int? Ttl);

/// <summary>How to receive UDP broadcast.</summary>
/// <param name="Port">The port.</param>
/// <param name="Address">The broadcast address to accept, or null for every one.</param>
/// <param name="Arrival">The NICs to accept from, as the user wrote them; empty for all.</param>
/// <param name="Sources">Accepted senders; empty for all.</param>
internal sealed record BroadcastReceiveOptions(int Port, IPAddress? Address, IReadOnlyList<string> Arrival, IReadOnlyList<IPAddress> Sources);

/// <summary>UDP to everybody on a link. IPv4 only: IPv6 has no broadcast (RFC 8200).</summary>
internal static class Broadcast
{
    public static DatagramSender OpenSender(BroadcastSendOptions options) => DatagramSender.Open(
        options.To, options.Outbound, new OutboundSockets(
            Transport.Broadcast,
            (socket, nic) =>
            {
                DatagramSockets.AllowBroadcast(socket);
                DatagramSockets.SetTtl(socket, options.Ttl);
                DatagramSockets.LeaveOn(socket, nic);
                UnreachablePorts.Watch(socket);
            },
            Connected: false));

    /// <summary>
    /// One socket on the wildcard address: on Linux a socket bound to a NIC's own address hears no broadcast at all.
    /// Which broadcast address and which NIC are meant is looked up for each datagram.
    /// </summary>
    public static DatagramReceiver OpenReceiver(BroadcastReceiveOptions options)
    {
        BroadcastFollower follower = BroadcastFollower.Open(options);
        ReceivingSocket socket = DatagramReceiver.Open(AddressFamily.InterNetwork, socket =>
        {
            DatagramSockets.ShareAddress(socket);
            DatagramSockets.AllowBroadcast(socket);
            DatagramSockets.EnablePacketInformation(socket);
            DatagramSockets.Bind(socket, new IPEndPoint(IPAddress.Any, options.Port), Transport.Broadcast);
            return new ReceivingSocket(socket, new WantedNic("", follower.Only ?? Nic.Default), follower.Accepts, null);
        });
        return new DatagramReceiver([socket], options.Sources, null, follower);
    }

    /// <summary>The directed broadcast address to send to when the user named none.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.BroadcastAmbiguous"/> or <see cref="ErrorIds.BroadcastUnavailable"/>.</exception>
    public static IPAddress DefaultDestination(IReadOnlyList<Nic> outbound)
    {
        IReadOnlyList<Interface> all = Interfaces.List();
        bool chosen = outbound.Any(static n => !n.IsDefault);
        var candidates = new List<(Interface Nic, IPAddress Address)>();
        foreach (Interface nic in all.Where(static n => n.Up))
        {
            Nic? wanted = outbound.FirstOrDefault(o => o.Index == nic.Index);
            if (chosen ? wanted is null : nic.Loopback) continue;
            foreach (IPAddress address in nic.Broadcast)
            {
                // A NIC with several networks: an address of one of them chooses that one.
                if (wanted?.Address is { } own && nic.IPv4.Count == nic.Broadcast.Count && !nic.IPv4[nic.Broadcast.IndexOf(address)].Equals(own)) continue;
                candidates.Add((nic, address));
            }
        }

        if (candidates.Count == 0)
        {
            throw new GalleryException(
                ErrorIds.BroadcastUnavailable, GalleryErrorCategory.ResourceUnavailable,
                $"{(chosen ? "The outbound NIC has" : "No NIC of this machine that is up has")} no broadcast address.", null,
                "Name the broadcast address (-To; 127.255.255.255 stays on this machine).");
        }

        if (candidates.Count > 1)
        {
            string list = string.Join(", ", candidates.Select(static c => $"{c.Address} ({c.Nic.Name})"));
            throw new GalleryException(
                ErrorIds.BroadcastAmbiguous, GalleryErrorCategory.InvalidArgument,
                $"Several broadcast addresses are possible: {list}.", list,
                "Name one with -To, or choose the NIC with -OutboundIP.");
        }

        return candidates[0].Address;
    }

    private static int IndexOf(this IReadOnlyList<IPAddress> list, IPAddress item)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i].Equals(item)) return i;
        }

        return -1;
    }
}
