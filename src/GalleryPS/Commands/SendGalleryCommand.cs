using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Send-Gallery: sends images.</summary>
[Cmdlet(VerbsCommunications.Send, "Gallery", DefaultParameterSetName = PathSet)]
[OutputType(typeof(SentImage))]
public sealed class SendGalleryCommand : GalleryCmdlet
{
    private const string PathSet = "Path", LiteralSet = "LiteralPath", ObjectSet = "InputObject";
    private GallerySender? _sender;
    private int _tried;
    private SendProgress? _progress;

    /// <summary>Folders, files and wildcards; default: the samples of the module.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Folders and files whose names are taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("PSPath", "FullName")]
    public string[]? LiteralPath { get; set; }

    /// <summary>A received image, to pass it on.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    public ReceivedImage? InputObject { get; set; }

    /// <summary>The transport.</summary>
    [Parameter]
    public Transport Transport { get; set; } = Transport.Unicast;

    /// <summary>Hosts, broadcast addresses or groups.</summary>
    [Parameter]
    [Alias("ToIP", "McastIP", "Destination", "ComputerName")]
    public string[] To { get; set; } = [];

    /// <summary>The receivers' port.</summary>
    [Parameter]
    [Alias("ToPort", "McastPort")]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = SendOptions.DefaultPort;

    /// <summary>Time to live or hop limit; default 1 for multicast, else the system's.</summary>
    [Parameter]
    [ValidateRange(0, 255)]
    public int Ttl { get; set; } = 1;

    /// <summary>NICs to send on, by address or name; * for all that can multicast.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string[] OutboundIP { get; set; } = [];

    /// <summary>The protocol.</summary>
    [Parameter]
    public Protocol Protocol { get; set; } = Protocol.Plain;

    /// <summary>Wait before the end of transmission, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan EndDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Pause between images, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Interval { get; set; }

    /// <summary>Rate of the images' bytes in bit/s; default 40 Mbps over UDP, unlimited over TCP.</summary>
    [Parameter]
    [BitRate]
    public BitRate BitRate { get; set; }

    /// <summary>How long to wait for a TCP connection, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _sender = OrTerminate(() => GallerySender.Open(
            new SendOptions
            {
                Transport = Transport,
                Protocol = Protocol,
                To = To,
                Port = Port,
                Ttl = MyInvocation.BoundParameters.ContainsKey(nameof(Ttl)) ? Ttl : null,
                OutboundIP = OutboundIP,
                EndDelay = EndDelay,
                Interval = Interval,
                BitRate = MyInvocation.BoundParameters.ContainsKey(nameof(BitRate)) ? BitRate : null,
                ConnectTimeout = ConnectTimeout,
            },
            StopToken));
        _progress = new SendProgress(this);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ObjectSet)
        {
            _tried++;
            Present(_sender!.Send(InputObject!.Name ?? "image", InputObject.Data, StopToken));
            return;
        }

        if (ParameterSetName == PathSet && Path is null && MyInvocation.ExpectingInput) return;
        List<string> files = ParameterSetName == LiteralSet
            ? this.FindImages(LiteralPath!, literal: true, WriteError)
            : this.FindImages(Path ?? [ModuleFiles.SmallSamples], literal: false, WriteError);
        for (int i = 0; i < files.Count; i++)
        {
            _progress!.Show(files[i], i, files.Count);
            _tried++;
            Present(_sender!.Send(files[i], StopToken));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_tried > 0) Present(_sender!.Finish(StopToken));
        _progress?.Done();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _sender?.Dispose();
}
