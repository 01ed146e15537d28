using System.Buffers.Binary;
using GalleryPS.Images.Headers;

namespace GalleryPS.Images.Structure;

/// <summary>The end of formats that consist of chunks with their lengths.</summary>
internal static class ChunkEnd
{
    private const int PngSignature = 8, PngOverhead = 12, RiffHeader = 8;

    /// <summary>PNG (ISO/IEC 15948): chunk after chunk, the last one is IEND.</summary>
    public static ImageCompleteness Png(ref HeaderSource source)
    {
        for (long offset = PngSignature; ;)
        {
            if (!source.TryGet(offset, 8, out ReadOnlySpan<byte> chunk)) return ImageCompleteness.Truncated;
            uint length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            ReadOnlySpan<byte> type = chunk[4..8];
            if (length > int.MaxValue || type.ContainsAnyExcept(Letters)) return ImageCompleteness.Unknown;
            bool isEnd = type.SequenceEqual("IEND"u8);
            offset += length + PngOverhead;
            if (offset > source.Length) return ImageCompleteness.Truncated;
            if (isEnd) return ImageCompleteness.Whole;
        }
    }

    /// <summary>RIFF, which WebP lies in (RFC 9649 section 2.3): the length of all that follows stands at the start.</summary>
    public static ImageCompleteness Riff(ref HeaderSource source)
    {
        if (!source.TryGet(0, RiffHeader, out ReadOnlySpan<byte> header)) return ImageCompleteness.Truncated;
        return BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) + (long)RiffHeader <= source.Length ? ImageCompleteness.Whole : ImageCompleteness.Truncated;
    }

    private static readonly System.Buffers.SearchValues<byte> Letters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
}
