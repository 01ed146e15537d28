using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Operations;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Start-GalleryServer: answers TCP clients in the background.</summary>
[Cmdlet(VerbsLifecycle.Start, "GalleryServer", SupportsShouldProcess = true, DefaultParameterSetName = GreetingSet, HelpUri = HelpPages.Address + "Start-GalleryServer.md")]
[OutputType(typeof(Server))]
public sealed class StartGalleryServerCommand : GalleryCmdlet
{
    private const string GreetingSet = "Greeting", GallerySet = "Gallery";
    private ServerOptions _options = new();

    /// <summary>Its name.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Name { get => _options.Name; set => _options = _options with { Name = value }; }

    /// <summary>The address to listen on.</summary>
    [Parameter]
    [Alias("ListenIP", "BindIP")]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string Address { get => _options.Address; set => _options = _options with { Address = value }; }

    /// <summary>The TCP port; 0 lets the system choose.</summary>
    [Parameter]
    [Alias("ListenPort", "BindPort")]
    [InRange<ServerOptions>]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int Port { get => _options.Port; set => _options = _options with { Port = value }; }

    /// <summary>What every client is sent.</summary>
    [Parameter(ParameterSetName = GreetingSet)]
    [AllowEmptyString]
    public string? Greeting { get => _options.Greeting; set => _options = _options with { Greeting = value }; }

    /// <summary>Folder, file or wildcard of images that every client is sent.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GallerySet)]
    public string? Gallery { get => _options.Gallery; set => _options = _options with { Gallery = value }; }

    /// <summary>How long a client may take nothing, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan StallTimeout { get => _options.StallTimeout; set => _options = _options with { StallTimeout = value }; }

    /// <summary>How many connections the log keeps.</summary>
    [Parameter]
    [InRange<ServerOptions>]
    public int LogSize { get => _options.LogSize; set => _options = _options with { LogSize = value }; }

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

    /// <summary>TLS: accept only those that show a certificate.</summary>
    [Parameter]
    public SwitchParameter RequireClientCertificate { get => Tls.RequireClientCertificate; set => Tls = Tls with { RequireClientCertificate = value }; }

    private TlsServerOptions Tls { get => _options.Tls; set => _options = _options with { Tls = value }; }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (!ShouldProcess($"{Address}:{Port}", $"Start server {Name ?? Environment.MachineName}")) return;
        Server? server = null;
        ServerOptions options = _options with
        {
            // A string that PowerShell made of $null is empty, and an empty greeting is one.
            Greeting = Bound(nameof(Greeting)) ? Greeting ?? "" : null,
            Gallery = Gallery is null ? null : FullPath(Gallery),
            Tls = Tls with { CertificatePassword = Secret(CertificatePassword) },
        };
        Present(OrTerminate(() => ServeOperation.Start(options, out server)));
        SessionResources.Keep(() => ServeOperation.Stop(server!));
        WriteObject(server);
    }
}
