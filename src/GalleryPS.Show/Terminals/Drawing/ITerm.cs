using GalleryPS.Show.Pixels;
using System.Globalization;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Terminals.Drawing;

/// <summary>The inline images of iTerm2: a PNG file in base64, drawn at the cursor over a number of cells.</summary>
internal static class ITerm
{
    private static readonly PngEncoder Encoder = new()
    {
        IgnoreMetadata = true,
        CompressionLevel = PngCompressionLevel.BestSpeed,
        FilterMethod = PngFilterMethod.Sub,
    };

    /// <summary>Transmits and draws.</summary>
    /// <param name="image">The pixels.</param>
    /// <param name="columns">Columns to cover at most.</param>
    /// <param name="rows">Rows to cover at most.</param>
    public static string Render(PixelImage image, int columns, int rows)
    {
        using Image<Rgba32> pixels = Image.LoadPixelData<Rgba32>(image.Rgba, image.Width, image.Height);
        using var png = new MemoryStream();
        pixels.SaveAsPng(png, Encoder);
        string data = Convert.ToBase64String(png.GetBuffer().AsSpan(0, (int)png.Length));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"\e]1337;File=inline=1;size={png.Length};width={columns};height={rows};preserveAspectRatio=1:{data}\a");
    }
}
