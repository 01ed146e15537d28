using System.Management.Automation;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Get-GalleryPacket: the packets of a capture, one object each, explained.</summary>
[Cmdlet(VerbsCommon.Get, "GalleryPacket", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Get-GalleryPacket.md")]
[OutputType(typeof(Packet))]
public sealed class GetGalleryPacketCommand : CaptureCmdlet
{
    /// <summary>Only packets of these images, counted from 0.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int[]? Image { get; set; }

    /// <summary>Only packets of flows whose text contains this.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Flow { get; set; }

    /// <summary>Only so many packets of each file.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long? First { get; set; }

    /// <summary>Where to store the images that the capture holds whole.</summary>
    [Parameter]
    public string? OutputDirectory { get; set; }

    /// <summary>Replace files of the same name instead of numbering.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void Read(string file)
    {
        string? directory = OutputDirectory is null ? null : FullPath(OutputDirectory);
        if (directory is not null && !ShouldProcess(directory, "Store the images of a capture"))
            directory = null;
        var options = new PacketOptions
        {
            Images = Image,
            Flow = Flow,
            First = First,
            OutputDirectory = directory,
            Force = Force,
        };
        foreach (Packet packet in PacketReader.Read(file, options, WriteError, StopToken))
            WriteObject(packet);
    }
}
