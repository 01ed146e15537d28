using System.Buffers.Binary;

namespace GalleryPS.Images.Headers;

/// <summary>GIF87a and GIF89a: the logical screen descriptor follows the signature.</summary>
internal static class Gif
{
    /// <summary>Reads the dimensions of the logical screen, which every frame lies on.</summary>
    public static ImageHeaderResult Read(ref HeaderSource source, out long width, out long height)
    {
        (width, height) = (0, 0);
        if (!source.TryGet(6, 4, out ReadOnlySpan<byte> screen)) return ImageHeaderResult.NeedMoreData;
        width = BinaryPrimitives.ReadUInt16LittleEndian(screen);
        height = BinaryPrimitives.ReadUInt16LittleEndian(screen[2..]);
        return ImageHeaderResult.Ok;
    }
}
