using GalleryPS.Show.Export;
using GalleryPS.Show.Pixels.Animations;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Pixels;

/// <summary>Decodes images within limits. May be used from several threads.</summary>
/// <remarks>
/// All methods throw <see cref="GalleryException"/> with <see cref="ErrorIds.TooManyPixels"/> for an image over the limits,
/// <see cref="ErrorIds.BrokenImage"/> for one that is damaged, <see cref="ErrorIds.ImageNotDecodable"/> for one of a kind
/// that is not supported, and <see cref="ErrorIds.NotAnImage"/> for bytes that are none. EXIF orientation is applied.
/// </remarks>
internal sealed class ImageDecoder
{
    private readonly SafeDecoder _decoder;

    /// <summary>Makes a decoder.</summary>
    /// <param name="limits">What decoding may cost.</param>
    public ImageDecoder(ImagingLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _decoder = new SafeDecoder(limits);
    }

    /// <summary>The one with the usual limits.</summary>
    public static ImageDecoder Default { get; } = new(new ImagingLimits());

    /// <summary>Decodes an image, or the first picture of an animated one.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="data">The file's bytes.</param>
    /// <param name="size">Gets the image's own size, upright, and tells the one wanted; null for its own.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The pixels, in exactly the wanted size.</returns>
    public PixelImage Decode(string name, ReadOnlyMemory<byte> data, Func<PixelSize, PixelSize>? size = null, CancellationToken cancellationToken = default)
    {
        using Image<Rgba32> image = _decoder.Decode(name, data, size, cancellationToken);
        return image.Frames.RootFrame.ToPixels();
    }

    /// <summary>Decodes all pictures of an image within the limits; a still image has one, without a delay.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="data">The file's bytes.</param>
    /// <param name="size">As for <see cref="Decode"/>.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The pictures in order.</returns>
    public IReadOnlyList<PixelFrame> DecodeFrames(string name, ReadOnlyMemory<byte> data, Func<PixelSize, PixelSize>? size = null, CancellationToken cancellationToken = default) =>
        _decoder.DecodeFrames(name, data, size, cancellationToken);

    /// <summary>Makes a small version for a web page: JPEG, or PNG where something shines through.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="data">The file's bytes.</param>
    /// <param name="longerSide">Pixels of the longer side at most.</param>
    /// <param name="embedded">
    /// Use the thumbnail in a JPEG file where there is one that will do. That is much faster, and tells nothing about
    /// whether the image itself can be decoded.
    /// </param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The bytes of a JPEG or PNG file.</returns>
    public byte[] Thumbnail(string name, ReadOnlyMemory<byte> data, int longerSide, bool embedded = false, CancellationToken cancellationToken = default)
    {
        using Image<Rgba32> image = (embedded ? _decoder.DecodeEmbedded(data, longerSide, cancellationToken) : null)
            ?? _decoder.Decode(name, data, size => size.FitInto(new PixelSize(longerSide, longerSide)), cancellationToken);
        return SafeDecoder.Guard(name, () => Thumbnails.Encode(image));
    }

    /// <summary>
    /// Makes a version that every browser shows upright: as <see cref="Thumbnail"/>, but an animation stays one, as WebP.
    /// </summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="data">The file's bytes.</param>
    /// <param name="longerSide">Pixels of the longer side at most.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The bytes of a JPEG, PNG or WebP file.</returns>
    public byte[] ForBrowsers(string name, ReadOnlyMemory<byte> data, int longerSide, CancellationToken cancellationToken = default)
    {
        if (!AnimatedWebP.Is(data.Span) && !AnimatedPng.Is(data.Span)) return Thumbnail(name, data, longerSide, embedded: false, cancellationToken);
        IReadOnlyList<PixelFrame> frames = DecodeFrames(name, data, size => size.FitInto(new PixelSize(longerSide, longerSide)), cancellationToken);
        return frames.Count == 1
            ? Thumbnail(name, data, longerSide, embedded: false, cancellationToken)
            : SafeDecoder.Guard(name, () => WebPAnimation.Of(frames, cancellationToken));
    }

    internal FittedImage Fit(string name, ReadOnlyMemory<byte> data, int maxBytes, CancellationToken cancellationToken)
    {
        using Image<Rgba32> image = _decoder.Decode(name, data, null, cancellationToken);
        return SafeDecoder.Guard(name, () => JpegFitter.Fit(name, image, maxBytes, cancellationToken));
    }
}
