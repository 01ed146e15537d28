namespace GalleryPS.Images;

/// <summary>
/// Makes an image fit into a number of bytes. That takes pixels, which the engine knows nothing of: whoever opens a
/// sender hands one in.
/// </summary>
public interface IImageFitter
{
    /// <summary>Encodes an image anew as the best JPEG that has at most so many bytes: quality first, then size.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="data">The file's bytes.</param>
    /// <param name="maxBytes">Bytes there may be.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The JPEG, upright and without the original's metadata.</returns>
    /// <exception cref="GalleryException">
    /// <see cref="ErrorIds.NotAnImage"/>, <see cref="ErrorIds.BrokenImage"/>, <see cref="ErrorIds.ImageNotDecodable"/> or
    /// <see cref="ErrorIds.TooManyPixels"/>: it cannot be decoded; <see cref="ErrorIds.ImageTooLarge"/>: not even one pixel fits.
    /// </exception>
    FittedImage Fit(string name, ReadOnlyMemory<byte> data, int maxBytes, CancellationToken cancellationToken = default);
}
