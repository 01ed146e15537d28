using System.Buffers.Binary;

namespace GalleryPS.Images.Headers;

/// <summary>How the first bytes compare with the signatures of the known formats.</summary>
internal enum SignatureMatch
{
    /// <summary>They begin no known format.</summary>
    None,

    /// <summary>They may yet become the signature of one.</summary>
    Partial,

    /// <summary>They are the signature of one.</summary>
    Whole,
}

/// <summary>The bytes every file of a format begins with.</summary>
internal static class Signature
{
    /// <summary>Bytes of a BMP file header up to and including the offset of the pixels.</summary>
    private const int BmpFileHeaderLength = 14;

    /// <summary>No BMP has more than this between its start and its pixels: text that begins with "BM" says more.</summary>
    private const uint MaxBmpPixelOffset = 1 << 24;

    /// <summary>Compares the first bytes with all signatures.</summary>
    /// <param name="data">The first bytes; 14 are enough for a final answer.</param>
    /// <param name="format">The format when the whole signature is there.</param>
    public static SignatureMatch Match(ReadOnlySpan<byte> data, out ImageFormat format)
    {
        SignatureMatch best = SignatureMatch.None;
        format = ImageFormat.Unknown;
        for (ImageFormat candidate = ImageFormat.Jpeg; candidate <= ImageFormat.Tiff; candidate++)
        {
            SignatureMatch match = Match(data, candidate);
            if (match == SignatureMatch.Whole)
            {
                format = candidate;
                return match;
            }

            if (match == SignatureMatch.Partial) best = match;
        }

        return best;
    }

    private static SignatureMatch Match(ReadOnlySpan<byte> data, ImageFormat format) => format switch
    {
        // Between the start of the image and its first marker there may be rubbish, which decoders pass over.
        ImageFormat.Jpeg => Compare(data, [0xFF, 0xD8]),
        ImageFormat.Png => Compare(data, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        ImageFormat.Gif => Better(Compare(data, "GIF89a"u8), Compare(data, "GIF87a"u8)),
        ImageFormat.Bmp => Bmp(data),
        ImageFormat.WebP => WebP(data),
        _ => Better(
            Better(Compare(data, [0x49, 0x49, 42, 0]), Compare(data, [0x4D, 0x4D, 0, 42])),
            Better(Compare(data, [0x49, 0x49, 43, 0]), Compare(data, [0x4D, 0x4D, 0, 43]))),
    };

    private static SignatureMatch Bmp(ReadOnlySpan<byte> data)
    {
        SignatureMatch letters = Compare(data, "BM"u8);
        if (letters != SignatureMatch.Whole) return letters;
        if (data.Length < BmpFileHeaderLength) return SignatureMatch.Partial;

        // Two letters are little to go by; where the pixels begin tells bitmaps from prose.
        uint pixels = BinaryPrimitives.ReadUInt32LittleEndian(data[10..]);
        return pixels is >= BmpFileHeaderLength + 12 and <= MaxBmpPixelOffset ? SignatureMatch.Whole : SignatureMatch.None;
    }

    private static SignatureMatch WebP(ReadOnlySpan<byte> data)
    {
        SignatureMatch riff = Compare(data, "RIFF"u8);
        if (riff != SignatureMatch.Whole) return riff;
        return data.Length <= 8 ? SignatureMatch.Partial : Compare(data[8..], "WEBP"u8);
    }

    private static SignatureMatch Compare(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (data.Length >= signature.Length) return data.StartsWith(signature) ? SignatureMatch.Whole : SignatureMatch.None;
        return signature.StartsWith(data) ? SignatureMatch.Partial : SignatureMatch.None;
    }

    private static SignatureMatch Better(SignatureMatch a, SignatureMatch b) => a > b ? a : b;
}
