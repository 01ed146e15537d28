using System.Buffers.Binary;

namespace GalleryPS.Images.Headers;

/// <summary>Windows and OS/2 bitmaps: an information header follows the 14 bytes of the file header.</summary>
internal static class Bmp
{
    private const int InformationHeader = 14;

    /// <summary>Length of the BITMAPCOREHEADER, whose dimensions have 16 bits.</summary>
    private const uint CoreLength = 12;

    /// <summary>The longest known header, BITMAPV5HEADER.</summary>
    private const uint MaxLength = 124;

    /// <summary>Reads the dimensions. A negative height means rows from top to bottom and is reported as positive.</summary>
    public static ImageHeaderResult Read(ref HeaderSource source, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (!source.TryGet(InformationHeader, 4, out ReadOnlySpan<byte> header)) return ImageHeaderResult.NeedMoreData;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header);

        // OS/2 2.x headers may be cut off after any field from 16 bytes on; they begin like the Windows ones.
        if (length is not (CoreLength or (>= 16 and <= MaxLength))) return ImageHeaderResult.NotAnImage;

        bool core = length == CoreLength;
        if (!source.TryGet(InformationHeader, core ? 10 : 14, out header)) return ImageHeaderResult.NeedMoreData;
        if (core)
        {
            width = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
            height = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        }
        else
        {
            width = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
            height = Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(header[8..]));
        }

        int planes = BinaryPrimitives.ReadUInt16LittleEndian(header[(core ? 8 : 12)..]);
        return planes == 1 ? ImageHeaderResult.Ok : ImageHeaderResult.NotAnImage;
    }
}
