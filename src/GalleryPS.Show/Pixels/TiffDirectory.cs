using System.Buffers.Binary;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// A directory of a TIFF structure (TIFF 6.0, section 2; and BigTIFF): a file, or the EXIF data in another one. Any bytes
/// may be given: nothing is thrown.
/// </summary>
internal readonly ref struct TiffDirectory
{
    private readonly ReadOnlySpan<byte> _tiff;
    private readonly bool _little, _big;
    private readonly int _entries;

    private TiffDirectory(ReadOnlySpan<byte> tiff, bool little, bool big, int entries, int count)
    {
        (_little, _big, _entries, Count) = (little, big, entries, count);
        _tiff = tiff;
    }

    /// <summary>A field of a directory.</summary>
    /// <param name="Tag">What it is.</param>
    /// <param name="Type">Type of its values.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="Value">The first one of a SHORT or LONG that stands in the entry itself.</param>
    public readonly record struct Entry(ushort Tag, ushort Type, ulong Count, uint Value)
    {
        /// <summary>Bytes of all its values.</summary>
        public UInt128 Length => (UInt128)Count * (Type switch { 3 or 8 => 2u, 4 or 9 or 11 or 13 => 4u, 5 or 10 or 12 or 16 or 17 or 18 => 8u, _ => 1u });

        /// <summary>Whether it is one SHORT or one LONG.</summary>
        public bool IsNumber => Count == 1 && Type is 3 or 4;
    }

    /// <summary>How many entries it has.</summary>
    public int Count { get; }

    /// <summary>Where the offset of the next directory stands; the end of the data when that is cut off.</summary>
    public int NextField => _entries + Count * EntryLength;

    /// <summary>How long that offset is.</summary>
    public int OffsetLength => _big ? 8 : 4;

    private int EntryLength => _big ? 20 : 12;

    /// <summary>An entry.</summary>
    public Entry this[int index]
    {
        get
        {
            ReadOnlySpan<byte> entry = _tiff.Slice(_entries + index * EntryLength, EntryLength), value = entry[(_big ? 12 : 8)..];
            ushort type = UInt16(entry[2..], _little);
            return new Entry(
                UInt16(entry, _little), type, _big ? UInt64(entry[4..], _little) : UInt32(entry[4..], _little),
                type == 3 ? UInt16(value, _little) : UInt32(value, _little));
        }
    }

    /// <summary>Reads the first directory.</summary>
    /// <returns>False when this is no TIFF structure, or the directory is cut off.</returns>
    public static bool TryFirst(ReadOnlySpan<byte> tiff, out TiffDirectory directory)
    {
        directory = default;
        bool little = tiff.StartsWith("II"u8);
        if (tiff.Length < 8 || (!little && !tiff.StartsWith("MM"u8))) return false;
        int version = UInt16(tiff[2..], little);
        return version switch
        {
            42 => TryAt(tiff, little, big: false, UInt32(tiff[4..], little), out directory),
            43 when tiff.Length >= 16 => TryAt(tiff, little, big: true, UInt64(tiff[8..], little), out directory),
            _ => false,
        };
    }

    /// <summary>Reads the directory after this one.</summary>
    public bool TryNext(out TiffDirectory directory)
    {
        directory = default;
        if (NextField > _tiff.Length - OffsetLength) return false;
        ReadOnlySpan<byte> field = _tiff[NextField..];
        return TryAt(_tiff, _little, _big, _big ? UInt64(field, _little) : UInt32(field, _little), out directory);
    }

    /// <summary>Looks for a tag that is one SHORT or one LONG.</summary>
    public bool TryGet(ushort tag, out uint value)
    {
        for (int i = 0; i < Count; i++)
        {
            Entry entry = this[i];
            if (entry.Tag != tag || !entry.IsNumber) continue;
            value = entry.Value;
            return true;
        }

        value = 0;
        return false;
    }

    private static bool TryAt(ReadOnlySpan<byte> tiff, bool little, bool big, ulong offset, out TiffDirectory directory)
    {
        directory = default;
        int head = big ? 8 : 2;
        if (offset < 8 || offset > (ulong)tiff.Length || tiff.Length - (int)offset < head) return false;
        ReadOnlySpan<byte> at = tiff[(int)offset..];
        ulong count = big ? UInt64(at, little) : UInt16(at, little);
        if (count > (ulong)(at.Length - head) / (big ? 20u : 12u)) return false;
        directory = new TiffDirectory(tiff, little, big, (int)offset + head, (int)count);
        return true;
    }

    private static ushort UInt16(ReadOnlySpan<byte> data, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(data) : BinaryPrimitives.ReadUInt16BigEndian(data);

    private static uint UInt32(ReadOnlySpan<byte> data, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(data) : BinaryPrimitives.ReadUInt32BigEndian(data);

    private static ulong UInt64(ReadOnlySpan<byte> data, bool little) =>
        little ? BinaryPrimitives.ReadUInt64LittleEndian(data) : BinaryPrimitives.ReadUInt64BigEndian(data);
}
