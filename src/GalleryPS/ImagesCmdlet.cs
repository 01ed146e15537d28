using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Images;

namespace GalleryPS.Cmdlets;

/// <summary>What cmdlets have in common that take images: paths by PowerShell's rules, and objects that stand for images.</summary>
public abstract class ImagesCmdlet : GalleryCmdlet
{
    /// <summary>Parameter sets: wildcards, names as they are, objects.</summary>
    protected const string PathSet = "Path", LiteralSet = "LiteralPath", ObjectSet = "InputObject";

    /// <summary>Folders, files and wildcards; default: the samples of the module.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Folders and files whose names are taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("PSPath", "FullName")]
    public string[]? LiteralPath { get; set; }

    /// <summary>
    /// Objects that stand for images: received, sent and shown ones, files, and whatever has a property Path; also behind jobs,
    /// files and remoting.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    public object? InputObject { get; set; }

    /// <summary>The images of the present record, or the samples when nothing was named; what is not found is an error of its own.</summary>
    /// <returns>The images; none when an empty pipeline is all there is.</returns>
    private protected IEnumerable<ImageInput> FindImages()
    {
        var inputs = new ImageInputs(this, WriteError, StopToken);
        if (ParameterSetName == ObjectSet) return inputs.Of(InputObject);
        if (ParameterSetName == LiteralSet) return inputs.Files(LiteralPath!, literal: true);
        if (Path is null && MyInvocation.ExpectingInput) return [];
        return inputs.Files(Path ?? [ModuleFiles.SmallSamples], literal: false);
    }
}
