using System.Management.Automation;
using System.Security;
using GalleryPS.Cmdlets.Binding;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Receive-Gallery: receives images until the end of transmission.</summary>
[Cmdlet(VerbsCommunications.Receive, "Gallery", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Receive-Gallery.md")]
[OutputType(typeof(ReceivedImage))]
public sealed class ReceiveGalleryCommand : GalleryCmdlet
{
    private GalleryReceiver? _receiver;
    private ReceiveProgress? _progress;

    /// <summary>The transport.</summary>
    [Parameter]
    public Transport Transport { get; set; } = Transport.Unicast;

    /// <summary>The address to bind to or to listen on, the broadcast address, or the group.</summary>
    [Parameter(Position = 0)]
    [Alias("BindIP", "McastIP", "ListenIP")]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string? Address { get; set; }

    /// <summary>The port.</summary>
    [Parameter]
    [Alias("BindPort", "McastPort", "ListenPort")]
    [ValidateRange(0, 65535)]
    public int Port { get; set; } = SendOptions.DefaultPort;

    /// <summary>NICs to receive on, by address or name; 0.0.0.0 for the default one, * for all that can multicast.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string[] ArrivalIP { get; set; } = [];

    /// <summary>Accept only these senders; on multicast the join is source-specific.</summary>
    [Parameter]
    public string[] Source { get; set; } = [];

    /// <summary>The protocol.</summary>
    [Parameter]
    public Protocol Protocol { get; set; } = Protocol.Plain;

    /// <summary>Ends of transmission to wait for.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Senders { get; set; } = 1;

    /// <summary>Stop after this time, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Duration { get; set; }

    /// <summary>Give up when nothing came for this long, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>Stop after so many images.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? Count { get; set; }

    /// <summary>Where to store the images.</summary>
    [Parameter]
    public string? OutputDirectory { get; set; }

    /// <summary>Replace files of the same name instead of numbering.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Largest image accepted, in bytes.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long MaxImageBytes { get; set; } = new ReceiveOptions().MaxImageBytes;

    /// <summary>Largest sum of all images accepted, in bytes.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long MaxGalleryBytes { get; set; } = new ReceiveOptions().MaxGalleryBytes;

    /// <summary>Flute: take only what is authenticated with this passphrase.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        string? directory = OutputDirectory is null ? null : FullPath(OutputDirectory);
        if (directory is not null && !ShouldProcess(directory, "Store received images")) return;
        _receiver = OrTerminate(() => GalleryReceiver.Open(
            new ReceiveOptions
            {
                Transport = Transport,
                Protocol = Protocol,
                Address = Address,
                Port = Port,
                ArrivalIP = ArrivalIP,
                Source = Source,
                Senders = Senders,
                Duration = Duration,
                IdleTimeout = IdleTimeout,
                Count = Count,
                OutputDirectory = directory,
                Force = Force,
                MaxImageBytes = MaxImageBytes,
                MaxGalleryBytes = MaxGalleryBytes,
                Passphrase = Passphrase is null ? null : GalleryPS.Passphrase.FromSecureString(Passphrase),
            },
            StopToken));
        _progress = new ReceiveProgress(this);
        Present(_receiver.Receive(StopToken));
        _progress.Done();
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent one)
    {
        if (one is ReceivedEvent { Image: var image })
        {
            WriteVerbose(image.ToString());
            if (Protocol == Protocol.Plain) _progress!.Show(image);
        }

        base.Present(one);
    }

    /// <inheritdoc/>
    protected override void OnDispose() => _receiver?.Dispose();
}
