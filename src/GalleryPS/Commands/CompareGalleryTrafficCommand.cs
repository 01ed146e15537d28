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
    private ComparisonOptions _options = new();

    /// <summary>The capture: one for all predictions, or one for each in the same order.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName", "Capture")]
    [CapturePath]
    public string[] Path { get; set; } = [];

    /// <summary>Predictions of Measure-Gallery.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [Living<TrafficEstimate>]
    public TrafficEstimate[] Estimate { get; set; } = [];

    /// <summary>Only flows with this port at either end; default: all traffic of the capture.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int? Port { get => _options.Port; set => _options = _options with { Port = value }; }

    /// <summary>Only flows with this address at either end.</summary>
    [Parameter]
    public IPAddress? Address { get => _options.Address; set => _options = _options with { Address = value }; }

    /// <summary>Write a report with charts to this file.</summary>
    [Parameter]
    public string? Html { get; set; }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        // What came with the call is bound anew for every object of the pipeline; it counts once.
        foreach (TrafficEstimate one in Estimate)
        {
            if (!_estimates.Contains(one)) _estimates.Add(one);
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
        var comparisons = new List<TrafficComparison>();
        foreach ((TrafficEstimate estimate, string file, bool ofTransport) in Pairs())
        {
            TrafficComparison comparison = OrTerminate(() => TrafficComparer.Compare(
                estimate,
                file,
                _options with { OfTransport = ofTransport, Timeline = Html is not null },
                WriteError,
                StopToken));
            comparisons.Add(comparison);
            WriteObject(comparison);
        }

        if (Html is not null && FullPath(Html) is { } report && ShouldProcess(report, "Write a report"))
        {
            OrTerminate(() =>
            {
                TrafficReport.Write(comparisons, report);
                return true;
            });
        }
    }

    private IEnumerable<(TrafficEstimate Estimate, string File, bool OfTransport)> Pairs()
    {
        if (_files.Count == _estimates.Count && _files.Count > 1)
            return _estimates.Zip(_files, static (estimate, file) => (estimate, file, false));
        if (_files.Count == 1)
        {
            // Several transports in one capture: each is held against its own part.
            bool several = _estimates.Select(static one => one.Transport).Distinct().Skip(1).Any();
            return _estimates.Select(one => (one, _files[0], several));
        }

        if (_estimates.Count == 1) return _files.Select(file => (_estimates[0], file, false));
        ThrowTerminatingError(Record(new GalleryException(
            ErrorIds.InvalidOptions,
            GalleryErrorCategory.InvalidArgument,
            $"{_estimates.Count} predictions cannot be compared with {_files.Count} captures.",
            _files,
            "Give one capture for all predictions, or one for each.")));
        return [];
    }
}
