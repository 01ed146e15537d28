namespace GalleryPS.Traffic;

/// <summary>Which packets of a capture are wanted, and what to do with the images in them.</summary>
public sealed record PacketOptions
{
    /// <summary>Only packets of these images (positions in the gallery, counted from 0); null for all packets.</summary>
    public IReadOnlyList<int>? Images { get; init; }

    /// <summary>Only packets of flows whose text contains this, in any case; null for all.</summary>
    public string? Flow { get; init; }

    /// <summary>Only so many packets from the beginning; null for all.</summary>
    public long? First { get; init; }

    /// <summary>Directory to store the images in that the capture holds whole; null for none.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>Replace files of the same name in <see cref="OutputDirectory"/>.</summary>
    public bool Force { get; init; }
}
