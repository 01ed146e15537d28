using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Operations;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Connect-GalleryServer: asks one of several servers.</summary>
[Cmdlet(VerbsCommunications.Connect, "GalleryServer", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Connect-GalleryServer.md")]
[OutputType(typeof(ServerReply))]
public sealed class ConnectGalleryServerCommand : GalleryCmdlet
{
    private readonly List<string> _servers = [];
    private ConnectOptions _options = new();

    /// <summary>Servers: names or addresses, each optionally with a port.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Alias("ToIP", "Destination", "ComputerName")]
    [ServerAddresses]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string[] To { get => [.. _options.To]; set => _options = _options with { To = value }; }

    /// <summary>The servers' port.</summary>
    [Parameter]
    [Alias("ToPort")]
    [InRange<ConnectOptions>]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int Port { get => _options.Port; set => _options = _options with { Port = value }; }

    /// <summary>Which server to choose.</summary>
    [Parameter]
    public ServerSelection Select { get => _options.Select; set => _options = _options with { Select = value }; }

    /// <summary>How many connections to make.</summary>
    [Parameter]
    [InRange<ConnectOptions>]
    public int Count { get => _options.Count; set => _options = _options with { Count = value }; }

    /// <summary>How long a server may take to answer, and be silent, in seconds.</summary>
    [Parameter]
    [Alias("Timeout", "TimeoutSeconds")]
    [Seconds]
    public TimeSpan ConnectTimeout { get => _options.ConnectTimeout; set => _options = _options with { ConnectTimeout = value }; }

    /// <summary>Makes Random choose the same each time.</summary>
    [Parameter]
    public int? Seed { get => _options.Seed; set => _options = _options with { Seed = value }; }

    /// <summary>Largest reply accepted, in bytes.</summary>
    [Parameter]
    [InRange<ConnectOptions>]
    public long MaxBytes { get => _options.MaxBytes; set => _options = _options with { MaxBytes = value }; }

    /// <summary>Nearest: how long after one server the next one is tried, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Stagger { get => _options.Stagger; set => _options = _options with { Stagger = value }; }

    /// <summary>Where to store the images of a gallery.</summary>
    [Parameter]
    public string? OutputDirectory { get => Storage.OutputDirectory; set => Storage = Storage with { OutputDirectory = value }; }

    /// <summary>Replace files of the same name instead of numbering.</summary>
    [Parameter]
    public SwitchParameter Force { get => Storage.Force; set => Storage = Storage with { Force = value }; }

    /// <summary>Encrypt TCP with TLS.</summary>
    [Parameter]
    public SwitchParameter UseTls { get => Tls.UseTls; set => Tls = Tls with { UseTls = value }; }

    /// <summary>TLS: certificate to show, with its key; from the system's store also by its thumbprint or subject.</summary>
    [Parameter]
    [StoredCertificate]
    public X509Certificate2? Certificate { get => Tls.Certificate; set => Tls = Tls with { Certificate = value }; }

    /// <summary>TLS: file with the certificate to show and its key.</summary>
    [Parameter]
    public string? CertificatePath { get => Tls.CertificatePath; set => Tls = Tls with { CertificatePath = value is null ? null : FullPath(value) }; }

    /// <summary>TLS: password of the certificate's file.</summary>
    [Parameter]
    public SecureString? CertificatePassword { get; set; }

    /// <summary>TLS: SHA-256 thumbprints of the certificates that the other side may show.</summary>
    [Parameter]
    public string[] Thumbprint { get => [.. Tls.Thumbprint]; set => Tls = Tls with { Thumbprint = value }; }

    private TlsOptions Tls { get => _options.Tls; set => _options = _options with { Tls = value }; }

    private StorageOptions Storage { get => _options.Storage; set => _options = _options with { Storage = value }; }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        // All servers of the pipeline are there to choose from; what came with the call is bound anew for each, and counts once.
        foreach (string server in To)
        {
            if (!_servers.Contains(server)) _servers.Add(server);
        }
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (_servers.Count > 0) To = [.. _servers];
        if (!ShouldProcess(string.Join(", ", To), "Connect")) return;
        if (Confirmed(Storage, "Store received images") is not { } storage) return;
        Present(OrTerminate(() => ConnectOperation.Run(_options with { Storage = storage, Tls = Tls with { CertificatePassword = Secret(CertificatePassword) } }, StopToken)));
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        if (galleryEvent is ReplyEvent { Reply: var reply }) WriteObject(reply);
        else base.Present(galleryEvent);
    }
}
