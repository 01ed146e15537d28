using System.Text;
using GalleryPS.Show.Fonts;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Tests;

/// <summary>Letters against FreeType (in Pillow), and what happens with letters and fonts that are not as hoped.</summary>
public sealed class FontTests : IDisposable
{
    private const int Size = 200, Canvas = 400;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a")]
    [InlineData("g")]
    [InlineData("\u00DF")]
    [InlineData("\u00C5")]
    [InlineData("%")]
    [InlineData("\u0416")]
    [InlineData("\u03A9")]
    [InlineData("\u20AC")]
    [InlineData("\u05E9")]
    public void LettersHaveTheShapeThatFreeTypeGivesThem(string letter) => Same(Own(), letter, new Lettering(new SystemFonts([])));

    [Theory]
    [InlineData("\u4E2D")]
    [InlineData("\u8A9E")]
    [InlineData("\uD55C")]
    [InlineData("\u3042")]
    public void EastAsianLettersComeFromTheSystem(string letter)
    {
        const string Font = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
        if (!File.Exists(Font)) Assert.Skip("Noto Sans CJK is not installed (Debian's package fonts-noto-cjk).");
        Same(Font, letter, new Lettering(new SystemFonts([Path.GetDirectoryName(Font)!])));
    }

    [Fact]
    public void EmojiAreInColor()
    {
        const string Font = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf";
        if (!File.Exists(Font)) Assert.Skip("Noto Color Emoji is not installed (Debian's package fonts-noto-color-emoji).");
        using Image<Rgb24> image = Drawn(new Lettering(new SystemFonts([Path.GetDirectoryName(Font)!])), "\U0001F600");
        Assert.True(Count(image, static p => p is { R: > 200, G: > 150, B: < 120 }) > 2000);
    }

    [Fact]
    public void WhatNoFontHasIsAQuestionMark()
    {
        var letters = new Lettering(new SystemFonts([_folder.Path("nowhere")]));
        Assert.Equal(letters.Width("??.jpg", 20), letters.Width("\u4E2D\u56FD.jpg", 20));
        using Image<Rgb24> mark = Drawn(letters, "?"), unknown = Drawn(letters, "\u4E2D");
        Assert.Equal(Count(mark, static p => p.R < 128), Count(unknown, static p => p.R < 128));
    }

    [Fact]
    public void LinesBreakBehindSignsAndLoseTheirMiddle()
    {
        var letters = new Lettering(new SystemFonts([]));
        Assert.Equal(["short.jpg"], letters.Wrap("short.jpg", 15, 200, 2));
        IReadOnlyList<string> two = letters.Wrap("holiday-in-norway-2026-evening.jpg", 15, 160, 2);
        Assert.Equal("holiday-in-norway-2026-evening.jpg", string.Concat(two));
        Assert.EndsWith("-", two[0], StringComparison.Ordinal);
        IReadOnlyList<string> cut = letters.Wrap(new string('x', 300) + "-0042.jpg", 15, 160, 2);
        Assert.Equal(2, cut.Count);
        Assert.StartsWith("\u2026", cut[1], StringComparison.Ordinal);
        Assert.EndsWith("-0042.jpg", cut[1], StringComparison.Ordinal);
        foreach (string text in new[] { "", " ", "\u0007", "\uD83D", "e\u0301", "\u202Egpj.exe", "\U0001F468\u200D\U0001F469" })
        {
            Assert.All(letters.Wrap(text, 15, 20, 2), line => Assert.InRange(letters.Width(line, 15), 0, 60));
            Drawn(letters, text).Dispose();
        }
    }

