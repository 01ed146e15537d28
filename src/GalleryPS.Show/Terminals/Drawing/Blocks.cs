using System.Text;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Terminals.Drawing;

/// <summary>
/// Half blocks: each cell shows two pixels, the upper one in the colour of the text, the lower one in that of the
/// background. A pixel is one column wide.
/// </summary>
internal static class Blocks
{
    private const int None = -1;

    /// <summary>Draws lines with line feeds between them; each line ends in the terminal's own colours.</summary>
    /// <param name="image">The pixels; an odd last row is the upper half of its cells.</param>
    /// <param name="colors">The terminal's colours; 16 are used where it has none.</param>
    public static string Render(PixelImage image, TerminalColors colors)
    {
        var text = new StringBuilder(image.Width * image.Height * 12);
        for (int y = 0; y < image.Height; y += 2)
        {
            if (y > 0) text.Append('\n');
            int front = None, back = None;
            for (int x = 0; x < image.Width; x++)
            {
                int upper = Color(image, x, y, colors);
                int lower = y + 1 < image.Height ? Color(image, x, y + 1, colors) : None;
                if (upper == None && lower == None)
                {
                    Background(text, ref back, None, colors);
                    text.Append(' ');
                }
                else if (upper == None)
                {
                    Foreground(text, ref front, lower, colors);
                    Background(text, ref back, None, colors);
                    text.Append('▄');
                }
                else if (upper == lower)
                {
                    // One colour needs no character: a space shows the background.
                    Background(text, ref back, upper, colors);
                    text.Append(' ');
                }
                else
                {
                    Foreground(text, ref front, upper, colors);
                    Background(text, ref back, lower, colors);
                    text.Append('▀');
                }
            }

            text.Append("\e[0m");
        }

        return text.ToString();
    }

    /// <summary>A number that stands for the colour of a pixel; none for one that shines through.</summary>
    private static int Color(PixelImage image, int x, int y, TerminalColors colors)
    {
        ReadOnlySpan<byte> pixel = image.Rgba.AsSpan((y * image.Width + x) * 4, 4);
        if (pixel[3] < 128) return None;
        return colors switch
        {
            TerminalColors.TrueColor => pixel[0] << 16 | pixel[1] << 8 | pixel[2],
            TerminalColors.Ansi256 => Palette.Nearest256(pixel[0], pixel[1], pixel[2]),
            _ => Palette.Nearest16(pixel[0], pixel[1], pixel[2]),
        };
    }

    private static void Foreground(StringBuilder text, ref int current, int color, TerminalColors colors) =>
        Select(text, ref current, color, colors, 30);

    private static void Background(StringBuilder text, ref int current, int color, TerminalColors colors) =>
        Select(text, ref current, color, colors, 40);

    /// <summary>Switches a colour when it is not the current one (SGR; 30 and up is text, 40 and up background).</summary>
    private static void Select(StringBuilder text, ref int current, int color, TerminalColors colors, int ground)
    {
        if (color == current) return;
        current = color;
        text.Append("\e[");
        switch (colors)
        {
            case var _ when color == None:
                text.Append(ground + 9);
                break;
            case TerminalColors.TrueColor:
                text.Append(ground + 8).Append(";2;").Append(color >> 16).Append(';').Append(color >> 8 & 255).Append(';').Append(color & 255);
                break;
            case TerminalColors.Ansi256:
                text.Append(ground + 8).Append(";5;").Append(color);
                break;
            default:
                text.Append(color < 8 ? ground + color : ground + 60 + color - 8);
                break;
        }

        text.Append('m');
    }
}
