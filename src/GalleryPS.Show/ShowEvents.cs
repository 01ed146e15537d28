namespace GalleryPS;

/// <summary>A show is ready: its page is served, its file is written, or the terminal is drawn on.</summary>
/// <param name="View">Where images are shown.</param>
/// <param name="Url">Address of the live page, or null.</param>
/// <param name="Path">The page's file, or null.</param>
/// <param name="Opened">Whether a browser was opened with it.</param>
public sealed record ShowReadyEvent(GalleryView View, string? Url, string? Path, bool Opened) : GalleryEvent;

/// <summary>An image was shown.</summary>
/// <param name="Image">The image.</param>
public sealed record ShownEvent(ShownImage Image) : GalleryEvent;

/// <summary>A gallery was exported.</summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Images">Images in it, broken ones included.</param>
public sealed record ExportedEvent(string Path, long Bytes, int Images) : GalleryEvent;
