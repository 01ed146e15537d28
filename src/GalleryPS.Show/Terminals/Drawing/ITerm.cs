using System.Globalization;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Terminals.Drawing;

/// <summary>The inline images of iTerm2: a PNG file in base64, drawn at the cursor over a number of cells.</summary>
internal static class ITerm
{
    /// <summary>Transmits and draws.</summary>
    /// <param name="image">The pixels.</param>
    /// <param name="columns">Columns to cover at most.</param>
    /// <param name="rows">Rows to cover at most.</param>
    public static string Render(PixelImage image, int columns, int rows)
    {
        byte[] png = FastPng.Encode(image);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"\e]1337;File=inline=1;size={png.Length};width={columns};height={rows};preserveAspectRatio=1:{Convert.ToBase64String(png)}\a");
    }
}
