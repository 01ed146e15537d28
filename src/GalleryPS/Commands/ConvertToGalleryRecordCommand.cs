using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>ConvertTo-GalleryRecord: the objects of the module as text and numbers, for JSON, CSV and databases.</summary>
[Cmdlet(VerbsData.ConvertTo, "GalleryRecord", HelpUri = HelpPages.Address + "ConvertTo-GalleryRecord.md")]
[OutputType(typeof(PSCustomObject))]
public sealed class ConvertToGalleryRecordCommand : GalleryCmdlet
{
    /// <summary>What any cmdlet of the module emits, or what is left of it behind a job, a file or remoting.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public required PSObject InputObject { get; set; }

    /// <inheritdoc/>
    protected override void OnRecord() => WriteObject(Records.Of(InputObject));
}
