using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using ImageInfo = GalleryPS.Images.ImageInfo;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// Decodes what came from anywhere: the header is held against the limits before anything is decoded, every allocation
/// is bounded, and whatever a decoder throws at broken bytes becomes one error. The decoder is chosen by our own look at
/// the header, and never reads metadata: the orientation is read by <see cref="Exif"/>.
/// </summary>
internal sealed class SafeDecoder
{
    private readonly ImagingLimits _limits;
    private readonly Configuration _configuration;

    public SafeDecoder(ImagingLimits limits)
    {
        _limits = limits;

        // Of the formats a gallery has, and of no others. Pools would keep the largest image's memory for good.
        _configuration = new Configuration(
            new JpegConfigurationModule(), new PngConfigurationModule(), new GifConfigurationModule(),
            new BmpConfigurationModule(), new WebpConfigurationModule(), new TiffConfigurationModule())
        {
            MemoryAllocator = MemoryAllocator.Create(new MemoryAllocatorOptions
            {
                AllocationLimitMegabytes = (int)Math.Max(1, limits.MaxPixels * 8 >> 20),
                MaximumPoolSizeMegabytes = 64,
            }),
        };
    }

    /// <summary>Decodes upright, in exactly the wanted size.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="data">The file.</param>
    /// <param name="size">Gets the upright size, tells the wanted one.</param>
    /// <param name="allFrames">Every picture of an animation, not only the first.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public Image<Rgba32> Decode(
        string name, ReadOnlyMemory<byte> data, Func<PixelSize, PixelSize>? size, bool allFrames, CancellationToken cancellationToken)
    {
        if (ImageHeader.TryRead(data.Span, out ImageInfo info) != ImageHeaderResult.Ok)
        {
            throw new GalleryException(
                ErrorIds.NotAnImage, GalleryErrorCategory.InvalidData,
                $"{name} is not an image of a known format (JPEG, PNG, GIF, BMP, WebP, TIFF).", name);
        }

        _limits.Check(name, info.Width, info.Height);
        cancellationToken.ThrowIfCancellationRequested();
        return Guard(name, () =>
        {
            Orientation orientation = Exif.ReadOrientation(data.Span, info.Format);
            PixelSize upright = orientation.IsTurned() ? new PixelSize(info.Height, info.Width) : new PixelSize(info.Width, info.Height);
            PixelSize wanted = size?.Invoke(upright) ?? upright;
            _limits.Check(name, wanted.Width, wanted.Height);
            Image<Rgba32> image = Image.Load<Rgba32>(_configuration, data.Span, Decoder(info, allFrames));
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                Scale(image, orientation.IsTurned() ? new PixelSize(wanted.Height, wanted.Width) : wanted);
                orientation.MakeUpright(image);
                return image;
            }
            catch
            {
                image.Dispose();
                throw;
            }
        });
    }

    /// <summary>Runs something on pixels and turns what decoders throw into our errors.</summary>
    public static T Guard<T>(string name, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (InvalidMemoryOperationException e)
        {
            throw new GalleryException(
                ErrorIds.TooManyPixels, GalleryErrorCategory.LimitsExceeded,
                $"{name} asks for more memory than decoding may take.", name, "Scale the image down with a program you trust with it.", e);
        }
        catch (Exception e) when (e is not (GalleryException or OperationCanceledException or OutOfMemoryException))
        {
            // Decoders meet broken bytes with exceptions of every kind, index and overflow among them.
            throw new GalleryException(
                ErrorIds.BrokenImage, GalleryErrorCategory.InvalidData, $"{name} cannot be decoded: {FirstLine(e.Message)}", name,
                "The file is damaged or was cut off; send it again.", e);
        }
    }

    private static void Scale(Image<Rgba32> image, PixelSize wanted)
    {
        if (image.Width == wanted.Width && image.Height == wanted.Height) return;
        image.Mutate(context => context.Resize(new ResizeOptions
        {
            Size = new Size(wanted.Width, wanted.Height),
            Mode = ResizeMode.Stretch,
            Sampler = wanted.Width < image.Width ? KnownResamplers.Box : KnownResamplers.Bicubic,
        }));
    }

    private IImageDecoder Decoder(ImageInfo info, bool allFrames) => info.Format switch
    {
        ImageFormat.Jpeg => new JpegDecoder { IgnoreMetadata = true },
        ImageFormat.Png => new PngDecoder { IgnoreMetadata = true },
        ImageFormat.Gif when allFrames => new GifDecoder { IgnoreMetadata = true, MaxFrames = (uint)Frames(info) },
        ImageFormat.Gif => new GifDecoder { IgnoreMetadata = true, DecodingMode = FrameDecodingMode.First, MaxFrames = 1 },
        ImageFormat.WebP => new WebpDecoder { IgnoreMetadata = true },

        // The pages of a TIFF file are no animation.
        ImageFormat.Tiff => new TiffDecoder { IgnoreMetadata = true, DecodingMode = FrameDecodingMode.First },
        _ => new BmpDecoder(),
    };

    private int Frames(ImageInfo info) =>
        (int)Math.Clamp(_limits.MaxAnimationBytes / (4L * info.Width * info.Height), 1, _limits.MaxFrames);

    private static string FirstLine(string message) => message.AsSpan().Trim().ToString().Split('\n', 2)[0].TrimEnd('\r', '.') + ".";
}
