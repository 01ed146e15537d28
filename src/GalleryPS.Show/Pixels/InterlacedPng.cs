using System.Buffers.Binary;
using System.IO.Compression;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// Interlaced PNG whose data end early keep ImageSharp 2 busy for ever. So what it gets is the header, the colours and one
/// run of image data, after that was found to be long enough.
/// </summary>
internal static class InterlacedPng
{
    private const int Overhead = 12, InterlaceField = 28;

    // Where each of the seven passes begins, and how far its pixels are apart (PNG, third edition, section 8.1).
    private static readonly (int X, int Y, int Across, int Down)[] Passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Whether a PNG file says that it is interlaced.</summary>
    public static bool Is(ReadOnlySpan<byte> png) => png.Length > InterlaceField && png[InterlaceField] == 1;

    /// <summary>Checks an interlaced PNG file.</summary>
    /// <param name="png">The whole file.</param>
    /// <returns>The bytes for the decoder.</returns>
    /// <exception cref="InvalidDataException">The image data end early, or make no sense.</exception>
    public static ReadOnlyMemory<byte> Check(ReadOnlyMemory<byte> png)
    {
        ReadOnlySpan<byte> file = png.Span;
        using var plain = new MemoryStream(file.Length);
        using var packed = new MemoryStream(file.Length);
        plain.Write(PngChunks.Signature);
        for (int at = PngChunks.Signature.Length; at <= file.Length - Overhead;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - Overhead) break;
            ReadOnlySpan<byte> chunk = file.Slice(at, Overhead + (int)length), type = chunk.Slice(4, 4);
            bool image = type.SequenceEqual("IDAT"u8);
            if (packed.Length > 0 && !image) break;
            if (image) packed.Write(chunk[8..^4]);
            if (image || type.SequenceEqual("IHDR"u8) || type.SequenceEqual("PLTE"u8) || type.SequenceEqual("tRNS"u8)) plain.Write(chunk);
            at += chunk.Length;
        }

        packed.Position = 0;
        long needed = Needed(file), there = 0;
        using var data = new ZLibStream(packed, CompressionMode.Decompress);
        byte[] buffer = new byte[65_536];
        while (there < needed)
        {
            int read = data.Read(buffer);
            if (read == 0) throw new InvalidDataException("The image data end early.");
            there += read;
        }

        PngChunks.Write(plain, "IEND"u8, []);
        return plain.ToArray();
    }

    /// <summary>Bytes of the unpacked image data: a filter byte before each row of each pass.</summary>
    private static long Needed(ReadOnlySpan<byte> file)
    {
        uint width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]), height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        int channels = file[25] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        long bytes = 0;
        foreach ((int x, int y, int across, int down) in Passes)
        {
            long columns = (width - x + across - 1) / across, rows = (height - y + down - 1) / down;
            if (columns > 0 && rows > 0) bytes += rows * (1 + (columns * channels * file[24] + 7) / 8);
        }

        return bytes;
    }
}
