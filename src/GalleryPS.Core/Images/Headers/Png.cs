using System.Buffers.Binary;

namespace GalleryPS.Images.Headers;

/// <summary>PNG (ISO/IEC 15948): the IHDR chunk comes first and has the dimensions.</summary>
internal static class Png
{
    private const int FirstChunk = 8;

    /// <summary>Length, type, width and height of the IHDR chunk.</summary>
    private const int NeededOfHeaderChunk = 16;

    /// <summary>Bytes of Apple's CgBI chunk: length, type, 4 bytes of flags, CRC.</summary>
    private const int AppleChunkLength = 16;

    /// <summary>
    /// Reads the dimensions. Files that Apple's tools have converted for iPhones carry a CgBI chunk in front of the
    /// header chunk; they are reported like any other, although few programs can show them.
    /// </summary>
    public static ImageHeaderResult Read(ref HeaderSource source, out long width, out long height)
    {
        (width, height) = (0, 0);
        long offset = FirstChunk;
        if (!source.TryGet(offset, 8, out ReadOnlySpan<byte> chunk)) return ImageHeaderResult.NeedMoreData;
        if (chunk.SequenceEqual("\0\0\0\u0004CgBI"u8))
        {
            offset += AppleChunkLength;
            if (!source.TryGet(offset, 8, out chunk)) return ImageHeaderResult.NeedMoreData;
        }

        if (!chunk.SequenceEqual("\0\0\0\u000DIHDR"u8)) return ImageHeaderResult.NotAnImage;
        if (!source.TryGet(offset, NeededOfHeaderChunk, out chunk)) return ImageHeaderResult.NeedMoreData;

        // Signed on purpose: PNG's integers have 31 bits, and larger ones come out negative.
        width = BinaryPrimitives.ReadInt32BigEndian(chunk[8..]);
        height = BinaryPrimitives.ReadInt32BigEndian(chunk[12..]);
        return ImageHeaderResult.Ok;
    }
}
