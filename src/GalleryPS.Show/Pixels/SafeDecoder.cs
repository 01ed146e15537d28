using System.Runtime.InteropServices;
using GalleryPS.Show.Pixels.Animations;
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
    private const long MostLeft = 128L << 20;
    private static long _left;
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

    /// <summary>What is to be decoded, and into which size.</summary>
    /// <param name="Data">The bytes for the decoder.</param>
    /// <param name="Info">What the header says.</param>
    /// <param name="Orientation">How it is stored.</param>
    /// <param name="Wanted">The wanted size, as stored: before it is turned.</param>
    private sealed record Job(ReadOnlyMemory<byte> Data, ImageInfo Info, Orientation Orientation, PixelSize Wanted)
    {
        public PixelSize Size => new(Info.Width, Info.Height);

        public IEnumerable<AnimationFrame>? Animation =>
            Info.Format == ImageFormat.WebP && AnimatedWebP.Is(Data.Span) ? AnimatedWebP.Frames(Data)
            : Info.Format == ImageFormat.Png && AnimatedPng.Is(Data.Span) ? AnimatedPng.Frames(Data)
            : null;
    }

    /// <summary>Decodes the first picture, upright and in exactly the wanted size.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="data">The file.</param>
    /// <param name="size">Gets the upright size, tells the wanted one; null for its own.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public Image<Rgba32> Decode(string name, ReadOnlyMemory<byte> data, Func<PixelSize, PixelSize>? size, CancellationToken cancellationToken)
    {
        return Guard(name, () =>
        {
            Job job = Prepare(name, data, size, cancellationToken);

            // A still decoder knows nothing of animated WebP; of an animated PNG it shows the image that is meant for it.
            if (job.Info.Format == ImageFormat.WebP && job.Animation is { } frames)
            {
                return Compose(job, frames, cancellationToken).Select(static frame => frame.Picture).FirstOrDefault() ?? throw NoFrames();
            }

            return Finish(Load(job, Decoder(job.Info.Format, frames: 1)), job, cancellationToken);
        });
    }

    /// <summary>
    /// Decodes the thumbnail that a camera put into a JPEG file: it takes a hundredth of the time. One of another shape is not
    /// used, since some cameras add black bars.
    /// </summary>
    /// <param name="data">The file.</param>
    /// <param name="longerSide">Pixels that the longer side gets, and that a thumbnail must have.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>Null when there is none that will do.</returns>
    public Image<Rgba32>? DecodeEmbedded(ReadOnlyMemory<byte> data, int longerSide, CancellationToken cancellationToken)
    {
        if (ImageHeader.TryRead(data.Span, out ImageInfo whole) != ImageHeaderResult.Ok || whole.Format != ImageFormat.Jpeg) return null;
        byte[] thumbnail = Exif.FindThumbnail(data.Span).ToArray();
        if (ImageHeader.TryRead(thumbnail, out ImageInfo info) != ImageHeaderResult.Ok || info.Format != ImageFormat.Jpeg) return null;
        bool large = Math.Max(info.Width, info.Height) >= Math.Min(longerSide, Math.Max(whole.Width, whole.Height));
        double shapes = (double)info.Width * whole.Height / ((double)info.Height * whole.Width);
        if (!large || shapes is < 0.98 or > 1.02 || (long)info.Width * info.Height > _limits.MaxPixels) return null;
        try
        {
            PixelSize wanted = new PixelSize(whole.Width, whole.Height).FitInto(new PixelSize(longerSide, longerSide));
            var job = new Job(thumbnail, info, Exif.ReadOrientation(data, ImageFormat.Jpeg), wanted);
            return Guard("", () => Finish(Load(job, Decoder(ImageFormat.Jpeg, frames: 1)), job, cancellationToken));
        }
        catch (GalleryException)
        {
            return null;
        }
    }

    /// <summary>Decodes all pictures within the limits.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="data">The file.</param>
    /// <param name="size">As for <see cref="Decode"/>.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>At least one; a still image's has no delay.</returns>
    public List<PixelFrame> DecodeFrames(string name, ReadOnlyMemory<byte> data, Func<PixelSize, PixelSize>? size, CancellationToken cancellationToken)
    {
        return Guard(name, () =>
        {
            Job job = Prepare(name, data, size, cancellationToken);
            List<PixelFrame> frames;
            if (job.Animation is { } animation)
            {
                frames = [];
                foreach ((Image<Rgba32> picture, TimeSpan delay) in Compose(job, animation, cancellationToken))
                {
                    using (picture) frames.Add(new PixelFrame(picture.Frames.RootFrame.ToPixels(), Usual(delay)));
                }

                if (frames.Count == 0) throw NoFrames();
            }
            else
            {
                using Image<Rgba32> image = Finish(Load(job, Decoder(job.Info.Format, MostFrames(job))), job, cancellationToken);
                frames = new List<PixelFrame>(image.Frames.Count);
                foreach (ImageFrame<Rgba32> frame in image.Frames)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    frames.Add(new PixelFrame(frame.ToPixels(), Usual(TimeSpan.FromMilliseconds(10 * frame.Metadata.GetGifMetadata().FrameDelay))));
                }
            }

            return frames.Count == 1 ? [frames[0] with { Delay = TimeSpan.Zero }] : frames;
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
                $"{name} asks for more memory than decoding may take.", name, "Scale the image down with another program that you trust.", e);
        }
        catch (NotSupportedException e)
        {
            throw KindChecks.NotSupported(name, FirstLine(e.Message), e);
        }
        catch (Exception e) when (e is not (GalleryException or OperationCanceledException or OutOfMemoryException))
        {
            // Decoders meet broken bytes with exceptions of every kind, index and overflow among them.
            throw new GalleryException(
                ErrorIds.BrokenImage, GalleryErrorCategory.InvalidData, $"{name} cannot be decoded: {FirstLine(e.Message)}", name,
                "The file is damaged or was cut off; send it again.", e);
        }
    }

    private Job Prepare(string name, ReadOnlyMemory<byte> data, Func<PixelSize, PixelSize>? size, CancellationToken cancellationToken)
    {
        if (ImageHeader.TryRead(data.Span, out ImageInfo info) != ImageHeaderResult.Ok)
        {
            throw new GalleryException(
                ErrorIds.NotAnImage, GalleryErrorCategory.InvalidData,
                $"{name} is not an image of a known format (JPEG, PNG, GIF, BMP, WebP, TIFF).", name);
        }

        if (info.Format == ImageFormat.WebP) _limits.CheckWebP(name, info.Width, info.Height, AnimatedWebP.Is(data.Span));
        else _limits.Check(name, info.Width, info.Height);
        ReadOnlyMemory<byte> checkedData = KindChecks.Check(name, data, info.Format);
        Orientation orientation = Exif.ReadOrientation(data, info.Format);
        PixelSize upright = orientation.Turn(new PixelSize(info.Width, info.Height));
        PixelSize wanted = size?.Invoke(upright) ?? upright;
        _limits.Check(name, wanted.Width, wanted.Height);
        cancellationToken.ThrowIfCancellationRequested();
        return new Job(checkedData, info, orientation, orientation.Turn(wanted));
    }

    private Image<Rgba32> Load(Job job, IImageDecoder decoder) => LoadStill(job.Data, job.Size, decoder);

    private Image<Rgba32> LoadStill(ReadOnlyMemory<byte> data, PixelSize size, IImageDecoder decoder)
    {
        if (decoder is PngDecoder && InterlacedPng.Is(data.Span)) data = InterlacedPng.Check(data);
        Image<Rgba32> image;
        try
        {
            if (decoder is JpegDecoder jpeg) CheckSize(data, size, jpeg);
            if (decoder is WebpDecoder) LosslessWebP.Check(data.Span);
            image = Image.Load<Rgba32>(_configuration, data.Span, decoder);
        }
        catch
        {
            Reclaim(8L * size.Width * size.Height);
            throw;
        }

        if (image.Width == size.Width && image.Height == size.Height) return image;
        image.Dispose();
        throw OtherSize();
    }

    /// <summary>Where markers are damaged, a decoder may go on at another header than ours, and make room for what that one says.</summary>
    private void CheckSize(ReadOnlyMemory<byte> data, PixelSize size, IImageInfoDetector decoder)
    {
        ArraySegment<byte> bytes = MemoryMarshal.TryGetArray(data, out ArraySegment<byte> there) ? there : data.ToArray();
        using var stream = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        IImageInfo found = decoder.Identify(_configuration, stream, CancellationToken.None);
        if (found.Width != size.Width || found.Height != size.Height) throw OtherSize();
    }

    /// <summary>
    /// A decoder that fails leaves its memory to the collector, which does not know of its weight: so it is called when much
    /// may have come together.
    /// </summary>
    private static void Reclaim(long bytes)
    {
        if (Interlocked.Add(ref _left, bytes) < MostLeft) return;
        Interlocked.Exchange(ref _left, 0);
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    /// <summary>Draws the frames of an animation, as many as the limits allow, each into the wanted size.</summary>
    private IEnumerable<(Image<Rgba32> Picture, TimeSpan Delay)> Compose(Job job, IEnumerable<AnimationFrame> frames, CancellationToken cancellationToken)
    {
        IImageDecoder decoder = Decoder(job.Info.Format, frames: 1);
        using var canvas = new Canvas(new Image<Rgba32>(_configuration, job.Info.Width, job.Info.Height));
        foreach (AnimationFrame frame in frames.Take(MostFrames(job)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!canvas.Has(frame)) throw new InvalidDataException("A frame is larger than the image.");
            ImageHeaderResult header = ImageHeader.TryRead(frame.Still.Span, out ImageInfo info);
            if (header != ImageHeaderResult.Ok || info.Width != frame.Size.Width || info.Height != frame.Size.Height)
            {
                throw new InvalidDataException("A frame has another size than it says.");
            }

            using (Image<Rgba32> picture = LoadStill(frame.Still, frame.Size, decoder)) canvas.Draw(frame, picture);
            yield return (Finish(canvas.Image.Clone(), job, cancellationToken), frame.Delay);
        }
    }

    /// <summary>Scales and turns; disposes of the image when it does not come to that.</summary>
    private static Image<Rgba32> Finish(Image<Rgba32> image, Job job, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (job.Info.Format == ImageFormat.Jpeg && Shrinking.TowardsSize(image, job.Wanted) is { } smaller)
            {
                image.Dispose();
                image = smaller;
            }

            if (image.Width != job.Wanted.Width || image.Height != job.Wanted.Height)
            {
                image.Mutate(context => context.Resize(new ResizeOptions
                {
                    Size = new Size(job.Wanted.Width, job.Wanted.Height),
                    Mode = ResizeMode.Stretch,
                    Sampler = job.Wanted.Width < image.Width ? KnownResamplers.Box : KnownResamplers.Bicubic,
                }));
            }

            job.Orientation.MakeUpright(image);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static IImageDecoder Decoder(ImageFormat format, int frames) => format switch
    {
        ImageFormat.Jpeg => new JpegDecoder { IgnoreMetadata = true },
        ImageFormat.Png => new PngDecoder { IgnoreMetadata = true },
        ImageFormat.Gif => new GifDecoder
        {
            IgnoreMetadata = true,
            DecodingMode = frames == 1 ? FrameDecodingMode.First : FrameDecodingMode.All,
            MaxFrames = (uint)frames,
        },
        ImageFormat.WebP => new WebpDecoder { IgnoreMetadata = true },

        // The pages of a TIFF file are no animation.
        ImageFormat.Tiff => new TiffDecoder { IgnoreMetadata = true, DecodingMode = FrameDecodingMode.First },
        _ => new BmpDecoder(),
    };

    private int MostFrames(Job job) =>
        (int)Math.Clamp(_limits.MaxAnimationBytes / (4L * job.Info.Width * job.Info.Height), 1, _limits.MaxFrames);

    /// <summary>Like browsers: what is shorter than 20 ms is meant as 100 ms.</summary>
    private static TimeSpan Usual(TimeSpan delay) => TimeSpan.FromMilliseconds(delay.TotalMilliseconds < 20 ? 100 : Math.Min(delay.TotalMilliseconds, 60_000));

    private static InvalidDataException OtherSize() => new("The picture has another size than the header says.");

    private static InvalidDataException NoFrames() => new("The animation has no frames.");

    private static string FirstLine(string message) => message.AsSpan().Trim().ToString().Split('\n', 2)[0].TrimEnd('\r', '.') + ".";
}
