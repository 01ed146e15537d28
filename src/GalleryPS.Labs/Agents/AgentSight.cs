using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GalleryPS.Labs.Agents;

/// <summary>What an agent tells of its host.</summary>
internal static class AgentSight
{
    /// <summary>Looks at this machine.</summary>
    /// <param name="known">Addresses that the experiment has for it, some of which may be those of a gateway before it.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.HostFailed"/>: it has no NIC that is up.</exception>
    public static AgentLook Look(IEnumerable<string> known) => Look(Interfaces.List(), Connected(Environment.GetEnvironmentVariable("SSH_CONNECTION")).Concat(known));

    /// <summary>Chooses the address, and the NIC with it.</summary>
    /// <param name="interfaces">The NICs.</param>
    /// <param name="known">Addresses, the best first.</param>
    public static AgentLook Look(IReadOnlyList<Interface> interfaces, IEnumerable<string> known)
    {
        foreach (string text in known)
        {
            if (!IPAddress.TryParse(text, out IPAddress? address)) continue;
            if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
            if (interfaces.FirstOrDefault(n => n.IPv4.Contains(address) || n.IPv6.Contains(address)) is { } own) return Of(address, own);
        }

        Interface nic = interfaces.FirstOrDefault(static n => n is { Up: true, Loopback: false, IPv4.Count: > 0 })
            ?? throw new GalleryException(ErrorIds.HostFailed, GalleryErrorCategory.ResourceUnavailable, "There is no NIC with an IPv4 address.", null, "Check the network of the host.");
        return Of(nic.IPv4[0], nic);
    }

    // Where sshd was reached: "client port server port".
    private static IEnumerable<string> Connected(string? connection) => connection?.Split(' ') is [_, _, var server, _] ? [server] : [];

    private static AgentLook Of(IPAddress address, Interface nic)
    {
        // Broadcast is IPv4, and only what goes over the same kind of network can be compared.
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && nic.IPv4.Count > 0) address = nic.IPv4[0];

        // Of several networks of a NIC the one that the address is in.
        int at = nic.IPv4.ToList().IndexOf(address);
        string? broadcast = (at >= 0 && at < nic.Broadcast.Count ? nic.Broadcast[at] : nic.Broadcast.FirstOrDefault())?.ToString();
        return new AgentLook(address.ToString(), nic.Name, broadcast, nic.Mtu, RuntimeInformation.OSDescription, typeof(AgentSight).Assembly.GetName().Version?.ToString(3) ?? "");
    }
}
