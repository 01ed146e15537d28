using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Connect-GalleryServer: asks one of several servers.</summary>
[Cmdlet(VerbsCommunications.Connect, "GalleryServer", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Connect-GalleryServer.md")]
[OutputType(typeof(ServerReply))]
public sealed class ConnectGalleryServerCommand : GalleryCmdlet
{
    private static readonly ConnectOptions Defaults = new();

    /// <summary>Servers: names or addresses, each optionally with a port.</summary>
    [Parameter(Position = 0)]
    [Alias("ToIP", "Destination", "ComputerName")]
    [ValidateNotNullOrEmpty]
    public string[] To { get; set; } = [.. Defaults.To];

    /// <summary>The servers' port.</summary>
    [Parameter]
    [Alias("ToPort")]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = ServerOptions.DefaultPort;

    /// <summary>Which server to take.</summary>
    [Parameter]
    public ServerSelection Select { get; set; } = ServerSelection.Random;

    /// <summary>How many connections to make.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>How long a server may take to answer, and be silent, in seconds.</summary>
    [Parameter]
    [Alias("Timeout")]
    [Seconds]
    public TimeSpan TimeoutSeconds { get; set; } = Defaults.Timeout;

    /// <summary>Makes Random choose the same each time.</summary>
    [Parameter]
    public int Seed { get; set; }

    /// <summary>Largest reply accepted, in bytes.</summary>
    [Parameter]
    [ValidateRange(1L, int.MaxValue)]
    public long MaxBytes { get; set; } = Defaults.MaxBytes;

    /// <summary>Nearest: how long after one server the next one is tried, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Stagger { get; set; } = Defaults.Stagger;

    /// <summary>Where to store the images of a gallery.</summary>
    [Parameter]
    public string? OutputDirectory { get; set; }

    /// <summary>Replace files of the same name instead of numbering.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        string? directory = OutputDirectory is null ? null : FullPath(OutputDirectory);
        if (directory is not null && !ShouldProcess(directory, "Store received images")) return;
        Present(OrTerminate(() => ServerClient.Connect(
            new ConnectOptions
            {
                To = To,
                Port = Port,
                Select = Select,
                Count = Count,
                Timeout = TimeoutSeconds,
                Seed = Bound(nameof(Seed)) ? Seed : null,
                MaxBytes = MaxBytes,
                Stagger = Stagger,
                OutputDirectory = directory,
                Force = Force,
            },
            StopToken)));
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent one)
    {
        if (one is ReplyEvent { Reply: var reply }) WriteObject(reply);
        else base.Present(one);
    }
}
