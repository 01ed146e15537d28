using System.CommandLine;
using System.Globalization;
using GalleryPS.Traffic;

namespace GalleryPS.Cli.Commands;

/// <summary>The options that describe a prediction; the verbs that predict share them.</summary>
internal sealed class EstimateArguments
{
    private readonly Option<string[]> _transport = Arguments.List("--transport", "Unicast, Broadcast, Multicast, Tcp; default: all four.", "-t");
    private readonly Option<int> _receivers = new("--receivers") { Description = "How many receivers.", DefaultValueFactory = static _ => 1 };
    private readonly Option<int?> _mtu = Arguments.Of<int?>("--mtu", "Largest IP packet in bytes; default 1500, on loopback 65536.");
    private readonly Option<bool> _ipv6 = Arguments.Of<bool>("--ipv6", "IPv6 in place of IPv4.");
    private readonly Option<Protocol> _protocol = new("--protocol") { Description = "Plain." };
    private readonly Option<bool> _vlanTag = Arguments.Of<bool>("--vlan-tag", "An 802.1Q tag in every frame.");
    private readonly Option<bool> _timestamps = new("--tcp-timestamps") { Description = "Timestamps in every TCP segment.", DefaultValueFactory = static _ => true };
    private readonly Option<LinkLayer> _linkLayer = Arguments.Of<LinkLayer>("--link-layer", "Ethernet or Loopback.");
    private readonly Option<string[]> _bytes = Arguments.List("--bytes", "Sizes in bytes, in place of images; may be repeated or separated by commas.");
    private readonly Option<bool> _noEnd = Arguments.Of<bool>("--no-end-of-transmission", "Leave the end of transmission out.");

    public void AddTo(Command command)
    {
        foreach (Option option in (ReadOnlySpan<Option>)[_transport, _receivers, _mtu, _ipv6, _protocol, _vlanTag, _timestamps, _linkLayer, _bytes, _noEnd])
            command.Options.Add(option);
    }

    /// <summary>Predicts.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="paths">The gallery.</param>
    /// <param name="adjust">What the verb itself decides.</param>
    /// <param name="onError">Hears of what is left out.</param>
    public IReadOnlyList<TrafficEstimate> Estimate(
        ParseResult parsed, string[] paths, Func<EstimateOptions, EstimateOptions> adjust, Action<GalleryException> onError)
    {
        string[] transports = parsed.GetValue(_transport)!;
        var options = new EstimateOptions
        {
            Transports = transports.Length == 0 ? null : [.. transports.Select(Transport)],
            Receivers = parsed.GetValue(_receivers),
            Mtu = parsed.GetValue(_mtu),
            IPv6 = parsed.GetValue(_ipv6),
            Protocol = parsed.GetValue(_protocol),
            VlanTag = parsed.GetValue(_vlanTag),
            TcpTimestamps = parsed.GetValue(_timestamps),
            LinkLayer = parsed.GetValue(_linkLayer),
            EndOfTransmission = !parsed.GetValue(_noEnd),
        };
        options = adjust(options);
        options.Validate();
        string[] sizes = parsed.GetValue(_bytes)!;
        IReadOnlyList<Payload> gallery = sizes.Length != 0
            ? [.. sizes.Select(size => new Payload($"{size} bytes", ByteCount.Parse(size)))]
            : Payloads.Of(paths.Length == 0 ? [Samples.Small] : paths, literal: paths.Length == 0, onError);
        return gallery.Count == 0 && sizes.Length == 0 ? [] : TrafficModel.Estimate(gallery, options, onError);
    }

    private static Transport Transport(string text) =>
        Enum.TryParse(text, ignoreCase: true, out Transport transport) && Enum.IsDefined(transport) && !char.IsDigit(text[0])
            ? transport
            : throw new GalleryException(
                ErrorIds.InvalidOptions,
                GalleryErrorCategory.InvalidArgument,
                string.Create(CultureInfo.InvariantCulture, $"'{text}' is no transport."),
                text,
                "Transports are Unicast, Broadcast, Multicast and Tcp.");
}
