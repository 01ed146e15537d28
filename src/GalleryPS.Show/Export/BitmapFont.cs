using System.Globalization;
using System.Text;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Export;

/// <summary>
/// Captions without a font library: characters of 5 x 7 dots, drawn two pixels per dot with their steps smoothed.
/// Letters with marks are drawn without them; what is not there becomes a box.
/// </summary>
internal static class BitmapFont
{
    /// <summary>Pixels from one character to the next.</summary>
    public const int Advance = 12;

    /// <summary>Pixels from the top of a character to its bottom, descenders included.</summary>
    public const int Height = 18;

    private const int Dot = 2, Columns = 5, Rows = 9;

    // Nine rows of five dots per character from the space on, a character of the string each: '@' plus the dots as bits,
    // the left one highest. The last two rows are for descenders.
    private static readonly string[] Glyphs =
    [
        "@@@@@@@@@", "DDDDD@D@@", "JJJ@@@@@@", "JJ_J_JJ@@", "DOTNEND@@", "XYBDHSC@@", "LRTHURM@@", "DDH@@@@@@",
        "BDHHHDB@@", "HDBBBDH@@", "@DUNUD@@@", "@DD_DD@@@", "@@@@@LDH@", "@@@_@@@@@", "@@@@@LL@@", "@ABDHP@@@",
        "NQSUYQN@@", "DLDDDDN@@", "NQABDH_@@", "_BDBAQN@@", "BFJR_BB@@", "_P^AAQN@@", "FHP^QQN@@", "_ABDHHH@@",
        "NQQNQQN@@", "NQQOABL@@", "@LL@LL@@@", "@LL@LDH@@", "BDHPHDB@@", "@@_@_@@@@", "HDBABDH@@", "NQABD@D@@",
        "NQAMUUN@@", "NQQQ_QQ@@", "^QQ^QQ^@@", "NQPPPQN@@", "\\RQQQR\\@@", "_PP^PP_@@", "_PP^PPP@@", "NQPWQQO@@",
        "QQQ_QQQ@@", "NDDDDDN@@", "GBBBBRL@@", "QRTXTRQ@@", "PPPPPP_@@", "Q[UUQQQ@@", "QQYUSQQ@@", "NQQQQQN@@",
        "^QQ^PPP@@", "NQQQURM@@", "^QQ^TRQ@@", "OPPNAA^@@", "_DDDDDD@@", "QQQQQQN@@", "QQQQQJD@@", "QQQUUUJ@@",
        "QQJDJQQ@@", "QQQJDDD@@", "_ABDHP_@@", "NHHHHHN@@", "@PHDBA@@@", "NBBBBBN@@", "DJQ@@@@@@", "@@@@@@@_@",
        "HDB@@@@@@", "@@NAOQO@@", "PPVYQQ^@@", "@@NPPQN@@", "AAMSQQO@@", "@@NQ_PN@@", "FIH\\HHH@@", "@@OQQOAAN",
        "PPVYQQQ@@", "D@LDDDN@@", "B@FBBBBRL", "PPRTXTR@@", "LDDDDDN@@", "@@ZUUQQ@@", "@@VYQQQ@@", "@@NQQQN@@",
        "@@^QQ^PPP", "@@MSQOAAA", "@@VYPPP@@", "@@NPNA^@@", "HH\\HHIF@@", "@@QQQSM@@", "@@QQQJD@@", "@@QQUUJ@@",
        "@@QJDJQ@@", "@@QQQOAAN", "@@_BDH_@@", "BDDHDDB@@", "DDDDDDD@@", "HDDBDDH@@", "@@HUB@@@@",
    ];

    private static readonly string Unknown = "_QQQQQ_@@";

    /// <summary>Pixels a text is wide.</summary>
    public static int Width(string text) => Math.Max(0, Plain(text).Length * Advance - Dot);

    /// <summary>The text with its middle left out until it fits; the end tells files of one series apart.</summary>
    public static string Shorten(string text, int width)
    {
        string plain = Plain(text);
        int most = Math.Max(3, (width + Dot) / Advance);
        if (plain.Length <= most) return plain;
        int end = (most - 2) / 2;
        return string.Concat(plain.AsSpan(0, most - 2 - end), "..", plain.AsSpan(plain.Length - end));
    }

    /// <summary>Draws a text; what lies outside of the image is left out.</summary>
    public static void Draw(Image<Rgb24> image, string text, int left, int top, Rgb24 color)
    {
        foreach (char c in Plain(text))
        {
            DrawGlyph(image, c is >= ' ' and <= '~' ? Glyphs[c - ' '] : Unknown, left, top, color);
            left += Advance;
        }
    }

    private static void DrawGlyph(Image<Rgb24> image, string glyph, int left, int top, Rgb24 color)
    {
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                for (int corner = 0; corner < 4; corner++)
                {
                    int dx = corner & 1, dy = corner >> 1;
                    float cover = Cover(glyph, column, row, 2 * dx - 1, 2 * dy - 1);
                    if (cover > 0) Blend(image, left + column * Dot + dx, top + row * Dot + dy, color, cover);
                }
            }
        }
    }

    /// <summary>How much of a quarter of a dot is covered: steps between diagonal dots are filled by half.</summary>
    private static float Cover(string glyph, int column, int row, int dx, int dy)
    {
        bool beside = Is(glyph, column + dx, row), above = Is(glyph, column, row + dy), across = Is(glyph, column + dx, row + dy);
        if (!Is(glyph, column, row)) return beside && above && !across ? 0.6f : 0;
        return !beside && !above && !across && (Is(glyph, column - dx, row) || Is(glyph, column, row - dy) || Is(glyph, column - dx, row - dy)) ? 0.75f : 1;
    }

    private static bool Is(string glyph, int column, int row) =>
        column is >= 0 and < Columns && row is >= 0 and < Rows && ((glyph[row] - '@') >> (Columns - 1 - column) & 1) != 0;

    private static void Blend(Image<Rgb24> image, int x, int y, Rgb24 color, float cover)
    {
        if (x < 0 || y < 0 || x >= image.Width || y >= image.Height) return;
        Rgb24 under = image[x, y];
        image[x, y] = new Rgb24(Mix(under.R, color.R), Mix(under.G, color.G), Mix(under.B, color.B));

        byte Mix(byte from, byte to) => (byte)Math.Round(from + (to - from) * cover);
    }

    /// <summary>Letters without their marks, typographic quotes and dashes as plain ones.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (char c in text.Replace("ß", "ss", StringComparison.Ordinal).Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Control or UnicodeCategory.Format) continue;
            plain.Append(c switch
            {
                '\u2018' or '\u2019' => '\'',
                '\u201C' or '\u201D' => '"',
                '\u2013' or '\u2014' => '-',
                '\u00D7' => 'x',
                _ => c,
            });
        }

        return plain.ToString();
    }
}
