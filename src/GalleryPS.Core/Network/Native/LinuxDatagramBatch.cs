using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GalleryPS.Network.Native;

/// <summary>
/// Up to 64 datagrams with one recvmmsg call. The room for them is 64 times the largest datagram, of which the system
/// only ever touches what datagrams really fill. Addresses are made into objects once per source, not once per datagram.
/// </summary>
internal sealed unsafe class LinuxDatagramBatch : DatagramBatch
{
    private const int Most = 64;
    private const int PayloadRoom = 65_536, NameRoom = 32, ControlRoom = 128;
    private const int MostSources = 4096;
    private const int IPv4 = 2, IPv6 = 10;
    private readonly Socket _socket;
    private readonly Dictionary<(UInt128 Address, ulong ZoneFamilyPort), IPEndPoint> _sources = [];
    private byte* _memory;
    private LibC.MultiMessage* _messages;
    private int _used = Most;
    private (UInt128 Bits, int Family) _lastDestination;
    private IPAddress? _destination;

    public LinuxDatagramBatch(Socket socket)
    {
        _socket = socket;
        nuint headers = Most * (nuint)(sizeof(LibC.MultiMessage) + sizeof(LibC.Vector) + NameRoom + ControlRoom);
        _memory = (byte*)NativeMemory.AlignedAlloc((Most * (nuint)PayloadRoom) + headers, 4096);
        byte* next = _memory + (Most * (nint)PayloadRoom);
        NativeMemory.Clear(next, headers);
        _messages = (LibC.MultiMessage*)next;
        next += Most * sizeof(LibC.MultiMessage);
        var vectors = (LibC.Vector*)next;
        next += Most * sizeof(LibC.Vector);
        for (int i = 0; i < Most; i++)
        {
            vectors[i] = new LibC.Vector { Base = _memory + (i * (nint)PayloadRoom), Length = PayloadRoom };
            _messages[i].Header.Vectors = vectors + i;
            _messages[i].Header.VectorCount = 1;
            _messages[i].Header.Name = next + (i * NameRoom);
            _messages[i].Header.Control = next + (Most * NameRoom) + (i * ControlRoom);
        }
    }

    // The C types above are those of the 64-bit calls; a 32-bit process takes the portable way.
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess && BitConverter.IsLittleEndian;

    public override int Receive(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int i = 0; i < _used; i++) Rearm(i);
            int received = Call(out int error);
            _used = Math.Max(0, received);
            if (received > 0) return received;
            if (error == LibC.TryAgain) _socket.Poll(PollMicroseconds, SelectMode.SelectRead);
            else if (error is not (LibC.InterruptedCall or LibC.ConnectionRefused)) throw new SocketException((int)SocketError.SocketError, $"recvmmsg failed with error {error}.");
        }
    }

    public override ReadOnlySpan<byte> Payload(int index) => new(_messages[index].Header.Vectors->Base, (int)_messages[index].Length);

    public override Arrival Arrival(int index)
    {
        ref LibC.MultiMessage message = ref _messages[index];
        IPAddress destination = Destination(new ReadOnlySpan<byte>(message.Header.Control, (int)message.Header.ControlLength), out int nic);
        return new Arrival(Source(new ReadOnlySpan<byte>(message.Header.Name, NameRoom)), destination, nic, (int)message.Length);
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _messages = null;
    }

    private int Call(out int error)
    {
        bool held = false;
        SafeSocketHandle handle = _socket.SafeHandle;
        try
        {
            handle.DangerousAddRef(ref held);
            int received = LibC.ReceiveMessages(handle.DangerousGetHandle(), _messages, Most, LibC.DontWait, 0);
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
        if (_sources.TryGetValue(key, out IPEndPoint? known)) return known;

        // Forged sources must not fill the memory.
        if (_sources.Count >= MostSources) _sources.Clear();
        IPAddress address = family == IPv6 ? new IPAddress(name.Slice(8, 16), zone) : new IPAddress(name.Slice(4, 4));
        return _sources[key] = new IPEndPoint(Hosts.Normal(address), port);
    }

    // Control data is a row of: length (native size), level, type, data; each begins at a multiple of the native size.
    private IPAddress Destination(ReadOnlySpan<byte> control, out int nic)
    {
        while (control.Length >= 16)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(control);
            int level = BinaryPrimitives.ReadInt32LittleEndian(control[8..]);
            int type = BinaryPrimitives.ReadInt32LittleEndian(control[12..]);
            if (length < 16 || length > control.Length) break;
            ReadOnlySpan<byte> data = control[16..length];
            if (level == 0 && type == 8 && data.Length >= 12)
            {
                // struct in_pktinfo { int ifindex; in_addr local; in_addr destination; }
                nic = BinaryPrimitives.ReadInt32LittleEndian(data);
                return Address(data.Slice(8, 4), IPv4);
            }

            if (level == 41 && type == 50 && data.Length >= 20)
            {
                // struct in6_pktinfo { in6_addr destination; unsigned ifindex; }
                nic = BinaryPrimitives.ReadInt32LittleEndian(data[16..]);
                return Address(data[..16], IPv6);
            }

            int step = (length + 7) & ~7;
            if (step > control.Length) break;
            control = control[step..];
        }

        nic = 0;
        return _socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
    }

    private IPAddress Address(ReadOnlySpan<byte> bytes, int family)
    {
        UInt128 bits = family == IPv6 ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (_destination is not null && _lastDestination == (bits, family)) return _destination;
        _lastDestination = (bits, family);
        return _destination = Hosts.Normal(new IPAddress(bytes));
    }
}
