using System.Management.Automation;

namespace GalleryPS.Cmdlets;

/// <summary>What cmdlets have in common that take images: files or received images.</summary>
public abstract class ImagesCmdlet : PathsCmdlet
{
    /// <summary>Parameter set: received images.</summary>
    protected const string ObjectSet = "InputObject";

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
