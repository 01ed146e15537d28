using System.Buffers.Binary;
using System.Text;

namespace GalleryPS.Labs.Experiments;

/// <summary>
/// Makes a pcapng file of a pcap file, as tcpdump writes it: the same packets, and the NIC and the host are told.
/// </summary>
internal static class PcapngWriter
{
    private const uint SectionHeader = 0x0A0D0D0A, InterfaceDescription = 1, EnhancedPacket = 6, ByteOrder = 0x1A2B3C4D;
    private const uint MicrosecondMagic = 0xA1B2C3D4, NanosecondMagic = 0xA1B23C4D;
    private const int EndOfOptions = 0, HardwareOption = 2, ApplicationOption = 4, NameOption = 2, ResolutionOption = 9;

    /// <summary>Whether a file is a pcapng file already.</summary>
    public static bool IsOne(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return file.Read(start) == start.Length && BinaryPrimitives.ReadUInt32LittleEndian(start) == SectionHeader;
    }

    /// <summary>Converts a file.</summary>
    /// <param name="from">The pcap file; one that breaks off is converted up to there.</param>
    /// <param name="to">The pcapng file.</param>
    /// <param name="host">Where it was captured.</param>
    /// <param name="nic">On which NIC.</param>
    public static void Convert(string from, string to, string host, string nic)
    {
        using var input = new BinaryReader(new BufferedStream(File.OpenRead(from), 1 << 16));
        using var output = new BufferedStream(File.Create(to), 1 << 16);
        byte[] header = input.ReadBytes(24);
        if (header.Length < 24) return;
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (magic is not (MicrosecondMagic or NanosecondMagic)) throw new InvalidDataException("This is not a pcap file in this machine's byte order.");
        long unit = magic == NanosecondMagic ? 1_000_000_000 : 1_000_000;
        Write(output, SectionHeader, [.. Words(ByteOrder, 1), 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. Option(HardwareOption, host), .. Option(ApplicationOption, "GalleryPS"), .. End()]);
        Write(
            output, InterfaceDescription,
            [.. header[20..22], 0, 0, .. header[16..20], .. Option(NameOption, nic), .. Option(ResolutionOption, [(byte)(unit == 1_000_000 ? 6 : 9)]), .. End()]);
        while (true)
        {
            byte[] record = input.ReadBytes(16);
            if (record.Length < 16) return;
            int captured = (int)BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(8));
            byte[] frame = input.ReadBytes(captured);
            if (frame.Length < captured) return;
            ulong time = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(record) * (ulong)unit) + BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(4));
            Write(output, EnhancedPacket, [.. Words(0, (uint)(time >> 32), (uint)time), .. record[8..16], .. frame, .. new byte[(4 - (captured % 4)) % 4]]);
        }
    }

    private static byte[] Words(params uint[] words)
    {
        byte[] bytes = new byte[words.Length * 4];
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), words[i]);
        return bytes;
    }

    private static byte[] Option(int code, string text) => Option(code, Encoding.UTF8.GetBytes(text));

    private static byte[] Option(int code, byte[] value) =>
        [(byte)code, (byte)(code >> 8), (byte)value.Length, (byte)(value.Length >> 8), .. value, .. new byte[(4 - (value.Length % 4)) % 4]];

    private static byte[] End() => [EndOfOptions, 0, 0, 0];

    private static void Write(Stream output, uint type, byte[] body)
    {
        uint length = (uint)body.Length + 12;
        output.Write(Words(type, length));
        output.Write(body);
        output.Write(Words(length));
    }
}
