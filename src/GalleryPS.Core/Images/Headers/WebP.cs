using System.Buffers.Binary;

namespace GalleryPS.Images.Headers;

/// <summary>WebP (RFC 9649): a RIFF file whose first chunk is lossy (VP8), lossless (VP8L) or extended (VP8X).</summary>
internal static class WebP
{
    private const int FirstChunk = 12;
    private const int FirstChunkData = 20;

    /// <summary>Reads the dimensions of the picture, or of the canvas of an extended file.</summary>
    public static ImageHeaderResult Read(ref HeaderSource source, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (!source.TryGet(FirstChunk, 4, out ReadOnlySpan<byte> type)) return ImageHeaderResult.NeedMoreData;
        if (type.SequenceEqual("VP8 "u8)) return ReadLossy(ref source, out width, out height);
        if (type.SequenceEqual("VP8L"u8)) return ReadLossless(ref source, out width, out height);
        return type.SequenceEqual("VP8X"u8)
            ? ReadExtended(ref source, out width, out height)
            : ImageHeaderResult.NotAnImage;
    }

    /// <summary>A VP8 key frame (RFC 6386 section 9.1): frame tag, start code, then 14 bits each and 2 of scaling.</summary>
    private static ImageHeaderResult ReadLossy(ref HeaderSource source, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (!source.TryGet(FirstChunkData, 10, out ReadOnlySpan<byte> frame)) return ImageHeaderResult.NeedMoreData;
        bool keyFrame = (frame[0] & 1) == 0;
        if (!keyFrame || !frame[3..6].SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A])) return ImageHeaderResult.NotAnImage;
        width = BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]) & 0x3FFF;
        height = BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]) & 0x3FFF;
        return ImageHeaderResult.Ok;
    }

    /// <summary>A VP8L image header (RFC 9649 section 3.4): signature, 14 bits each less one, alpha, version 0.</summary>
    private static ImageHeaderResult ReadLossless(ref HeaderSource source, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (!source.TryGet(FirstChunkData, 5, out ReadOnlySpan<byte> header)) return ImageHeaderResult.NeedMoreData;
        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(header[1..]);
        uint version = bits >> 29;
        if (header[0] != 0x2F || version != 0) return ImageHeaderResult.NotAnImage;
        width = (bits & 0x3FFF) + 1;
        height = ((bits >> 14) & 0x3FFF) + 1;
        return ImageHeaderResult.Ok;
    }

    /// <summary>A VP8X chunk (RFC 9649 section 2.7): flags, then the canvas in 24 bits each less one.</summary>
    private static ImageHeaderResult ReadExtended(ref HeaderSource source, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (!source.TryGet(FirstChunkData, 10, out ReadOnlySpan<byte> header)) return ImageHeaderResult.NeedMoreData;
        width = (header[4] | (header[5] << 8) | (header[6] << 16)) + 1L;
        height = (header[7] | (header[8] << 8) | (header[9] << 16)) + 1L;

        // The product must fit 32 bits (RFC 9649 section 2.7).
        return width * height <= uint.MaxValue ? ImageHeaderResult.Ok : ImageHeaderResult.NotAnImage;
    }
}
