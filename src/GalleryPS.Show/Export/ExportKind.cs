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
    [Option("The file to write: .html, .png, .jpg, .gif or .webp.", letter: 'o')]
    public required string OutputPath { get; init; }

    /// <summary>What to make; null lets the extension decide: html; png, jpg; gif, webp.</summary>
    [Option("What to export; default: what the extension says.")]
    public ExportKind? As { get; init; }

    /// <summary>How long each image stands, in a page or an animation.</summary>
    [Option("How long each image is shown.", least: 0, moreThanLeast: true)]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Images in a row of a contact sheet; null for a sheet a little wider than high.</summary>
    [Option("Images in a row of a contact sheet; default: for a sheet a little wider than high.", least: 1, most: 1000)]
    public int? Columns { get; init; }

    /// <summary>Longer side of the images on a contact sheet, in pixels.</summary>
    [Option("Longer side of the images on a contact sheet.", unit: "pixels", least: 16, most: 4096)]
    public int ThumbnailSize { get; init; } = 256;

    /// <summary>Heading of a page or a contact sheet; null for the host's name on a page, and for none on a sheet.</summary>
    [Option("Heading of a page or a contact sheet.")]
    public string? Title { get; init; }

    /// <summary>Width of an animation in pixels.</summary>
    [Option("Width of an animation.", unit: "pixels", least: 16, most: 8192)]
    public int Width { get; init; } = 800;

    /// <summary>Height of an animation in pixels.</summary>
    [Option("Height of an animation.", unit: "pixels", least: 16, most: 8192)]
    public int Height { get; init; } = 600;

    /// <summary>Replace an existing file.</summary>
    [Option("Replace an existing file.")]
    public bool Force { get; init; }
}
