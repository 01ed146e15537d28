using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Pixels;

/// <summary>Encodes small versions for web pages.</summary>
internal static class Thumbnails
{
    private static readonly JpegEncoder Jpeg = new() { Quality = 80 };
    private static readonly PngEncoder Png = new() { IgnoreMetadata = true, CompressionLevel = PngCompressionLevel.Level6 };

    /// <summary>JPEG, or PNG where something shines through.</summary>
    public static byte[] Encode(Image<Rgba32> image)
    {
        using var output = new MemoryStream();
        if (IsOpaque(image)) image.SaveAsJpeg(output, Jpeg);
        else image.SaveAsPng(output, Png);
        return output.ToArray();
    }

    private static bool IsOpaque(Image<Rgba32> image)
    {
        bool opaque = true;
        image.ProcessPixelRows(rows =>
        {
            for (int y = 0; y < rows.Height && opaque; y++)
            {
                foreach (ref readonly Rgba32 pixel in rows.GetRowSpan(y))
                {
                    if (pixel.A == 255) continue;
                    opaque = false;
                    break;
                }
            }
        });
        return opaque;
    }
}
