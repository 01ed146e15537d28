using System.Runtime.CompilerServices;

namespace GalleryPS.Show.Tests.Terminals;

/// <summary>Half blocks are read back by a small terminal of the tests and compared pixel by pixel.</summary>
public class CellTests
{
    [Theory]
    [InlineData(40, 30)]
    [InlineData(1, 1)]
    [InlineData(33, 7)]
    public void TrueColorBlocksShowEveryPixel(int width, int height)
    {
        PixelImage image = Pictures.Photo(width, height, grain: 3);
        CompareCells(image, TerminalColors.TrueColor, static (r, g, b) => r << 16 | g << 8 | b);
    }

    [Fact]
    public void BlocksLeaveOutWhatShinesThrough()
    {
        PixelImage image = Pictures.Of(16, 12, (x, y) => ((byte)(x * 16), (byte)(y * 20), 90, (byte)((x + y) % 3 == 0 ? 0 : 255)));
        CompareCells(image, TerminalColors.TrueColor, static (r, g, b) => r << 16 | g << 8 | b);
    }

    [Fact]
    public void Blocks256ShowTheNearestOfThePalette()
    {
        int[] palette = Xterm256();
        PixelImage image = Pictures.Photo(48, 40);
        CompareCells(image, TerminalColors.Ansi256, (r, g, b) => Nearest(palette.AsSpan(16), r, g, b) + 16, slack: palette);
    }

    [Fact]
    public void Blocks16ShowTheNearestOfThePalette()
    {
        int[] palette = Xterm256();
        PixelImage image = Pictures.Photo(48, 40);
        CompareCells(image, TerminalColors.Ansi16, (r, g, b) => Nearest(palette.AsSpan(0, 16), r, g, b), slack: palette);
    }

    [Fact]
    public void AsciiGrowsWithBrightness()
    {
        PixelImage image = Pictures.Of(10, 1, (x, _) => ((byte)(x * 28), (byte)(x * 28), (byte)(x * 28), 255));
        Assert.Equal(" .:-=+*#%@", Ascii.Render(image));
    }

    [Theory]
    [InlineData("blocks-truecolor", TerminalGraphics.Blocks, TerminalColors.TrueColor)]
    [InlineData("blocks-256", TerminalGraphics.Blocks, TerminalColors.Ansi256)]
    [InlineData("blocks-16", TerminalGraphics.Blocks, TerminalColors.Ansi16)]
    [InlineData("ascii", TerminalGraphics.Ascii, TerminalColors.None)]
    public void TextIsTheSameAsEver(string name, TerminalGraphics graphics, TerminalColors colors)
    {
        PixelImage image = Pictures.Photo(24, graphics == TerminalGraphics.Ascii ? 10 : 20, grain: 0);
        string text = TerminalRenderer.Render(image, new TerminalDrawing(graphics, colors, 24, 10, image.Size));
        Snapshot(name, text.Replace("\e", "<ESC>", StringComparison.Ordinal) + "\n");
    }

    /// <summary>Compares with a file beside the tests; what came out instead is kept beside it.</summary>
    private static void Snapshot(string name, string text, [CallerFilePath] string here = "")
    {
        string expected = Path.Combine(AppContext.BaseDirectory, "Snapshots", name + ".txt");
        if (File.Exists(expected) && File.ReadAllText(expected) == text) return;
        string source = Path.Combine(Path.GetDirectoryName(here)!, "..", "Snapshots");
        string kept = Path.Combine(Directory.Exists(source) ? source : AppContext.BaseDirectory, name + ".received.txt");
        File.WriteAllText(kept, text);
        Assert.Fail($"The text differs from Snapshots/{name}.txt; it was kept in {Path.GetFullPath(kept)}. Rename it when it is right.");
    }

