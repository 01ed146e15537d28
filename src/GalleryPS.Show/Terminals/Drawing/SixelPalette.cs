using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Terminals.Drawing;

/// <summary>
/// Chooses up to 255 colours for a picture by median cut over a histogram of 15-bit colours: of the boxes, always the
/// one with the largest error is cut, at its mean, across its longest side.
/// </summary>
internal sealed class SixelPalette
{
    /// <summary>Colours of a histogram: 5 bits per channel.</summary>
    public const int Bins = 1 << 15;

    private readonly List<Box> _boxes = [];
    private readonly int[] _bins;
    private readonly int[] _count;
    private readonly long[] _red, _green, _blue;

    private SixelPalette(int[] bins, int[] count, long[] red, long[] green, long[] blue) =>
        (_bins, _count, _red, _green, _blue) = (bins, count, red, green, blue);

    /// <summary>The colours, 0xRRGGBB.</summary>
    public int[] Colors { get; private set; } = [];

    /// <summary>For each 15-bit colour of the picture the index of its colour; 255 for those that do not occur.</summary>
    public byte[] Map { get; } = new byte[Bins];

    /// <summary>The 15-bit colour of a pixel.</summary>
    public static int Bin(int r, int g, int b) => (r & 0xF8) << 7 | (g & 0xF8) << 2 | b >> 3;

    /// <summary>Chooses colours.</summary>
    /// <param name="image">The picture; what shines through does not count.</param>
    /// <param name="most">Colours there may be, at most 255.</param>
    public static SixelPalette Of(PixelImage image, int most)
    {
        int[] count = new int[Bins];
        long[] red = new long[Bins], green = new long[Bins], blue = new long[Bins];
        ReadOnlySpan<uint> pixels = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(image.Rgba);

        // A sample of a large picture has the same colours; every pixel would cost as much as drawing it.
        int step = Math.Max(1, pixels.Length / 120_000);
        for (int i = 0; i < pixels.Length; i += step)
        {
            uint pixel = pixels[i];
            if (pixel < 0x80000000) continue;
            int r = (int)pixel & 255, g = (int)(pixel >> 8) & 255, b = (int)(pixel >> 16) & 255;
            int bin = Bin(r, g, b);
            count[bin]++;
            red[bin] += r;
            green[bin] += g;
            blue[bin] += b;
        }

        int used = 0;
        int[] bins = new int[Bins];
        for (int bin = 0; bin < Bins; bin++)
        {
            if (count[bin] > 0) bins[used++] = bin;
        }

        var palette = new SixelPalette(bins, count, red, green, blue);
        palette.Cut(used, most);
        return palette;
    }

    private void Cut(int used, int most)
    {
        Array.Fill(Map, (byte)255);
        if (used == 0)
        {
            Colors = [0];
            return;
        }

        var queue = new PriorityQueue<Box, double>();
        Box whole = Measure(0, used);
        queue.Enqueue(whole, -whole.Error);
        while (queue.Count < most && queue.TryPeek(out Box? worst, out _) && worst.Error > 0)
        {
            queue.Dequeue();
            int middle = Split(worst);
            Box low = Measure(worst.Start, middle), high = Measure(middle, worst.End);
            queue.Enqueue(low, -low.Error);
            queue.Enqueue(high, -high.Error);
        }

        _boxes.AddRange(queue.UnorderedItems.Select(static item => item.Element));
        Colors = new int[_boxes.Count];
        for (int i = 0; i < _boxes.Count; i++)
        {
            Box box = _boxes[i];
            Colors[i] = (int)Math.Round(box.Red) << 16 | (int)Math.Round(box.Green) << 8 | (int)Math.Round(box.Blue);
            for (int k = box.Start; k < box.End; k++) Map[_bins[k]] = (byte)i;
        }
    }

    /// <summary>Mean and squared error of the bins in a range; a single bin cannot be cut, so it has none.</summary>
    private Box Measure(int start, int end)
    {
        double n = 0, r = 0, g = 0, b = 0, rr = 0, gg = 0, bb = 0;
        for (int k = start; k < end; k++)
        {
            int bin = _bins[k];
            double weight = _count[bin];
            double red = _red[bin] / weight, green = _green[bin] / weight, blue = _blue[bin] / weight;
            n += weight;
            r += red * weight;
            g += green * weight;
            b += blue * weight;
            rr += red * red * weight;
            gg += green * green * weight;
            bb += blue * blue * weight;
        }

        double er = rr - r * r / n, eg = gg - g * g / n, eb = bb - b * b / n;
        int longest = er * 2 > eg * 3 ? (er * 2 > eb ? 0 : 2) : eg * 3 > eb ? 1 : 2;
        double error = end - start > 1 ? Math.Max(1e-9, er * 2 + eg * 3 + eb) : 0;
        return new Box(start, end, r / n, g / n, b / n, error, longest);
    }

    /// <summary>Moves the bins below the mean of the longest side to the front.</summary>
    /// <returns>Where the others begin: never an end of the range.</returns>
    private int Split(Box box)
    {
        double mean = box.Longest switch { 0 => box.Red, 1 => box.Green, _ => box.Blue };
        long[] sums = box.Longest switch { 0 => _red, 1 => _green, _ => _blue };
        int low = box.Start, high = box.End - 1;
        while (low <= high)
        {
            int bin = _bins[low];
            if ((double)sums[bin] / _count[bin] < mean) low++;
            else (_bins[low], _bins[high]) = (_bins[high--], bin);
        }

        return Math.Clamp(low, box.Start + 1, box.End - 1);
    }

    private sealed record Box(int Start, int End, double Red, double Green, double Blue, double Error, int Longest);
}
