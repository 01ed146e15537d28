using System.Runtime.InteropServices;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// Makes large opaque images smaller by whole numbers, in a fraction of the time that a resampler takes. What is left to do
/// for the resampler is less than a half.
/// </summary>
internal static class Shrinking
{
    /// <summary>Averages squares of pixels, as large as leaves at least the wanted size.</summary>
    /// <param name="image">An image without transparency.</param>
    /// <param name="wanted">The wanted size.</param>
    /// <returns>A smaller image, or null when there is nothing to do.</returns>
    public static Image<Rgba32>? TowardsSize(Image<Rgba32> image, PixelSize wanted)
    {
        int by = Math.Min(image.Width / wanted.Width, image.Height / wanted.Height);
        if (by < 2) return null;
        int width = image.Width / by, height = image.Height / by;
        var smaller = new Image<Rgba32>(image.GetConfiguration(), width, height);
        uint[] sums = new uint[width * 3];
        ulong scale = (1UL << 32) / (ulong)(by * by);
        for (int y = 0; y < height; y++)
        {
            Array.Clear(sums);
            for (int dy = 0; dy < by; dy++) Add(MemoryMarshal.AsBytes(image.DangerousGetPixelRowMemory(y * by + dy).Span), sums, by);
            Span<Rgba32> row = smaller.DangerousGetPixelRowMemory(y).Span;
            uint half = (uint)(by * by / 2);
            for (int x = 0, i = 0; x < row.Length; x++, i += 3)
            {
                row[x] = new Rgba32(Mean(sums[i]), Mean(sums[i + 1]), Mean(sums[i + 2]), byte.MaxValue);
            }

            byte Mean(uint sum) => (byte)Math.Min(255, (sum + half) * scale >> 32);
        }

        return smaller;
    }

    private static void Add(ReadOnlySpan<byte> row, Span<uint> sums, int by)
    {
        int at = 0;
        for (int i = 0; i + 2 < sums.Length; i += 3)
        {
            uint r = 0, g = 0, b = 0;
            for (int end = at + 4 * by; at < end; at += 4)
            {
                r += row[at];
                g += row[at + 1];
                b += row[at + 2];
            }

            sums[i] += r;
            sums[i + 1] += g;
            sums[i + 2] += b;
        }
    }
}
