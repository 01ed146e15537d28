using System.Globalization;
using System.Text;
using GalleryPS.Show.Pixels;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Advanced;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Fonts;

/// <summary>
/// Draws lines of text onto images, in DejaVu Sans, which is part of this assembly; letters that it has not come from the
/// fonts of the machine. What no font has is drawn as a question mark. Not for use from several threads.
/// </summary>
internal sealed class Lettering
{
    private static readonly Lazy<FontFile> Own = new(static () =>
    {
        using Stream stream = typeof(Lettering).Assembly.GetManifestResourceStream("GalleryPS.Show.Fonts.DejaVuSansCondensed.ttf")!;
        byte[] data = new byte[stream.Length];
        stream.ReadExactly(data);
        return new FontFile(data);
    });

    private readonly SystemFonts _system;
    private readonly Dictionary<Rune, (FontFile Font, int Glyph)> _glyphs = [];
    private readonly Dictionary<(FontFile, int, int), PixelImage?> _pictures = [];

    /// <summary>With the fonts of this machine.</summary>
    public Lettering()
        : this(new SystemFonts())
    {
    }

    /// <summary>With fonts of one's own.</summary>
    /// <param name="system">Where letters are looked for that DejaVu Sans has not.</param>
    public Lettering(SystemFonts system) => _system = system;

    /// <summary>Pixels from one line to the next.</summary>
    public static int LineHeight(float size) => (int)MathF.Ceiling(size * 1.35f);

    /// <summary>Pixels that a text is wide.</summary>
    public float Width(string text, float size)
    {
        float width = 0;
        foreach (Rune rune in Visible(text)) width += Advance(rune, size);
        return width;
    }

    /// <summary>Breaks a text into lines; what does not fit loses its middle, since the end tells files of one series apart.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">Pixels of the letters.</param>
    /// <param name="width">Pixels there are.</param>
    /// <param name="most">Most lines.</param>
    public IReadOnlyList<string> Wrap(string text, float size, float width, int most)
    {
        var lines = new List<string>();
        string rest = string.Concat(Visible(text)).Trim();
        while (lines.Count < most - 1 && Width(rest, size) > width)
        {
            int end = Fitting(rest, size, width);

            // Better behind a space or a sign, unless most of the line would stay empty.
            int better = rest.AsSpan(0, end).LastIndexOfAny(" -_.,") + 1;
            if (better > end / 2) end = better;
            lines.Add(rest[..end].TrimEnd());
            rest = rest[end..].TrimStart();
        }

        if (Width(rest, size) > width) rest = "\u2026" + Tail(rest, size, width - Width("\u2026", size));
        if (rest.Length > 0 || lines.Count == 0) lines.Add(rest);
        return lines;
    }

    /// <summary>Draws a line of text.</summary>
    /// <param name="image">Onto what; what lies outside is left out.</param>
    /// <param name="text">The text.</param>
    /// <param name="size">Pixels of the letters.</param>
    /// <param name="left">Where it begins.</param>
    /// <param name="top">Upper edge of the line.</param>
    /// <param name="color">Its colour.</param>
    public void Draw(Image<Rgb24> image, string text, float size, float left, int top, Rgb24 color)
    {
        FontFile own = Own.Value;
        float leading = LineHeight(size) - (own.Ascent + own.Descent) * size / own.UnitsPerEm;
        int baseline = top + (int)MathF.Round(leading / 2 + own.Ascent * size / own.UnitsPerEm);
        foreach (Rune rune in RightToLeft.Ordered(Visible(text)))
        {
            (FontFile font, int glyph) = Find(rune);
            if (Picture(font, glyph, (int)MathF.Round(size * 1.1f)) is { } picture) DrawPicture(image, picture, (int)MathF.Round(left), baseline - (int)MathF.Round(picture.Height * 0.85f));
            else DrawGlyph(image, font, glyph, size, left, baseline, color);
            left += Advance(rune, size);
        }
    }

    /// <summary>Composed as far as there are composed letters, without what steers and is not seen.</summary>
    private static IEnumerable<Rune> Visible(string text)
    {
        foreach (Rune rune in Composed(text).EnumerateRunes())
        {
            bool unseen = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format || rune.Value is >= 0xFE00 and <= 0xFE0F;
            if (!unseen) yield return rune;
        }
    }

