namespace GalleryPS.Images.Headers;

/// <summary>
/// TIFF 6.0 and BigTIFF, in both byte orders: the header points to the first directory (IFD), which may lie anywhere
/// in the file and holds width and length among its entries.
/// </summary>
internal static class Tiff
{
    /// <summary>Entries that are looked at; real directories have some dozens.</summary>
    private const int MaxEntries = 4096;

    private const int ImageWidth = 256;
    private const int ImageLength = 257;
    private const int Short = 3;
    private const int Long = 4;
    private const int Long8 = 16;

    /// <summary>Reads the dimensions of the first page.</summary>
    public static ImageHeaderResult Read(ref HeaderSource source, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (!source.TryGet(0, 8, out ReadOnlySpan<byte> header)) return ImageHeaderResult.NeedMoreData;
        var layout = TiffLayout.Of(header);
        if (layout.Big)
        {
            bool offsetsOf8Bytes = layout.ReadShort(header[4..]) == 8 && layout.ReadShort(header[6..]) == 0;
            if (!offsetsOf8Bytes) return ImageHeaderResult.NotAnImage;
        }

        if (!source.TryGet(layout.DirectoryPointer, layout.WordLength, out ReadOnlySpan<byte> pointer))
            return ImageHeaderResult.NeedMoreData;
        ulong directory = layout.ReadWord(pointer);

        // Far enough below the largest long that no sum below can overflow.
        if (directory < (ulong)layout.HeaderLength || directory > long.MaxValue / 2) return ImageHeaderResult.NotAnImage;
        if (!source.TryGet((long)directory, layout.CountLength, out ReadOnlySpan<byte> count)) return ImageHeaderResult.NeedMoreData;
        ulong entries = layout.Big ? layout.ReadWord(count) : (ulong)layout.ReadShort(count);
        if (entries is 0 or > MaxEntries) return ImageHeaderResult.NotAnImage;
        return ReadDirectory(ref source, layout, (long)directory + layout.CountLength, (int)entries, out width, out height);
    }

    private static ImageHeaderResult ReadDirectory(
        ref HeaderSource source, TiffLayout layout, long offset, int entries, out long width, out long height)
    {
        (width, height) = (0, 0);
        for (int i = 0; i < entries; i++, offset += layout.EntryLength)
        {
            if (!source.TryGet(offset, layout.EntryLength, out ReadOnlySpan<byte> entry)) return ImageHeaderResult.NeedMoreData;
            int tag = layout.ReadShort(entry);
            if (tag is not (ImageWidth or ImageLength)) continue;
            long value = ReadValue(layout, entry);
            if (value < 1) return ImageHeaderResult.NotAnImage;
            if (tag == ImageWidth)
                width = value;
            else
                height = value;
            if (width > 0 && height > 0) return ImageHeaderResult.Ok;
        }

        return ImageHeaderResult.NotAnImage;
    }

    /// <summary>The one number in an entry (tag, type, count, value), or 0 when it is something else.</summary>
    private static long ReadValue(TiffLayout layout, ReadOnlySpan<byte> entry)
    {
        if (layout.ReadWord(entry[4..]) != 1) return 0;
        ReadOnlySpan<byte> value = entry[(4 + layout.WordLength)..];
        return layout.ReadShort(entry[2..]) switch
        {
            Short => layout.ReadShort(value),
            Long => layout.ReadLong(value),
            Long8 when layout.Big => (long)Math.Min(layout.ReadWord(value), long.MaxValue),
            _ => 0,
        };
    }
}
