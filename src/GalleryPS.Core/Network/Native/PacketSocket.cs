using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GalleryPS.Network.Native;

/// <summary>
/// Hears and sends whole IP packets on one NIC (packet(7)); needs CAP_NET_RAW. It asks the NIC for the frames of all
/// groups, and sees what this machine sends as well.
/// </summary>
internal sealed unsafe class PacketSocket : IDisposable
{
    public const ushort IPv4 = 0x0800, IPv6 = 0x86DD;
    private const int AddressFamilyPacket = 17, Datagrams = 2;
    private const int AddMembership = 1, AllMulticast = 2, AttachFilter = 26;
    private const ushort AllProtocols = 0x0003;
    private readonly int _nic;
    private int _descriptor;

    private PacketSocket(int descriptor, int nic) => (_descriptor, _nic) = (descriptor, nic);

    /// <summary>Opens a socket for the IGMP or MLD packets of a NIC.</summary>
    /// <param name="nic">Index of the NIC.</param>
    /// <param name="six">MLD instead of IGMP.</param>
    /// <param name="error">The system's error number when there is none.</param>
    /// <returns>The socket, or null.</returns>
    public static PacketSocket? OpenForReports(int nic, bool six, out int error)
    {
        // Opened without a protocol it hears nothing until filter and NIC are set.
        int descriptor = LibC.OpenSocket(AddressFamilyPacket, Datagrams | LibC.CloseOnExec | LibC.NonBlocking, 0);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (descriptor < 0) return null;
        var socket = new PacketSocket(descriptor, nic);
        if (socket.SetFilter(six ? MldFilter : IgmpFilter) && socket.HearAllGroups() && socket.Bind()) return socket;
        error = Marshal.GetLastPInvokeError();
        socket.Dispose();
        return null;
    }

    /// <summary>Takes the next packet.</summary>
    /// <returns>Its length, or 0 when there is none.</returns>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint length = LibC.Receive(_descriptor, start, (nuint)buffer.Length, LibC.DontWait);
            return (int)Math.Max(0, length);
        }
    }

    /// <summary>Sends a packet to an Ethernet address.</summary>
    /// <returns>Whether the system took it.</returns>
    public bool Send(ReadOnlySpan<byte> packet, bool six, ReadOnlySpan<byte> ethernetAddress)
    {
        Span<byte> address = stackalloc byte[20];
        WriteAddress(address, six ? IPv6 : IPv4, _nic);
        address[11] = 6;
        ethernetAddress.CopyTo(address[12..]);
        fixed (byte* start = packet, to = address)
        {
            return LibC.SendTo(_descriptor, start, (nuint)packet.Length, 0, to, 20) == packet.Length;
        }
    }

    /// <summary>Waits until there is something to take.</summary>
    public void Wait(int milliseconds) => LibC.WaitForInput(_descriptor, milliseconds);

    public void Dispose()
    {
        if (_descriptor >= 0) _ = LibC.Close(_descriptor);
        _descriptor = -1;
    }

    private bool SetFilter(ReadOnlySpan<FilterStep> steps)
    {
        fixed (FilterStep* start = steps)
        {
            var program = new FilterProgram { Count = (ushort)steps.Length, Steps = start };
            return LibC.SetOption(_descriptor, LibC.LevelSocket, AttachFilter, (byte*)&program, (uint)sizeof(FilterProgram)) == 0;
        }
    }

    private bool HearAllGroups()
    {
        // struct packet_mreq { int ifindex; ushort type; ushort length; byte address[8]; }
        byte* request = stackalloc byte[16];
        new Span<byte>(request, 16).Clear();
        BinaryPrimitives.WriteInt32LittleEndian(new Span<byte>(request, 4), _nic);
        BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(request + 4, 2), AllMulticast);
        return LibC.SetOption(_descriptor, LibC.LevelPacket, AddMembership, request, 16) == 0;
    }

    private bool Bind()
    {
        Span<byte> address = stackalloc byte[20];
        WriteAddress(address, AllProtocols, _nic);
        fixed (byte* start = address)
        {
            return LibC.Bind(_descriptor, start, 20) == 0;
        }
    }

    // struct sockaddr_ll { ushort family; ushort protocol (network order); int ifindex; ushort; byte type; byte halen; byte addr[8]; }
    private static void WriteAddress(Span<byte> address, ushort protocol, int nic)
    {
        address.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(address, AddressFamilyPacket);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], protocol);
        BinaryPrimitives.WriteInt32LittleEndian(address[4..], nic);
    }

    // Classic BPF, run by the kernel before anything is queued for us: a gallery at full rate costs the listener nothing.
    // Offsets count from the IP header; what is wanted is accepted whole (65,535), the rest dropped (0).
    private static ReadOnlySpan<FilterStep> IgmpFilter => new FilterStep[]
    {
        new(0x30, 0, 0, 0), // first byte
        new(0x74, 0, 0, 4), // version = byte >> 4
        new(0x15, 0, 3, 4), // 4?
        new(0x30, 0, 0, 9), // protocol
        new(0x15, 0, 1, 2), // IGMP?
        new(0x06, 0, 0, 65535),
        new(0x06, 0, 0, 0),
    };

    private static ReadOnlySpan<FilterStep> MldFilter => new FilterStep[]
    {
        new(0x30, 0, 0, 0),
        new(0x74, 0, 0, 4),
        new(0x15, 0, 5, 6), // IPv6?
        new(0x30, 0, 0, 6), // next header
        new(0x15, 0, 3, 0), // hop-by-hop?
        new(0x30, 0, 0, 40),
        new(0x15, 0, 1, 58), // ICMPv6 behind it?
        new(0x06, 0, 0, 65535),
        new(0x06, 0, 0, 0),
    };

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FilterStep(ushort Code, byte JumpTrue, byte JumpFalse, uint Operand);

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Count;
        public FilterStep* Steps;
    }
}
