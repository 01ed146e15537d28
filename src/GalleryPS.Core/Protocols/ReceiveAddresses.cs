using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;
using static System.FormattableString;

namespace GalleryPS.Protocols;

/// <summary>Finds out where a receiver binds, joins and listens.</summary>
internal static class ReceiveAddresses
{
    public static DatagramReceiver OpenDatagram(ReceiveOptions options, CancellationToken cancellationToken)
    {
        IPAddress? address = options.Addresses.Address is { } written ? Hosts.Resolve(written, cancellationToken) : null;
        IReadOnlyList<IPAddress> sources = Sources(options, cancellationToken);
        switch (options.Transport)
        {
            case Transport.Multicast:
                IPAddress group = SendAddresses.Checked(
                    address ?? IPAddress.Parse(SendOptions.DefaultGroup), options.Addresses.Address ?? "", Transport.Multicast);
                SameFamily(group.AddressFamily, sources);
                NeedsNic(group, options);
                return Multicast.OpenReceiver(new MulticastReceiveOptions(group, options.Addresses.Port, options.Addresses.ArrivalIP, sources));
            case Transport.Broadcast:
                // The wildcard means every broadcast address, which is the default anyway.
                if (address is not null && address.Equals(IPAddress.Any)) address = null;
                if (address is not null) SendAddresses.Checked(address, options.Addresses.Address!, Transport.Broadcast);
                return Broadcast.OpenReceiver(new BroadcastReceiveOptions(options.Addresses.Port, address, options.Addresses.ArrivalIP, sources));
            default:
                return Unicast.OpenReceiver(Bindings(options, address, sources));
        }
    }

    /// <summary>Where TCP listens.</summary>
    public static UnicastReceiveOptions Stream(ReceiveOptions options, CancellationToken cancellationToken) =>
        Bindings(options, options.Addresses.Address is { } written ? Hosts.Resolve(written, cancellationToken) : null, Sources(options, cancellationToken));

    // The address given, or one for each NIC given, or loopback.
    private static UnicastReceiveOptions Bindings(ReceiveOptions options, IPAddress? address, IReadOnlyList<IPAddress> sources) =>
        new(BindAddress(options, address), options.Addresses.Port, options.Addresses.ArrivalIP, FamilyOfNics(options), sources);

    private static IPAddress? BindAddress(ReceiveOptions options, IPAddress? address) => address is null && options.Addresses.ArrivalIP.Count > 0
        ? null
        : SendAddresses.Checked(address ?? IPAddress.Loopback, options.Addresses.Address ?? "", options.Transport);

    private static AddressFamily FamilyOfNics(ReceiveOptions options) =>
        options.Addresses.ArrivalIP.Any(static a => Hosts.TryLiteral(a, out IPAddress? ip) && ip.AddressFamily == AddressFamily.InterNetworkV6)
            ? AddressFamily.InterNetworkV6
            : AddressFamily.InterNetwork;

    private static IReadOnlyList<IPAddress> Sources(ReceiveOptions options, CancellationToken cancellationToken) =>
        [.. options.Addresses.Source.Select(s => DatagramReceiver.WithoutZone(Hosts.Resolve(s, cancellationToken)))];

    /// <summary>An image that is larger than allowed.</summary>
    public static GalleryException TooLarge(IPEndPoint source, long bytes, long limit) => new(
        ErrorIds.ImageTooLarge, GalleryErrorCategory.LimitsExceeded,
        Invariant($"An image from {source} has at least {bytes:N0} bytes; the limit is {limit:N0}. It was left out."),
        source, "Raise the limit (-MaxImageBytes) if you trust the sender.");

    // ff01::/16 and ff02::/16 exist on each link anew (RFC 4291 section 2.7): which one is meant cannot be guessed.
    private static void NeedsNic(IPAddress group, ReceiveOptions options)
    {
        if (!group.IsIPv6Multicast || (group.GetAddressBytes()[1] & 0x0F) > 2 || group.ScopeId != 0 || options.Addresses.ArrivalIP.Count > 0) return;
        throw new GalleryException(
            ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, $"{group} is a link-local group, and no NIC is named.", group,
            "Name the NIC to join on (-ArrivalIP eth0, or '*' for all).");
    }

    private static void SameFamily(AddressFamily family, IReadOnlyList<IPAddress> sources)
    {
        if (sources.FirstOrDefault(s => s.AddressFamily != family) is not { } other) return;
        throw new GalleryException(
            ErrorIds.AddressFamilyMismatch, GalleryErrorCategory.InvalidArgument,
            $"The source {other} and the group are of different address families.", other, "Give IPv4 sources for an IPv4 group, IPv6 for IPv6.");
    }
}
