using System.Runtime.InteropServices;
using System.Text;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Terminals.Drawing;

/// <summary>
/// Sixel: bands of six rows; per band and colour one line of characters, each of which stands for six pixels one above
/// the other. Colours are chosen per picture, their error is spread over the neighbours (Floyd and Steinberg).
/// </summary>
internal static class Sixel
{
    private const int MostColors = 255;
    private const byte Clear = 255;

    /// <summary>Draws at the cursor. What shines through keeps what was there.</summary>
    /// <param name="image">The pixels.</param>
    public static string Render(PixelImage image)
    {
        SixelPalette palette = SixelPalette.Of(image, MostColors);
        byte[] indices = Dither(image, palette);
        var text = new Writer(image.Width * image.Height);

        // P2 = 1: pixels that are not drawn stay as they are. Aspect 1:1 and the size come first in the raster.
        text.Write("\eP0;1q\"1;1;");
        text.Number(image.Width);
        text.Write((byte)';');
        text.Number(image.Height);
        for (int i = 0; i < palette.Colors.Length; i++)
        {
            int color = palette.Colors[i];
            text.Write((byte)'#');
            text.Number(i);
            text.Write(";2;");
            text.Number(Percent(color >> 16));
            text.Write((byte)';');
            text.Number(Percent(color >> 8 & 255));
            text.Write((byte)';');
            text.Number(Percent(color & 255));
        }

        var band = new Band(image.Width);
        for (int y = 0; y < image.Height; y += 6)
        {
            if (y > 0) text.Write((byte)'-');
            band.Write(indices.AsSpan(y * image.Width, Math.Min(6, image.Height - y) * image.Width), ref text);
        }

        text.Write("\e\\");
        return text.ToString();
    }

    /// <summary>Sixel counts a channel from 0 to 100.</summary>
    private static int Percent(int value) => (value * 100 + 127) / 255;

    /// <summary>A channel as the terminal will show it.</summary>
    private static int Shown(int value) => (Percent(value) * 255 + 50) / 100;

    /// <summary>The index of each pixel's colour.</summary>
    private static byte[] Dither(PixelImage image, SixelPalette palette)
    {
        int width = image.Width, height = image.Height;
        byte[] indices = GC.AllocateUninitializedArray<byte>(width * height);
        ReadOnlySpan<uint> pixels = MemoryMarshal.Cast<byte, uint>(image.Rgba);
        byte[] map = palette.Map;
        int[] colors = new int[palette.Colors.Length * 3];
        for (int i = 0; i < palette.Colors.Length; i++)
        {
            colors[3 * i] = Shown(palette.Colors[i] >> 16);
            colors[3 * i + 1] = Shown(palette.Colors[i] >> 8 & 255);
            colors[3 * i + 2] = Shown(palette.Colors[i] & 255);
        }

        var search = new NearestColor(colors, map);

        // Errors in sixteenths for this row and the next, with one pixel of room at both ends.
        int[] here = new int[(width + 2) * 3], next = new int[(width + 2) * 3];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<uint> row = pixels.Slice(y * width, width);
            Span<byte> output = indices.AsSpan(y * width, width);
            int r1 = 0, g1 = 0, b1 = 0; // what the left neighbour hands on
            int rd = 0, gd = 0, bd = 0; // what is due to the pixel below the left neighbour
            int r5 = 0, g5 = 0, b5 = 0; // and to the one below this, so far
            for (int x = 0; x < width; x++)
            {
                int slot = 3 * (x + 1);
                uint pixel = row[x];
                int er, eg, eb;
                if (pixel < 0x80000000)
                {
                    output[x] = Clear;
                    er = eg = eb = 0;
                }
                else
                {
                    int r = Math.Clamp(((int)pixel & 255) + (here[slot] + r1 + 8 >> 4), 0, 255);
                    int g = Math.Clamp(((int)(pixel >> 8) & 255) + (here[slot + 1] + g1 + 8 >> 4), 0, 255);
                    int b = Math.Clamp(((int)(pixel >> 16) & 255) + (here[slot + 2] + b1 + 8 >> 4), 0, 255);
                    int index = map[SixelPalette.Bin(r, g, b)];
                    if (index == Clear) index = search.Find(r, g, b);
                    output[x] = (byte)index;
                    er = r - colors[3 * index];
                    eg = g - colors[3 * index + 1];
                    eb = b - colors[3 * index + 2];
                }

                next[slot - 3] = rd + 3 * er;
                next[slot - 2] = gd + 3 * eg;
                next[slot - 1] = bd + 3 * eb;
                rd = r5 + 5 * er;
                gd = g5 + 5 * eg;
                bd = b5 + 5 * eb;
                (r5, g5, b5) = (er, eg, eb);
                (r1, g1, b1) = (7 * er, 7 * eg, 7 * eb);
            }

            next[3 * width] = rd;
            next[3 * width + 1] = gd;
            next[3 * width + 2] = bd;
            (here, next) = (next, here);
        }

