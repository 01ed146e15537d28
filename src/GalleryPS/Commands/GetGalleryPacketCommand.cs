using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Get-GalleryPacket: the packets of a capture, one object each, explained.</summary>
[Cmdlet(VerbsCommon.Get, "GalleryPacket", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Get-GalleryPacket.md")]
[OutputType(typeof(Packet))]
public sealed class GetGalleryPacketCommand : CaptureCmdlet
{
    private PacketOptions _options = new();

    /// <summary>Only packets of these images, counted from 0.</summary>
    [Parameter]
    [InRange<PacketOptions>]
    public int[]? Image { get => _options.Image?.ToArray(); set => _options = _options with { Image = value }; }

    /// <summary>Only packets of flows whose text contains this.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(FlowCompleter))]
    public string? Flow { get => _options.Flow; set => _options = _options with { Flow = value }; }

    /// <summary>Only this many packets of each file.</summary>
    [Parameter]
    [InRange<PacketOptions>]
    public long? First { get => _options.First; set => _options = _options with { First = value }; }

    /// <summary>Where to store the images that the capture holds whole.</summary>
    [Parameter]
    public string? OutputDirectory { get => Storage.OutputDirectory; set => Storage = Storage with { OutputDirectory = value }; }

    /// <summary>Replace files of the same name instead of numbering.</summary>
    [Parameter]
    public SwitchParameter Force { get => Storage.Force; set => Storage = Storage with { Force = value }; }

    private StorageOptions Storage { get => _options.Storage; set => _options = _options with { Storage = value }; }

    /// <inheritdoc/>
    protected override IEnumerable<GalleryEvent> Read(string file)
    {
        // Packets are shown also when nothing is to be stored.
        PacketOptions options = _options with { Storage = Confirmed(Storage, "Store the images of a capture") ?? new() };
        return PacketsOperation.Run(options, file, StopToken);
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        if (galleryEvent is PacketEvent { Packet: var packet }) WriteObject(packet);
        else base.Present(galleryEvent);
    }
}
