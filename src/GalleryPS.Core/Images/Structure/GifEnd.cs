using GalleryPS.Images.Headers;

namespace GalleryPS.Images.Structure;

/// <summary>The end of a GIF image: blocks follow one another until the trailer.</summary>
internal static class GifEnd
{
    private const int Screen = 13, Descriptor = 10;
    private const byte ImageSeparator = 0x2C, Extension = 0x21, Trailer = 0x3B;

    public static ImageCompleteness Check(ref HeaderSource source)
    {
        if (!source.TryGet(0, Screen, out ReadOnlySpan<byte> screen)) return ImageCompleteness.Truncated;
        long offset = Screen + ColorTable(screen[10]);
        while (true)
        {
            if (!source.TryGet(offset, 1, out ReadOnlySpan<byte> block)) return ImageCompleteness.Truncated;
            switch (block[0])
            {
                case Trailer:
                    return ImageCompleteness.Whole;
                case Extension:
                    offset += 2; // its label
                    break;
                case ImageSeparator:
                    if (!source.TryGet(offset, Descriptor, out ReadOnlySpan<byte> image)) return ImageCompleteness.Truncated;
                    offset += Descriptor + ColorTable(image[9]) + 1; // the least code size of the compression
                    break;
                default:
                    return ImageCompleteness.Unknown;
            }

            // Pieces of up to 255 bytes, until one of none.
            while (true)
            {
                if (!source.TryGet(offset, 1, out ReadOnlySpan<byte> piece)) return ImageCompleteness.Truncated;
                offset += 1 + piece[0];
                if (piece[0] == 0) break;
            }
        }
    }

    private static int ColorTable(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
}