    /// <summary>A font of the machine that is damaged is as if it were not there; it never ends an export.</summary>
    [Fact]
    public void DamagedFontsDoNoHarm()
    {
        byte[] good = File.ReadAllBytes(Own());
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            byte[] data = i % 4 == 0 ? good[..random.Next(good.Length)] : [.. good];
            for (int n = 0; n < 40 && data.Length > 0; n++) data[random.Next(3) == 0 ? random.Next(data.Length) : random.Next(Math.Min(data.Length, 400))] = (byte)random.Next(256);
            string file = _folder.File("font.ttf", data);
            var fonts = new SystemFonts([Path.GetDirectoryName(file)!]);
            if (fonts.Find(new Rune('a')) is not { } font) continue;
            using var image = new Image<Rgb24>(40, 40);
            try
            {
                Coverage.Of(font.OutlineOf(font.Glyph(new Rune('a'))), 0.01f, 0);
            }
            catch (Exception e)
            {
                Assert.True(e is InvalidDataException or ArgumentException or IndexOutOfRangeException, e.ToString());
            }
        }
    }

    private static string Own() => Path.Combine(AppContext.BaseDirectory, "Fonts", "DejaVuSansCondensed.ttf");

    private void Same(string font, string letter, Lettering letters)
    {
        string script = $"""
            import sys
            from PIL import Image, ImageDraw, ImageFont
            im = Image.new('L', ({Canvas}, {Canvas}), 255)
            ImageDraw.Draw(im).text((40, 300), sys.stdin.buffer.read().decode(), font=ImageFont.truetype('{font}', {Size}, layout_engine=ImageFont.Layout.BASIC), fill=0, anchor='ls')
            sys.stdout.buffer.write(im.tobytes())
            """;
        byte[] expected = Tools.Python(script, Encoding.UTF8.GetBytes(letter));
        using Image<Rgb24> image = Drawn(letters, letter);

        // FreeType moves edges onto pixels, and base lines are elsewhere: the overlap at the best place is what counts.
        (int left, int top) = Corner((x, y) => expected[y * Canvas + x] < 128);
        (int ownLeft, int ownTop) = Corner((x, y) => image[x, y].R < 128);
        double best = 0;
        for (int dy = -3; dy <= 3; dy++)
        {
            for (int dx = -3; dx <= 3; dx++)
            {
                int both = 0, any = 0;
                for (int y = 8; y < Canvas - 8; y++)
                {
                    for (int x = 8; x < Canvas - 8; x++)
                    {
                        int ox = x + ownLeft - left + dx, oy = y + ownTop - top + dy;
                        bool a = expected[y * Canvas + x] < 128, b = ox >= 0 && oy >= 0 && ox < Canvas && oy < Canvas && image[ox, oy].R < 128;
                        if (a && b) both++;
                        if (a || b) any++;
                    }
                }

                best = Math.Max(best, both / (double)any);
            }
        }

        Assert.True(best > 0.95, $"{letter}: {best:0.000}");
    }

    private static (int Left, int Top) Corner(Func<int, int, bool> ink)
    {
        IEnumerable<(int X, int Y)> all = from y in Enumerable.Range(0, Canvas) from x in Enumerable.Range(0, Canvas) where ink(x, y) select (x, y);
        List<(int X, int Y)> points = [.. all];
        Assert.NotEmpty(points);
        return (points.Min(static p => p.X), points.Min(static p => p.Y));
    }

    private static Image<Rgb24> Drawn(Lettering letters, string text)
    {
        var image = new Image<Rgb24>(Canvas, Canvas, new Rgb24(255, 255, 255));
        letters.Draw(image, text, Size, 40, 60, new Rgb24(0, 0, 0));
        return image;
    }

    private static int Count(Image<Rgb24> image, Func<Rgb24, bool> match)
    {
        int count = 0;
        for (int y = 0; y < image.Height; y++)
        {
            for (int x = 0; x < image.Width; x++)
            {
                if (match(image[x, y])) count++;
            }
        }

        return count;
    }

    // Peace, thanks, a Persian book with a mark, numbers between, Hebrew: left to right as they stand on paper.
    [Theory]
    [InlineData("\u0633\u0644\u0627\u0645", "\uFEE1\uFEFC\uFEB3")]
    [InlineData("\u0634\u0643\u0631\u0627", "\uFE8D\uFEAE\uFEDC\uFEB7")]
    [InlineData("\u0643\u062A\u0627\u0628", "\uFE8F\uFE8E\uFE98\uFEDB")]
    [InlineData("\u067E\u06CC\u0686 7.jpg", "7 \uFB7B\uFBFF\uFB58.jpg")]
    [InlineData("\u0628\u0651\u0628", "\uFE90\u0651\uFE91")]
    [InlineData("\u0644\u0640\u0644", "\uFEDE\u0640\uFEDF")]
    [InlineData("\u0645\u0627\u0621", "\uFE80\uFE8E\uFEE3")]
    [InlineData("\u05E9\u05DC\u05D5\u05DD", "\u05DD\u05D5\u05DC\u05E9")]
    public void RightToLeftLettersStandInOrderAndAreJoined(string read, string stands) =>
        Assert.Equal(stands, string.Concat(RightToLeft.Ordered(read.EnumerateRunes())));

    // Where Chromium puts each character of a line that begins on the left.
    [Theory]
    [InlineData("\u05EA\u05DE\u05D5\u05E0\u05D4 \u05E9\u05DC \u05D4\u05E0\u05DE\u05DC 2024 (\u05E2\u05D5\u05EA\u05E7).jpg", "(\u05E7\u05EA\u05D5\u05E2) 2024 \u05DC\u05DE\u05E0\u05D4 \u05DC\u05E9 \u05D4\u05E0\u05D5\u05DE\u05EA.jpg")]
    [InlineData("(\u05E2\u05D5\u05EA\u05E7) x.jpg", "(\u05E7\u05EA\u05D5\u05E2) x.jpg")]
    [InlineData("a (\u05E9\u05DC\u05D5\u05DD) b", "a (\u05DD\u05D5\u05DC\u05E9) b")]
    [InlineData("\u05E9\u05DC\u05D5\u05DD 12.5-13 \u05E2\u05D5\u05DC\u05DD.jpg", "\u05DD\u05DC\u05D5\u05E2 12.5-13 \u05DD\u05D5\u05DC\u05E9.jpg")]
    [InlineData("12 \u05E9\u05DC\u05D5\u05DD.jpg", "12 \u05DD\u05D5\u05DC\u05E9.jpg")]
    [InlineData("\u05E9\u05DC\u05D5\u05DD-\u05E2\u05D5\u05DC\u05DD_2.jpg", "2_\u05DD\u05DC\u05D5\u05E2-\u05DD\u05D5\u05DC\u05E9.jpg")]
    [InlineData("\u05E9\u05DC\u05D5\u05DD (2).jpg", "(2) \u05DD\u05D5\u05DC\u05E9.jpg")]
    [InlineData("\u05E9\u05DC\u05D5\u05DD [x] \u05E2\u05D5\u05DC\u05DD", "\u05DD\u05D5\u05DC\u05E9 [x] \u05DD\u05DC\u05D5\u05E2")]
    [InlineData("(\u05E9\u05DC\u05D5\u05DD", "(\u05DD\u05D5\u05DC\u05E9")]
    [InlineData("\u05D0 1 \u05D1 2 \u05D2.png", "\u05D2 2 \u05D1 1 \u05D0.png")]
    [InlineData("\u05D0 (1) \u05D1", "\u05D1 (1) \u05D0")]
    [InlineData("\u05D0-1.png", "1-\u05D0.png")]
    [InlineData("\u05D0 1/2/2024 \u05D1", "\u05D1 1/2/2024 \u05D0")]
    [InlineData("50% \u05D0", "50% \u05D0")]
    [InlineData("\u05D0 50%.jpg", "50% \u05D0.jpg")]
    [InlineData("\u05D0+1.jpg", "1+\u05D0.jpg")]
    public void NumbersAndBracketsStandWhereABrowserPutsThem(string read, string stands) =>
        Assert.Equal(stands, string.Concat(RightToLeft.Ordered(read.EnumerateRunes())));
}
