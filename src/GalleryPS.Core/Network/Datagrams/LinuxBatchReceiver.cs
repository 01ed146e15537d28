using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace GalleryPS.Network;

/// <summary>
/// recvmmsg(2) with UDP_GRO: bursts of datagrams from one sender come as one buffer with the length of each. The
/// structures are those of 64-bit Linux, whatever its C library.
/// </summary>
internal sealed unsafe partial class LinuxBatchReceiver : BatchReceiver
{
    private const int Messages = 8, BufferBytes = 65_536, ControlBytes = 256, NameBytes = 128;
    private const int SolUdp = 17, UdpGro = 104, SolIP = 0, IPPktInfo = 8, SolIPv6 = 41, IPv6PktInfo = 50;
    private const int DontWait = 0x40, Truncated = 0x20;
    private const int TryAgain = 11, Interrupted = 4, Refused = 111, NoMemory = 12, NoBuffers = 105;
    private readonly DatagramReceiver _receiver;
    private readonly ReceivingSocket _socket;
    private readonly byte* _memory;
    private readonly MessageHeader* _headers;
    private readonly byte[] _lastName = new byte[28];
    private IPEndPoint _lastSource = new(IPAddress.Any, 0);
    private bool _disposed;

    private LinuxBatchReceiver(DatagramReceiver receiver, ReceivingSocket socket)
    {
        _receiver = receiver;
        _socket = socket;
        nuint perMessage = BufferBytes + ControlBytes + NameBytes;
        _memory = (byte*)NativeMemory.AllocZeroed(perMessage * Messages + (nuint)((sizeof(MessageHeader) + sizeof(Vector)) * Messages));
        _headers = (MessageHeader*)(_memory + perMessage * Messages);
        var vectors = (Vector*)(_headers + Messages);
        for (int i = 0; i < Messages; i++)
        {
            vectors[i] = new Vector { Base = _memory + BufferBytes * i, Length = BufferBytes };
            _headers[i].Vectors = vectors + i;
            _headers[i].VectorCount = 1;
            _headers[i].Name = _memory + (BufferBytes + ControlBytes) * Messages + NameBytes * i;
            _headers[i].Control = _memory + BufferBytes * Messages + ControlBytes * i;
        }
    }

    public override bool IsFast => true;

    /// <summary>Opens it, if the system has what it takes.</summary>
    public static LinuxBatchReceiver? TryOpen(DatagramReceiver receiver, ReceivingSocket socket)
    {
        if (!OperatingSystem.IsLinux() || sizeof(nint) != 8 || !BitConverter.IsLittleEndian) return null;
        try
        {
            socket.Socket.SetRawSocketOption(SolUdp, UdpGro, [1, 0, 0, 0]);
        }
        catch (SocketException)
        {
            // Linux before 5.0: recvmmsg alone still saves calls.
        }

        return new LinuxBatchReceiver(receiver, socket);
    }

    public override bool Receive(int milliseconds, PacketsHandler handler)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_socket.Socket.Poll(milliseconds * 1000, SelectMode.SelectRead)) return false;
        for (int i = 0; i < Messages; i++)
        {
            _headers[i].NameLength = NameBytes;
            _headers[i].ControlLength = ControlBytes;
            _headers[i].Flags = 0;
            _headers[i].Received = 0;
        }

        int count = ReceiveMessages((int)_socket.Socket.Handle, _headers, Messages, DontWait, null);
        if (count < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error is TryAgain or Interrupted or Refused or NoMemory or NoBuffers) return false;
            throw new SocketException((int)SocketError.SocketError, $"recvmmsg failed with error {error}.");
        }

        for (int i = 0; i < count; i++) Hand(_headers[i], handler);
        return count > 0;
    }

    public override void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        NativeMemory.Free(_memory);
    }

    private void Hand(in MessageHeader header, PacketsHandler handler)
    {
        int length = (int)header.Received;
        if (length == 0 || (header.Flags & Truncated) != 0) return;
        (int segment, IPAddress? destination, int index) = ReadControl(header);
        IPEndPoint source = SourceOf(new ReadOnlySpan<byte>(header.Name, (int)Math.Min(header.NameLength, NameBytes)));
        if (!_receiver.IsWanted(_socket, source, destination ?? IPAddress.Any, index)) return;
        handler(new ReadOnlySpan<byte>(header.Vectors->Base, length), segment > 0 ? segment : length, source, index);
    }

    // struct cmsghdr { size_t length; int level; int type; } followed by the data, each aligned to 8 bytes.
    private static (int Segment, IPAddress? Destination, int Index) ReadControl(in MessageHeader header)
    {
        int segment = 0, index = 0;
        IPAddress? destination = null;
        var rest = new ReadOnlySpan<byte>(header.Control, (int)Math.Min(header.ControlLength, ControlBytes));
        while (rest.Length >= 16)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(rest);
            if (length < 16 || length > rest.Length) break;
            int level = BinaryPrimitives.ReadInt32LittleEndian(rest[8..]), type = BinaryPrimitives.ReadInt32LittleEndian(rest[12..]);
            ReadOnlySpan<byte> data = rest[16..length];
            if (level == SolUdp && type == UdpGro && data.Length >= 4)
            {
                segment = BinaryPrimitives.ReadInt32LittleEndian(data);
            }
            else if (level == SolIP && type == IPPktInfo && data.Length >= 12)
            {
                // struct in_pktinfo { int index; in_addr local; in_addr destination; }
                index = BinaryPrimitives.ReadInt32LittleEndian(data);
                destination = new IPAddress(data.Slice(8, 4));
            }
            else if (level == SolIPv6 && type == IPv6PktInfo && data.Length >= 20)
            {
                destination = Hosts.Normal(new IPAddress(data[..16]));
                index = BinaryPrimitives.ReadInt32LittleEndian(data[16..]);
            }

            rest = rest[Math.Min(rest.Length, (length + 7) & ~7)..];
        }

        return (segment, destination, index);
    }

    private IPEndPoint SourceOf(ReadOnlySpan<byte> name)
    {
        if (name.Length > _lastName.Length) name = name[.._lastName.Length];
        if (name.SequenceEqual(_lastName.AsSpan(0, name.Length))) return _lastSource;
        name.CopyTo(_lastName);
        int port = BinaryPrimitives.ReadUInt16BigEndian(name[2..]);
        IPAddress address = name.Length >= 28
            ? new IPAddress(name.Slice(8, 16), BinaryPrimitives.ReadUInt32LittleEndian(name[24..]))
            : new IPAddress(name.Slice(4, 4));
        return _lastSource = new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, port);
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMessages(int socket, MessageHeader* messages, uint count, int flags, void* timeout);

    // struct iovec
    private struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    // struct mmsghdr { struct msghdr { name, namelen, iov, iovlen, control, controllen, flags }; unsigned received; }
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct MessageHeader
    {
        [FieldOffset(0)]
        public byte* Name;

        [FieldOffset(8)]
        public uint NameLength;

        [FieldOffset(16)]
        public Vector* Vectors;

        [FieldOffset(24)]
        public nuint VectorCount;

        [FieldOffset(32)]
        public byte* Control;

        [FieldOffset(40)]
        public nuint ControlLength;

        [FieldOffset(48)]
        public int Flags;

        [FieldOffset(56)]
        public uint Received;
    }
}
