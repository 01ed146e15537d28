using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Operations;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Receive-Gallery: receives images until the end of transmission.</summary>
[Cmdlet(VerbsCommunications.Receive, "Gallery", SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Receive-Gallery.md")]
[OutputType(typeof(ReceivedImage))]
public sealed class ReceiveGalleryCommand : GalleryCmdlet
{
    private ReceiveOptions _options = new();
    private readonly List<string> _nics = [];

    /// <summary>The transport.</summary>
    [Parameter]
    public Transport Transport { get => _options.Transport; set => _options = _options with { Transport = value }; }

    /// <summary>The address to bind to or to listen on, the broadcast address, or the group.</summary>
    [Parameter(Position = 0)]
    [Alias("BindIP", "McastIP", "ListenIP", "Group")]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string? Address { get => Addresses.Address; set => Addresses = Addresses with { Address = value }; }

    /// <summary>The port.</summary>
    [Parameter]
    [Alias("BindPort", "McastPort", "ListenPort")]
    [InRange<ReceiveOptions>]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int Port { get => Addresses.Port; set => Addresses = Addresses with { Port = value }; }

    /// <summary>NICs to receive on, by address or name; 0.0.0.0 for the default one, * for all that can multicast.</summary>
    [Parameter(ValueFromPipeline = true)]
    [Alias("Interface")]
    [NicNames]
    [ArgumentCompleter(typeof(NicCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] ArrivalIP { get => [.. Addresses.ArrivalIP]; set => Addresses = Addresses with { ArrivalIP = value }; }

    /// <summary>Accept only these senders; on multicast the join is source-specific.</summary>
    [Parameter]
    public string[] Source { get => [.. Addresses.Source]; set => Addresses = Addresses with { Source = value }; }

    /// <summary>The protocol.</summary>
    [Parameter]
    public Protocol Protocol { get => _options.Protocol; set => _options = _options with { Protocol = value }; }

    /// <summary>Ends of transmission to wait for.</summary>
    [Parameter]
    [InRange<ReceiveOptions>]
    public int Senders { get => _options.Senders; set => _options = _options with { Senders = value }; }

    /// <summary>Stop after this time, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? Duration { get => Until.Duration; set => Until = Until with { Duration = value }; }

    /// <summary>Give up when nothing came for this long, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? IdleTimeout { get => Until.IdleTimeout; set => Until = Until with { IdleTimeout = value }; }

    /// <summary>Stop after so many images.</summary>
    [Parameter]
    [InRange<ReceiveOptions>]
    public int? Count { get => Until.Count; set => Until = Until with { Count = value }; }

    /// <summary>Where to store the images.</summary>
    [Parameter]
    public string? OutputDirectory { get => Storage.OutputDirectory; set => Storage = Storage with { OutputDirectory = value }; }

    /// <summary>Replace files of the same name instead of numbering.</summary>
    [Parameter]
    public SwitchParameter Force { get => Storage.Force; set => Storage = Storage with { Force = value }; }

    /// <summary>Continue where an earlier receiver stopped.</summary>
    [Parameter]
    public SwitchParameter Resume { get => _options.Resume; set => _options = _options with { Resume = value }; }

    /// <summary>Keep what arrived of an image that was cut off over TCP, as NAME.partial.</summary>
    [Parameter]
    public SwitchParameter KeepPartial { get => _options.KeepPartial; set => _options = _options with { KeepPartial = value }; }

    /// <summary>Largest image accepted, in bytes.</summary>
    [Parameter]
    [InRange<ReceiveOptions>]
    public long MaxImageBytes { get => Limits.MaxImageBytes; set => Limits = Limits with { MaxImageBytes = value }; }

    /// <summary>Largest sum of all images accepted, in bytes.</summary>
    [Parameter]
    [InRange<ReceiveOptions>]
    public long MaxGalleryBytes { get => Limits.MaxGalleryBytes; set => Limits = Limits with { MaxGalleryBytes = value }; }

    /// <summary>How long a TCP sender may stay silent in the middle of an image, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan StallTimeout { get => Limits.StallTimeout; set => Limits = Limits with { StallTimeout = value }; }

    /// <summary>Most images accepted.</summary>
    [Parameter]
    [InRange<ReceiveOptions>]
    public int MaxImages { get => Limits.MaxImages; set => Limits = Limits with { MaxImages = value }; }

    /// <summary>Disk space that must stay free, in bytes.</summary>
    [Parameter]
    [InRange<ReceiveOptions>]
    public long MinimumFreeSpace { get => Limits.MinimumFreeSpace; set => Limits = Limits with { MinimumFreeSpace = value }; }

    /// <summary>Most TCP connections open at once.</summary>
    [Parameter]
    [InRange<ReceiveOptions>]
    public int MaxConnections { get => Limits.MaxConnections; set => Limits = Limits with { MaxConnections = value }; }

    /// <summary>Most TCP connections of one host open at once.</summary>
    [Parameter]
    [InRange<ReceiveOptions>]
    public int MaxConnectionsPerHost { get => Limits.MaxConnectionsPerHost; set => Limits = Limits with { MaxConnectionsPerHost = value }; }

    /// <summary>How long a TCP connection may be open before its first byte, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan FirstByteTimeout { get => Limits.FirstByteTimeout; set => Limits = Limits with { FirstByteTimeout = value }; }

    /// <summary>Least rate of a TCP connection.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(BitRateCompleter))]
    public BitRate MinimumBitRate { get => Limits.MinimumBitRate; set => Limits = Limits with { MinimumBitRate = value }; }

    /// <summary>Flute: most sessions at a time.</summary>
    [Parameter]
    [InRange<ReceiveOptions>]
    public int MaxSessions { get => Limits.MaxSessions; set => Limits = Limits with { MaxSessions = value }; }

    /// <summary>Flute: also report to a sender's port below 1024.</summary>
    [Parameter]
    public SwitchParameter AnyReportPort { get; set; }

    /// <summary>Flute: accept only packets authenticated with this passphrase.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

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

    private ListeningOptions Addresses { get => _options.Addresses; set => _options = _options with { Addresses = value }; }

    private UntilOptions Until { get => _options.Until; set => _options = _options with { Until = value }; }

    private StorageOptions Storage { get => _options.Storage; set => _options = _options with { Storage = value }; }

    private LimitOptions Limits { get => _options.Limits; set => _options = _options with { Limits = value }; }

    /// <summary>Run in the background, as a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        // What came with the call is bound anew for every object of the pipeline; it counts once.
        foreach (string nic in ArrivalIP)
        {
            if (!_nics.Contains(nic)) _nics.Add(nic);
        }
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (Confirmed(Storage, "Store received images") is not { } storage) return;
        if (_nics.Count > 0) ArrivalIP = [.. _nics];
        Present(OrTerminate(() => ReceiveOperation.Run(
            _options with
            {
                Storage = storage,
                Flute = new() { Passphrase = Secret(Passphrase), AnyReportPort = AnyReportPort },
                Tls = Tls with { CertificatePassword = Secret(CertificatePassword) },
            },
            StopToken)));
    }

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        if (galleryEvent is ReceivedEvent received) WriteVerbose(received.Image.ToString());
        base.Present(galleryEvent);
    }
}
