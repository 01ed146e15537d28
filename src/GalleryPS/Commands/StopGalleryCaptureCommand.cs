using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Stop-GalleryCapture: ends captures; their files are complete when it returns.</summary>
[Cmdlet(VerbsLifecycle.Stop, "GalleryCapture", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Stop-GalleryCapture.md")]
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
        foreach (Capture capture in Capture ?? CaptureSession.Running)
        {
            if (ShouldProcess(capture.Path, "Stop capture")) Present(CaptureOperation.Stop(capture));
        }
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        if (galleryEvent is CaptureEndedEvent ended) WriteObject(ended.Capture);
        else base.Present(galleryEvent);
    }
}
