using GalleryPS.Show.Pixels;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using static System.FormattableString;

namespace GalleryPS.Show.Export;

/// <summary>An animation that shows one image after the other, for ever.</summary>
internal static class Animation
{
    private const long MostPixels = 300_000_000;
    private static readonly Rgba32 Background = new(16, 17, 20, 255);

    public static void Write(
        IReadOnlyList<CaptionedImage> images, ImageFormat format, Stream output, AnimationOptions options, CancellationToken cancellationToken)
    {
        PixelSize size = options.Size;
        if ((long)size.Width * size.Height * images.Count > MostPixels)
        {
            throw new GalleryException(
                ErrorIds.TooManyPixels, GalleryErrorCategory.LimitsExceeded,
                Invariant($"An animation of {images.Count:N0} images of {size} pixels does not fit into memory."), images.Count,
                "Export fewer images, or an HTML page.");
        }

        int frames = format == ImageFormat.WebP
            ? WriteWebP(images, output, options, cancellationToken)
            : WriteGif(images, output, options, cancellationToken);
        if (frames == 0)
        {
            throw new GalleryException(ErrorIds.NoImagesFound, GalleryErrorCategory.ObjectNotFound, "None of the images could be decoded.", null);
        }
    }

    private static int WriteWebP(IReadOnlyList<CaptionedImage> images, Stream output, AnimationOptions options, CancellationToken cancellationToken)
    {
        var animation = new WebPAnimation(options.Size.Width, options.Size.Height);
        var encoder = new WebpEncoder { FileFormat = WebpFileFormatType.Lossy, Quality = 82 };
        TimeSpan delay = TimeSpan.FromMilliseconds(Math.Max(20, options.Interval.TotalMilliseconds));
        int frames = 0;
        for (int i = 0; i < images.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using Image<Rgba32>? picture = Picture(images[i], options.Size, options, cancellationToken);
            if (picture is null) continue;
            using var still = new MemoryStream();
            picture.SaveAsWebp(still, encoder);
            animation.Add(still.GetBuffer().AsSpan(0, (int)still.Length), delay);
            frames++;
            options.OnDone?.Invoke(i);
        }

        if (frames > 0) animation.WriteTo(output);
        return frames;
    }

    private static int WriteGif(IReadOnlyList<CaptionedImage> images, Stream output, AnimationOptions options, CancellationToken cancellationToken)
    {
        Image<Rgba32>? animation = null;
        try
        {
            for (int i = 0; i < images.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using Image<Rgba32>? picture = Picture(images[i], options.Size, options, cancellationToken);
                if (picture is null) continue;
                if (animation is null) animation = picture.Clone();
                else animation.Frames.AddFrame(picture.Frames.RootFrame);

                // GIF counts hundredths of a second.
                GifFrameMetadata frame = animation.Frames[^1].Metadata.GetGifMetadata();
                frame.FrameDelay = (int)Math.Clamp(Math.Round(options.Interval.TotalMilliseconds / 10), 2, ushort.MaxValue);
                frame.DisposalMethod = GifDisposalMethod.NotDispose;
                options.OnDone?.Invoke(i);
            }

            if (animation is null) return 0;
            animation.Metadata.GetGifMetadata().RepeatCount = 0;
            animation.SaveAsGif(output, new GifEncoder { ColorTableMode = GifColorTableMode.Local });
            return animation.Frames.Count;
        }
        finally
        {
            animation?.Dispose();
        }
    }

    private static Image<Rgba32>? Picture(
        CaptionedImage item, PixelSize size, AnimationOptions options, CancellationToken cancellationToken)
    {
        try
        {
            PixelImage pixels = ImageDecoder.Default.Decode(item.Name, item.Read(), own => own.FitInto(size), cancellationToken);
            using Image<Rgba32> image = Image.LoadPixelData<Rgba32>(pixels.Rgba, pixels.Width, pixels.Height);
            var canvas = new Image<Rgba32>(size.Width, size.Height, Background);
            canvas.Mutate(context => context.DrawImage(image, new Point((size.Width - image.Width) / 2, (size.Height - image.Height) / 2), 1));
            return canvas;
        }
        catch (GalleryException e)
        {
            options.OnError?.Invoke(e);
            return null;
        }
    }
}
