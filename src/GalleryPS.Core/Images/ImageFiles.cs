namespace GalleryPS.Images;

/// <summary>Finds the image files that a user's paths mean.</summary>
public static class ImageFiles
{
    /// <summary>The path that stands for standard input, on every system.</summary>
    public const string StandardInput = "/dev/stdin";

    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff",
    };

    /// <summary>Tells whether a file name has one of the extensions of a gallery's images, in any case.</summary>
    /// <param name="name">A name or a path.</param>
    public static bool HasImageExtension(string name) => Extensions.Contains(Path.GetExtension(name));

    /// <summary>Finds images, path by path in the given order.</summary>
    /// <remarks>
    /// <para>A file is taken whatever its extension. A folder stands for the images in it, without those of its
    /// subfolders; a last component with <c>*</c> or <c>?</c> for the images whose names match it, in any case. Both
    /// go by the extension, leave hidden files out, and are in natural order of their names (image2 before image10).</para>
    /// <para>The search is lazy: a folder is read when the enumeration comes to it.</para>
    /// </remarks>
    /// <param name="paths">Files, folders and wildcards, absolute or relative to the current directory.</param>
    /// <param name="literal">True when <c>*</c> and <c>?</c> are ordinary characters.</param>
    /// <param name="onError">
    /// Gets the error of each path that leads to no image, and the search goes on with the next one. Without it the
    /// error is thrown.
    /// </param>
    /// <param name="cancellationToken">Ends waiting for a folder of another machine that does not answer.</param>
    /// <returns>Full paths.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="GalleryException">
    /// <see cref="ErrorIds.NoImagesFound"/>, or <see cref="ErrorIds.UnreadableImage"/> for a folder that cannot be
    /// read; while enumerating, and only without <paramref name="onError"/>.
    /// </exception>
    public static IEnumerable<string> Find(
        IEnumerable<string> paths, bool literal = false, Action<GalleryException>? onError = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return FindEach(paths, literal, onError, cancellationToken);
    }

    private static IEnumerable<string> FindEach(IEnumerable<string> paths, bool literal, Action<GalleryException>? onError, CancellationToken cancellationToken)
    {
        foreach (string path in paths)
        {
            IReadOnlyList<string> found;
            try
            {
                found = CancellableWait.Run(() => FindIn(path, literal), cancellationToken);
            }
            catch (GalleryException e) when (onError is not null)
            {
                onError(e);
                continue;
            }

            foreach (string file in found)
                yield return file;
        }
    }

    /// <summary>Finds the images one path means, at least one.</summary>
    private static IReadOnlyList<string> FindIn(string path, bool literal)
    {
        if (path == StandardInput) return [path];
        string full = FullPath(path);
        try
        {
            // Where names may contain wildcards, a file that is really called so is meant.
            if (File.Exists(full)) return [full];
            if (Directory.Exists(full)) return List(full, "*") is { Count: > 0 } inFolder ? inFolder : throw FolderHasNone(path);
            if (literal || !HasWildcard(full)) throw NotFound(path, $"There is no file or folder '{path}'.", "Check the path.");

            string folder = Path.GetDirectoryName(full) ?? full;
            if (HasWildcard(folder))
            {
                throw NotFound(
                    path,
                    $"'{path}' has a wildcard in the name of a folder.",
                    "Use * and ? in the last component only, or give several folders.");
            }

            if (!Directory.Exists(folder)) throw NotFound(path, $"There is no folder '{folder}'.", "Check the path.");
            return List(folder, Path.GetFileName(full)) is { Count: > 0 } matching
                ? matching
                : throw NotFound(path, $"No image matches '{path}'.", $"Images are files named {ExtensionList}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException(
                ErrorIds.UnreadableImage,
                e is UnauthorizedAccessException ? GalleryErrorCategory.PermissionDenied : GalleryErrorCategory.ReadError,
                $"The folder of '{path}' could not be read: {e.Message}",
                path,
                "Check your permissions on the folder.",
                e);
        }
    }

    private static string FullPath(string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (ArgumentException e)
        {
            throw NotFound(path, $"'{path}' is not a path.", "Give the path of a file or of a folder.", e);
        }
    }

    private static List<string> List(string folder, string pattern)
    {
        var options = new EnumerationOptions
        {
            MatchType = MatchType.Simple,
            MatchCasing = MatchCasing.CaseInsensitive,
            AttributesToSkip = pattern.StartsWith('.') ? FileAttributes.System : FileAttributes.Hidden | FileAttributes.System,
            IgnoreInaccessible = false,
            RecurseSubdirectories = false,
        };
        var files = new List<string>();
        foreach (string file in Directory.EnumerateFiles(folder, pattern, options))
        {
            if (HasImageExtension(file)) files.Add(file);
        }

        files.Sort(CompareNames);
        return files;
    }

    /// <summary>Compares without the extensions first: <c>image.jpg</c> comes before <c>image-2.jpg</c>.</summary>
    private static int CompareNames(string x, string y)
    {
        int order = NaturalComparer.Compare(
            Path.GetFileNameWithoutExtension(x.AsSpan()), Path.GetFileNameWithoutExtension(y.AsSpan()));
        return order != 0 ? order : NaturalComparer.Instance.Compare(Path.GetFileName(x), Path.GetFileName(y));
    }

    private static bool HasWildcard(string path) => path.AsSpan().ContainsAny('*', '?');

    private static string ExtensionList => string.Join(", ", Extensions.Select(extension => "*" + extension));

    private static GalleryException FolderHasNone(string path) => NotFound(
        path, $"There are no images in the folder '{path}'.", $"Images are files named {ExtensionList}; subfolders are not searched.");

    private static GalleryException NotFound(string path, string message, string action, Exception? inner = null) =>
        new(ErrorIds.NoImagesFound, GalleryErrorCategory.ObjectNotFound, message, path, action, inner);
}
