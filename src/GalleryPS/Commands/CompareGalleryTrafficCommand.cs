using System.Management.Automation;
using System.Net;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Compare-GalleryTraffic: holds predictions against captures.</summary>
[Cmdlet(VerbsData.Compare, "GalleryTraffic", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Compare-GalleryTraffic.md")]
[OutputType(typeof(TrafficComparison))]
public sealed class CompareGalleryTrafficCommand : GalleryCmdlet
{
    private readonly List<TrafficEstimate> _estimates = [];
    private readonly List<string> _files = [];
    private readonly List<TrafficComparison> _comparisons = [];
    private ComparisonOptions _options = new();

    /// <summary>The capture: one for all predictions, or one for each in the same order.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "LiteralPath", "Capture")]
    [CapturePath]
    public string[] Path { get; set; } = [];

    /// <summary>Predictions of Measure-Gallery.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [Rehydrate<TrafficEstimate>]
    public TrafficEstimate[] Estimate { get; set; } = [];

    /// <summary>Only flows with this port at either end; default: all traffic of the capture.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int? Port { get => _options.Port; set => _options = _options with { Port = value }; }

    /// <summary>Only flows with this address at either end.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(CapturedAddressCompleter))]
    public IPAddress? Address { get => _options.Address; set => _options = _options with { Address = value }; }

    /// <summary>Write a report with charts to this file.</summary>
    [Parameter]
    public string? Html { get; set; }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        // What came with the call is bound anew for every object of the pipeline; it counts once.
        foreach (TrafficEstimate estimate in Estimate)
        {
            if (!_estimates.Contains(estimate)) _estimates.Add(estimate);
        }

        foreach (string file in Path.SelectMany(path => CapturePaths.Resolve(this, path, WriteError)))
        {
            if (!_files.Contains(file)) _files.Add(file);
        }
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (_files.Count == 0) return;
        Present(CompareOperation.Run(_options with { Timeline = Html is not null }, _estimates, _files, StopToken));

        if (Html is not null && FullPath(Html) is { } report && ShouldProcess(report, "Write a report"))
        {
            OrTerminate(() =>
            {
                TrafficReport.Write(_comparisons, report);
                return true;
            });
        }
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        base.Present(galleryEvent);
        if (galleryEvent is not ComparisonEvent { Comparison: var comparison }) return;
        _comparisons.Add(comparison);

        // PowerShell keeps the names with the objects, wherever they are taken from.
        if (!TrafficText.Fits(comparison.Layers, Screen.Columns(Host) - 1))
        {
            foreach (LayerComparison layer in comparison.Layers) PSObject.AsPSObject(layer).TypeNames.Insert(0, TrafficView.LayerLines);
        }

        WriteObject(comparison);
    }
}
