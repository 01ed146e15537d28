using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Terminals.Drawing;

/// <summary>Where and how a picture is drawn in a terminal.</summary>
/// <param name="Graphics">What the terminal understands.</param>
/// <param name="Colors">Colours of text; only blocks make use of it.</param>
/// <param name="Columns">Columns the picture covers.</param>
/// <param name="Rows">Rows it covers.</param>
/// <param name="Pixels">Size of the picture to render: exactly what covers those cells.</param>
internal readonly record struct TerminalDrawing(
    TerminalGraphics Graphics, TerminalColors Colors, int Columns, int Rows, PixelSize Pixels)
{
    /// <summary>Fits an image into cells, in its own shape.</summary>
    /// <param name="terminal">The terminal, for the size of its cells.</param>
    /// <param name="graphics">What to draw with.</param>
    /// <param name="image">Size of the image.</param>
    /// <param name="columns">Columns there are.</param>
    /// <param name="rows">Rows there are.</param>
    /// <returns>The drawing: at least one cell; real pixels are never stretched beyond the image's own.</returns>
    public static TerminalDrawing Fit(Terminal terminal, TerminalGraphics graphics, PixelSize image, int columns, int rows)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        double cellWidth = terminal.CellWidth, cellHeight = terminal.CellHeight;
        double scale = Math.Min(columns * cellWidth / image.Width, rows * cellHeight / image.Height);

        // Characters are coarse: there an image may grow until one of its pixels is one column wide.
        bool inCells = graphics.IsText();
        scale = Math.Min(scale, inCells ? cellWidth : 1);
        double width = image.Width * scale, height = image.Height * scale;
        int across = Math.Clamp(inCells ? (int)Math.Round(width / cellWidth) : (int)Math.Ceiling(width / cellWidth - 0.001), 1, columns);
        if (!inCells)
        {
            var pixels = new PixelSize(Math.Max(1, (int)Math.Round(width)), Math.Max(1, (int)Math.Round(height)));
            int down = Math.Clamp((int)Math.Ceiling(pixels.Height / cellHeight - 0.001), 1, rows);
            return new TerminalDrawing(graphics, terminal.Colors, across, down, pixels);
        }

        int perCell = graphics == TerminalGraphics.Blocks ? 2 : 1;
        int lines = Math.Clamp((int)Math.Round(height * perCell / cellHeight), 1, rows * perCell);
        return new TerminalDrawing(
            graphics, terminal.Colors, across, (lines + perCell - 1) / perCell, new PixelSize(across, lines));
    }
}
