using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Remove-GalleryLab: ends what runs on the hosts of labs, and removes them.</summary>
[Cmdlet(VerbsCommon.Remove, "GalleryLab", SupportsShouldProcess = true, DefaultParameterSetName = NameSet, HelpUri = HelpPages.Address + "Remove-GalleryLab.md")]
[OutputType(typeof(void))]
public sealed class RemoveGalleryLabCommand : GalleryCmdlet
{
    private const string NameSet = "Name", ObjectSet = "InputObject";

    /// <summary>Names of the labs to remove; wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(LabNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Labs, as New-GalleryLab and Get-GalleryLab emit them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    [Alias("Lab")]
    [Labs]
    public Lab[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        IEnumerable<Lab> labs = ParameterSetName == ObjectSet ? InputObject : Name.SelectMany(n => ExistingLabs.Find(n, Lab.FindOwn(), WriteError));
        foreach (Lab lab in labs.ToList())
        {
            if (ShouldProcess($"{lab.Name} ({Counted.Of(lab.Hosts.Count, "host")})", "Remove lab")) lab.Dispose();
        }
    }
}
