namespace GalleryPS;

/// <summary>Makes images smaller that are too large for what carries them. The engine has no pixels itself; who has them is handed in.</summary>
public interface IImageFitter
{
    /// <summary>Encodes an image anew as the best JPEG that has at most so many bytes: quality first, then size.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="data">The file's bytes.</param>
    /// <param name="maxBytes">Bytes there may be.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>The JPEG, upright and without the original's metadata.</returns>
    /// <exception cref="GalleryException">
    /// <see cref="ErrorIds.ImageTooLarge"/>: not even one pixel fits. <see cref="ErrorIds.TooManyPixels"/>,
    /// <see cref="ErrorIds.BrokenImage"/>, <see cref="ErrorIds.ImageNotDecodable"/>, <see cref="ErrorIds.NotAnImage"/>: it cannot be decoded.
    /// </exception>
    FittedImage Fit(string name, ReadOnlyMemory<byte> data, int maxBytes, CancellationToken cancellationToken = default);
}

/// <summary>An image that was encoded anew, as well as a number of bytes allows.</summary>
/// <param name="Data">The JPEG file.</param>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
/// <param name="Quality">JPEG quality, 1 to 100.</param>
public sealed record FittedImage(ReadOnlyMemory<byte> Data, int Width, int Height, int Quality);
