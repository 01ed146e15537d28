using System.Text.Json;

namespace GalleryPS.Show.Page;

/// <summary>An image as the page's script gets it.</summary>
internal static class PageImage
{
    /// <summary>Writes an image's properties.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="item">The image.</param>
    /// <param name="source">URL of the image; null when it cannot be shown.</param>
    /// <param name="thumbnail">URL of a small version; null to use the image itself.</param>
    /// <param name="error">Why it cannot be shown, or null.</param>
    public static void Write(Utf8JsonWriter writer, GalleryItem item, string? source, string? thumbnail, string? error)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index", item.Index);
        writer.WriteString("name", item.Name);
        writer.WriteNumber("bytes", item.Bytes);
        writer.WriteString("format", item.Format.ToString());
        writer.WriteNumber("width", item.UprightSize.Width);
        writer.WriteNumber("height", item.UprightSize.Height);
        if (item.IsTurned && !item.IsConvertedForBrowsers) writer.WriteBoolean("turned", true);
        if (item.Moves) writer.WriteBoolean("moves", true);

        // The path of a file is nobody's business but its owner's: pages are passed on.
        if (item.IsReceived) writer.WriteString("source", item.Source);
        if (item.Datagrams is { } datagrams) writer.WriteNumber("datagrams", datagrams);
        if (item.Time is { } time) writer.WriteString("time", time);
        if (error is not null) writer.WriteString("error", error);
        else if (source is not null) writer.WriteString("src", source);
        if (error is null && thumbnail is not null) writer.WriteString("thumb", thumbnail);
        writer.WriteEndObject();
    }
}
