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
        ReadOnlySpan<byte> tiff = Find(file, format);
        return ReadDirectory(tiff, FirstDirectory(tiff), OrientationTag, out uint value, out _) && value is >= 1 and <= 8 ? (Orientation)value : Orientation.Upright;
    }

    /// <summary>The JPEG thumbnail in the EXIF data of a JPEG file; empty when there is none.</summary>
    /// <param name="file">The whole file.</param>
    public static ReadOnlySpan<byte> FindThumbnail(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> tiff = Find(file, ImageFormat.Jpeg);
        ReadDirectory(tiff, FirstDirectory(tiff), OrientationTag, out _, out uint second);
        return ReadDirectory(tiff, second, ThumbnailOffsetTag, out uint offset, out _)
            && ReadDirectory(tiff, second, ThumbnailLengthTag, out uint length, out _)
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

    private static uint FirstDirectory(ReadOnlySpan<byte> tiff) => IsTiff(tiff, out bool little) ? UInt32(tiff[4..], little) : 0;

    private static bool IsTiff(ReadOnlySpan<byte> tiff, out bool little)
    {
        little = tiff.StartsWith("II*\0"u8);
        return tiff.Length >= 8 && (little || tiff.StartsWith("MM\0*"u8));
    }

    /// <summary>Looks for a tag with one value of type SHORT or LONG in a directory, and for the directory after it.</summary>
    private static bool ReadDirectory(ReadOnlySpan<byte> tiff, uint offset, ushort wanted, out uint value, out uint next)
    {
        (value, next) = (0, 0);
        if (!IsTiff(tiff, out bool little) || offset < 8 || offset + 2L > tiff.Length) return false;
        ReadOnlySpan<byte> directory = tiff[(int)offset..];
        int count = UInt16(directory, little);
        if (2 + 12L * count > directory.Length) return false;
        int end = 2 + 12 * count;
        if (end + 4 <= directory.Length) next = UInt32(directory[end..], little);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = directory.Slice(2 + 12 * i, 12);
            if (UInt16(entry, little) != wanted || UInt32(entry[4..], little) != 1) continue;
            switch (UInt16(entry[2..], little))
            {
                case 3:
                    value = UInt16(entry[8..], little);
                    return true;
                case 4:
                    value = UInt32(entry[8..], little);
                    return true;
            }
        }

        return false;
    }

    private static ushort UInt16(ReadOnlySpan<byte> data, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(data) : BinaryPrimitives.ReadUInt16BigEndian(data);

    private static uint UInt32(ReadOnlySpan<byte> data, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(data) : BinaryPrimitives.ReadUInt32BigEndian(data);
}
