using GalleryPS.Show.Pixels;

namespace GalleryPS.Show.Export;

/// <summary>An image on its way into a contact sheet or an animation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Caption">What stands under its name.</param>
/// <param name="Read">Reads its bytes; called once, when they are needed.</param>
/// <param name="Size">Its upright size; null when it is not known.</param>
internal sealed record CaptionedImage(string Name, string Caption, Func<ReadOnlyMemory<byte>> Read, PixelSize? Size = null);

/// <summary>How a contact sheet looks.</summary>
internal sealed record ContactSheetOptions
{
    /// <summary>What stands at the top; empty for nothing.</summary>
    public string Title { get; init; } = "";

    /// <summary>Images in a row; null for a sheet that is a little wider than high.</summary>
    public int? Columns { get; init; }

    /// <summary>Longer side of each image in pixels.</summary>
    public int ThumbnailSize { get; init; } = 256;

    /// <summary>Called for each image that could not be drawn; its place says that it is broken.</summary>
    public Action<GalleryException>? OnError { get; init; }

    /// <summary>Called for each image that was drawn, with its position.</summary>
    public Action<int>? OnDone { get; init; }
}

/// <summary>How an animation is made.</summary>
internal sealed record AnimationOptions
{
    /// <summary>How long each image is shown.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Size of the animation; each image is scaled to fit and stands in the middle.</summary>
    public PixelSize Size { get; init; } = new(800, 600);

    /// <summary>Called for each image that could not be decoded; it is left out.</summary>
    public Action<GalleryException>? OnError { get; init; }

    /// <summary>Called for each image that went in, with its position.</summary>
    public Action<int>? OnDone { get; init; }
}
