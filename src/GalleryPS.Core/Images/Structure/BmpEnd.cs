using System.Buffers.Binary;
using GalleryPS.Images.Headers;

namespace GalleryPS.Images.Structure;

/// <summary>The end of a bitmap: by the size of the file in its header, and by where its pixels lie.</summary>
internal static class BmpEnd
{
    private const int FileHeader = 14;
    private const uint CoreLength = 12;
    private const uint Uncompressed = 0, BitFields = 3, AlphaBitFields = 6;

    public static ImageCompleteness Check(ref HeaderSource source)
    {
        if (!source.TryGet(0, FileHeader + 4, out ReadOnlySpan<byte> header)) return ImageCompleteness.Truncated;
        long file = BinaryPrimitives.ReadUInt32LittleEndian(header[2..]), pixels = BinaryPrimitives.ReadUInt32LittleEndian(header[10..]);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[FileHeader..]);
        bool core = length == CoreLength;
        if (!source.TryGet(FileHeader, core ? 12 : 16, out header)) return ImageCompleteness.Truncated;
        long width = core ? BinaryPrimitives.ReadUInt16LittleEndian(header[4..]) : BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        long height = core ? BinaryPrimitives.ReadUInt16LittleEndian(header[6..]) : Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(header[8..]));
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(header[(core ? 10 : 14)..]);
        uint compression = Uncompressed;
        long compressed = 0;
        if (!core && length >= 24)
        {
            if (!source.TryGet(FileHeader + 16, 8, out header)) return ImageCompleteness.Truncated;
            compression = BinaryPrimitives.ReadUInt32LittleEndian(header);
            compressed = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        }

        bool plain = compression is Uncompressed or BitFields or AlphaBitFields;
        Int128 rows = ((Int128)Math.Max(width, 0) * bits + 31) / 32 * 4 * height;
        Int128 end = pixels + (plain ? rows : compressed);

        // Some programs leave the file's size out or write another one; one that leaves no room for the pixels says nothing.
        return source.Length >= Int128.Max(end, file) ? ImageCompleteness.Whole : ImageCompleteness.Truncated;
    }
}
