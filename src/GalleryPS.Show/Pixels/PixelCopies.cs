using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace GalleryPS.Show.Pixels;

/// <summary>Between the image library's pixels and ours.</summary>
internal static class PixelCopies
{
    /// <summary>Copies a frame's pixels.</summary>
    public static PixelImage ToPixels(this ImageFrame<Rgba32> frame)
    {
        byte[] rgba = GC.AllocateUninitializedArray<byte>(frame.Width * frame.Height * 4);
        frame.CopyPixelDataTo(rgba);
        return new PixelImage(frame.Width, frame.Height, rgba);
    }
}
