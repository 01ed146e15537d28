using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace GalleryPS.Imaging.Sheets;

/// <summary>An animation that shows one image after the other, for ever.</summary>
internal static class Animation
{
    private const long MostPixels = 300_000_000;
    private static readonly Rgba32 Background = new(16, 17, 20, 255);

    public static void Write(
        IImaging imaging, IReadOnlyList<CaptionedImage> images, ImageFormat format, Stream output, AnimationOptions options, CancellationToken cancellationToken)
    {
        PixelSize size = options.Size;
        if ((long)size.Width * size.Height * images.Count > MostPixels)
        {
            throw new GalleryException(
                ErrorIds.TooManyPixels, GalleryErrorCategory.LimitsExceeded,
                $"An animation of {images.Count:N0} images of {size} pixels does not fit into memory.", images.Count,
                "Export fewer images, or an HTML page.");
        }

        Image<Rgba32>? animation = null;
        try
        {
            for (int i = 0; i < images.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using Image<Rgba32>? picture = Picture(imaging, images[i], size, options, cancellationToken);
                if (picture is null) continue;
                if (animation is null) animation = picture.Clone();
                else animation.Frames.AddFrame(picture.Frames.RootFrame);
                SetDelay(animation.Frames[^1], format, options.Interval);
                options.OnDone?.Invoke(i);
            }

            if (animation is null)
            {
                throw new GalleryException(
                    ErrorIds.NoImagesFound, GalleryErrorCategory.ObjectNotFound, "None of the images could be decoded.", null);
            }

            if (format == ImageFormat.WebP)
            {
                animation.Metadata.GetWebpMetadata().RepeatCount = 0;
                animation.SaveAsWebp(output, new WebpEncoder { FileFormat = WebpFileFormatType.Lossy, Quality = 82, SkipMetadata = true });
            }
            else
            {
                animation.Metadata.GetGifMetadata().RepeatCount = 0;
                animation.SaveAsGif(output, new GifEncoder { ColorTableMode = GifColorTableMode.Local });
            }
        }
        finally
        {
            animation?.Dispose();
        }
    }

    private static Image<Rgba32>? Picture(
        IImaging imaging, CaptionedImage item, PixelSize size, AnimationOptions options, CancellationToken cancellationToken)
    {
        try
        {
            PixelImage pixels = imaging.Decode(item.Name, item.Read(), own => own.FitInto(size), cancellationToken);
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

    private static void SetDelay(ImageFrame<Rgba32> frame, ImageFormat format, TimeSpan interval)
    {
        if (format == ImageFormat.WebP)
        {
            WebpFrameMetadata webp = frame.Metadata.GetWebpMetadata();
            webp.FrameDelay = (uint)Math.Clamp(interval.TotalMilliseconds, 20, 0xFFFFFF);
            webp.DisposalMethod = WebpDisposalMethod.DoNotDispose;
        }
        else
        {
            // GIF counts hundredths of a second.
            GifFrameMetadata gif = frame.Metadata.GetGifMetadata();
            gif.FrameDelay = (int)Math.Clamp(Math.Round(interval.TotalMilliseconds / 10), 2, ushort.MaxValue);
            gif.DisposalMethod = GifDisposalMethod.NotDispose;
        }
    }
}
