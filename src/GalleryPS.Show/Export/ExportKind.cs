namespace GalleryPS;

/// <summary>What a gallery is exported as.</summary>
public enum ExportKind
{
    /// <summary>A slideshow page in one file, the images inside.</summary>
    Html,

    /// <summary>A sheet of small images with captions.</summary>
    ContactSheet,

    /// <summary>An animated image.</summary>
    Animation,
}

/// <summary>How a gallery is exported.</summary>
public sealed record ExportOptions
{
    /// <summary>Full path of the file to write.</summary>
    public required string OutputPath { get; init; }

    /// <summary>What to make; null lets the extension decide: html; png, jpg; gif, webp.</summary>
    public ExportKind? As { get; init; }

    /// <summary>How long each image stands, in a page or an animation.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Images in a row of a contact sheet; null for a sheet a little wider than high.</summary>
    public int? Columns { get; init; }

    /// <summary>Longer side of the images on a contact sheet, in pixels; null for 256.</summary>
    public int? ThumbnailSize { get; init; }

    /// <summary>Heading of a contact sheet; null for none.</summary>
    public string? Title { get; init; }

    /// <summary>Width of an animation in pixels.</summary>
    public int Width { get; init; } = 800;

    /// <summary>Height of an animation in pixels.</summary>
    public int Height { get; init; } = 600;

    /// <summary>Replace the file when there is one.</summary>
    public bool Force { get; init; }
}
