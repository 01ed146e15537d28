using System.Buffers.Binary;
using System.Text;

namespace GalleryPS.Traffic.Tests;

/// <summary>Writes capture files and the packets in them, byte by byte.</summary>
internal sealed class CaptureBuilder
{
    private readonly MemoryStream _stream = new();
    private readonly bool _bigEndian;

    private CaptureBuilder(bool bigEndian) => _bigEndian = bigEndian;

    public static CaptureBuilder Pcap(LinkType linkType = LinkType.Ethernet, bool bigEndian = false, bool nanoseconds = false, ushort major = 2, ushort minor = 4)
    {
        var builder = new CaptureBuilder(bigEndian);
        builder.U32(nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4);
        builder.U16(major);
        builder.U16(minor);
        builder.U32(0);
        builder.U32(0);
        builder.U32(262144);
        builder.U32((uint)linkType);
        return builder;
    }

    public static CaptureBuilder Pcapng(bool bigEndian = false, ushort major = 1, ushort minor = 0)
    {
        var builder = new CaptureBuilder(bigEndian);
        builder.Section(major, minor);
        return builder;
    }

    public CaptureBuilder Record(byte[] frame, uint seconds = 1000, uint fraction = 0, uint? length = null, bool lengthFirst = false)
    {
        U32(seconds);
        U32(fraction);
        uint captured = (uint)frame.Length;
        U32(lengthFirst ? length ?? captured : captured);
        U32(lengthFirst ? captured : length ?? captured);
        _stream.Write(frame);
        return this;
    }

    public CaptureBuilder Section(ushort major = 1, ushort minor = 0)
    {
        var body = new CaptureBuilder(_bigEndian);
        body.U32(0x1A2B3C4D);
        body.U16(major);
        body.U16(minor);
        body.U32(uint.MaxValue);
        body.U32(uint.MaxValue);
        return Block(0x0A0D0D0A, body.ToArray());
    }

    public CaptureBuilder Interface(LinkType linkType, uint snapLength = 0, byte? resolution = null, long? offset = null, string? filter = null)
    {
        var body = new CaptureBuilder(_bigEndian);
        body.U16((ushort)linkType);
        body.U16(0);
        body.U32(snapLength);
        body.Option(2, Encoding.UTF8.GetBytes("eth0"));
        if (resolution is { } digits) body.Option(9, [digits]);
        if (filter is not null) body.Option(11, [0, .. Encoding.UTF8.GetBytes(filter)]);
        if (offset is { } seconds)
        {
            byte[] bytes = new byte[8];
            if (_bigEndian)
                BinaryPrimitives.WriteInt64BigEndian(bytes, seconds);
            else
                BinaryPrimitives.WriteInt64LittleEndian(bytes, seconds);
            body.Option(14, bytes);
        }

        body.Option(0, []);
        return Block(1, body.ToArray());
    }

    public CaptureBuilder Enhanced(byte[] frame, ulong ticks = 0, uint interfaceIndex = 0, uint? length = null)
    {
        var body = new CaptureBuilder(_bigEndian);
        body.U32(interfaceIndex);
        body.U32((uint)(ticks >> 32));
        body.U32((uint)ticks);
        body.U32((uint)frame.Length);
        body.U32(length ?? (uint)frame.Length);
        body.Padded(frame);
        body.Option(1, Encoding.UTF8.GetBytes("a comment"));
        body.Option(0, []);
        return Block(6, body.ToArray());
    }

    public CaptureBuilder Simple(byte[] frame, uint length)
    {
        var body = new CaptureBuilder(_bigEndian);
        body.U32(length);
        body.Padded(frame);
        return Block(3, body.ToArray());
    }

    public CaptureBuilder Block(uint type, byte[] body)
    {
        U32(type);
        U32((uint)body.Length + 12);
        _stream.Write(body);
        U32((uint)body.Length + 12);
        return this;
    }

    public byte[] ToArray() => _stream.ToArray();

    public CaptureReader Open() => CaptureReader.Open(new MemoryStream(ToArray()), "built");

    public CountResult Count(CountOptions? options = null)
    {
        using CaptureReader reader = Open();
        return CaptureCounter.Count(reader, options ?? new CountOptions());
    }

    public List<Packet> Packets() => [.. PacketReader.Read(Open(), new PacketOptions())];

    /// <summary>An Ethernet frame; zeroes for both addresses make it one of loopback.</summary>
    public static byte[] Ethernet(byte[] packet, ushort type = 0x0800, bool loopback = false)
    {
        byte[] frame = new byte[14 + packet.Length];
        if (!loopback) frame[0] = frame[6] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), type);
        packet.CopyTo(frame, 14);
        return frame;
    }

    public static byte[] IPv4(byte protocol, byte[] payload, ushort id = 1, int offset = 0, bool more = false, byte[]? options = null, byte to = 2, byte from = 1)
    {
        int header = 20 + (options?.Length ?? 0);
        byte[] packet = new byte[header + payload.Length];
        packet[0] = (byte)(0x40 | (header / 4));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)Math.Min(packet.Length, 65535));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), id);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), (ushort)((offset / 8) | (more ? 0x2000 : 0)));
        packet[8] = 64;
        packet[9] = protocol;
        packet[12] = packet[16] = 10;
        packet[15] = from;
        packet[19] = to;
        options?.CopyTo(packet, 20);
        payload.CopyTo(packet, header);
        return packet;
    }

    public static byte[] IPv6(byte next, byte[] payload)
    {
        byte[] packet = new byte[40 + payload.Length];
        packet[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)payload.Length);
        packet[6] = next;
        packet[7] = 64;
        packet[8] = packet[24] = 0xFD;
        packet[23] = 1;
        packet[39] = 2;
        payload.CopyTo(packet, 40);
        return packet;
    }

    public static byte[] Udp(byte[] payload, ushort from = 40000, ushort to = 25000, int? length = null)
    {
        byte[] datagram = new byte[8 + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, from);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), to);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)(length ?? datagram.Length));
        payload.CopyTo(datagram, 8);
        return datagram;
    }

    public static byte[] Tcp(byte[] payload, uint sequence, TcpFlags flags, uint acknowledgment = 0, byte[]? options = null, ushort from = 40000, ushort to = 25000)
    {
        int header = 20 + (options?.Length ?? 0);
        byte[] segment = new byte[header + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(segment, from);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), to);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), acknowledgment);
        segment[12] = (byte)(header / 4 << 4);
        segment[13] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(14), 1000);
        options?.CopyTo(segment, 20);
        payload.CopyTo(segment, header);
        return segment;
    }

    private void Option(ushort code, byte[] value)
    {
        U16(code);
        U16((ushort)value.Length);
        Padded(value);
    }

    private void Padded(byte[] bytes)
    {
        _stream.Write(bytes);
        for (int i = bytes.Length; i % 4 != 0; i++)
            _stream.WriteByte(0);
    }

    private void U16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        if (_bigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        _stream.Write(bytes);
    }

    private void U32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (_bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _stream.Write(bytes);
    }
}
