using System.Globalization;
using GalleryPS.Traffic;

namespace GalleryPS.Cli.Output;

/// <summary>What is known of traffic, for people.</summary>
internal static class TrafficTables
{
    public static void Show(Reporter reporter, EstimateEvent estimated)
    {
        reporter.Table("Estimate", estimated.Estimates, [.. Columns(estimated.PerImage, estimated.Estimates.Any(static e => e.Unsendable.Count > 0))]);
        foreach (string note in estimated.Estimates.Select(static e => e.Note).OfType<string>().Distinct()) reporter.Notice(note);
    }

    public static void Show(Reporter reporter, CountEvent counted)
    {
        if (!counted.ByFlow)
        {
            reporter.Item("Count", counted.Count, static c => TrafficText.Of(c));
            return;
        }

        reporter.Table(
            "Count",
            counted.Count.ByFlow,
            ("Flow", static f => f.Flow ?? ""),
            (">Datagrams", static f => Number(f.Datagrams)),
            (">Packets", static f => Number(f.Packets)),
            (">Payload", static f => Number(f.ApplicationBytes)),
            (">+UDP/TCP", static f => Number(f.TransportBytes)),
            (">+IP", static f => Number(f.NetworkBytes)),
            (">+Link", static f => Number(f.LinkBytes)),
            (">Seconds", static f => f.Duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)));
        foreach (string note in counted.Notes) reporter.Notice(note);
    }

    public static void Show(Reporter reporter, TrafficComparison comparison)
    {
        reporter.Table(
            "Layer",
            comparison.Layers,
            ($"{comparison.Transport}", static l => TrafficText.Name(l)),
            (">Predicted", static l => Number(l.Predicted)),
            (">Range", static l => l.Low == l.High ? "exact" : $"{Number(l.Low)}..{Number(l.High)}"),
            (">Captured", static l => Number(l.Captured)),
            (">Difference", static l => l.Difference.ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture)),
            ("Verdict", static l => Words(l.Verdict)));
        reporter.Notice($"{comparison.Transport}: {Words(comparison.Verdict)}. {comparison.Reason}");
    }

    public static string Line(Packet packet) => string.Create(
        CultureInfo.InvariantCulture,
        $"{packet.Number,6}  {packet.Elapsed.TotalSeconds,10:0.000000}  {packet.Source} > {packet.Destination}  {packet.Protocol,-4} {packet.LinkBytes,6}  {packet.Explanation}{(packet.Path is null ? "" : $"  {packet.Path}")}");

    private static IEnumerable<(string Title, Func<TrafficEstimate, string> Text)> Columns(bool perImage, bool partly)
    {
        yield return ("Transport", TrafficText.Way);
        if (perImage) yield return ("Image", static e => e.Image ?? "");
        else yield return (">Receivers", static e => Number(e.Receivers));
        yield return (">Images", static e => Number(e.ImageBytes));
        yield return (">Datagrams", static e => Range(e.Datagrams, e.DatagramsLow, e.DatagramsHigh));
        yield return (">Packets", static e => Range(e.Packets, e.PacketsLow, e.PacketsHigh));
        yield return (">+UDP/TCP", static e => Range(e.TransportBytes, e.TransportBytesLow, e.TransportBytesHigh));
        yield return (">+IP", static e => Range(e.NetworkBytes, e.NetworkBytesLow, e.NetworkBytesHigh));
        yield return (">+Link", static e => Range(e.LinkBytes, e.LinkBytesLow, e.LinkBytesHigh));
        yield return (">Wire", static e => Range(e.WireBytes, e.WireBytesLow, e.WireBytesHigh));
        yield return (">Overhead", static e => e.Overhead.ToString("P1", CultureInfo.InvariantCulture));
        if (partly) yield return (">Too large", static e => TrafficText.TooLarge(e) ?? "-");
        yield return (">Per receiver", static e => e.BytesPerReceiver.ToString("N0", CultureInfo.InvariantCulture));
    }

    private static string Range(long usual, long low, long high) => low == high ? Number(usual) : $"{Number(usual)}\n{Number(low)}..{Number(high)}";

    private static string Words(TrafficVerdict verdict) => verdict switch
    {
        TrafficVerdict.Exact => "exact",
        TrafficVerdict.WithinRange => "within range",
        _ => "differs",
    };

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
