using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Groups;

namespace GalleryPS.Network;

/// <summary>
/// Keeps the memberships of a receiver where they are wanted. A NIC that is deleted takes its memberships along, and one of the
/// same name that comes later is another one to the system.
/// </summary>
/// <param name="options">How to receive.</param>
internal sealed class MulticastFollower(MulticastReceiveOptions options) : SocketPerNic
{
    private readonly IPAddress _group = DatagramReceiver.WithoutZone(options.Group);
    private bool _systemChooses;

    /// <summary>
    /// Opens a socket and joins. On Linux the socket is bound to the group's address and told to deliver only what it joined
    /// itself; Windows cannot bind to a group, there it is bound to the wildcard. Either way a datagram to another address is
    /// recognised by its destination and left out.
    /// </summary>
    /// <exception cref="GalleryException">The system refuses.</exception>
    public ReceivingSocket Join(WantedNic wanted) => DatagramReceiver.Open(options.Group.AddressFamily, socket =>
    {
        DatagramSockets.ShareAddress(socket);
        DatagramSockets.EnablePacketInformation(socket);
        DatagramSockets.OnlyOwnGroups(socket);
        IPAddress wildcard = options.Group.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        IPAddress bind = OperatingSystem.IsWindows() ? wildcard : Zoned(options.Group, wanted.Nic);
        DatagramSockets.Bind(socket, new IPEndPoint(bind, options.Port), Transport.Multicast);

        // Joined on the default one, nobody could tell later which that was.
        Nic nic = wanted.Nic.IsDefault ? Routes.To(options.Group) ?? wanted.Nic : wanted.Nic;
        _systemChooses |= nic.IsDefault;
        return new ReceivingSocket(socket, wanted with { Nic = nic }, Accepts, Membership.Join(socket, options.Group, nic, options.Sources));
    });

    protected override IReadOnlyList<WantedNic> Today(IReadOnlyList<Interface> all)
    {
        IReadOnlyList<WantedNic> today = NicResolver.Today(options.Arrival, options.Group.AddressFamily, all);
        if (_systemChooses) return today;
        return [.. today.Select(w => w.Nic.IsDefault ? w with { Nic = Routes.To(options.Group) ?? w.Nic } : w).Where(static w => !w.Nic.IsDefault)];
    }

    protected override ReceivingSocket Open(WantedNic nic) => Join(nic);

    protected override bool IsCurrent(ReceivingSocket socket, Nic nic) =>
        socket.Membership!.Nic.IsDefault
        || (socket.Nic.Index == nic.Index && (!Multicast.NamesByAddress || Equals(socket.Membership.Nic.Address, nic.Address)) && !LocalMembers.HasNot(nic.Index, _group));

    protected override bool TryMove(ReceivingSocket socket, Nic nic)
    {
        // Bound to the group together with a NIC, the socket hears that NIC only.
        if (!OperatingSystem.IsWindows() && socket.Nic.Index != nic.Index && !Zoned(options.Group, nic).Equals(options.Group)) return false;
        socket.Membership!.Move(nic);
        return true;
    }

    private bool Accepts(ReceivingSocket socket, IPAddress to, int index) =>
        DatagramReceiver.WithoutZone(to).Equals(_group) && (socket.Key.Length == 0 || index == 0 || index == socket.Nic.Index);

    // A link-local IPv6 group (ff02::/16 and the like) can only be bound together with its NIC.
    private static IPAddress Zoned(IPAddress group, Nic nic) =>
        group.AddressFamily == AddressFamily.InterNetworkV6 && group.ScopeId == 0 && !nic.IsDefault
        && group.IsIPv6Multicast && (group.GetAddressBytes()[1] & 0x0F) is 1 or 2
            ? new IPAddress(group.GetAddressBytes(), nic.Index)
            : group;
}
