using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Processing;

namespace GalleryPS.Show.Pixels;

/// <summary>How the stored rows and columns of an image lie to its upright ones: the values of EXIF tag 0x0112 (EXIF 2.32, 4.6.4).</summary>
internal enum Orientation
{
    /// <summary>As stored.</summary>
    Upright = 1,

    /// <summary>Mirrored left to right.</summary>
    Mirrored = 2,

    /// <summary>Upside down.</summary>
    UpsideDown = 3,

    /// <summary>Mirrored top to bottom.</summary>
    MirroredUpsideDown = 4,

    /// <summary>Rows and columns swapped.</summary>
    Transposed = 5,

    /// <summary>To be turned by 90 degrees clockwise.</summary>
    TurnedLeft = 6,

    /// <summary>Rows and columns swapped, from the other corner.</summary>
    Transversed = 7,

    /// <summary>To be turned by 90 degrees counterclockwise.</summary>
    TurnedRight = 8,
}

/// <summary>What an orientation means for pixels.</summary>
internal static class Orientations
{
    /// <summary>Whether the upright image has the stored width as its height.</summary>
    public static bool IsTurned(this Orientation orientation) => orientation >= Orientation.Transposed;

    /// <summary>The upright size of what is stored in a size, and the other way round.</summary>
    public static PixelSize Turn(this Orientation orientation, PixelSize size) => orientation.IsTurned() ? new PixelSize(size.Height, size.Width) : size;

    /// <summary>Turns the pixels.</summary>
    public static void MakeUpright(this Orientation orientation, Image image)
    {
        (RotateMode rotate, FlipMode flip) = orientation switch
        {
            Orientation.Mirrored => (RotateMode.None, FlipMode.Horizontal),
            Orientation.UpsideDown => (RotateMode.Rotate180, FlipMode.None),
            Orientation.MirroredUpsideDown => (RotateMode.None, FlipMode.Vertical),
            Orientation.Transposed => (RotateMode.Rotate90, FlipMode.Horizontal),
            Orientation.TurnedLeft => (RotateMode.Rotate90, FlipMode.None),
            Orientation.Transversed => (RotateMode.Rotate270, FlipMode.Horizontal),
            Orientation.TurnedRight => (RotateMode.Rotate270, FlipMode.None),
            _ => (RotateMode.None, FlipMode.None),
        };
        if ((rotate, flip) != (RotateMode.None, FlipMode.None)) image.Mutate(context => context.RotateFlip(rotate, flip));
    }
}
