using System.Buffers.Binary;
using GalleryPS.Show.Pixels.Animations;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// Looks at what a file says of itself before a decoder sees it: kinds that are not supported are told apart from damage,
/// and nothing reaches a decoder that it would take without bounds.
/// </summary>
internal static class KindChecks
{
    private const ushort CompressionTag = 0x0103;
    private const int MostEntries = 4096;

    /// <summary>Checks a file.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="format">Its format.</param>
    /// <returns>The bytes for the decoder.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.ImageNotDecodable"/>.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static ReadOnlyMemory<byte> Check(string name, ReadOnlyMemory<byte> file, ImageFormat format)
    {
        switch (format)
        {
            case ImageFormat.Jpeg:
                CheckJpeg(name, file.Span);
                return file;
            case ImageFormat.Png:
                CheckPng(file.Span);
                return file;
            case ImageFormat.WebP:
                return AnimatedWebP.CheckStill(file);
            case ImageFormat.Tiff:
                return CheckTiff(name, file);
            default:
                return file;
        }
    }

    /// <summary>The error for a kind that is not supported.</summary>
    public static GalleryException NotSupported(string name, string kind, Exception? inner = null) => new(
        ErrorIds.ImageNotDecodable, GalleryErrorCategory.NotImplemented, $"{name} cannot be decoded: {kind}", name,
        "Convert it with another program, to PNG for example.", inner);

    /// <summary>The frame header's marker names the process (ITU-T T.81, table B.1).</summary>
    private static void CheckJpeg(string name, ReadOnlySpan<byte> file)
    {
        for (int at = 2; at + 4 <= file.Length && file[at] == 0xFF;)
        {
            byte marker = file[at + 1];
            string? kind = marker switch
            {
                0xC3 or 0xC7 or 0xCB or 0xCF => "lossless JPEG is not supported.",
                0xC5 or 0xC6 or 0xCD or 0xCE => "hierarchical JPEG is not supported.",
                0xC9 or 0xCA => "JPEG with arithmetic coding is not supported.",
                _ => null,
            };
            if (kind is not null) throw NotSupported(name, kind);
            if (marker is 0xDA or 0xD9 or 0xC0 or 0xC1 or 0xC2) return;
            at += marker == 0xFF ? 1 : 2 + Math.Max(2, (int)BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]));
        }
    }

    /// <summary>
    /// The decoder takes a second header, wherever one stands, for the image's: it could be of any size, and interlaced.
    /// </summary>
    private static void CheckPng(ReadOnlySpan<byte> file)
    {
        const int AfterFirst = 16;
        for (int at = AfterFirst, found; at < file.Length && (found = file[at..].IndexOf("IHDR"u8)) >= 0; at += found + 4)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[(at + found - 4)..]);
            if (length <= file.Length - at - found) throw new InvalidDataException("The file has two headers.");
        }
    }

    /// <summary>
    /// The decoder is only shown the first page: a chain of pages may go round in circles. Nor may the values of the fields
    /// overlap so much that together they are longer than the file, since each is copied.
    /// </summary>
    private static byte[] CheckTiff(string name, ReadOnlyMemory<byte> file)
    {
        byte[] copy = file.ToArray();
        if (!TiffDirectory.TryFirst(copy, out TiffDirectory page)) throw new InvalidDataException("The first page is cut off.");
        if (page.Count > MostEntries) throw new InvalidDataException("The first page has too many fields.");
        UInt128 values = 0;
        for (int i = 0; i < page.Count; i++)
        {
            TiffDirectory.Entry entry = page[i];
            values += entry.Length;
            if (entry.Tag != CompressionTag) continue;
            string? kind = !entry.IsNumber ? "its compression is not specified." : entry.Value switch
            {
                // None, LZW, Deflate in both of its numbers, PackBits.
                1 or 5 or 8 or 32946 or 32773 => null,

                // The decoder takes such a strip for any image, without limits: for the TIFF file itself too, without end.
                6 or 7 => "TIFF with JPEG compression is not supported.",
                2 or 3 or 4 => "TIFF with CCITT compression is not supported.",
                _ => $"TIFF compression {entry.Value} is not supported.",
            };
            if (kind is not null) throw NotSupported(name, kind);
        }

        if (values > (UInt128)copy.Length + 65_536) throw new InvalidDataException("The fields of the first page are longer than the file.");
        if (page.NextField <= copy.Length - page.OffsetLength) copy.AsSpan(page.NextField, page.OffsetLength).Clear();
        return copy;
    }
}
