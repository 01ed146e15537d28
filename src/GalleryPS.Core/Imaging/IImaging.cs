namespace GalleryPS.Imaging;

/// <summary>
/// Everything that needs pixels. It is an add-on: <see cref="ImagingProvider"/> finds it where it was built. May be
/// used from several threads.
/// </summary>
/// <remarks>
/// All methods that take an image's bytes throw <see cref="GalleryException"/> with <see cref="ErrorIds.TooManyPixels"/>
/// for an image over the limits, <see cref="ErrorIds.BrokenImage"/> for one that cannot be decoded, and
/// <see cref="ErrorIds.NotAnImage"/> for bytes that are none. EXIF orientation is applied.
/// </remarks>
public interface IImaging : IImageFitter
{
    /// <summary>Decodes an image, or the first picture of an animated one.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="data">The file's bytes.</param>
    /// <param name="size">
    /// Gets the image's own size, upright, and tells the one wanted; null for its own. A size far below its own is much
    /// faster for JPEG: only the frequencies that are needed are decoded.
    /// </param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The pixels, in exactly the wanted size.</returns>
    PixelImage Decode(string name, ReadOnlyMemory<byte> data, Func<PixelSize, PixelSize>? size = null, CancellationToken cancellationToken = default);

    /// <summary>Decodes all pictures of an image within the limits; a still image has one, without a delay.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="data">The file's bytes.</param>
    /// <param name="size">As for <see cref="Decode"/>.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The pictures in order.</returns>
    IReadOnlyList<PixelFrame> DecodeFrames(string name, ReadOnlyMemory<byte> data, Func<PixelSize, PixelSize>? size = null, CancellationToken cancellationToken = default);

    /// <summary>Makes a small version for a web page: JPEG, or PNG where something shines through.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="data">The file's bytes.</param>
    /// <param name="longerSide">Pixels of the longer side at most.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The bytes of a JPEG or PNG file.</returns>
    byte[] Thumbnail(string name, ReadOnlyMemory<byte> data, int longerSide, CancellationToken cancellationToken = default);

    /// <summary>Turns pixels into what a terminal draws them from: pure text, the same for the same pixels.</summary>
    /// <param name="image">The pixels, in the size that <paramref name="drawing"/> says.</param>
    /// <param name="drawing">How.</param>
    /// <returns>
    /// The text. Blocks and plain characters are lines with line feeds between them; the others are one control
    /// sequence that draws at the cursor.
    /// </returns>
    string Render(PixelImage image, TerminalDrawing drawing);

    /// <summary>Draws a sheet of small images with their names under them.</summary>
    /// <param name="images">The images.</param>
    /// <param name="format">PNG or JPEG.</param>
    /// <param name="output">Where the file goes.</param>
    /// <param name="options">How it looks.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    void WriteContactSheet(IReadOnlyList<CaptionedImage> images, ImageFormat format, Stream output, ContactSheetOptions options, CancellationToken cancellationToken = default);

    /// <summary>Makes an animation of which every image is one picture.</summary>
    /// <param name="images">The images.</param>
    /// <param name="format">GIF or WebP.</param>
    /// <param name="output">Where the file goes.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="cancellationToken">Stops between images.</param>
    void WriteAnimation(IReadOnlyList<CaptionedImage> images, ImageFormat format, Stream output, AnimationOptions options, CancellationToken cancellationToken = default);
}
