using static System.FormattableString;

namespace GalleryPS.Show.Pixels;

/// <summary>
/// What decoding may cost. A few hundred bytes can claim to be an image of many gigabytes; the limits are held against
/// what the header says before anything is decoded, and against every allocation while decoding.
/// </summary>
internal sealed record ImagingLimits
{
    /// <summary>Most pixels of one picture: 100 million, such as 10,000 x 10,000; half of it for WebP.</summary>
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
    public void Check(string name, int width, int height) => Check(name, width, height, MaxPixels);

    /// <summary>
    /// Refuses a WebP image that is over its limit. Its decoder holds up to 16 bytes for each pixel, those of other formats at
    /// most 8; a canvas of an animation takes 4 more. So it gets fewer pixels, and no format takes more memory than another.
    /// </summary>
    /// <param name="name">The image's name, for the message.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    /// <param name="isAnimated">Whether there is a canvas.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.TooManyPixels"/>.</exception>
    public void CheckWebP(string name, int width, int height, bool isAnimated) =>
        Check(name, width, height, MaxPixels * 8 / (isAnimated ? 20 : 16));

    private static void Check(string name, int width, int height, long most)
    {
        if ((long)width * height <= most) return;
        throw new GalleryException(
            ErrorIds.TooManyPixels, GalleryErrorCategory.LimitsExceeded,
            Invariant($"{name} claims to be {width} x {height} pixels; at most {most:N0} pixels are decoded."), name,
            "Scale the image down with another program that you trust.");
    }
}
