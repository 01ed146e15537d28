using static System.FormattableString;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// What decoding may cost. A few hundred bytes can claim to be an image of many gigabytes; the limits are held against
/// what the header says before anything is decoded, and against every allocation while decoding.
/// </summary>
public sealed record ImagingLimits
{
    /// <summary>Most pixels of one picture: 100 million, such as 10,000 x 10,000.</summary>
    public long MaxPixels { get; init; } = 100_000_000;

    /// <summary>Most bytes of pixels of all pictures of an animation together; what comes after is left out.</summary>
    public long MaxAnimationBytes { get; init; } = 256L << 20;

    /// <summary>Most pictures of an animation.</summary>
    public int MaxFrames { get; init; } = 1000;

    /// <summary>Refuses a size that is over the limit.</summary>
    /// <param name="name">The image's name, for the message.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.TooManyPixels"/>.</exception>
    public void Check(string name, int width, int height)
    {
        if ((long)width * height <= MaxPixels) return;
        throw new GalleryException(
            ErrorIds.TooManyPixels, GalleryErrorCategory.LimitsExceeded,
            Invariant($"{name} claims to be {width} x {height} pixels; at most {MaxPixels:N0} pixels are decoded."), name,
            "Scale the image down with another program that you trust.");
    }
}
