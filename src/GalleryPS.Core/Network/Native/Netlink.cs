using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network.Native;

/// <summary>Talks to Linux about NICs, addresses and routes (netlink(7), rtnetlink(7)).</summary>
internal sealed unsafe class Netlink : IDisposable
{
    private const int Family = 16, Raw = 3, Route = 0;
    private const int HeaderBytes = 16, LinkBytes = 16, RouteBytes = 12, AddressRoom = 12;
    private const ushort Error = 2, NewLink = 16, DeleteLink = 17, NewAddress = 20, DeleteAddress = 21, NewRoute = 24, DeleteRoute = 25, GetRoute = 26;
    private const ushort AttributeTo = 1, AttributeOut = 4, AttributeOwn = 7;
    private const byte Inet = 2, Inet6 = 10;

    // RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_IFADDR, RTMGRP_IPV6_ROUTE
    private const uint Changes = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;
    private readonly byte[] _buffer = new byte[32 << 10];
    private int _descriptor;

    private Netlink(int descriptor) => _descriptor = descriptor;

    /// <summary>Opens a socket that hears of changes.</summary>
    /// <returns>Null where the system does not let us.</returns>
    public static Netlink? OpenForChanges() => Open(Changes);

    /// <summary>Which NIC packets to an address leave on.</summary>
    /// <param name="to">A host or a group.</param>
    /// <param name="own">The address they carry as their source, or null.</param>
    /// <returns>The NIC's index; 0 when there is no way; null when the system does not answer.</returns>
    public static int? RouteTo(IPAddress to, out IPAddress? own)
    {
        own = null;
        using Netlink? socket = Open(groups: 0);
        if (socket is null) return null;
        bool six = to.AddressFamily == AddressFamily.InterNetworkV6;
        Span<byte> request = stackalloc byte[HeaderBytes + RouteBytes + 4 + 16 + 8];
        request.Clear();
        int length = HeaderBytes + RouteBytes, bytes = six ? 16 : 4;
        request[HeaderBytes] = six ? Inet6 : Inet;
        request[HeaderBytes + 1] = (byte)(bytes * 8);
        Attribute(request[length..], AttributeTo, bytes);
        to.TryWriteBytes(request[(length + 4)..], out _);
        length += 4 + bytes;
        if (six && to.ScopeId != 0)
        {
            Attribute(request[length..], AttributeOut, 4);
            BinaryPrimitives.WriteInt32LittleEndian(request[(length + 4)..], (int)to.ScopeId);
            length += 8;
        }

        BinaryPrimitives.WriteInt32LittleEndian(request, length);
        BinaryPrimitives.WriteUInt16LittleEndian(request[4..], GetRoute);
        request[6] = 1; // NLM_F_REQUEST
        fixed (byte* start = request)
        {
            if (LibC.Send(socket._descriptor, start, (nuint)length, 0) != length) return null;
        }

        LibC.WaitForInput(socket._descriptor, 1000);
        ReadOnlySpan<byte> answer = socket.Receive(out _);
        if (answer.Length < HeaderBytes) return null;
        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(answer[4..]);
        return type == NewRoute ? ReadRoute(answer[(HeaderBytes + RouteBytes)..], out own) : type == Error ? 0 : null;
    }

    /// <summary>Waits for a change, and takes all that come with it.</summary>
    /// <param name="milliseconds">How long to wait.</param>
    /// <param name="settle">How many more milliseconds nothing may come until it counts as all.</param>
    /// <param name="gone">Gets the indices of NICs that went away.</param>
    /// <returns>Whether anything changed.</returns>
    public bool WaitForChange(int milliseconds, int settle, HashSet<int> gone)
    {
        bool changed = false;
        int wait = milliseconds;
        for (int rounds = 0; rounds < 100; rounds++)
        {
            ReadOnlySpan<byte> messages = Receive(out int error);
            if (error == LibC.NoBuffers)
            {
                // More happened than fits: nobody knows what, so everything may have changed.
                changed = true;
                continue;
            }

            if (messages.IsEmpty)
            {
                if (wait == 0) return changed;
                LibC.WaitForInput(_descriptor, wait);
                messages = Receive(out error);
                if (messages.IsEmpty && error != LibC.NoBuffers) return changed;
            }

            changed |= Read(messages, gone);
            if (changed) wait = settle;
        }

        return changed;
    }

    public void Dispose()
    {
        if (_descriptor >= 0) _ = LibC.Close(_descriptor);
        _descriptor = -1;
    }

    private static Netlink? Open(uint groups)
    {
        if (!LibC.IsSupported) return null;
        int descriptor = LibC.OpenSocket(Family, Raw | LibC.CloseOnExec | LibC.NonBlocking, Route);
        if (descriptor < 0) return null;
        var socket = new Netlink(descriptor);

        // struct sockaddr_nl { ushort family; ushort; uint port; uint groups; }
        Span<byte> address = stackalloc byte[AddressRoom];
        address.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(address, Family);
        BinaryPrimitives.WriteUInt32LittleEndian(address[8..], groups);
        fixed (byte* start = address)
        {
            if (LibC.Bind(descriptor, start, AddressRoom) == 0) return socket;
        }

        socket.Dispose();
        return null;
    }

    private ReadOnlySpan<byte> Receive(out int error)
    {
        fixed (byte* start = _buffer)
        {
            nint length = LibC.Receive(_descriptor, start, (nuint)_buffer.Length, LibC.DontWait);
            error = length < 0 ? System.Runtime.InteropServices.Marshal.GetLastPInvokeError() : 0;
            return _buffer.AsSpan(0, (int)Math.Max(0, length));
        }
    }

    // A row of struct nlmsghdr { uint length; ushort type; ... } with what belongs to each; each begins at a multiple of four.
    private static bool Read(ReadOnlySpan<byte> messages, HashSet<int> gone)
    {
        bool changed = false;
        while (messages.Length >= HeaderBytes)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(messages);
            if (length < HeaderBytes || length > messages.Length) break;
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(messages[4..]);
            changed |= type is NewLink or DeleteLink or NewAddress or DeleteAddress or NewRoute or DeleteRoute;

            // struct ifinfomsg { byte family; byte; ushort type; int index; ... }; a bridge tells of its ports in a family of its own.
            if (type == DeleteLink && length >= HeaderBytes + LinkBytes && messages[HeaderBytes] == 0)
            {
                gone.Add(BinaryPrimitives.ReadInt32LittleEndian(messages[(HeaderBytes + 4)..]));
            }

            messages = messages[Math.Min(messages.Length, (length + 3) & ~3)..];
        }

        return changed;
    }

    private static void Attribute(Span<byte> to, ushort type, int bytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)(4 + bytes));
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], type);
    }

    private static int? ReadRoute(ReadOnlySpan<byte> attributes, out IPAddress? own)
    {
        own = null;
        int? nic = null;
        while (attributes.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]);
            if (length < 4 || length > attributes.Length) break;
            if (type == AttributeOut && length == 8) nic = BinaryPrimitives.ReadInt32LittleEndian(attributes[4..]);
            if (type == AttributeOwn && length is 8 or 20) own = new IPAddress(attributes[4..length]);
            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }

        return nic;
    }
}
