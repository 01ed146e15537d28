using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace GalleryPS.Network.Native;

/// <summary>
/// What Linux says of a NIC. .NET reads it from /sys, which shows the NICs of the network namespace it was mounted in, not
/// those of this process.
/// </summary>
internal static unsafe partial class LinuxNic
{
    private const nuint GetMtu = 0x8921;
    private const int NameLength = 16;
    private const int RequestLength = 40;

    /// <summary>Largest IP packet the NIC carries in one frame, in bytes; 0 when there is no such NIC.</summary>
    /// <param name="name">Its name.</param>
    public static int Mtu(string name)
    {
        // struct ifreq: the name, then a union of which an int is read.
        byte* request = stackalloc byte[RequestLength];
        var bytes = new Span<byte>(request, RequestLength);
        bytes.Clear();
        if (!Encoding.UTF8.TryGetBytes(name, bytes[..(NameLength - 1)], out _)) return 0;
        using Socket socket = SocketErrors.Create(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        return Control((int)socket.Handle, GetMtu, request) == 0 ? *(int*)(request + NameLength) : 0;
    }

    /// <summary>The NIC's index; 0 when there is no such NIC.</summary>
    /// <param name="name">Its name.</param>
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Index(string name);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, byte* argument);
}