        return indices;
    }

    /// <summary>Finds the nearest colour of 15-bit colours that the picture itself does not have, once each.</summary>
    private sealed class NearestColor(int[] colors, byte[] map)
    {
        public int Find(int r, int g, int b)
        {
            int best = 0, least = int.MaxValue;
            for (int i = 0; i < colors.Length; i += 3)
            {
                int dr = r - colors[i], dg = g - colors[i + 1], db = b - colors[i + 2];
                int distance = 2 * dr * dr + 3 * dg * dg + db * db;
                if (distance >= least) continue;
                (best, least) = (i / 3, distance);
            }

            map[SixelPalette.Bin(r, g, b)] = (byte)best;
            return best;
        }
    }

    /// <summary>Six rows on their way into text.</summary>
    private sealed class Band(int width)
    {
        // Per colour one byte per column: which of the six pixels have that colour.
        private readonly byte[] _masks = new byte[256 * width];
        private readonly int[] _first = new int[256], _last = new int[256];
        private readonly byte[] _used = new byte[256];
        private readonly bool[] _seen = new bool[256];

        public void Write(ReadOnlySpan<byte> indices, ref Writer text)
        {
            int count = 0;
            int rows = indices.Length / width;
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<byte> line = indices.Slice(row * width, width);
                byte bit = (byte)(1 << row);
                for (int x = 0; x < line.Length; x++)
                {
                    byte color = line[x];
                    if (color == Clear) continue;
                    if (!_seen[color])
                    {
                        _seen[color] = true;
                        _used[count++] = color;
                        _first[color] = x;
                        _last[color] = x;
                    }
                    else if (x < _first[color])
                    {
                        _first[color] = x;
                    }
                    else if (x > _last[color])
                    {
                        _last[color] = x;
                    }

                    _masks[color * width + x] |= bit;
                }
            }

            // Colours that do not overlap share one pass over the band: the fewer carriage returns, the shorter.
            Span<byte> used = _used.AsSpan(0, count);
            used.Sort((a, b) => _first[a].CompareTo(_first[b]));
            bool first = true;
            int left = count;
            while (left > 0)
            {
                if (!first) text.Write((byte)'$');
                first = false;
                int column = 0, kept = 0;
                for (int i = 0; i < left; i++)
                {
                    byte color = used[i];
                    if (_first[color] < column)
                    {
                        used[kept++] = color;
                        continue;
                    }

                    text.Write((byte)'#');
                    text.Number(color);
                    Span<byte> mask = _masks.AsSpan(color * width, _last[color] + 1);
                    WriteMask(mask, column, ref text);
                    mask[_first[color]..].Clear();
                    column = _last[color] + 1;
                    _seen[color] = false;
                }

                left = kept;
            }
        }

        private static void WriteMask(ReadOnlySpan<byte> mask, int column, ref Writer text)
        {
            while (column < mask.Length)
            {
                byte value = mask[column];
                ReadOnlySpan<byte> rest = mask[column..];
                int run = rest.Length > 1 && rest[1] != value ? 1 : rest.IndexOfAnyExcept(value);
                if (run < 0) run = rest.Length;
                text.Repeat((byte)(value + 63), run);
                column += run;
            }
        }
    }

    /// <summary>Collects ASCII text.</summary>
    private struct Writer(int capacity)
    {
        private byte[] _bytes = GC.AllocateUninitializedArray<byte>(Math.Max(1024, capacity));
        private int _length;

        public void Write(byte value)
        {
            if (_length == _bytes.Length) Grow(1);
            _bytes[_length++] = value;
        }

        public void Write(string text)
        {
            foreach (char c in text) Write((byte)c);
        }

        public void Number(int number)
        {
            if (_bytes.Length - _length < 10) Grow(10);
            if (number < 10)
            {
                _bytes[_length++] = (byte)('0' + number);
                return;
            }

            System.Buffers.Text.Utf8Formatter.TryFormat(number, _bytes.AsSpan(_length), out int written);
            _length += written;
        }

        /// <summary>A run: written out while that is not longer than the repeat introducer.</summary>
        public void Repeat(byte value, int count)
        {
            if (count > 3)
            {
                Write((byte)'!');
                Number(count);
                count = 1;
            }

            while (count-- > 0) Write(value);
        }

        public override readonly string ToString() => Encoding.ASCII.GetString(_bytes, 0, _length);

        private void Grow(int more) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _bytes.Length + more));
    }
}