    private static void CompareCells(PixelImage image, TerminalColors colors, Func<int, int, int, int> expected, int[]? slack = null)
    {
        int?[,] shown = Screen(Blocks.Render(image, colors), image.Width, (image.Height + 1) / 2);
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                ReadOnlySpan<byte> pixel = image.Rgba.AsSpan((y * image.Width + x) * 4, 4);
                int? wanted = pixel[3] < 128 ? null : expected(pixel[0], pixel[1], pixel[2]);
                if (wanted == shown[x, y]) continue;

                // Two colours may be equally far; then either is right.
                Assert.True(slack is not null && wanted is not null && shown[x, y] is not null, $"{x},{y}: {shown[x, y]} instead of {wanted}");
                Assert.Equal(Distance(slack[wanted.Value], pixel[0], pixel[1], pixel[2]), Distance(slack[shown[x, y]!.Value], pixel[0], pixel[1], pixel[2]));
            }
        }

        if (image.Height % 2 == 1) Assert.All(Enumerable.Range(0, image.Width), x => Assert.Null(shown[x, image.Height]));
    }

    /// <summary>A terminal that knows colours, spaces and half blocks.</summary>
    private static int?[,] Screen(string text, int columns, int rows)
    {
        var pixels = new int?[columns, rows * 2];
        int? front = null, back = null;
        int x = 0, y = 0;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\n':
                    Assert.Equal(columns, x);
                    Assert.Null(front);
                    Assert.Null(back);
                    (x, y) = (0, y + 1);
                    break;
                case '\e':
                    int end = text.IndexOf('m', i);
                    int[] numbers = [.. text[(i + 2)..end].Split(';').Select(static n => int.Parse(n, null))];
                    i = end;
                    switch (numbers)
                    {
                        case [0]: (front, back) = (null, null); break;
                        case [39]: front = null; break;
                        case [49]: back = null; break;
                        case [38, 2, var r, var g, var b]: front = r << 16 | g << 8 | b; break;
                        case [48, 2, var r, var g, var b]: back = r << 16 | g << 8 | b; break;
                        case [38, 5, var n]: front = n; break;
                        case [48, 5, var n]: back = n; break;
                        case [>= 30 and < 38 and var n]: front = n - 30; break;
                        case [>= 40 and < 48 and var n]: back = n - 40; break;
                        case [>= 90 and < 98 and var n]: front = n - 90 + 8; break;
                        case [>= 100 and < 108 and var n]: back = n - 100 + 8; break;
                        default: Assert.Fail($"Unknown: {string.Join(';', numbers)}"); break;
                    }

                    break;
                case ' ':
                    (pixels[x, 2 * y], pixels[x, 2 * y + 1]) = (back, back);
                    x++;
                    break;
                case '▀':
                    (pixels[x, 2 * y], pixels[x, 2 * y + 1]) = (front, back);
                    x++;
                    break;
                case '▄':
                    (pixels[x, 2 * y], pixels[x, 2 * y + 1]) = (back, front);
                    x++;
                    break;
                default:
                    Assert.Fail($"Unexpected character {(int)text[i]:X4}.");
                    break;
            }
        }

        Assert.Equal(rows - 1, y);
        return pixels;
    }

    /// <summary>xterm's palette, from its definition.</summary>
    private static int[] Xterm256()
    {
        int[] palette = new int[256];
        Palette.Ansi16.CopyTo(palette);
        int[] steps = [0, 95, 135, 175, 215, 255];
        for (int i = 0; i < 216; i++) palette[16 + i] = steps[i / 36] << 16 | steps[i / 6 % 6] << 8 | steps[i % 6];
        for (int i = 0; i < 24; i++) palette[232 + i] = (8 + 10 * i) * 0x010101;
        return palette;
    }

    private static int Nearest(ReadOnlySpan<int> palette, int r, int g, int b)
    {
        int best = 0;
        for (int i = 1; i < palette.Length; i++)
        {
            if (Distance(palette[i], r, g, b) < Distance(palette[best], r, g, b)) best = i;
        }

        return best;
    }

    private static int Distance(int color, int r, int g, int b)
    {
        int dr = (color >> 16) - r, dg = (color >> 8 & 255) - g, db = (color & 255) - b;
        return 3 * dr * dr + 6 * dg * dg + db * db;
    }
}
