namespace GalleryPS.Images;

/// <summary>What an image's header says.</summary>
/// <param name="Format">The file format.</param>
/// <param name="Width">Width in pixels, at least 1.</param>
/// <param name="Height">Height in pixels, at least 1.</param>
public readonly record struct ImageInfo(ImageFormat Format, int Width, int Height);

/// <summary>What came of reading an image's header.</summary>
public enum ImageHeaderResult
{
    /// <summary>Format, width and height are known.</summary>
    Ok,

    /// <summary>These bytes begin no image of a known format, however they go on.</summary>
    NotAnImage,

    /// <summary>
    /// All bytes so far fit an image, but the dimensions lie further on. Bytes that are already whole (a datagram, a
    /// closed connection) and end in this are no image: the image was cut off.
    /// </summary>
    NeedMoreData,
}
