using System.Management.Automation;
using System.Net;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Measure-GalleryCapture: counts a capture per layer and flow.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "GalleryCapture", HelpUri = HelpPages.Address + "Measure-GalleryCapture.md")]
[OutputType(typeof(TrafficCount))]
public sealed class MeasureGalleryCaptureCommand : CaptureCmdlet
{
    private CountOptions _options = new();

    /// <summary>One object per flow.</summary>
    [Parameter]
    public SwitchParameter ByFlow { get => _options.ByFlow; set => _options = _options with { ByFlow = value }; }

    /// <summary>Length of the intervals of a timeline, in seconds or with a unit.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Timeline { get => _options.Timeline; set => _options = _options with { Timeline = value }; }

    /// <summary>Largest IP packet of the link, in bytes; larger frames are also counted as what the wire carried.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MtuCompleter))]
    public int? Mtu { get => _options.Mtu; set => _options = _options with { Mtu = value }; }

    /// <summary>Only flows with this port at either end.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int? Port { get => _options.Port; set => _options = _options with { Port = value }; }

    /// <summary>Only flows with this address at either end.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CapturedAddressCompleter))]
    public IPAddress? Address { get => _options.Address; set => _options = _options with { Address = value }; }

    /// <summary>Only flows of this transport.</summary>
    [Parameter]
    public Transport? Transport { get => _options.Transport; set => _options = _options with { Transport = value }; }

    /// <inheritdoc/>
    protected override IEnumerable<GalleryEvent> Read(string file) => CountOperation.Run(_options, file, StopToken);

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        if (galleryEvent is not CountEvent { Count: var count } counted) base.Present(galleryEvent);
        else if (ByFlow) WriteFlows(count.ByFlow, counted.Notes);
        else WriteObject(count);
    }

    // Flows are shown as a table, a whole capture by its protocols.
    private void WriteFlows(IEnumerable<TrafficCount> flows, IEnumerable<string> notes)
    {
        foreach (TrafficCount flow in flows)
        {
            var item = PSObject.AsPSObject(flow);
            item.TypeNames.Insert(0, "GalleryPS.TrafficCount#Flow");
            WriteObject(item);
        }

        foreach (string note in notes) WriteVerbose(note);
    }
}
