namespace GalleryPS;

/// <summary>The file formats a gallery can hold.</summary>
public enum ImageFormat : long
{
    /// <summary>No known format.</summary>
    Unknown,

    /// <summary>JPEG (JFIF, EXIF), baseline or progressive.</summary>
    Jpeg,

    /// <summary>Portable Network Graphics.</summary>
    Png,

    /// <summary>Graphics Interchange Format.</summary>
    Gif,

    /// <summary>Windows bitmap.</summary>
    Bmp,

    /// <summary>WebP: lossy, lossless or extended.</summary>
    WebP,

    /// <summary>Tagged Image File Format.</summary>
    Tiff,
}
