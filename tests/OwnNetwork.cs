using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace GalleryPS.TestSupport;

/// <summary>
/// Sets up a new network namespace without iproute2: loopback, and eth0, a NIC with a default route behind which nobody is. It is a
/// TAP device (tun(4)), because netdevice(7) has a call to make one of these.
/// </summary>
internal static class OwnNetwork
{
    private const int Inet = 2, Datagram = 2, RequestLength = 40, RouteLength = 120;
    private const uint GetFlags = 0x8913, SetFlags = 0x8914, SetAddress = 0x8916, SetBroadcast = 0x891A, SetMask = 0x891C, AddRoute = 0x890B, SetTun = 0x400454CA;
    private const short Up = 1, Tap = 2, NoHeader = 0x1000, Gateway = 2;

    // Offsets in struct rtentry of 64 bits: destination, gateway and mask, flags.
    private const int ToAt = 8, GatewayAt = 24, MaskAt = 40, FlagsAt = 56;
    private static SafeFileHandle? _tap;

    /// <summary>Brings loopback up, and makes eth0 where the system lets us.</summary>
    public static void BringUp()
    {
        using var socket = new SafeFileHandle(Socket(Inet, Datagram, 0), ownsHandle: true);
        Raise(socket, "lo");
        _tap = new SafeFileHandle(Open("/dev/net/tun", 2), ownsHandle: true);
        byte[] tap = Request("eth0");
        BinaryPrimitives.WriteInt16LittleEndian(tap.AsSpan(16), Tap | NoHeader);
        if (_tap.IsInvalid || Control(_tap, SetTun, tap) != 0) return;
        Set(socket, SetAddress, "10.250.0.2");
        Set(socket, SetMask, "255.255.255.0");
        Set(socket, SetBroadcast, "10.250.0.255");
        Raise(socket, "eth0");
        byte[] route = new byte[RouteLength];
        Address("0.0.0.0", route.AsSpan(ToAt));
        Address("10.250.0.1", route.AsSpan(GatewayAt));
        Address("0.0.0.0", route.AsSpan(MaskAt));
        BinaryPrimitives.WriteInt16LittleEndian(route.AsSpan(FlagsAt), Up | Gateway);
        _ = Control(socket, AddRoute, route);
    }

    private static void Raise(SafeFileHandle socket, string nic)
    {
        byte[] request = Request(nic);
        if (Control(socket, GetFlags, request) != 0) return;
        request[16] |= (byte)Up;
        _ = Control(socket, SetFlags, request);
    }

    private static void Set(SafeFileHandle socket, uint what, string address)
    {
        byte[] request = Request("eth0");
        Address(address, request.AsSpan(16));
        _ = Control(socket, what, request);
    }

    private static byte[] Request(string nic)
    {
        byte[] request = new byte[RequestLength];
        Encoding.ASCII.GetBytes(nic, request);
        return request;
    }

    private static void Address(string address, Span<byte> socketAddress)
    {
        BinaryPrimitives.WriteInt16LittleEndian(socketAddress, Inet);
        IPAddress.Parse(address).GetAddressBytes().CopyTo(socketAddress[4..]);
    }

    [DllImport("libc", EntryPoint = "socket")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Socket(int family, int type, int protocol);

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPStr)] string path, int flags);

    [DllImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(SafeFileHandle file, nuint request, byte[] argument);
}
