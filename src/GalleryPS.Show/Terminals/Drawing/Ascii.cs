using System.Text;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Terminals.Drawing;

/// <summary>Plain characters: the brighter a pixel, the more of its cell a character fills. One pixel is one cell.</summary>
internal static class Ascii
{
    private const string Ramp = " .:-=+*#%@";

    /// <summary>Draws lines of characters with line feeds between them; nothing else is in the text.</summary>
    /// <param name="image">The pixels.</param>
    public static string Render(PixelImage image)
    {
        var text = new StringBuilder((image.Width + 1) * image.Height);
        ReadOnlySpan<byte> pixels = image.Rgba;
        for (int y = 0; y < image.Height; y++)
        {
            if (y > 0) text.Append('\n');
            int start = text.Length;
            for (int x = 0; x < image.Width; x++)
            {
                ReadOnlySpan<byte> pixel = pixels.Slice((y * image.Width + x) * 4, 4);

                // Luma of BT.601 in 1/256; what shines through is dark, like the terminal behind it.
                int luma = (77 * pixel[0] + 150 * pixel[1] + 29 * pixel[2]) * pixel[3] / 255 >> 8;
                text.Append(Ramp[luma * Ramp.Length / 256]);
            }

            // Spaces at the end of a line draw nothing.
            int end = text.Length;
            while (end > start && text[end - 1] == ' ') end--;
            text.Length = end;
        }

        return text.ToString();
    }
}
