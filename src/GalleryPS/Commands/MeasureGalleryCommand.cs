using System.Management.Automation;
using GalleryPS.Cmdlets.Binding;
using GalleryPS.Images;
using GalleryPS.Traffic;

namespace GalleryPS.Cmdlets.Commands;

/// <summary>Measure-Gallery: predicts bytes and packets per layer.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Gallery", DefaultParameterSetName = PathSet, HelpUri = HelpPages.Address + "Measure-Gallery.md")]
[OutputType(typeof(TrafficEstimate))]
public sealed class MeasureGalleryCommand : ImagesCmdlet
{
    private const string SizeSet = "Size";
    private EstimateOptions _options = new();
    private MeasureOperation? _operation;

    /// <summary>Sizes in bytes, in place of images.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SizeSet)]
    [Alias("Bytes")]
    [ValidateRange(0L, long.MaxValue)]
    public long[]? Size { get; set; }

    /// <summary>The transports; default: all four.</summary>
    [Parameter]
    public Transport[]? Transport { get => _options.Transport?.ToArray(); set => _options = _options with { Transport = value }; }

    /// <summary>How many receivers.</summary>
    [Parameter]
    [InRange<EstimateOptions>]
    public int Receivers { get => _options.Receivers; set => _options = _options with { Receivers = value }; }

    /// <summary>Largest IP packet of the link, in bytes.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MtuCompleter))]
    public int? Mtu { get => _options.Mtu; set => _options = _options with { Mtu = value }; }

    /// <summary>IPv6 in place of IPv4.</summary>
    [Parameter]
    public SwitchParameter IPv6 { get => _options.IPv6; set => _options = _options with { IPv6 = value }; }

    /// <summary>The protocols, side by side; default: Plain.</summary>
    [Parameter]
    public Protocol[]? Protocol { get => _options.Protocol?.ToArray(); set => _options = _options with { Protocol = value }; }

    /// <summary>Flute: repair data in percent of the images; default 10.</summary>
    [Parameter]
    [InRange<EstimateOptions>]
    public double? Redundancy { get => Flute.Redundancy; set => Flute = Flute with { Redundancy = value }; }

    /// <summary>Flute: how many more times everything is sent.</summary>
    [Parameter]
    [InRange<EstimateOptions>]
    public int Repeat { get => Flute.Repeat; set => Flute = Flute with { Repeat = value }; }

    /// <summary>Flute: the rate on the link; default 100Mbps.</summary>
    [Parameter]
    [BitRate]
    [ArgumentCompleter(typeof(BitRateCompleter))]
    public BitRate? BitRate { get => Flute.BitRate; set => Flute = Flute with { BitRate = value }; }

    /// <summary>Flute: a MAC in every packet, as with a passphrase.</summary>
    [Parameter]
    public SwitchParameter Authenticated { get => Flute.Authenticated; set => Flute = Flute with { Authenticated = value }; }

    /// <summary>Flute: version of the protocol; 1 for older receivers.</summary>
    [Parameter]
    [InRange<EstimateOptions>]
    [ArgumentCompleter(typeof(FluteVersionCompleter))]
    public int FluteVersion { get => Flute.FluteVersion; set => Flute = Flute with { FluteVersion = value }; }

    /// <summary>Flute: the error correction.</summary>
    [Parameter]
    public Fec Fec { get => Flute.Fec; set => Flute = Flute with { Fec = value }; }

    /// <summary>An 802.1Q tag in every frame.</summary>
    [Parameter]
    public SwitchParameter VlanTag { get => _options.VlanTag; set => _options = _options with { VlanTag = value }; }

    /// <summary>Timestamps in every TCP segment; on unless switched off.</summary>
    [Parameter]
    public SwitchParameter TcpTimestamps { get => _options.TcpTimestamps; set => _options = _options with { TcpTimestamps = value }; }

    /// <summary>What lies below IP.</summary>
    [Parameter]
    public LinkLayer LinkLayer { get => _options.LinkLayer; set => _options = _options with { LinkLayer = value }; }

    /// <summary>One object per image, without the end of transmission.</summary>
    [Parameter]
    public SwitchParameter PerImage { get => _options.PerImage; set => _options = _options with { PerImage = value }; }

    /// <summary>Leave the end of transmission out.</summary>
    [Parameter]
    public SwitchParameter NoEndOfTransmission { get => _options.NoEndOfTransmission; set => _options = _options with { NoEndOfTransmission = value }; }

    private FluteEstimateOptions Flute { get => _options.Flute; set => _options = _options with { Flute = value }; }

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _operation = new MeasureOperation(_options);
        Present(OrTerminate(() => _operation.Begin(StopToken)));
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        if (Size is not null)
        {
            foreach (long size in Size) _operation!.Add(size);
            return;
        }

        foreach (ImageInput input in FindImages()) Present(OrTerminate(() => _operation!.Add(input, StopToken)));
    }

    /// <inheritdoc/>
    protected override void OnEnd() => Present(OrTerminate(() => _operation!.End(StopToken)));

    /// <inheritdoc/>
    protected override void Present(GalleryEvent galleryEvent)
    {
        base.Present(galleryEvent);
        if (galleryEvent is not EstimateEvent estimated) return;
        bool fits = TrafficText.Fits(estimated.Estimates, Screen.Columns(Host) - 1);
        bool partly = estimated.Estimates.Any(static e => e.Unsendable.Count > 0);
        foreach (TrafficEstimate estimate in estimated.Estimates)
        {
            var item = PSObject.AsPSObject(estimate);

            // The view of single images names them.
            if (estimated.PerImage) item.TypeNames.Insert(0, "GalleryPS.TrafficEstimate#Image");
            else if (partly) item.TypeNames.Insert(0, TrafficView.EstimatePartly);
            if (!fits) item.TypeNames.Insert(0, TrafficView.EstimateLines);
            WriteObject(item);
        }
    }

    /// <inheritdoc/>
    protected override void OnDispose() => _operation?.Dispose();
}
