using GalleryPS.Images.Headers;

namespace GalleryPS.Images;

/// <summary>
/// Reads format, width and height of JPEG, PNG, GIF, BMP, WebP and TIFF images without decoding them. Any bytes may
/// be given: nothing is thrown, the work is bounded, and nothing is allocated.
/// </summary>
/// <remarks>
/// What is reported is what the file says of its whole image: never the size of an embedded thumbnail, and not turned
/// by an EXIF orientation. Of an animated image it is the canvas, of a TIFF file with several pages the first one.
/// An image with a width or height of zero is none; this includes JPEG images that leave the height to a DNL marker
/// behind the first scan, which hardly any program writes or reads.
/// </remarks>
public static class ImageHeader
{
    /// <summary>Bytes from the start of a file that <see cref="DetectFormat"/> can make use of.</summary>
    public const int SignatureLength = 16;

    /// <summary>Reads the header from the first bytes of an image, or from all of them.</summary>
    /// <param name="data">The image's bytes from its first one on. May be called again with more of them.</param>
    /// <param name="info">Format, width and height when the result is <see cref="ImageHeaderResult.Ok"/>.</param>
    /// <returns>
    /// <see cref="ImageHeaderResult.Ok"/> once the dimensions are among the bytes: more bytes will not change them.
    /// <see cref="ImageHeaderResult.NotAnImage"/> is final as well.
    /// </returns>
    public static ImageHeaderResult TryRead(ReadOnlySpan<byte> data, out ImageInfo info)
    {
        var source = new HeaderSource(data);
        return Read(ref source, out info);
    }

    /// <summary>
    /// Reads the header of an image in a file of any size: only what is needed, wherever it stands.
    /// </summary>
    /// <param name="seekable">A stream that stands at the image's first byte; it stands there again afterwards.</param>
    /// <param name="info">Format, width and height when the result is true.</param>
    /// <returns>True when format, width and height are known; false when this is no image.</returns>
    /// <exception cref="ArgumentException">The stream cannot seek or read.</exception>
    /// <exception cref="IOException">The system could not read the file.</exception>
    public static bool TryRead(Stream seekable, out ImageInfo info) => Inspect(seekable, out info) == ImageHeaderResult.Ok;

    /// <summary>As <see cref="TryRead(Stream, out ImageInfo)"/>; tells a part of an image from what is none.</summary>
    internal static ImageHeaderResult Inspect(Stream seekable, out ImageInfo info)
    {
        ArgumentNullException.ThrowIfNull(seekable);
        if (!seekable.CanSeek || !seekable.CanRead)
            throw new ArgumentException("The stream must be able to seek and to read.", nameof(seekable));

        long start = seekable.Position;
        try
        {
            Span<byte> window = stackalloc byte[HeaderSource.WindowLength];
            var source = new HeaderSource(seekable, window);
            return Read(ref source, out info);
        }
        finally
        {
            seekable.Position = start;
        }
    }

    /// <summary>Tells the format from the first bytes alone.</summary>
    /// <param name="data">At least the first 12 bytes, better <see cref="SignatureLength"/>.</param>
    /// <returns>The format the bytes promise, or <see cref="ImageFormat.Unknown"/>.</returns>
    public static ImageFormat DetectFormat(ReadOnlySpan<byte> data) =>
        Signature.Match(data, out ImageFormat format) == SignatureMatch.Whole ? format : ImageFormat.Unknown;

    /// <summary>The usual file name extension of a format, with its dot; <c>.bin</c> for an unknown one.</summary>
    /// <param name="format">The format.</param>
    public static string DefaultExtension(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => ".jpg",
        ImageFormat.Png => ".png",
        ImageFormat.Gif => ".gif",
        ImageFormat.Bmp => ".bmp",
        ImageFormat.WebP => ".webp",
        ImageFormat.Tiff => ".tif",
        _ => ".bin",
    };

    private static ImageHeaderResult Read(ref HeaderSource source, out ImageInfo info)
    {
        info = default;
        switch (Signature.Match(source.Start(SignatureLength), out ImageFormat format))
        {
            case SignatureMatch.None: return ImageHeaderResult.NotAnImage;
            case SignatureMatch.Partial: return ImageHeaderResult.NeedMoreData;
        }

        long width, height;
        ImageHeaderResult result = format switch
        {
            ImageFormat.Jpeg => Jpeg.Read(ref source, out width, out height),
            ImageFormat.Png => Png.Read(ref source, out width, out height),
            ImageFormat.Gif => Gif.Read(ref source, out width, out height),
            ImageFormat.Bmp => Bmp.Read(ref source, out width, out height),
            ImageFormat.WebP => WebP.Read(ref source, out width, out height),
            _ => Tiff.Read(ref source, out width, out height),
        };
        if (result != ImageHeaderResult.Ok) return result;
        if (width is < 1 or > int.MaxValue || height is < 1 or > int.MaxValue) return ImageHeaderResult.NotAnImage;
        info = new ImageInfo(format, (int)width, (int)height);
        return ImageHeaderResult.Ok;
    }
}
