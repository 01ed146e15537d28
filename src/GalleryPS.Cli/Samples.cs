namespace GalleryPS.Cli;

/// <summary>The sample galleries that come along.</summary>
internal static class Samples
{
    /// <summary>Folder of the gallery of small images, each of which fits in one datagram.</summary>
    public static string Small => Path.Combine(AppContext.BaseDirectory, "samples", "small");
}
