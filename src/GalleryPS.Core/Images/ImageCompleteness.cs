using System.Buffers;
using GalleryPS.Images.Headers;
using GalleryPS.Images.Structure;

namespace GalleryPS.Images;

/// <summary>What an image's own format says of its end.</summary>
internal enum ImageCompleteness
{
    /// <summary>Its structure goes to its end; there may be more behind it.</summary>
    Whole,

    /// <summary>Its structure says that more bytes belong to it than there are.</summary>
    Truncated,

    /// <summary>Its structure makes no sense at some place, so that its end cannot be found.</summary>
    Unknown,
}

/// <summary>
/// Tells from an image's own structure whether all of it is there, without decoding it: BMP's sizes, PNG's IEND chunk, GIF's
/// trailer, RIFF's length, JPEG's end marker, and where a TIFF file says that its strips, tiles and values lie. Any bytes may be
/// given: nothing is thrown, and the work is bounded by their length.
/// </summary>
internal static class ImageEnd
{
    private const int WindowLength = 64 << 10;

    /// <summary>Looks at an image in memory.</summary>
    /// <param name="data">All of its bytes.</param>
    public static ImageCompleteness Check(ReadOnlySpan<byte> data)
    {
        var source = new HeaderSource(data);
        return Check(ref source);
    }

    /// <summary>Looks at an image in a file.</summary>
    /// <param name="seekable">A stream that stands at the image's first byte; it stands there again afterwards.</param>
    /// <exception cref="ArgumentException">The stream cannot seek or read.</exception>
    /// <exception cref="IOException">The system could not read the file.</exception>
    public static ImageCompleteness Check(Stream seekable)
    {
        ArgumentNullException.ThrowIfNull(seekable);
        if (!seekable.CanSeek || !seekable.CanRead) throw new ArgumentException("The stream must be able to seek and to read.", nameof(seekable));
        long start = seekable.Position;
        byte[] window = ArrayPool<byte>.Shared.Rent(WindowLength);
        try
        {
            var source = new HeaderSource(seekable, window);
            return Check(ref source);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(window);
            seekable.Position = start;
        }
    }

    private static ImageCompleteness Check(ref HeaderSource source)
    {
        if (Signature.Match(source.Start(ImageHeader.SignatureLength), out ImageFormat format) != SignatureMatch.Whole) return ImageCompleteness.Unknown;
        return format switch
        {
            ImageFormat.Jpeg => JpegEnd.Check(ref source),
            ImageFormat.Png => ChunkEnd.Png(ref source),
            ImageFormat.WebP => ChunkEnd.Riff(ref source),
            ImageFormat.Gif => GifEnd.Check(ref source),
            ImageFormat.Bmp => BmpEnd.Check(ref source),
            _ => TiffEnd.Check(ref source),
        };
    }
}
