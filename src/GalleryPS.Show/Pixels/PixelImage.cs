namespace GalleryPS.Show.Pixels;

/// <summary>A size in pixels.</summary>
/// <param name="Width">Pixels across.</param>
/// <param name="Height">Pixels down.</param>
internal readonly record struct PixelSize(int Width, int Height)
{
    /// <summary>The largest size of the same shape that fits into another one; never larger than this one.</summary>
    /// <param name="most">What it has to fit into.</param>
    public PixelSize FitInto(PixelSize most)
    {
        double scale = Math.Min(1, Math.Min(most.Width / (double)Width, most.Height / (double)Height));
        return new PixelSize(Math.Max(1, (int)Math.Round(Width * scale)), Math.Max(1, (int)Math.Round(Height * scale)));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Width}x{Height}";
}

/// <summary>Decoded pixels: rows from the top, four bytes each (red, green, blue, alpha; alpha not multiplied in).</summary>
internal sealed class PixelImage
{
    /// <summary>Takes pixels over; the array is not copied.</summary>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    /// <param name="rgba">width x height x 4 bytes.</param>
    /// <exception cref="ArgumentException">The array has another length.</exception>
    public PixelImage(int width, int height, byte[] rgba)
    {
        ArgumentNullException.ThrowIfNull(rgba);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (rgba.LongLength != 4L * width * height) throw new ArgumentException("The number of bytes does not fit the size.", nameof(rgba));
        (Width, Height, Rgba) = (width, height, rgba);
    }

    /// <summary>Pixels across.</summary>
    public int Width { get; }

    /// <summary>Pixels down.</summary>
    public int Height { get; }

    /// <summary>The pixels.</summary>
#pragma warning disable CA1819 // renderers read it millions of times
    public byte[] Rgba { get; }
#pragma warning restore CA1819

    /// <summary>Its size.</summary>
    public PixelSize Size => new(Width, Height);

    /// <summary>True when no pixel lets anything through.</summary>
    public bool IsOpaque()
    {
        for (int i = 3; i < Rgba.Length; i += 4)
        {
            if (Rgba[i] != 255) return false;
        }

        return true;
    }
}

/// <summary>One picture of an animation.</summary>
/// <param name="Image">Its pixels, whole: nothing of earlier pictures is needed.</param>
/// <param name="Delay">How long it stands; zero for a still image.</param>
internal sealed record PixelFrame(PixelImage Image, TimeSpan Delay);
