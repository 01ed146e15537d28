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
    /// <summary>The file to write; default: a new one in the current folder.</summary>
    [Parameter(Position = 0)]
    public string? Path { get; set; }

    /// <summary>The transport whose packets are wanted; default: UDP and TCP.</summary>
    [Parameter]
    public Transport? Transport { get; set; }

    /// <summary>Hosts, broadcast addresses or groups the traffic goes to.</summary>
    [Parameter]
    [Alias("ToIP", "McastIP", "Destination", "ComputerName")]
    public string[] To { get; set; } = [];

    /// <summary>The receivers' port.</summary>
    [Parameter]
    [Alias("ToPort", "McastPort")]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = SendOptions.DefaultPort;

    /// <summary>The NIC, or any; default: the one the traffic will use.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string? Interface { get; set; }

    /// <summary>A filter as of pcap-filter(7), in place of the one made from the rest; empty for none.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? Filter { get; set; }

    /// <summary>Bytes to keep of each frame; 0 for all.</summary>
    [Parameter]
    public int SnapLength { get; set; } = CaptureOptions.DefaultSnapLength;

    /// <summary>tcpdump, dumpcap or the path of one.</summary>
    [Parameter]
    public string? Tool { get; set; }

    /// <summary>Replace the file when it exists.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        string name = Path ?? string.Create(CultureInfo.InvariantCulture, $"capture-{DateTime.Now:yyyyMMdd-HHmmss-fff}.pcap");
        string file = FullPath(name);
        if (!ShouldProcess(file, "Capture"))
            return;
        CaptureSession session = OrTerminate(() => CaptureSession.Start(
            new CaptureOptions
            {
                Path = file,
                Transport = Transport,
                To = To,
                Port = Port,
                Interface = Interface,
                Filter = Filter,
                SnapLength = SnapLength,
                Tool = Tool,
                Force = Force,
            },
            StopToken));
        WriteVerbose($"{session.Capture.Tool} listens on {session.Capture.Interface}; filter: {session.Capture.Filter}");
        WriteObject(session.Capture);
    }
}
