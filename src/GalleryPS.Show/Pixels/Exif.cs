using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// The little of EXIF that showing needs: the orientation, and the embedded thumbnail of a JPEG. Any bytes may be given:
/// nothing is thrown, and what makes no sense is as if it were not there.
/// </summary>
internal static class Exif
{
    private const int JpegStart = 256 * 1024, MostTiff = 64 << 20, MostExif = 1 << 20, MostChunks = 100_000;
    private const ushort OrientationTag = 0x0112, ThumbnailOffsetTag = 0x0201, ThumbnailLengthTag = 0x0202;

    /// <summary>Reads the orientation of an image without reading the image: only what is before and after its pixels.</summary>
    /// <param name="file">The file, from its first byte.</param>
    /// <param name="format">Its format.</param>
    /// <exception cref="IOException">The system could not read it.</exception>
    public static Orientation ReadOrientation(Stream file, ImageFormat format)
    {
        switch (format)
        {
            case ImageFormat.Jpeg or ImageFormat.Tiff:
                // A JPEG's segments come first. A TIFF's directory may be anywhere; of a huge file it is not worth the reading.
                if (format == ImageFormat.Tiff && file.Length > MostTiff) return Orientation.Upright;
                byte[] start = new byte[Math.Min(file.Length, format == ImageFormat.Jpeg ? JpegStart : MostTiff)];
                ReadOnlySpan<byte> read = start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false));
                return InTiff(format == ImageFormat.Jpeg ? FindInJpeg(read) : read);
            case ImageFormat.Png or ImageFormat.WebP:
                return InTiff(FindInChunks(file, format));
            default:
                return Orientation.Upright;
        }
    }

    /// <summary>Reads the orientation of an image in memory.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="format">Its format.</param>
    public static Orientation ReadOrientation(ReadOnlyMemory<byte> file, ImageFormat format)
    {
        switch (format)
        {
            case ImageFormat.Jpeg: return InTiff(FindInJpeg(file.Span));
            case ImageFormat.Tiff: return InTiff(file.Span);
            case ImageFormat.Png or ImageFormat.WebP:
                ArraySegment<byte> bytes = MemoryMarshal.TryGetArray(file, out ArraySegment<byte> there) ? there : file.ToArray();
                using (var stream = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)) return ReadOrientation(stream, format);
            default: return Orientation.Upright;
        }
    }

    /// <summary>The JPEG thumbnail in the EXIF data of a JPEG file; empty when there is none.</summary>
    /// <param name="file">The whole file.</param>
    public static ReadOnlySpan<byte> FindThumbnail(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> tiff = FindInJpeg(file);
        return TiffDirectory.TryFirst(tiff, out TiffDirectory first) && first.TryNext(out TiffDirectory second)
            && second.TryGet(ThumbnailOffsetTag, out uint offset) && second.TryGet(ThumbnailLengthTag, out uint length)
            && offset < tiff.Length && length <= tiff.Length - offset
            ? tiff.Slice((int)offset, (int)length) : default;
    }

    private static Orientation InTiff(ReadOnlySpan<byte> tiff) =>
        TiffDirectory.TryFirst(tiff, out TiffDirectory directory) && directory.TryGet(OrientationTag, out uint value) && value is >= 1 and <= 8
            ? (Orientation)value : Orientation.Upright;

    private static ReadOnlySpan<byte> FindInJpeg(ReadOnlySpan<byte> file)
    {
        // Segments up to the first scan; a marker may be preceded by any number of fill bytes.
        int at = 2;
        while (at + 4 <= file.Length && file[at] == 0xFF)
        {
            byte marker = file[at + 1];
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker is 0xDA or 0xD9) break;
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || at + 2 + length > file.Length) break;
            ReadOnlySpan<byte> body = file.Slice(at + 4, length - 2);
            if (marker == 0xE1 && body.StartsWith("Exif\0\0"u8)) return body[6..];
            at += 2 + length;
        }

        return default;
    }

    /// <summary>PNG and WebP keep it in a chunk of its own. A big-endian length, name, data, CRC; or name, little-endian length, data.</summary>
    private static ReadOnlySpan<byte> FindInChunks(Stream file, ImageFormat format)
    {
        bool png = format == ImageFormat.Png;
        Span<byte> head = stackalloc byte[8];
        long at = png ? 8 : 12;
        for (int i = 0; i < MostChunks && at + 8 <= file.Length; i++)
        {
            file.Position = at;
            if (file.ReadAtLeast(head, 8, throwOnEndOfStream: false) < 8) break;
            uint length = png ? BinaryPrimitives.ReadUInt32BigEndian(head) : BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (png ? head[4..].SequenceEqual("eXIf"u8) : head[..4].SequenceEqual("EXIF"u8))
            {
                byte[] body = new byte[Math.Min(length, MostExif)];
                ReadOnlySpan<byte> read = body.AsSpan(0, file.ReadAtLeast(body, body.Length, throwOnEndOfStream: false));

                // Some writers leave the JPEG segment's introduction in.
                return read.StartsWith("Exif\0\0"u8) ? read[6..] : read;
            }

            at += png ? 12L + length : 8L + length + (length & 1);
        }

        return default;
    }
}
