using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>
/// recvmmsg(2), with UDP_GRO if asked for: bursts of datagrams from one sender then come as one buffer with the length of each.
/// The room is that of the largest datagrams, of which the system only ever touches what datagrams really fill. Addresses
/// are made into objects once per source, not once per datagram.
/// </summary>
internal sealed unsafe class LinuxDatagramReader : DatagramReader
{
    private const int PayloadRoom = 65_536, NameRoom = 32, ControlRoom = 128;
    private const int MostSources = 4096;
    private const int IPv4 = 2, IPv6 = 10;
    private const double LongestWait = 10;
    private readonly Socket _socket;
    private readonly int _most;
    private readonly Dictionary<(UInt128 Address, ulong ZoneFamilyPort), IPEndPoint> _sources = [];
    private readonly IPAddress _anyAddress;
    private byte* _memory;
    private LibC.MultiMessage* _messages;
    private int _used;
    private DateTime _read;
    private (UInt128 Address, ulong ZoneFamilyPort) _lastSource;
    private IPEndPoint? _source;
    private (UInt128 Bits, int Family) _lastDestination;
    private IPAddress? _destination;

    public LinuxDatagramReader(Socket socket, int most, bool coalesce, bool timed = false)
    {
        (_socket, _most, _used) = (socket, most, most);
        _anyAddress = socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        if (coalesce) Coalesce(socket);
        if (timed) SocketErrors.Prefer(() => socket.SetRawSocketOption(LibC.LevelSocket, LibC.SocketTimestamp, [1, 0, 0, 0]));
        nuint headers = (nuint)most * (nuint)(sizeof(LibC.MultiMessage) + sizeof(LibC.Vector) + NameRoom + ControlRoom);
        _memory = (byte*)NativeMemory.AlignedAlloc(((nuint)most * PayloadRoom) + headers, 4096);
        byte* next = _memory + (most * (nint)PayloadRoom);
        NativeMemory.Clear(next, headers);
        _messages = (LibC.MultiMessage*)next;
        next += most * sizeof(LibC.MultiMessage);
        var vectors = (LibC.Vector*)next;
        next += most * sizeof(LibC.Vector);
        for (int i = 0; i < most; i++)
        {
            vectors[i] = new LibC.Vector { Base = _memory + (i * (nint)PayloadRoom), Length = PayloadRoom };
            _messages[i].Header.Vectors = vectors + i;
            _messages[i].Header.VectorCount = 1;
            _messages[i].Header.Name = next + (i * NameRoom);
            _messages[i].Header.Control = next + (most * NameRoom) + (i * ControlRoom);
        }
    }

    public override Datagram this[int index]
    {
        get
        {
            ref LibC.MultiMessage message = ref _messages[index];
            int length = (int)message.Length;
            IPAddress destination = ReadControl(new ReadOnlySpan<byte>(message.Header.Control, (int)message.Header.ControlLength), out int nic, out int segment, out TimeSpan waited);
            return new Datagram(
                new ReadOnlySpan<byte>(message.Header.Vectors->Base, length), segment > 0 ? segment : length,
                Source(new ReadOnlySpan<byte>(message.Header.Name, NameRoom)), destination, nic, waited);
        }
    }

