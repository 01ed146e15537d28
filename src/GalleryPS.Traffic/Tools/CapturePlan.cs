using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;
using GalleryPS.Protocols;

namespace GalleryPS.Traffic;

/// <summary>On which NIC to capture, and what: made from what will be sent.</summary>
/// <param name="Interface">The NIC, or <c>any</c>.</param>
/// <param name="Filter">The filter in the language of pcap-filter(7).</param>
internal sealed record CapturePlan(string Interface, string Filter)
{
    /// <summary>The NIC of several NICs.</summary>
    public const string Any = "any";

    /// <summary>Whether only this machine's traffic to itself is seen.</summary>
    public bool IsLoopback => Interfaces.List().Any(nic => nic.Loopback && nic.Name == Interface);

    /// <summary>Makes the plan.</summary>
    /// <exception cref="GalleryException">An address cannot be resolved, or is not of the transport's kind.</exception>
    public static CapturePlan For(CaptureOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<IPAddress> addresses = Addresses(options, cancellationToken);
        return new CapturePlan(
            options.Interface ?? NicFor(addresses),
            options.Filter ?? FilterFor(options.Transport, addresses, options.Port));
    }

    /// <summary>
    /// The filter for a transport's packets. Fragments after the first have no port, so all fragments between the
    /// addresses pass.
    /// </summary>
    public static string FilterFor(Transport? transport, IReadOnlyList<IPAddress> addresses, int port)
    {
        bool any = addresses.Count == 0;
        bool ipv4 = any || addresses.Any(address => address.AddressFamily == AddressFamily.InterNetwork);
        bool ipv6 = any || addresses.Any(address => address.AddressFamily == AddressFamily.InterNetworkV6);
        var kinds = new List<string>();
        if (transport != Transport.Tcp)
        {
            kinds.Add(FormattableString.Invariant($"udp port {port}"));
            if (ipv4) kinds.Add("(ip proto 17 and ip[6:2] & 0x1fff != 0)");
            if (ipv6) kinds.Add("ip6[6] = 44");
        }

        if (transport is null or Transport.Tcp) kinds.Add(FormattableString.Invariant($"tcp port {port}"));
        string packets = string.Join(" or ", kinds);
        if (any) return packets;
        string hosts = string.Join(" or ", addresses.Select(address => $"host {WithoutZone(address)}"));
        return $"({hosts}) and ({packets})";
    }

    private static IReadOnlyList<IPAddress> Addresses(CaptureOptions options, CancellationToken cancellationToken)
    {
        if (options.Transport is null) return [.. options.To.Select(host => Hosts.Resolve(host, cancellationToken)).Distinct()];
        var sending = new SendOptions { Transport = options.Transport.Value, Addresses = new() { To = options.To, Port = options.Port } };
        return [.. SendAddresses.Resolve(sending, cancellationToken).Select(to => to.Address).Distinct()];
    }

    private static string NicFor(IReadOnlyList<IPAddress> addresses)
    {
        if (addresses.Count == 0) return Any;
        IReadOnlyList<Interface> all = Interfaces.List();
        List<string?> nics = [.. addresses.Select(address => NicFor(address, all)).Distinct()];
        return nics is [{ } only] ? only : Any;
    }

    /// <summary>The NIC the routing table chooses; loopback for this machine's own addresses.</summary>
    private static string? NicFor(IPAddress address, IReadOnlyList<Interface> all)
    {
        string? loopback = all.FirstOrDefault(nic => nic.Loopback)?.Name;
        if (IPAddress.IsLoopback(address) || all.Any(nic => nic.IPv4.Contains(address) || nic.IPv6.Contains(address))) return loopback;
        if (all.FirstOrDefault(nic => nic.Broadcast.Contains(address)) is { } broadcast) return broadcast.Name;
        if (address.IsIPv6LinkLocal && address.ScopeId != 0) return all.FirstOrDefault(nic => nic.Index == address.ScopeId)?.Name;
        try
        {
            // Connecting a UDP socket sends nothing; it only asks for the way.
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (address.AddressFamily == AddressFamily.InterNetwork) socket.EnableBroadcast = true;
            socket.Connect(address, 9);
            IPAddress own = ((IPEndPoint)socket.LocalEndPoint!).Address;
            return all.FirstOrDefault(nic => nic.IPv4.Contains(own) || nic.IPv6.Any(a => SameBytes(a, own)))?.Name;
        }
        catch (SocketException)
        {
            // No way there yet; whichever NIC it will be, it is among all of them.
            return null;
        }
    }

    private static bool SameBytes(IPAddress a, IPAddress b) =>
        a.AddressFamily == b.AddressFamily && a.GetAddressBytes().AsSpan().SequenceEqual(b.GetAddressBytes());

    private static string WithoutZone(IPAddress address) => address.ToString().Split('%')[0];
}
