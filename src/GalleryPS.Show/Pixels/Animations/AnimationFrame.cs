namespace GalleryPS.Show.Pixels.Animations;

/// <summary>What happens to a frame's place on the canvas before the next one is drawn.</summary>
internal enum Disposal
{
    /// <summary>Nothing.</summary>
    Keep,

    /// <summary>It becomes transparent.</summary>
    Clear,

    /// <summary>It gets back what was there before the frame.</summary>
    Restore,
}

/// <summary>A frame as its container says, with its picture as a still file of its own.</summary>
/// <param name="Still">The file.</param>
/// <param name="Left">Pixels from the canvas's left edge.</param>
/// <param name="Top">Pixels from its upper edge.</param>
/// <param name="Size">The picture's size.</param>
/// <param name="Delay">How long the frame stands, as the file says.</param>
/// <param name="Blend">True to draw over what is there, false to replace it.</param>
/// <param name="Disposal">What happens to it afterwards.</param>
internal sealed record AnimationFrame(
    ReadOnlyMemory<byte> Still, int Left, int Top, PixelSize Size, TimeSpan Delay, bool Blend, Disposal Disposal);
