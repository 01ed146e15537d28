using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets;

/// <summary>What the cmdlets that read capture files have in common.</summary>
public abstract class CaptureCmdlet : GalleryCmdlet
{
    /// <summary>Capture files: pcap or pcapng, also compressed with gzip or Zstandard; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LiteralPath", "Capture")]
    [CapturePath]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        foreach (string file in Path.SelectMany(Files)) Present(OrTerminate(() => Read(file)));
    }

    /// <summary>Reads one file.</summary>
    /// <param name="file">Its full path.</param>
    /// <returns>What is in it.</returns>
    protected abstract IEnumerable<GalleryEvent> Read(string file);

    private IEnumerable<string> Files(string path) => CapturePaths.Resolve(this, path, WriteError);
}

/// <summary>Resolves paths of the session to files of the system.</summary>
internal static class CapturePaths
{
    public static IReadOnlyList<string> Resolve(PSCmdlet cmdlet, string path, Action<GalleryException> onError)
    {
        // A file that is really called so needs no pattern.
        string literal = cmdlet.GetUnresolvedProviderPathFromPSPath(path);
        if (!WildcardPattern.ContainsWildcardCharacters(path) || File.Exists(literal)) return [literal];
        try
        {
            return [.. cmdlet.GetResolvedProviderPathFromPSPath(path, out _)];
        }
        catch (ItemNotFoundException e)
        {
            onError(new GalleryException(
                ErrorIds.UnreadableCapture, GalleryErrorCategory.ObjectNotFound, $"No file matches {path}.", path, "Check the path.", e));
            return [];
        }
    }
}
