using System.Globalization;
using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Start-GalleryCapture: captures with tcpdump or dumpcap.</summary>
[Cmdlet(VerbsLifecycle.Start, "GalleryCapture", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Start-GalleryCapture.md")]
[OutputType(typeof(Capture))]
public sealed class StartGalleryCaptureCommand : GalleryCmdlet
{
    private CaptureOptions _options = new() { Path = "" };

    /// <summary>The file to write; default: a new one in the current folder.</summary>
    [Parameter(Position = 0)]
    [Alias("OutputPath")]
    public string? Path { get; set; }

    /// <summary>The transport whose packets are wanted; default: UDP and TCP.</summary>
    [Parameter]
    public Transport? Transport { get => _options.Transport; set => _options = _options with { Transport = value }; }

    /// <summary>Hosts, broadcast addresses or groups the traffic goes to.</summary>
    [Parameter]
    [Alias("ToIP", "McastIP", "Destination", "ComputerName", "Group")]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string[] To { get => [.. _options.To]; set => _options = _options with { To = value }; }

    /// <summary>The receivers' port.</summary>
    [Parameter]
    [Alias("ToPort", "McastPort")]
    [InRange<CaptureOptions>]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int Port { get => _options.Port; set => _options = _options with { Port = value }; }

    /// <summary>The NIC, or any; default: the one the traffic will use.</summary>
    [Parameter]
    [Alias("ArrivalIP", "OutboundIP")]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string? Interface { get => _options.Interface; set => _options = _options with { Interface = value }; }

    /// <summary>A filter as in pcap-filter(7), in place of the one made from the other options; empty for none.</summary>
    [Parameter]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(FilterCompleter))]
    public string? Filter { get => _options.Filter; set => _options = _options with { Filter = value }; }

    /// <summary>Bytes to keep of each frame; 0 for all.</summary>
    [Parameter]
    public int SnapLength { get => _options.SnapLength; set => _options = _options with { SnapLength = value }; }

    /// <summary>tcpdump, dumpcap or the path of one.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ToolCompleter))]
    public string? Tool { get => _options.Tool; set => _options = _options with { Tool = value }; }

    /// <summary>Stop after this time, in seconds or with a unit.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Duration { get => _options.Duration; set => _options = _options with { Duration = value }; }

    /// <summary>Replace an existing file.</summary>
    [Parameter]
    public SwitchParameter Force { get => _options.Force; set => _options = _options with { Force = value }; }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        string name = Path ?? string.Create(CultureInfo.InvariantCulture, $"capture-{DateTime.Now:yyyyMMdd-HHmmss-fff}.pcap");
        string file = FullPath(name);
        if (!ShouldProcess(file, "Capture")) return;
        Present(OrTerminate(() => CaptureOperation.Start(_options with { Path = file }, StopToken)));
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        base.Present(galleryEvent);
        if (galleryEvent is not CaptureStartedEvent { Capture: var capture }) return;
        SessionResources.Keep(() => CaptureSession.Stop(capture));
        WriteObject(capture);
    }
}
