namespace GalleryPS;

/// <summary>Where images are shown.</summary>
public enum GalleryView : long
{
    /// <summary>The terminal when it draws real pixels, else the browser when there is a display, else the terminal in half blocks.</summary>
    Auto,

    /// <summary>A page in the browser, served from this machine while images arrive.</summary>
    Browser,

    /// <summary>The terminal.</summary>
    Terminal,

    /// <summary>A page in one file.</summary>
    Html,
}

/// <summary>One image that was shown.</summary>
public sealed class ShownImage
{
    /// <summary>Position in the show, counted from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes of the image's file.</summary>
    public required long Bytes { get; init; }

    /// <summary>The image's file format.</summary>
    public required ImageFormat Format { get; init; }

    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Where it came from: the sender's address and port, or the path of the file.</summary>
    public required string Source { get; init; }

    /// <summary>Its file: the one that was shown, or in which a received image was stored; null when it was in memory only.</summary>
    public string? Path { get; init; }

    /// <summary>Where it was shown.</summary>
    public required GalleryView View { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{TerminalText.Safe(Name)} ({Counted.Of(Bytes, "byte")}, {Width}x{Height})";
}
