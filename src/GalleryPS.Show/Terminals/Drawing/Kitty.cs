using System.IO.Compression;
using System.Text;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Terminals.Drawing;

/// <summary>
/// The graphics protocol of kitty: raw pixels, deflated, in base64, in pieces of 4,096 characters, drawn at the cursor
/// over a number of cells.
/// </summary>
internal static class Kitty
{
    private const int PieceLength = 4096;

    /// <summary>Transmits and draws; no answer is asked for, and the cursor stays where it is.</summary>
    /// <param name="image">The pixels.</param>
    /// <param name="columns">Columns to cover.</param>
    /// <param name="rows">Rows to cover.</param>
    public static string Render(PixelImage image, int columns, int rows)
    {
        bool opaque = image.IsOpaque();
        ReadOnlySpan<char> pixels = Convert.ToBase64String(Deflate(opaque ? WithoutAlpha(image.Rgba) : image.Rgba));
        var text = new StringBuilder(pixels.Length + pixels.Length / PieceLength * 16 + 128);
        bool first = true;
        while (first || pixels.Length > 0)
        {
            ReadOnlySpan<char> piece = pixels[..Math.Min(PieceLength, pixels.Length)];
            pixels = pixels[piece.Length..];
            int more = pixels.Length > 0 ? 1 : 0;
            text.Append("\e_G");
            if (first)
            {
                text.Append(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"a=T,q=2,f={(opaque ? 24 : 32)},o=z,s={image.Width},v={image.Height},c={columns},r={rows},C=1,");
            }

            text.Append("m=").Append(more).Append(';').Append(piece).Append("\e\\");
            first = false;
        }

        return text.ToString();
    }

    private static byte[] WithoutAlpha(byte[] rgba)
    {
        byte[] rgb = GC.AllocateUninitializedArray<byte>(rgba.Length / 4 * 3);
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            rgb[to] = rgba[from];
            rgb[to + 1] = rgba[from + 1];
            rgb[to + 2] = rgba[from + 2];
        }

        return rgb;
    }

    private static byte[] Deflate(byte[] bytes)
    {
        var output = new MemoryStream(bytes.Length / 2);
        using (var zlib = new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(bytes);
        return output.ToArray();
    }
}
