using System.Buffers.Binary;
using System.IO.Compression;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// Writes PNG for a terminal, which has it on the screen a moment later: three bytes per pixel where nothing shines
/// through, and the system's compression at its fastest.
/// </summary>
internal static class FastPng
{
    private const byte Sub = 1, Rgb = 2, Rgba = 6;

    /// <summary>Encodes pixels.</summary>
    public static byte[] Encode(PixelImage image)
    {
        int channels = image.IsOpaque() ? 3 : 4;
        using var file = new MemoryStream();
        file.Write(PngChunks.Signature);
        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        (header[8], header[9]) = (8, channels == 3 ? Rgb : Rgba);
        PngChunks.Write(file, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            byte[] row = new byte[1 + image.Width * channels];
            row[0] = Sub;
            for (int y = 0; y < image.Height; y++)
            {
                Filter(image.Rgba.AsSpan(y * image.Width * 4, image.Width * 4), row.AsSpan(1), channels);
                zlib.Write(row);
            }
        }

        PngChunks.Write(file, "IDAT"u8, packed.GetBuffer().AsSpan(0, (int)packed.Length));
        PngChunks.Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Each byte less the one of the pixel before (PNG, third edition, section 9.2).</summary>
    private static void Filter(ReadOnlySpan<byte> rgba, Span<byte> row, int channels)
    {
        byte r = 0, g = 0, b = 0, a = 0;
        for (int x = 0, to = 0; x + 3 < rgba.Length; x += 4, to += channels)
        {
            row[to] = (byte)(rgba[x] - r);
            row[to + 1] = (byte)(rgba[x + 1] - g);
            row[to + 2] = (byte)(rgba[x + 2] - b);
            if (channels == 4) row[to + 3] = (byte)(rgba[x + 3] - a);
            (r, g, b, a) = (rgba[x], rgba[x + 1], rgba[x + 2], rgba[x + 3]);
        }
    }
}
