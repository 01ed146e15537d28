
namespace GalleryPS.Show.Pixels;

/// <summary>Fits images into a number of bytes, for a sender that is to send them smaller.</summary>
public sealed class ImageFitter : IImageFitter
{
    /// <inheritdoc/>
    public FittedImage Fit(string name, ReadOnlyMemory<byte> data, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        return ImageDecoder.Default.Fit(name, data, maxBytes, cancellationToken);
    }
}
