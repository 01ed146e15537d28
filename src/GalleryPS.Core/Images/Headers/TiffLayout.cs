using System.Buffers.Binary;

namespace GalleryPS.Images.Headers;

/// <summary>What the two byte orders and the two sizes of file have different.</summary>
internal readonly record struct TiffLayout(bool BigEndian, bool Big)
{
    /// <summary>Bytes of an offset, a count of values or the value itself.</summary>
    public int WordLength => Big ? 8 : 4;

    /// <summary>Reads it from a file's first four bytes.</summary>
    public static TiffLayout Of(ReadOnlySpan<byte> header) => new(BigEndian: header[0] == (byte)'M', Big: header[2] + header[3] == 43);

    public int HeaderLength => Big ? 16 : 8;

    public int DirectoryPointer => Big ? 8 : 4;

    /// <summary>Bytes of the number of entries at the start of a directory.</summary>
    public int CountLength => Big ? 8 : 2;

    public int EntryLength => Big ? 20 : 12;

    public int ReadShort(ReadOnlySpan<byte> bytes) =>
        BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    public uint ReadLong(ReadOnlySpan<byte> bytes) =>
        BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    public ulong ReadWord(ReadOnlySpan<byte> bytes)
    {
        if (!Big) return ReadLong(bytes);
        return BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }
}
