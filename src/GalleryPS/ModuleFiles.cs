using System.Management.Automation;
using GalleryPS.Images;

namespace GalleryPS.Cmdlets;

/// <summary>Files: those of the module, and those a user's paths lead to.</summary>
internal static class ModuleFiles
{
    /// <summary>The module's folder: the assemblies lie in its bin folder.</summary>
    public static string Root { get; } = Path.GetDirectoryName(Path.GetDirectoryName(typeof(ModuleFiles).Assembly.Location))!;

    /// <summary>The sample gallery whose images fit in one datagram each.</summary>
    public static string SmallSamples => Path.Combine(Root, "samples", "small");

    /// <summary>Finds the images that paths of the session lead to, in order; what leads nowhere is an error each.</summary>
    public static List<string> FindImages(this PSCmdlet cmdlet, IEnumerable<string> paths, bool literal, Action<GalleryException> onError, CancellationToken cancellationToken = default)
    {
        var files = new List<string>();
        foreach (string path in paths)
        {
            try
            {
                files.AddRange(FindIn(cmdlet, path, literal, cancellationToken));
            }
            catch (GalleryException e)
            {
                onError(e);
            }
        }

        return files;
    }

    private static IEnumerable<string> FindIn(PSCmdlet cmdlet, string path, bool literal, CancellationToken cancellationToken)
    {
        if (path.Length == 0) return ImageFiles.Find([path], literal: true);
        if (literal || !WildcardPattern.ContainsWildcardCharacters(path))
        {
            string full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            return IsFileSystem(provider) ? ImageFiles.Find([full], literal: true, cancellationToken: cancellationToken) : throw NothingAt(path);
        }

        List<string> matches;
        try
        {
            matches = [.. cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo owner)
                .Where(f => IsFileSystem(owner) && File.Exists(f) && ImageFiles.HasImageExtension(f))];
        }
        catch (ItemNotFoundException)
        {
            throw NothingAt(path);
        }

        if (matches.Count == 0) throw NothingAt(path);
        matches.Sort(NaturalComparer.Instance);
        return matches;
    }

    private static bool IsFileSystem(ProviderInfo provider) => string.Equals(provider.Name, "FileSystem", StringComparison.OrdinalIgnoreCase);

    private static GalleryException NothingAt(string path) => new(
        ErrorIds.NoImagesFound, GalleryErrorCategory.ObjectNotFound, $"No images at {path}.", path,
        path.AsSpan().ContainsAny('[', ']')
            ? "In -Path, [ and ] stand for one of several characters; give a name that has them as -LiteralPath."
            : "Name a folder with images (jpg, jpeg, png, gif, bmp, webp, tif, tiff), or image files.");
}
