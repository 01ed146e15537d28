using System.Buffers.Binary;

namespace GalleryPS.Tests.Images;

/// <summary>Puts image headers together byte by byte, right or wrong.</summary>
internal static class ImageBytes
{
    public static readonly byte[] JpegStart = [0xFF, 0xD8];

    /// <summary>A marker segment with its length.</summary>
    public static byte[] Segment(byte marker, params byte[] content) =>
        [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    /// <summary>A JPEG frame header of three components.</summary>
    public static byte[] Frame(byte marker, int width, int height) => Segment(
        marker,
        [8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);

    public static byte[] Png(uint width, uint height)
    {
        byte[] data = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, .. "IHDR"u8, .. new byte[17]];
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(20), height);
        return data;
    }

    public static byte[] Bmp(int headerLength, int width, int height, ushort planes = 1)
    {
        byte[] data = new byte[14 + 124];
        "BM"u8.CopyTo(data);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(10), data.Length);
        BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(14), headerLength);
        if (headerLength == 12)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(18), (ushort)width);
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(20), (ushort)height);
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(22), planes);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(18), width);
            BinaryPrimitives.WriteInt32LittleEndian(data.AsSpan(22), height);
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(26), planes);
        }

        return data;
    }

    public static byte[] WebP(string chunk, params byte[] content) =>
        [.. "RIFF"u8, 0, 1, 0, 0, .. "WEBP"u8, .. System.Text.Encoding.ASCII.GetBytes(chunk), 10, 0, 0, 0, .. content];

    /// <summary>A classic little-endian TIFF: tag, type, count and value of each entry.</summary>
    public static byte[] Tiff(params (ushort Tag, ushort Type, uint Count, uint Value)[] entries)
    {
        byte[] data = new byte[8 + 2 + (12 * entries.Length) + 4];
        "II*\0"u8.CopyTo(data);
        data[4] = 8;
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(8), (ushort)entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            Span<byte> entry = data.AsSpan(10 + (12 * i));
            BinaryPrimitives.WriteUInt16LittleEndian(entry, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], entries[i].Type);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], entries[i].Count);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], entries[i].Value);
        }

        return data;
    }

    /// <summary>A BigTIFF with its directory at any offset; beyond 16 MB the directory itself is left out.</summary>
    public static byte[] BigTiff(bool bigEndian, ulong directory, ulong entries, params (ushort Tag, ushort Type, ulong Count, ulong Value)[] content)
    {
        const int MaxLength = 1 << 24;
        long needed = (long)Math.Min(directory, MaxLength) + 8 + (20 * content.Length);
        byte[] data = new byte[directory >= MaxLength ? 16 : Math.Max(needed, 16)];
        (bigEndian ? "MM\0+\0\u0008\0\0"u8 : "II+\0\u0008\0\0\0"u8).CopyTo(data);
        Write64(data.AsSpan(8), directory, bigEndian);
        if (directory >= MaxLength) return data;
        Span<byte> at = data.AsSpan((int)directory);
        Write64(at, entries, bigEndian);
        for (int i = 0; i < content.Length; i++)
        {
            Span<byte> entry = at[(8 + (20 * i))..];
            Write16(entry, content[i].Tag, bigEndian);
            Write16(entry[2..], content[i].Type, bigEndian);
            Write64(entry[4..], content[i].Count, bigEndian);
            if (content[i].Type == 3)
                Write16(entry[12..], (ushort)content[i].Value, bigEndian);
            else if (content[i].Type == 4)
                Write32(entry[12..], (uint)content[i].Value, bigEndian);
            else
                Write64(entry[12..], content[i].Value, bigEndian);
        }

        return data;
    }

    private static void Write16(Span<byte> at, ushort value, bool bigEndian) =>
        BinaryPrimitives.WriteUInt16LittleEndian(at, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    private static void Write32(Span<byte> at, uint value, bool bigEndian) =>
        BinaryPrimitives.WriteUInt32LittleEndian(at, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    private static void Write64(Span<byte> at, ulong value, bool bigEndian) =>
        BinaryPrimitives.WriteUInt64LittleEndian(at, bigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
}
