namespace GalleryPS.Cli;

/// <summary>The sample galleries that come along.</summary>
internal static class Samples
{
    /// <summary>Folder of the gallery of small images, each of which fits in one datagram.</summary>
    public static string Small => Path.Combine(AppContext.BaseDirectory, "samples", "small");

    /// <summary>The images a user's paths lead to, or the samples when there are no paths.</summary>
    public static List<string> OrImages(string[] paths, string[] literal, Action<GalleryException> onError, CancellationToken cancellationToken) =>
        paths.Length + literal.Length == 0
            ? [.. ImageFiles.Find([Small], literal: true)]
            : [.. ImageFiles.Find(Resolve(paths), literal: false, onError, cancellationToken), .. ImageFiles.Find(literal, literal: true, onError, cancellationToken)];

    /// <summary>Runs an operation on the images a user's paths lead to, or on the samples when there are no paths.</summary>
    public static IEnumerable<GalleryEvent> RunOn(this IOperation<ImageInput> operation, string[] paths, string[] literal, CancellationToken cancellationToken)
    {
        // The paths are looked at when the options are known to work.
        foreach (GalleryEvent galleryEvent in operation.Begin(cancellationToken)) yield return galleryEvent;
        var errors = new List<GalleryException>();
        List<string> files = OrImages(paths, literal, errors.Add, cancellationToken);
        foreach (GalleryException error in errors) yield return new ErrorEvent(error);
        foreach (GalleryEvent galleryEvent in files.SelectMany(file => operation.Add(ImageInput.FromFile(file), cancellationToken))) yield return galleryEvent;
        foreach (GalleryEvent galleryEvent in operation.End(cancellationToken)) yield return galleryEvent;
    }

    /// <summary>Paths with what '-' stands for. A file of that name is <c>./-</c>.</summary>
    public static string[] Resolve(string[] paths) => [.. paths.Select(Resolve)];

    /// <summary>A path, or what '-' stands for.</summary>
    public static string Resolve(string path) => path == "-" ? ImageFiles.StandardInput : path;
}
