namespace GalleryPS.Images;

/// <summary>Media types of image formats.</summary>
internal static class MediaTypes
{
    /// <summary>The media type of a format.</summary>
    public static string Of(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "image/jpeg",
        ImageFormat.Png => "image/png",
        ImageFormat.Gif => "image/gif",
        ImageFormat.Bmp => "image/bmp",
        ImageFormat.WebP => "image/webp",
        ImageFormat.Tiff => "image/tiff",
        _ => "application/octet-stream",
    };

    /// <summary>The media type of an image by its first bytes.</summary>
    public static string Of(ReadOnlySpan<byte> data) => Of(ImageHeader.DetectFormat(data));
}
