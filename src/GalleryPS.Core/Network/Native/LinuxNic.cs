using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace GalleryPS.Network.Native;

/// <summary>
/// What Linux says of a NIC. .NET reads it from /sys, which shows the NICs of the network namespace it was mounted in, not
/// those of this process; and of broadcast addresses it says nothing.
/// </summary>
internal static unsafe partial class LinuxNic
{
    private const nuint GetMtu = 0x8921;
    private const int NameLength = 16;
    private const int RequestLength = 40;
    private const uint FlagUp = 0x1, FlagBroadcast = 0x2, FlagRunning = 0x40;
    private const ushort Inet = 2;

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

    /// <summary>What all NICs say of themselves now; null where it cannot be asked.</summary>
    public static LinuxNics? Ask()
    {
        if (!LibC.IsSupported || GetAddresses(out Entry* first) != 0) return null;
        try
        {
            var nics = new LinuxNics();
            for (Entry* entry = first; entry is not null; entry = entry->Next)
            {
                // The name is the address's label, which may have a part of its own behind a colon.
                string name = (Marshal.PtrToStringUTF8((nint)entry->Name) ?? "").Split(':')[0];
                nics.Add(name, isUp: (entry->Flags & (FlagUp | FlagRunning)) == (FlagUp | FlagRunning));
                if (entry->Address is null || *(ushort*)entry->Address != Inet) continue;
                IPAddress? broadcast = (entry->Flags & FlagBroadcast) != 0 && entry->Broadcast is not null && *(ushort*)entry->Broadcast == Inet ? Read(entry->Broadcast) : null;
                if (broadcast is not null && !broadcast.Equals(IPAddress.Any)) nics.Add(name, Read(entry->Address), broadcast);
            }

            return nics;
        }
        finally
        {
            FreeAddresses(first);
        }
    }

    /// <summary>The NIC's index; 0 when there is no such NIC.</summary>
    /// <param name="name">Its name.</param>
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Index(string name);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "getifaddrs")]
    private static partial int GetAddresses(out Entry* first);

    [LibraryImport("libc", EntryPoint = "freeifaddrs")]
    private static partial void FreeAddresses(Entry* first);

    // struct sockaddr_in { ushort family; ushort port; in_addr address; }
    private static IPAddress Read(byte* address) => new(new ReadOnlySpan<byte>(address + 4, 4));

    /// <summary>struct ifaddrs.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public Entry* Next;
        public byte* Name;
        public uint Flags;
        public byte* Address;
        public byte* Mask;
        public byte* Broadcast;
        public byte* Data;
    }
}

/// <summary>What all NICs of Linux say of themselves at one time.</summary>
internal sealed class LinuxNics
{
    private readonly Dictionary<string, bool> _up = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, IPAddress Address), IPAddress> _broadcast = [];

    public void Add(string name, bool isUp) => _up[name] = isUp;

    public void Add(string name, IPAddress address, IPAddress broadcast) => _broadcast[(name, address)] = broadcast;

    /// <summary>Whether a NIC is up and has a carrier, as far as it can tell; null when it is not known.</summary>
    public bool? IsUp(string name) => _up.TryGetValue(name, out bool up) ? up : null;

    /// <summary>The broadcast address that was set with an address; null when none was.</summary>
    public IPAddress? Broadcast(string name, IPAddress address) => _broadcast.GetValueOrDefault((name, address));
}
