using System.Management.Automation;

namespace GalleryPS.Cmdlets;

/// <summary>What cmdlets have in common that take images: files, found by PowerShell's rules, or received images.</summary>
public abstract class ImagesCmdlet : GalleryCmdlet
{
    /// <summary>Parameter sets: wildcards, names as they are, received images.</summary>
    protected const string PathSet = "Path", LiteralSet = "LiteralPath", ObjectSet = "InputObject";

    /// <summary>Folders, files and wildcards; default: the samples of the module.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Folders and files whose names are taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("PSPath", "FullName")]
    public string[]? LiteralPath { get; set; }

    /// <summary>A received image.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    public ReceivedImage? InputObject { get; set; }

    /// <summary>The images of the present record, or the samples when nothing was named; what is not found is an error of its own.</summary>
    /// <returns>Full paths; none when an empty pipeline is all there is.</returns>
    protected IReadOnlyList<string> FindImages()
    {
        if (ParameterSetName == LiteralSet) return this.FindImages(LiteralPath!, literal: true, WriteError);
        if (Path is null && MyInvocation.ExpectingInput) return [];
        return this.FindImages(Path ?? [ModuleFiles.SmallSamples], literal: false, WriteError);
    }
}
