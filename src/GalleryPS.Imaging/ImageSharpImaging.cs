using GalleryPS.Imaging.Decoding;
using GalleryPS.Imaging.Sheets;
using GalleryPS.Imaging.Terminals;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Imaging;

/// <summary>Everything that needs pixels, by means of ImageSharp.</summary>
public sealed class ImageSharpImaging : IImaging
{
    private readonly SafeDecoder _decoder;

    /// <summary>With the usual limits.</summary>
    public ImageSharpImaging()
        : this(new ImagingLimits())
    {
    }

    /// <summary>With limits of one's own.</summary>
    /// <param name="limits">What decoding may cost.</param>
    public ImageSharpImaging(ImagingLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _decoder = new SafeDecoder(limits);
    }

    /// <inheritdoc/>
    public PixelImage Decode(string name, ReadOnlyMemory<byte> data, Func<PixelSize, PixelSize>? size = null, CancellationToken cancellationToken = default)
    {
        using Image<Rgba32> image = _decoder.Decode(name, data, size, allFrames: false, cancellationToken);
        return ToPixels(image.Frames.RootFrame);
    }

    /// <inheritdoc/>
    public IReadOnlyList<PixelFrame> DecodeFrames(string name, ReadOnlyMemory<byte> data, Func<PixelSize, PixelSize>? size = null, CancellationToken cancellationToken = default)
    {
        using Image<Rgba32> image = _decoder.Decode(name, data, size, allFrames: true, cancellationToken);
        var frames = new List<PixelFrame>(image.Frames.Count);
        foreach (ImageFrame<Rgba32> frame in image.Frames)
        {
            cancellationToken.ThrowIfCancellationRequested();
            frames.Add(new PixelFrame(ToPixels(frame), image.Frames.Count == 1 ? TimeSpan.Zero : Delay(frame)));
        }

        return frames;
    }

    /// <inheritdoc/>
    public byte[] Thumbnail(string name, ReadOnlyMemory<byte> data, int longerSide, CancellationToken cancellationToken = default)
    {
        using Image<Rgba32> image = _decoder.Decode(
            name, data, size => size.FitInto(new PixelSize(longerSide, longerSide)), allFrames: false, cancellationToken);
        return SafeDecoder.Guard(name, () => Thumbnails.Encode(image));
    }

    /// <inheritdoc/>
    public FittedImage Fit(string name, ReadOnlyMemory<byte> data, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        using Image<Rgba32> image = _decoder.Decode(name, data, null, allFrames: false, cancellationToken);
        return SafeDecoder.Guard(name, () => JpegFitter.Fit(name, image, maxBytes, cancellationToken));
    }

    /// <inheritdoc/>
    public string Render(PixelImage image, TerminalDrawing drawing)
    {
        ArgumentNullException.ThrowIfNull(image);
        return drawing.Graphics switch
        {
            TerminalGraphics.Kitty => Kitty.Render(image, drawing.Columns, drawing.Rows),
            TerminalGraphics.ITerm => ITerm.Render(image, drawing.Columns, drawing.Rows),
            TerminalGraphics.Sixel => Sixel.Render(image),
            TerminalGraphics.Blocks => Blocks.Render(image, drawing.Colors),
            _ => Ascii.Render(image),
        };
    }

    /// <inheritdoc/>
    public void WriteContactSheet(IReadOnlyList<CaptionedImage> images, ImageFormat format, Stream output, ContactSheetOptions options, CancellationToken cancellationToken = default) =>
        ContactSheet.Write(this, images, format, output, options, cancellationToken);

    /// <inheritdoc/>
    public void WriteAnimation(IReadOnlyList<CaptionedImage> images, ImageFormat format, Stream output, AnimationOptions options, CancellationToken cancellationToken = default) =>
        Animation.Write(this, images, format, output, options, cancellationToken);

    internal static PixelImage ToPixels(ImageFrame<Rgba32> frame)
    {
        byte[] rgba = GC.AllocateUninitializedArray<byte>(frame.Width * frame.Height * 4);
        frame.CopyPixelDataTo(rgba);
        return new PixelImage(frame.Width, frame.Height, rgba);
    }

    /// <summary>Like browsers: what is shorter than 20 ms is meant as 100 ms.</summary>
    private static TimeSpan Delay(ImageFrame<Rgba32> frame)
    {
        double milliseconds = 0;
        if (frame.Metadata.TryGetGifMetadata(out GifFrameMetadata? gif)) milliseconds = gif.FrameDelay * 10.0;
        else if (frame.Metadata.TryGetWebpFrameMetadata(out WebpFrameMetadata? webp)) milliseconds = webp.FrameDelay;
        else if (frame.Metadata.TryGetPngMetadata(out PngFrameMetadata? png)) milliseconds = png.FrameDelay.ToDouble() * 1000;
        return TimeSpan.FromMilliseconds(milliseconds < 20 ? 100 : Math.Min(milliseconds, 60_000));
    }
}
