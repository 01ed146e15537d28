namespace GalleryPS.Traffic;

/// <summary>Turns paths into payloads.</summary>
public static class Payloads
{
    /// <summary>Finds the images of a gallery and their sizes.</summary>
    /// <param name="paths">Folders, files and wildcards.</param>
    /// <param name="literal">Whether wildcards are ordinary characters.</param>
    /// <param name="onError">Hears of paths that lead to no image, and of files that are none; these are left out.</param>
    /// <param name="cancellationToken">Ends waiting for files.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IReadOnlyList<Payload> Of(IEnumerable<string> paths, bool literal, Action<GalleryException> onError, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onError);
        var payloads = new List<Payload>();
        foreach (string path in ImageFiles.Find(paths, literal, onError))
        {
            try
            {
                // What would not be sent does not count.
                using var image = OutgoingImage.FromFile(path, cancellationToken);
                payloads.Add(new Payload(image.Name, image.Length) { Path = image.Path, Format = image.Info.Format });
            }
            catch (GalleryException e)
            {
                onError(e);
            }
        }

        return payloads;
    }
}
