using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS;

/// <summary>The NICs of this machine.</summary>
public static class Interfaces
{
    /// <summary>All NICs, in the system's order of their indices.</summary>
    /// <returns>A fresh list: NICs come and go.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NetworkFailure"/>: the system does not tell.</exception>
    public static IReadOnlyList<Interface> List()
    {
        var found = new List<Interface>();
        LinuxNics? linux = OperatingSystem.IsLinux() ? LinuxNic.Ask() : null;
        foreach (NetworkInterface nic in All())
        {
            // One without an index went away just now, though its name is still in the list.
            if (TryDescribe(nic, linux) is { Index: > 0 } described) found.Add(described);
        }

        found.Sort(static (a, b) => a.Index.CompareTo(b.Index));
        return found;
    }

    /// <summary>The directed broadcast address of the network that an IPv4 address is on.</summary>
    /// <param name="address">An IPv4 address.</param>
    /// <param name="prefixLength">Length of the network's prefix, 0 to 32.</param>
    /// <returns>The address with all host bits set, or null for /31 and /32, which have none (RFC 3021).</returns>
    public static IPAddress? BroadcastAddress(IPAddress address, int prefixLength)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily != AddressFamily.InterNetwork || prefixLength is < 0 or > 30) return null;
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        uint hostBits = prefixLength == 0 ? uint.MaxValue : uint.MaxValue >> prefixLength;
        uint value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) | hostBits;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return new IPAddress(bytes);
    }

    private static NetworkInterface[] All()
    {
        try
        {
            return NetworkInterface.GetAllNetworkInterfaces();
        }
        catch (Exception e) when (IsRefusal(e))
        {
            throw new GalleryException(
                ErrorIds.NetworkFailure, GalleryErrorCategory.ResourceUnavailable,
                $"The system does not list the NICs of this machine: {e.Message}", null, null, e);
        }
    }

    // The list comes from the system's own calls and, for some properties, from /proc and /sys; where one of them tells
    // nothing, the framework stumbles over the empty text.
    private static bool IsRefusal(Exception error) => error is NetworkInformationException or SocketException or IOException
        or UnauthorizedAccessException or PlatformNotSupportedException or FormatException or ArgumentException;

    private static Interface? TryDescribe(NetworkInterface nic, LinuxNics? linux)
    {
        try
        {
            IPInterfaceProperties properties = nic.GetIPProperties();
            var v4 = new List<IPAddress>();
            var v6 = new List<IPAddress>();
            var broadcast = new List<IPAddress>();
            var alsoBroadcast = new List<IPAddress>();
            foreach (UnicastIPAddressInformation unicast in properties.UnicastAddresses)
            {
                if (unicast.Address.AddressFamily == AddressFamily.InterNetworkV6)
                {
                    v6.Add(unicast.Address);
                }
                else if (unicast.Address.AddressFamily == AddressFamily.InterNetwork)
                {
                    v4.Add(unicast.Address);
                    bool pointToPoint = nic.NetworkInterfaceType is NetworkInterfaceType.Ppp or NetworkInterfaceType.Tunnel;

                    // Where none was set, the one that the mask gives is meant.
                    IPAddress? masked = pointToPoint ? null : BroadcastAddress(unicast.Address, unicast.PrefixLength);
                    IPAddress? all = linux?.Broadcast(nic.Name, unicast.Address) ?? masked;
                    if (all is not null) broadcast.Add(all);
                    if (masked is not null && !masked.Equals(all)) alsoBroadcast.Add(masked);
                }
            }

            bool loopback = nic.NetworkInterfaceType == NetworkInterfaceType.Loopback;
            (int index, int mtu) = IndexAndMtu(properties, nic);
            return new Interface
            {
                Name = nic.Name,
                Index = index,
                Description = nic.Description,
                Up = linux?.IsUp(nic.Name) ?? (nic.OperationalStatus == OperationalStatus.Up || (loopback && nic.OperationalStatus == OperationalStatus.Unknown)),
                Loopback = loopback,
                Multicast = nic.SupportsMulticast,
                IPv4 = v4,
                IPv6 = v6,
                Broadcast = broadcast,
                AlsoBroadcast = alsoBroadcast,
                Mtu = mtu,
                MacAddress = string.Join(':', nic.GetPhysicalAddress().GetAddressBytes().Select(static b => b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture))),
            };
        }
        catch (Exception e) when (IsRefusal(e))
        {
            // The NIC went away between the listing and the look at it.
            return null;
        }
    }

    private static (int Index, int Mtu) IndexAndMtu(IPInterfaceProperties properties, NetworkInterface nic)
    {
        if (OperatingSystem.IsLinux()) return (LinuxNic.Index(nic.Name), LinuxNic.Mtu(nic.Name));
        if (nic.Supports(NetworkInterfaceComponent.IPv4) && properties.GetIPv4Properties() is { } four) return (four.Index, four.Mtu);
        return nic.Supports(NetworkInterfaceComponent.IPv6) && properties.GetIPv6Properties() is { } six ? (six.Index, six.Mtu) : (0, 0);
    }
}