    public override int Receive(int milliseconds)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        for (bool waited = false; ; waited = true)
        {
            for (int i = 0; i < _used; i++) Rearm(i);
            int received = Call(out int error);
            _used = Math.Max(0, received);
            if (received > 0)
            {
                _read = DateTime.UtcNow;
                return received;
            }

            if (error is not (LibC.TryAgain or LibC.InterruptedCall or LibC.ConnectionRefused or LibC.NoMemory or LibC.NoBuffers))
            {
                throw new SocketException((int)SocketError.SocketError, $"recvmmsg failed with error {error}.");
            }

            if (waited || !_socket.Poll(milliseconds * 1000, SelectMode.SelectRead)) return 0;
        }
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _messages = null;
    }

    private static void Coalesce(Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(LibC.LevelUdp, LibC.UdpGro, [1, 0, 0, 0]);
        }
        catch (SocketException)
        {
            // Linux before 5.0: recvmmsg alone still saves calls.
        }
    }

    private int Call(out int error)
    {
        bool held = false;
        SafeSocketHandle handle = _socket.SafeHandle;
        try
        {
            handle.DangerousAddRef(ref held);
            int received = LibC.ReceiveMessages(handle.DangerousGetHandle(), _messages, (uint)_most, LibC.DontWait, 0);
            error = received < 0 ? Marshal.GetLastPInvokeError() : 0;
            return received;
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    private void Rearm(int index)
    {
        _messages[index].Header.NameLength = NameRoom;
        _messages[index].Header.ControlLength = ControlRoom;
    }

    private IPEndPoint Source(ReadOnlySpan<byte> name)
    {
        ushort family = BinaryPrimitives.ReadUInt16LittleEndian(name);
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(name[2..]);
        UInt128 bits = family == IPv6
            ? BinaryPrimitives.ReadUInt128BigEndian(name[8..])
            : BinaryPrimitives.ReadUInt32BigEndian(name[4..]);
        uint zone = family == IPv6 ? BinaryPrimitives.ReadUInt32LittleEndian(name[24..]) : 0;
        (UInt128, ulong) key = (bits, ((ulong)zone << 32) | ((ulong)family << 16) | port);
        if (_source is not null && _lastSource == key) return _source;
        if (!_sources.TryGetValue(key, out IPEndPoint? known))
        {
            // Forged sources must not fill the memory.
            if (_sources.Count >= MostSources) _sources.Clear();
            IPAddress address = family == IPv6 ? new IPAddress(name.Slice(8, 16), zone) : new IPAddress(name.Slice(4, 4));
            _sources[key] = known = new IPEndPoint(Hosts.Normal(address), port);
        }

        (_lastSource, _source) = (key, known);
        return known;
    }

    // Control data is a row of: length (native size), level, type, data; each begins at a multiple of the native size.
    private IPAddress ReadControl(ReadOnlySpan<byte> control, out int nic, out int segment, out TimeSpan waited)
    {
        IPAddress? destination = null;
        (nic, segment, waited) = (0, 0, TimeSpan.Zero);
        while (control.Length >= 16)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(control);
            int level = BinaryPrimitives.ReadInt32LittleEndian(control[8..]), type = BinaryPrimitives.ReadInt32LittleEndian(control[12..]);
            if (length < 16 || length > control.Length) break;
            ReadOnlySpan<byte> data = control[16..length];
            if (level == LibC.LevelIP && type == LibC.IPPacketInfo && data.Length >= 12)
            {
                // struct in_pktinfo { int ifindex; in_addr local; in_addr destination; }
                nic = BinaryPrimitives.ReadInt32LittleEndian(data);
                destination = Address(data.Slice(8, 4), IPv4);
            }
            else if (level == LibC.LevelIPv6 && type == LibC.IPv6PacketInfo && data.Length >= 20)
            {
                // struct in6_pktinfo { in6_addr destination; unsigned ifindex; }
                nic = BinaryPrimitives.ReadInt32LittleEndian(data[16..]);
                destination = Address(data[..16], IPv6);
            }
            else if (level == LibC.LevelUdp && type == LibC.UdpGro && data.Length >= 4)
            {
                segment = BinaryPrimitives.ReadInt32LittleEndian(data);
            }
            else if (level == LibC.LevelSocket && type == LibC.SocketTimestamp && data.Length >= 16)
            {
                waited = Since(BinaryPrimitives.ReadInt64LittleEndian(data), BinaryPrimitives.ReadInt64LittleEndian(data[8..]));
            }

            control = control[Math.Min(control.Length, (length + 7) & ~7)..];
        }

        return destination ?? _anyAddress;
    }

    // The system stamps with the time of day, which somebody may have set meanwhile.
    private TimeSpan Since(long seconds, long nanoseconds)
    {
        double waited = (_read - DateTime.UnixEpoch).TotalSeconds - seconds - nanoseconds / 1e9;
        return waited is > 0 and < LongestWait ? TimeSpan.FromSeconds(waited) : TimeSpan.Zero;
    }

    private IPAddress Address(ReadOnlySpan<byte> bytes, int family)
    {
        UInt128 bits = family == IPv6 ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (_destination is not null && _lastDestination == (bits, family)) return _destination;
        _lastDestination = (bits, family);
        return _destination = Hosts.Normal(new IPAddress(bytes));
    }
}
