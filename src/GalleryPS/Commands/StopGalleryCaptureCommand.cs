using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Stop-GalleryCapture: ends captures; their files are complete when it returns.</summary>
[Cmdlet(VerbsLifecycle.Stop, "GalleryCapture", HelpUri = HelpPages.Address + "Stop-GalleryCapture.md")]
[OutputType(typeof(Capture))]
public sealed class StopGalleryCaptureCommand : GalleryCmdlet
{
    /// <summary>The captures to stop; default: all that run in this process.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("InputObject")]
    [RunningCaptures]
    [ArgumentCompleter(typeof(CaptureCompleter))]
    public Capture[]? Capture { get; set; }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (Capture is null && MyInvocation.ExpectingInput) return;
        foreach (Capture one in Capture ?? CaptureSession.Running)
        {
            try
            {
                CaptureSession.Stop(one);
                if (one.DroppedByKernel > 0)
                    WriteWarning($"The kernel dropped {Counted.Of(one.DroppedByKernel ?? 0, "packet")}: {one.Path} is not complete.");
                if (one.Packets == 0) WriteWarning($"{one.Path} holds no packet. {CaptureHistory.Advice(one)}");
                WriteObject(one);
            }
            catch (GalleryException e)
            {
                WriteError(e);
            }
        }
    }
}
