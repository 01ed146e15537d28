using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using static System.FormattableString;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// Searches the best JPEG that has at most so many bytes: first the highest quality in full size; when even the lowest
/// that looks good is too large, the largest size at that quality, and then the highest quality at that size.
/// </summary>
internal static class JpegFitter
{
    // Below it blocks show: a smaller picture of this quality looks better than a large one of less.
    private const int LowestQuality = 55;
    private const int HighestQuality = 95;

    public static FittedImage Fit(string name, Image<Rgba32> image, int maxBytes, CancellationToken cancellationToken)
    {
        // JPEG has no transparency; what shines through becomes white, as on paper.
        image.Mutate(context => context.BackgroundColor(Color.White));
        using var output = new MemoryStream();

        long length = Encode(image, LowestQuality, output, cancellationToken);
        if (length <= maxBytes) return Best(image, maxBytes, output, cancellationToken);

        // The bytes go nearly with the area, so each guess lands close; whatever is left over goes into the quality.
        double fits = 0, fails = 1, tried = 1;
        while (fits < fails * 0.98)
        {
            double guess = tried * Math.Sqrt(maxBytes * 0.98 / length);
            if (guess <= fits || guess >= fails) guess = (fits + fails) / 2;
            tried = guess;
            using Image<Rgba32> smaller = Scaled(image, guess);
            length = Encode(smaller, LowestQuality, output, cancellationToken);
            if (length <= maxBytes)
            {
                fits = guess;
                if (length >= maxBytes * 0.95) break;
            }
            else if (smaller is { Width: 1, Height: 1 })
            {
                throw Impossible(name, maxBytes);
            }
            else
            {
                fails = guess;
            }
        }

        using Image<Rgba32> chosen = Scaled(image, fits);
        return Best(chosen, maxBytes, output, cancellationToken);
    }

    /// <summary>The highest quality that fits; the lowest one is known to.</summary>
    private static FittedImage Best(Image<Rgba32> image, int maxBytes, MemoryStream output, CancellationToken cancellationToken)
    {
        int fits = LowestQuality, fails = HighestQuality + 1;
        byte[]? best = null;
        while (fails - fits > 1)
        {
            int middle = (fits + fails) / 2;
            if (Encode(image, middle, output, cancellationToken) <= maxBytes)
            {
                fits = middle;
                best = output.ToArray();
            }
            else
            {
                fails = middle;
            }
        }

        if (best is null)
        {
            Encode(image, fits, output, cancellationToken);
            best = output.ToArray();
        }

        return new FittedImage(best, image.Width, image.Height, fits);
    }

    private static long Encode(Image<Rgba32> image, int quality, MemoryStream output, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        output.SetLength(0);
        image.SaveAsJpeg(output, new JpegEncoder { Quality = quality, ColorType = JpegColorType.YCbCrRatio420 });
        return output.Length;
    }

    private static Image<Rgba32> Scaled(Image<Rgba32> image, double scale) => image.Clone(context => context.Resize(
        Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)), KnownResamplers.Lanczos3));

    private static GalleryException Impossible(string name, int maxBytes) => new(
        ErrorIds.ImageTooLarge, GalleryErrorCategory.LimitsExceeded, Invariant($"No JPEG of {name} has at most {maxBytes:N0} bytes."), name,
        "Allow more bytes.");
}
