using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>Binds anew where the address of a NIC has become another one, and notices where one is gone.</summary>
/// <param name="options">How to receive.</param>
/// <param name="open">Opens a socket at an address.</param>
internal sealed class UnicastFollower(UnicastReceiveOptions options, Func<IPEndPoint, WantedNic, ReceivingSocket> open) : SocketPerNic
{
    /// <summary>The NICs to receive on, to begin with; the default one stands for an address.</summary>
    /// <exception cref="GalleryException">They are not there.</exception>
    public IReadOnlyList<WantedNic> First => options.Address is { } address ? [new WantedNic(address.ToString(), Nic.Default)] : NicResolver.Find(options.Arrival, options.Family);

    /// <summary>Binds a socket to the address, or to that of a NIC.</summary>
    /// <exception cref="GalleryException">The system refuses.</exception>
    public ReceivingSocket Bind(WantedNic wanted) =>
        open(new IPEndPoint(options.Address ?? wanted.Nic.Address ?? (options.Family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any), options.Port), wanted);

    protected override IReadOnlyList<WantedNic> Today(IReadOnlyList<Interface> all)
    {
        if (options.Address is not { } address) return [.. NicResolver.Today(options.Arrival, options.Family, all).Where(static w => w.Nic.IsDefault || w.Nic.Address is not null)];
        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || IPAddress.IsLoopback(address)) return [new WantedNic(address.ToString(), Nic.Default)];
        return [.. NicResolver.Today([address.ToString()], address.AddressFamily, all)];
    }

    protected override ReceivingSocket Open(WantedNic nic) => Bind(nic);

    protected override bool IsCurrent(ReceivingSocket socket, Nic nic) => options.Address is not null || nic.IsDefault || Equals(socket.Nic.Address, nic.Address);

    // The binding is to the address, whichever NIC has it.
    protected override bool TryMove(ReceivingSocket socket, Nic nic) => options.Address is not null || Equals(socket.Nic.Address, nic.Address);
}