    private static string Composed(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair, in a file name of Windows.
            return text;
        }
    }

    private (FontFile Font, int Glyph) Find(Rune rune)
    {
        if (_glyphs.TryGetValue(rune, out (FontFile Font, int Glyph) known)) return known;
        FontFile? font = rune.Value >= 0x1F000 ? _system.Find(rune, inColor: true) : null;
        if (font is null) font = Own.Value.Glyph(rune) != 0 ? Own.Value : _system.Find(rune);
        (FontFile, int) found = font is null ? (Own.Value, Own.Value.Glyph(new Rune('?'))) : (font, font.Glyph(rune));
        return _glyphs[rune] = found;
    }

    private float Advance(Rune rune, float size)
    {
        // Marks that are no part of a composed letter stand above the letter before them.
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark) return 0;
        (FontFile font, int glyph) = Find(rune);
        return font.Advance(glyph) * size / font.UnitsPerEm;
    }

    private int Fitting(string text, float size, float width)
    {
        int end = 0;
        float sum = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            sum += Advance(rune, size);
            if (sum > width && end > 0) break;
            end += rune.Utf16SequenceLength;
        }

        return Math.Min(end, text.Length);
    }

    private string Tail(string text, float size, float width)
    {
        int start = text.Length;
        float sum = 0;
        while (start > 0)
        {
            int step = start > 1 && char.IsLowSurrogate(text[start - 1]) && char.IsHighSurrogate(text[start - 2]) ? 2 : 1;
            sum += Width(text.Substring(start - step, step), size);
            if (sum > width) break;
            start -= step;
        }

        return text[start..];
    }

    private PixelImage? Picture(FontFile font, int glyph, int height)
    {
        if (font.Bitmaps is null) return null;
        if (_pictures.TryGetValue((font, glyph, height), out PixelImage? known)) return known;
        PixelImage? picture = null;
        try
        {
            ReadOnlyMemory<byte> png = font.Bitmaps.Png(glyph);
            if (!png.IsEmpty) picture = ImageDecoder.Default.Decode("glyph", png, own => own.FitInto(new PixelSize(2 * height, height)));
        }
        catch (Exception e) when (e is GalleryException or ArgumentException or IndexOutOfRangeException)
        {
            // A damaged picture of a font: the place stays empty.
        }

        return _pictures[(font, glyph, height)] = picture;
    }

    private static void DrawGlyph(Image<Rgb24> image, FontFile font, int glyph, float size, float left, int baseline, Rgb24 color)
    {
        Coverage coverage;
        try
        {
            int column = (int)MathF.Floor(left);
            coverage = Coverage.Of(font.OutlineOf(glyph), size / font.UnitsPerEm, left - column);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException)
        {
            // A damaged glyph: the place stays empty.
            return;
        }

        Span<float> parts = stackalloc float[coverage.Width];
        for (int y = 0; y < coverage.Height; y++)
        {
            int row = baseline + coverage.Top + y;
            if (row < 0 || row >= image.Height) continue;
            coverage.Row(y, parts);
            Span<Rgb24> pixels = image.DangerousGetPixelRowMemory(row).Span;
            for (int x = 0; x < parts.Length; x++)
            {
                int at = (int)MathF.Floor(left) + coverage.Left + x;
                if (parts[x] > 0 && at >= 0 && at < pixels.Length) pixels[at] = Mixed(pixels[at], color, parts[x]);
            }
        }
    }

    private static void DrawPicture(Image<Rgb24> image, PixelImage picture, int left, int top)
    {
        for (int y = Math.Max(0, -top); y < picture.Height && top + y < image.Height; y++)
        {
            Span<Rgb24> pixels = image.DangerousGetPixelRowMemory(top + y).Span;
            for (int x = Math.Max(0, -left); x < picture.Width && left + x < pixels.Length; x++)
            {
                int at = (y * picture.Width + x) * 4;
                byte[] rgba = picture.Rgba;
                pixels[left + x] = Mixed(pixels[left + x], new Rgb24(rgba[at], rgba[at + 1], rgba[at + 2]), rgba[at + 3] / 255f);
            }
        }
    }

    private static Rgb24 Mixed(Rgb24 under, Rgb24 over, float part)
    {
        return new Rgb24(Mix(under.R, over.R), Mix(under.G, over.G), Mix(under.B, over.B));

        byte Mix(byte from, byte to) => (byte)(from + (to - from) * part + 0.5f);
    }
}
