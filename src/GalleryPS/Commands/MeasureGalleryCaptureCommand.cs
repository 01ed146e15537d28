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
    /// <summary>One object per flow.</summary>
    [Parameter]
    public SwitchParameter ByFlow { get; set; }

    /// <summary>Length of the intervals of a timeline, in seconds or with a unit.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Timeline { get; set; }

    /// <summary>Largest IP packet of the link, in bytes; larger frames are also counted as what the wire carried.</summary>
    [Parameter]
    public int? Mtu { get; set; }

    /// <summary>Only flows with this port at either end.</summary>
    [Parameter]
    public int? Port { get; set; }

    /// <summary>Only flows with this address at either end.</summary>
    [Parameter]
    public IPAddress? Address { get; set; }

    /// <summary>Only flows of this transport.</summary>
    [Parameter]
    public Transport? Transport { get; set; }

    /// <inheritdoc/>
    protected override void Read(string file)
    {
        var options = new CountOptions
        {
            ByFlow = ByFlow,
            Timeline = Timeline,
            Mtu = Mtu,
            Port = Port,
            Address = Address,
            Transport = Transport,
        };
        CountResult result = CaptureCounter.Count(file, options, StopToken);
        if (ByFlow)
        {
            foreach (TrafficCount flow in result.Count.ByFlow)
            {
                // Flows are shown as a table, a whole capture by its protocols.
                var item = PSObject.AsPSObject(flow);
                item.TypeNames.Insert(0, "GalleryPS.TrafficCount#Flow");
                WriteObject(item);
            }

            foreach (string note in result.Count.Notes)
                WriteVerbose(note);
        }
        else
        {
            WriteObject(result.Count);
        }

        if (result.Damage is { } damage)
            WriteError(damage);
    }
}
