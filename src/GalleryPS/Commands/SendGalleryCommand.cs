using System.Management.Automation;
using System.Security;
using System.Security.Cryptography.X509Certificates;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Images;
using GalleryPS.Operations;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Send-Gallery: sends images.</summary>
[Cmdlet(VerbsCommunications.Send, "Gallery", DefaultParameterSetName = PathSet, SupportsShouldProcess = true, HelpUri = HelpPages.Address + "Send-Gallery.md")]
[OutputType(typeof(SentImage), typeof(ServedReceiver))]
public sealed class SendGalleryCommand : ImagesCmdlet
{
    private SendOptions _options = new();
    private readonly List<string> _piped = [];
    private SendOperation? _operation;
    private bool _waitsForNics;

    /// <summary>The transport.</summary>
    [Parameter]
    public Transport Transport { get => _options.Transport; set => _options = _options with { Transport = value }; }

    /// <summary>Hosts, broadcast addresses or groups.</summary>
    [Parameter]
    [Alias("ToIP", "McastIP", "Destination", "ComputerName", "Group")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DestinationCompleter))]
    public string[] To { get => [.. Addresses.To]; set => Addresses = Addresses with { To = value }; }

    /// <summary>The receivers' port.</summary>
    [Parameter]
    [Alias("ToPort", "McastPort")]
    [InRange<SendOptions>]
    [ArgumentCompleter(typeof(PortCompleter))]
    public int Port { get => Addresses.Port; set => Addresses = Addresses with { Port = value }; }

    /// <summary>Time to live or hop limit; default 1 for multicast, else the system's.</summary>
    [Parameter]
    [InRange<SendOptions>]
    [ArgumentCompleter(typeof(TtlCompleter))]
    public int? Ttl { get => Addresses.Ttl; set => Addresses = Addresses with { Ttl = value }; }

    /// <summary>NICs to send on, by address or name; * for all that can multicast.</summary>
    [Parameter]
    [Alias("Interface")]
    [ArgumentCompleter(typeof(NicCompleter))]
    public string[] OutboundIP { get => [.. Addresses.OutboundIP]; set => Addresses = Addresses with { OutboundIP = value }; }

    /// <summary>NICs to send on, as Get-GalleryInterface emits them.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = PathSet)]
    [Parameter(ValueFromPipeline = true, ParameterSetName = LiteralSet)]
    [Rehydrate<Interface>]
    public Interface[] Nic { get; set; } = [];

    /// <summary>The protocol.</summary>
    [Parameter]
    public Protocol Protocol { get => _options.Protocol; set => _options = _options with { Protocol = value }; }

    /// <summary>Wait before the end of transmission, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan EndDelay { get => Pacing.EndDelay; set => Pacing = Pacing with { EndDelay = value }; }

    /// <summary>Pause between images, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Interval { get => Pacing.Interval; set => Pacing = Pacing with { Interval = value }; }

    /// <summary>Rate of the images' bytes in bit/s; default 40 Mbps over UDP, unlimited over TCP.</summary>
    [Parameter]
    [BitRate]
    [ArgumentCompleter(typeof(BitRateCompleter))]
    public BitRate? BitRate { get => Pacing.BitRate; set => Pacing = Pacing with { BitRate = value }; }

    /// <summary>Flute: repair data in percent.</summary>
    [Parameter]
    [InRange<SendOptions>]
    public double? Redundancy { get => Flute.Redundancy; set => Flute = Flute with { Redundancy = value }; }

    /// <summary>Flute: how many more times everything is sent.</summary>
    [Parameter]
    [InRange<SendOptions>]
    public int Repeat { get => Flute.Repeat; set => Flute = Flute with { Repeat = value }; }

    /// <summary>Flute: repeat until stopped.</summary>
    [Parameter]
    public SwitchParameter Carousel { get => Flute.Carousel; set => Flute = Flute with { Carousel = value }; }

    /// <summary>Flute: wait for this many receivers, and serve each until it has everything.</summary>
    [Parameter]
    [InRange<SendOptions>]
    public int? Receivers { get => Flute.Receivers; set => Flute = Flute with { Receivers = value }; }

    /// <summary>Flute: wait for a receiver whose path is far slower than the others', or leave it until they have everything.</summary>
    [Parameter]
    public SlowReceiver SlowReceiver { get => Flute.SlowReceiver; set => Flute = Flute with { SlowReceiver = value }; }

    /// <summary>Flute: how long to wait for them, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? WaitTimeout { get => Flute.WaitTimeout; set => Flute = Flute with { WaitTimeout = value }; }

    /// <summary>Flute: how long one of them may say nothing, or take nothing, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan ReceiverTimeout { get => Flute.ReceiverTimeout; set => Flute = Flute with { ReceiverTimeout = value }; }

    /// <summary>Flute: largest IP packet on the way, in bytes.</summary>
    [Parameter]
    [InRange<SendOptions>]
    [ArgumentCompleter(typeof(MtuCompleter))]
    public int? Mtu { get => Flute.Mtu; set => Flute = Flute with { Mtu = value }; }

    /// <summary>Flute: authenticates every packet.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <summary>Flute: version of the protocol.</summary>
    [Parameter]
    [InRange<SendOptions>]
    [ArgumentCompleter(typeof(FluteVersionCompleter))]
    public int FluteVersion { get => Flute.FluteVersion; set => Flute = Flute with { FluteVersion = value }; }

    /// <summary>Flute: the error correction.</summary>
    [Parameter]
    public Fec Fec { get => Flute.Fec; set => Flute = Flute with { Fec = value }; }

    /// <summary>Flute: transport session identifier.</summary>
    [Parameter]
    [InRange<SendOptions>]
    public long? Tsi { get => Flute.Tsi; set => Flute = Flute with { Tsi = value }; }

    /// <summary>Re-encode images that are too large for a datagram (Plain over UDP).</summary>
    [Parameter]
    public SwitchParameter Fit { get => _options.Fit; set => _options = _options with { Fit = value }; }

    /// <summary>How long to wait for a TCP connection, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan ConnectTimeout { get => _options.ConnectTimeout; set => _options = _options with { ConnectTimeout = value }; }

    /// <summary>Tcp: try a receiver that cannot be reached again for every image.</summary>
    [Parameter]
    public SwitchParameter Retry { get => _options.Retry; set => _options = _options with { Retry = value }; }

    /// <summary>Ask receivers what they have, and send the rest.</summary>
    [Parameter]
    public SwitchParameter Resume { get => _options.Resume; set => _options = _options with { Resume = value }; }

    /// <summary>Wait before the first image, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Delay { get => Start.Delay; set => Start = Start with { Delay = value }; }

    /// <summary>Multicast: wait at most this long until somebody joined the group, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? WaitForGroup { get => Start.WaitForGroup; set => Start = Start with { WaitForGroup = value }; }

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

    /// <summary>Run in the background, as a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    private protected override bool RunsAsJob => AsJob;

    private TlsServerOptions Tls { get => _options.Tls; set => _options = _options with { Tls = value }; }

    private DestinationOptions Addresses { get => _options.Addresses; set => _options = _options with { Addresses = value }; }

    private StartOptions Start { get => _options.Start; set => _options = _options with { Start = value }; }

    private PacingOptions Pacing { get => _options.Pacing; set => _options = _options with { Pacing = value }; }

    private FluteSendOptions Flute { get => _options.Flute; set => _options = _options with { Flute = value }; }

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _options = _options with { Flute = Flute with { Passphrase = Secret(Passphrase) }, Tls = Tls with { CertificatePassword = Secret(CertificatePassword) } };

        // Images that the call itself names leave the pipeline free for the NICs they are sent on.
        _waitsForNics = MyInvocation.ExpectingInput && (Bound(nameof(Path)) || Bound(nameof(LiteralPath)));
        if (!_waitsForNics) Begin();
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (_waitsForNics) _piped.AddRange(Nic.Select(static n => n.Name));
        else Send();
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        if (_waitsForNics)
        {
            OutboundIP = [.. OutboundIP, .. _piped];
            Begin();
            Send();
        }

        Present(_operation!.End(StopToken), Complete);
    }

    /// <inheritdoc/>
    protected override void OnDispose() => _operation?.Dispose();

    private void Begin()
    {
        _operation = new SendOperation(_options, Fit ? new ImageFitter() : null);
        Present(_operation.Begin(StopToken));
    }

    private void Send()
    {
        foreach (ImageInput input in FindImages())
        {
            // What the call says holds for all; what an object of the pipeline says holds where the call says nothing.
            ImageInput going = input.Path is null ? input
                : ImageInput.FromFile(input.Path, Bound(nameof(To)) ? null : input.To, Bound(nameof(Port)) ? null : input.Port);
            if (!ShouldProcess(going.Path ?? going.Name, Action(going))) continue;
            Present(_operation!.Add(going, StopToken), _ => Complete(_operation.End(StopToken).GetEnumerator()));
        }
    }

    private string Action(ImageInput input)
    {
        IReadOnlyList<string> to = input.To ?? To;
        return $"Send by {Transport} to {(to.Count > 0 ? string.Join(", ", to) : "the default address")}, port {input.Port ?? Port}";
    }

    // Receivers wait for the end, also when nobody wants to see any more of what is sent. A session whose images travel
    // together is told to send its end now, since all that is left of them would be sent before.
    private void Complete(IEnumerator<GalleryEvent> left)
    {
        if (!_operation!.SendsAtOnce) Cancel();
        try
        {
            using (left)
            {
                while (left.MoveNext())
                {
                }
            }
        }
        catch (OperationCanceledException) when (StopToken.IsCancellationRequested)
        {
            // That was its end; the caller goes on with what stopped the pipeline.
        }
    }
}
