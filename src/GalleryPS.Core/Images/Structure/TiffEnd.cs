using GalleryPS.Images.Headers;

namespace GalleryPS.Images.Structure;

/// <summary>
/// The end of a TIFF file, which has none: everything that its directories point to must be there, that is their values, the
/// strips and tiles with the pixels, further pages, and directories below them.
/// </summary>
internal static class TiffEnd
{
    // Real files have some pages and some dozen entries, and strips or tiles by the thousand at most.
    private const int MaxDirectories = 4096, MaxEntries = 4096, MaxPieces = 1 << 20, Together = 1024;
    private const int StripOffsets = 273, StripByteCounts = 279, TileOffsets = 324, TileByteCounts = 325;
    private const int SubDirectories = 330, JpegOffset = 513, JpegLength = 514, Exif = 34665, Gps = 34853;

    public static ImageCompleteness Check(ref HeaderSource source)
    {
        if (!source.TryGet(0, 16, out ReadOnlySpan<byte> header)) return ImageCompleteness.Truncated;
        TiffLayout layout = TiffLayout.Of(header);
        var waiting = new Queue<ulong>([layout.ReadWord(header[layout.DirectoryPointer..])]);
        var seen = new HashSet<ulong> { 0 };
        int left = MaxPieces;
        while (waiting.TryDequeue(out ulong directory))
        {
            if (!seen.Add(directory)) continue;
            if (seen.Count > MaxDirectories || waiting.Count > MaxDirectories) return ImageCompleteness.Unknown;
            ImageCompleteness completeness = Directory(ref source, layout, directory, waiting, ref left);
            if (completeness != ImageCompleteness.Whole) return completeness;
        }

        return ImageCompleteness.Whole;
    }

    private static ImageCompleteness Directory(ref HeaderSource source, TiffLayout layout, ulong at, Queue<ulong> waiting, ref int left)
    {
        if (at > long.MaxValue / 2 || !source.TryGet((long)at, layout.CountLength, out ReadOnlySpan<byte> count)) return ImageCompleteness.Truncated;
        ulong entries = layout.Big ? layout.ReadWord(count) : (ulong)layout.ReadShort(count);
        if (entries is 0 or > MaxEntries) return ImageCompleteness.Unknown;
        Field strips = default, stripBytes = default, tiles = default, tileBytes = default, jpeg = default, jpegBytes = default;
        long offset = (long)at + layout.CountLength;
        for (ulong i = 0; i < entries; i++, offset += layout.EntryLength)
        {
            if (!source.TryGet(offset, layout.EntryLength, out ReadOnlySpan<byte> entry)) return ImageCompleteness.Truncated;
            int tag = layout.ReadShort(entry);
            Field field = Field.Of(layout, entry, offset);
            if (field.Bytes > source.Length || field.At > source.Length - field.Bytes) return ImageCompleteness.Truncated;
            switch (tag)
            {
                case StripOffsets: strips = field; break;
                case StripByteCounts: stripBytes = field; break;
                case TileOffsets: tiles = field; break;
                case TileByteCounts: tileBytes = field; break;
                case JpegOffset: jpeg = field; break;
                case JpegLength: jpegBytes = field; break;
                case SubDirectories or Exif or Gps:
                    for (long j = 0; j < Math.Min(field.Count, MaxDirectories); j++) waiting.Enqueue(field.Value(ref source, layout, j));
                    break;
            }
        }

        if (!source.TryGet(offset, layout.WordLength, out ReadOnlySpan<byte> next)) return ImageCompleteness.Truncated;
        waiting.Enqueue(layout.ReadWord(next));
        ImageCompleteness pieces = Look(ref source, layout, strips, stripBytes, ref left);
        if (pieces == ImageCompleteness.Whole) pieces = Look(ref source, layout, tiles, tileBytes, ref left);
        return pieces == ImageCompleteness.Whole ? Look(ref source, layout, jpeg, jpegBytes, ref left) : pieces;
    }

    // Whether the strips, tiles or other pieces of a directory are there.
    private static ImageCompleteness Look(ref HeaderSource source, TiffLayout layout, Field offsets, Field lengths, ref int left)
    {
        // Both tables are read in turns of some size, since a window over the file has to move from one to the other.
        Span<ulong> length = stackalloc ulong[Together];
        long count = Math.Min(offsets.Count, lengths.Count);
        for (long first = 0; first < count; first += Together)
        {
            int some = (int)Math.Min(Together, count - first);
            left -= some;
            if (left < 0) return ImageCompleteness.Unknown;
            for (int i = 0; i < some; i++) length[i] = lengths.Value(ref source, layout, first + i);
            for (int i = 0; i < some; i++)
            {
                if (length[i] > (ulong)source.Length || (length[i] > 0 && offsets.Value(ref source, layout, first + i) > (ulong)source.Length - length[i]))
                {
                    return ImageCompleteness.Truncated;
                }
            }
        }

        return ImageCompleteness.Whole;
    }

    /// <summary>The values of an entry: where they lie, and what they are.</summary>
    private readonly record struct Field(int Type, long Count, int Size, long At)
    {
        /// <summary>Bytes of all values; 0 of a kind that is not known.</summary>
        public long Bytes => Count * Size;

        public static Field Of(TiffLayout layout, ReadOnlySpan<byte> entry, long offset)
        {
            int type = layout.ReadShort(entry[2..]);
            int size = type switch
            {
                1 or 2 or 6 or 7 => 1,
                3 or 8 => 2,
                4 or 9 or 11 or 13 => 4,
                5 or 10 or 12 or 16 or 17 or 18 => 8,
                _ => 0,
            };
            long count = size == 0 ? 0 : (long)Math.Min(layout.ReadWord(entry[4..]), long.MaxValue / 16);
            int inEntry = 4 + layout.WordLength;
            ulong at = count * size <= layout.WordLength ? (ulong)(offset + inEntry) : Math.Min(layout.ReadWord(entry[inEntry..]), long.MaxValue / 2);
            return new Field(type, count, size, (long)at);
        }

        public ulong Value(ref HeaderSource source, TiffLayout layout, long index)
        {
            if (!source.TryGet(At + index * Size, Size, out ReadOnlySpan<byte> bytes)) return 0;
            return Size switch
            {
                1 => bytes[0],
                2 => (ulong)layout.ReadShort(bytes),
                4 => layout.ReadLong(bytes),
                _ => layout.ReadWord(bytes),
            };
        }
    }
}
