using GalleryPS.Images;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Memory;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using ImageInfo = GalleryPS.Images.ImageInfo;

namespace GalleryPS.Imaging.Decoding;

/// <summary>
/// Decodes what came from anywhere: the header is held against the limits before anything is decoded, every allocation
/// is bounded, and whatever a decoder throws at broken bytes becomes one error.
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
            bool turned = info.Format is ImageFormat.Jpeg or ImageFormat.Tiff or ImageFormat.Png or ImageFormat.WebP && IsTurned(data);
            PixelSize upright = turned ? new PixelSize(info.Height, info.Width) : new PixelSize(info.Width, info.Height);
            PixelSize wanted = size?.Invoke(upright) ?? upright;
            _limits.Check(name, wanted.Width, wanted.Height);

            bool smaller = wanted.Width <= upright.Width && wanted.Height <= upright.Height && wanted != upright;
            var options = new DecoderOptions
            {
                Configuration = _configuration,
                SkipMetadata = false, // the orientation is in it
                MaxFrames = allFrames ? (uint)Frames(info) : 1,
                TargetSize = smaller ? (turned ? new Size(wanted.Height, wanted.Width) : new Size(wanted.Width, wanted.Height)) : null,
            };
            Image<Rgba32> image = Image.Load<Rgba32>(options, data.Span);
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                image.Mutate(context => context.AutoOrient());
                if (image.Width != wanted.Width || image.Height != wanted.Height)
                {
                    image.Mutate(context => context.Resize(new ResizeOptions
                    {
                        Size = new Size(wanted.Width, wanted.Height),
                        Mode = ResizeMode.Stretch,
                        Sampler = wanted.Width < upright.Width ? KnownResamplers.Box : KnownResamplers.Bicubic,
                    }));
                }

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

    /// <summary>The pages of a TIFF file are no animation.</summary>
    private int Frames(ImageInfo info) => info.Format == ImageFormat.Tiff ? 1
        : (int)Math.Clamp(_limits.MaxAnimationBytes / (4L * info.Width * info.Height), 1, _limits.MaxFrames);

    private bool IsTurned(ReadOnlyMemory<byte> data)
    {
        SixLabors.ImageSharp.ImageInfo identified = Image.Identify(new DecoderOptions { Configuration = _configuration, MaxFrames = 1 }, data.Span);
        return identified.Metadata.ExifProfile is { } exif
            && exif.TryGetValue(ExifTag.Orientation, out IExifValue<ushort>? orientation)
            && orientation.Value is >= 5 and <= 8;
    }

    private static string FirstLine(string message) => message.AsSpan().Trim().ToString().Split('\n', 2)[0].TrimEnd('\r', '.') + ".";
}
