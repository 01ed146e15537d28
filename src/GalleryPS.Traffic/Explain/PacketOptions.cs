namespace GalleryPS.Traffic;

/// <summary>Which packets of a capture are wanted, and what to do with the images in them.</summary>
public sealed record PacketOptions
{
    /// <summary>Only packets of these images (positions in the gallery, counted from 0); null for all packets.</summary>
    [Option("Only packets of these images, counted from 0.", least: 0, most: int.MaxValue)]
    public IReadOnlyList<int>? Image { get; init; }

    /// <summary>Only packets of flows whose text contains this, in any case; null for all.</summary>
    [Option("Only packets of flows whose text contains this.")]
    public string? Flow { get; init; }

    /// <summary>Only so many packets from the beginning; null for all.</summary>
    [Option("Only this many packets of each file.", least: 0)]
    public long? First { get; init; }

    /// <summary>Where the images go that the capture holds whole.</summary>
    [OptionGroup]
    public StorageOptions Storage { get; init; } = new();
}
