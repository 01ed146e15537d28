namespace GalleryPS.Images;

/// <summary>An image that was encoded anew, as well as a number of bytes allows.</summary>
/// <param name="Data">The JPEG file.</param>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
/// <param name="Quality">JPEG quality, 1 to 100.</param>
public sealed record FittedImage(ReadOnlyMemory<byte> Data, int Width, int Height, int Quality);
