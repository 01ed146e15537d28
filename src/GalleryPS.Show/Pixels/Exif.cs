using System.Buffers.Binary;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// The little of EXIF that showing needs: the orientation, and the embedded thumbnail of a JPEG. Any bytes may be given:
/// nothing is thrown, and what makes no sense is as if it were not there.
/// </summary>
internal static class Exif
{
    private const ushort OrientationTag = 0x0112, ThumbnailOffsetTag = 0x0201, ThumbnailLengthTag = 0x0202;

    /// <summary>Reads the orientation of an image.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="format">Its format.</param>
    public static Orientation ReadOrientation(ReadOnlySpan<byte> file, ImageFormat format)
    {
        return TiffDirectory.TryFirst(Find(file, format), out TiffDirectory directory)
            && directory.TryGet(OrientationTag, out uint value) && value is >= 1 and <= 8 ? (Orientation)value : Orientation.Upright;
    }

    /// <summary>The JPEG thumbnail in the EXIF data of a JPEG file; empty when there is none.</summary>
    /// <param name="file">The whole file.</param>
    public static ReadOnlySpan<byte> FindThumbnail(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> tiff = Find(file, ImageFormat.Jpeg);
        return TiffDirectory.TryFirst(tiff, out TiffDirectory first) && first.TryNext(out TiffDirectory second)
            && second.TryGet(ThumbnailOffsetTag, out uint offset) && second.TryGet(ThumbnailLengthTag, out uint length)
            && offset < tiff.Length && length <= tiff.Length - offset
            ? tiff.Slice((int)offset, (int)length) : default;
    }

    /// <summary>The TIFF structure that EXIF data is, wherever a format keeps it; TIFF is one itself.</summary>
    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> file, ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => FindInJpeg(file),
        ImageFormat.Png => FindInPng(file),
        ImageFormat.WebP => FindInWebP(file),
        ImageFormat.Tiff => file,
        _ => default,
    };

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

    private static ReadOnlySpan<byte> FindInPng(ReadOnlySpan<byte> file)
    {
        for (long at = 8; at + 12 <= file.Length;)
        {
            ReadOnlySpan<byte> chunk = file[(int)at..];
            uint length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (length > chunk.Length - 12) break;
            if (chunk.Slice(4, 4).SequenceEqual("eXIf"u8)) return chunk.Slice(8, (int)length);
            at += 12L + length;
        }

        return default;
    }

    private static ReadOnlySpan<byte> FindInWebP(ReadOnlySpan<byte> file)
    {
        for (long at = 12; at + 8 <= file.Length;)
        {
            ReadOnlySpan<byte> chunk = file[(int)at..];
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (length > chunk.Length - 8) break;
            if (chunk.StartsWith("EXIF"u8))
            {
                ReadOnlySpan<byte> body = chunk.Slice(8, (int)length);

                // Some writers leave the JPEG segment's introduction in.
                return body.StartsWith("Exif\0\0"u8) ? body[6..] : body;
            }

            at += 8L + length + (length & 1);
        }

        return default;
    }
}
