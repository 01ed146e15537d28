using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Terminals.Drawing;

/// <summary>Turns pixels into what a terminal draws them from: pure text, the same for the same pixels.</summary>
internal static class TerminalRenderer
{
    /// <summary>Renders a picture.</summary>
    /// <param name="image">The pixels, in the size that <paramref name="drawing"/> says.</param>
    /// <param name="drawing">How.</param>
    /// <returns>
    /// The text. Blocks and plain characters are lines with line feeds between them; the others are one control
    /// sequence that draws at the cursor.
    /// </returns>
    public static string Render(PixelImage image, TerminalDrawing drawing)
    {
        ArgumentNullException.ThrowIfNull(image);
        return drawing.Graphics switch
        {
            TerminalGraphics.Kitty => Kitty.Render(image, drawing.Columns, drawing.Rows),
            TerminalGraphics.ITerm => ITerm.Render(image, drawing.Columns, drawing.Rows),
            TerminalGraphics.Sixel => Sixel.Render(image),
            TerminalGraphics.Blocks => Blocks.Render(image, drawing.Colors),
            _ => Ascii.Render(image),
        };
    }
}
