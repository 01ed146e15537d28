using System.Management.Automation;
using System.Security;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Show.Pixels;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Send-Gallery: sends images.</summary>
[Cmdlet(VerbsCommunications.Send, "Gallery", DefaultParameterSetName = PathSet, HelpUri = HelpPages.Address + "Send-Gallery.md")]
[OutputType(typeof(SentImage), typeof(ServedReceiver))]
public sealed class SendGalleryCommand : ImagesCmdlet
{
    private GallerySender? _sender;
    private int _tried;
    private SendProgress? _progress;

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

    /// <summary>Flute: repair data in percent.</summary>
    [Parameter]
    [ValidateRange(0.0, 10_000.0)]
    public double Redundancy { get; set; } = SendOptions.DefaultRedundancy;

    /// <summary>Flute: how many times more everything is sent.</summary>
    [Parameter]
    [ValidateRange(0, 1_000_000)]
    public int Repeat { get; set; }

    /// <summary>Flute: repeat until stopped.</summary>
    [Parameter]
    public SwitchParameter Carousel { get; set; }

    /// <summary>Flute: wait for so many receivers and serve each until it has everything.</summary>
    [Parameter]
    [ValidateRange(1, 10_000)]
    public int? Receivers { get; set; }

    /// <summary>Flute: how long to wait for them, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? WaitTimeout { get; set; }

    /// <summary>Flute: how long one of them may say nothing, or take nothing, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan ReceiverTimeout { get; set; } = new SendOptions().ReceiverTimeout;

    /// <summary>Flute: largest IP packet on the way, in bytes.</summary>
    [Parameter]
    [ValidateRange(576, 65_535)]
    public int? Mtu { get; set; }

    /// <summary>Flute: authenticates every packet.</summary>
    [Parameter]
    public SecureString? Passphrase { get; set; }

    /// <summary>Flute: version of the protocol.</summary>
    [Parameter]
    [ValidateRange(1, 2)]
    public int FluteVersion { get; set; } = 2;

    /// <summary>Flute: the error correction.</summary>
    [Parameter]
    public Fec Fec { get; set; } = Fec.RaptorQ;

    /// <summary>Flute: transport session identifier.</summary>
    [Parameter]
    [ValidateRange(0L, (long)uint.MaxValue)]
    public long? Tsi { get; set; }

    /// <summary>Encode images anew that are too large for a datagram (Plain over UDP).</summary>
    [Parameter]
    public SwitchParameter Fit { get; set; }

    /// <summary>How long to wait for a TCP connection, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Wait before the first image, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan Delay { get; set; }

    /// <summary>Multicast: wait at most this long until somebody joined the group, in seconds.</summary>
    [Parameter]
    [Seconds]
    public TimeSpan? WaitForGroup { get; set; }

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _sender = OrTerminate(() => GallerySender.Open(
            new SendOptions
            {
                Transport = Transport,
                Protocol = Protocol,
                To = To,
                Port = Port,
                Ttl = Bound(nameof(Ttl)) ? Ttl : null,
                OutboundIP = OutboundIP,
                EndDelay = EndDelay,
                Interval = Interval,
                Fit = Fit,
                BitRate = Bound(nameof(BitRate)) ? BitRate : null,
                ConnectTimeout = ConnectTimeout,
                Redundancy = Bound(nameof(Redundancy)) ? Redundancy : null,
                Repeat = Repeat,
                Carousel = Carousel,
                Receivers = Receivers,
                WaitTimeout = WaitTimeout,
                ReceiverTimeout = ReceiverTimeout,
                Mtu = Mtu,
                Passphrase = Passphrase is null ? null : GalleryPS.Passphrase.FromSecureString(Passphrase),
                FluteVersion = FluteVersion,
                Fec = Fec,
                Tsi = Tsi,
                Delay = Delay,
                WaitForGroup = WaitForGroup,
            },
            Fit ? new ImageFitter() : null,
            StopToken));
        _progress = new SendProgress(this);
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (ParameterSetName == ObjectSet)
        {
            Prepare();
            Present(_sender!.Send(InputObject!.Name ?? "image", InputObject.Data, StopToken));
            return;
        }

        IReadOnlyList<string> files = FindImages();
        for (int i = 0; i < files.Count; i++)
        {
            _progress!.Show(files[i], i, files.Count);
            Prepare();
            Present(_sender!.Send(files[i], StopToken));
        }
    }

    /// <inheritdoc/>
    protected override void OnEnd()
    {
        _progress?.Done();
        if (_tried > 0) Present(_sender!.Finish(StopToken));
    }

    /// <inheritdoc/>
    protected override void OnDispose() => _sender?.Dispose();

    private void Prepare()
    {
        if (_tried++ == 0) Present(_sender!.Prepare(StopToken));
    }
}
