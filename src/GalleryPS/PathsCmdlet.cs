using System.Management.Automation;

namespace GalleryPS.Cmdlets;

/// <summary>What cmdlets have in common that take image files, found by PowerShell's rules.</summary>
public abstract class PathsCmdlet : GalleryCmdlet
{
    /// <summary>Parameter sets: wildcards, names as they are.</summary>
    protected const string PathSet = "Path", LiteralSet = "LiteralPath";

    /// <summary>Folders, files and wildcards; default: the samples of the module.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Folders and files whose names are taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("PSPath", "FullName")]
    public string[]? LiteralPath { get; set; }
}
