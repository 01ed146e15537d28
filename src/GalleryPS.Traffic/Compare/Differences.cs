using System.Net.Sockets;

namespace GalleryPS.Traffic;

/// <summary>Finds out why a capture differs from its prediction, by the sizes of what it holds.</summary>
/// <param name="estimate">The prediction.</param>
/// <param name="result">What was counted.</param>
/// <param name="layers">The two, held against each other.</param>
/// <param name="options">Which traffic of the capture was counted.</param>
/// <param name="capture">How it was captured; null when that is not known.</param>
internal sealed class Differences(
    TrafficEstimate estimate, CountResult result, IReadOnlyList<LayerComparison> layers, ComparisonOptions options, Capture? capture)
{
    private const int MostNamed = 3;

    private readonly TrafficCount _count = result.Count;

    /// <summary>The likely reasons, most telling first; notes on the capture when nothing differs.</summary>
    public IReadOnlyList<string> Reasons()
    {
        var reasons = new List<string>(result.Skipped);
        bool differs = layers.Any(layer => layer.Verdict == TrafficVerdict.Differs);
        if (differs)
        {
            Gallery(reasons);
            Wrong(reasons);
            OtherProtocols(reasons);
            if (_count.IncompleteDatagrams != 0)
                reasons.Add($"Fragments lost or not captured: {Words.Many(_count.IncompleteDatagrams, "datagram")} incomplete.");
        }

        if (result.Repeated.Frames != 0)
        {
            reasons.Add($"Sent again, or the answer to that, and left out here: {Words.Many(result.Repeated.Frames, "TCP segment")}, {Words.Many(result.Repeated.LinkBytes, "byte")}.");
        }

        if (_count.SuperFrames != 0)
        {
            reasons.Add(Text($"Segmentation offload: {Words.Many(_count.SuperFrames, "frame")} larger than the MTU; the comparison uses what the wire carried, {Words.Many(_count.OnWire.Frames, "frame")} in place of {_count.Frames}."));
        }

        if (result.IsForeignLink) reasons.Add("The capture has no Ethernet headers; the comparison uses what Ethernet would have shown.");
        if (differs && reasons.Count == 0) reasons.Add("Other traffic is in the capture, or the prediction assumes another gallery.");
        return reasons;
    }

    /// <summary>Holds the sizes of what was captured against those of the gallery.</summary>
    private void Gallery(List<string> reasons)
    {
        bool tcp = estimate.Transport == Transport.Tcp;
        if (_count.Lines.FirstOrDefault(line => line.Protocol == (tcp ? "TCP" : "UDP")) is null)
        {
            reasons.Add(Nothing(tcp));
            return;
        }

        if (!tcp && !ProtocolTraits.Of(estimate.Protocol).ImagesAreDatagrams)
        {
            LayerComparison datagrams = Of(nameof(TrafficTotals.Datagrams));
            if (datagrams.Captured < datagrams.Low)
                reasons.Add($"Lost, not captured, or never sent: {Words.Many(datagrams.Low - datagrams.Captured, "packet")} of {estimate.Protocol} at least.");
            else if (datagrams.Captured > datagrams.High)
                reasons.Add($"More than predicted: {Words.Many(datagrams.Captured - datagrams.High, "packet")}; receivers that report asked for more, it was repeated, or other traffic is on the port.");
            return;
        }

        IReadOnlyDictionary<long, long> captured = tcp ? result.StreamSizes : result.DatagramSizes;

        long copies = estimate.Transport.CopiesFor(estimate.Receivers);
        Dictionary<long, long> expected = estimate.Sizes.GroupBy(size => size).ToDictionary(group => group.Key, group => group.Count() * copies);
        if (estimate.EndsOfTransmission != 0) expected[0] = expected.GetValueOrDefault(0) + estimate.EndsOfTransmission;
        if (Multiplied(expected, captured) is { } factor)
        {
            reasons.Add($"Everything was sent to {Words.Many(factor, "receiver")}; the prediction is for {Words.Many(copies, "receiver")}.");
            return;
        }

        long ends = captured.GetValueOrDefault(0);
        string thing = tcp ? "connection" : "datagram";
        if (ends < estimate.EndsOfTransmission)
        {
            reasons.Add(ends == 0
                ? "The end of transmission is missing."
                : Text($"Ends of transmission missing: {estimate.EndsOfTransmission - ends} of {estimate.EndsOfTransmission}."));
        }
        else if (ends > expected.GetValueOrDefault(0))
        {
            reasons.Add($"More ends of transmission than predicted: {Words.Many(ends - expected.GetValueOrDefault(0), $"empty {thing}")} too many.");
        }

        var missing = new List<string>();
        var again = new List<string>();
        var strange = new List<string>();
        long lost = 0, twice = 0, others = 0;
        foreach (long size in expected.Keys.Concat(captured.Keys).Distinct().Where(size => size != 0).Order())
        {
            long wanted = expected.GetValueOrDefault(size);
            long difference = captured.GetValueOrDefault(size) - wanted;
            if (difference < 0)
            {
                lost -= difference;
                missing.Add(Text($"{size} bytes"));
            }
            else if (difference > 0 && wanted > 0)
            {
                twice += difference;
                again.Add(Text($"{size} bytes"));
            }
            else if (difference > 0)
            {
                others += difference;
                strange.Add(Text($"{size} bytes"));
            }
        }

        if (lost != 0) reasons.Add($"Missing, lost or not captured: {Words.Many(lost, thing)} with images ({List(missing)}).");
        if (twice != 0) reasons.Add($"More often than predicted, duplicates: {Words.Many(twice, thing)} ({List(again)}).");
        if (others != 0)
            reasons.Add($"Not an image of this gallery, other traffic on the port: {Words.Many(others, thing)} ({List(strange)}).");
    }

    /// <summary>That there is nothing to compare, and where to look for it.</summary>
    private string Nothing(bool tcp)
    {
        var with = new List<string>();
        if (options.Port is { } port) with.Add(Text($"port {port}"));
        if (options.Address is { } address) with.Add($"address {address}");
        string nothing = $"The capture holds no {(tcp ? "TCP segment" : "UDP datagram")} ";
        string advice = capture is null ? CaptureHistory.Advice(result.Interfaces) : CaptureHistory.Advice(capture);
        return with.Count == 0 ? $"{nothing}at all. {advice}" : $"{nothing}with {string.Join(" and ", with)}. {advice}";
    }

    private void Wrong(List<string> reasons)
    {
        TrafficCount? flow = _count.ByFlow.FirstOrDefault();
        bool ipv6 = flow?.Source?.AddressFamily == AddressFamily.InterNetworkV6;
        if (flow is not null && ipv6 != estimate.IPv6)
            reasons.Add($"The capture shows IPv{(ipv6 ? 6 : 4)}, the prediction is for IPv{(estimate.IPv6 ? 6 : 4)}.");
        else if (reasons.Count == 0 && Of(nameof(TrafficTotals.Datagrams)).Verdict != TrafficVerdict.Differs
            && Of(nameof(TrafficTotals.Packets)).Verdict == TrafficVerdict.Differs)
            reasons.Add(Text($"The datagrams are those predicted, but not the packets: the link's MTU is not {estimate.Mtu}."));
        else if (reasons.Count == 0 && Of(nameof(TrafficTotals.NetworkBytes)).Verdict != TrafficVerdict.Differs)
            reasons.Add("The packets are those predicted, but not the frames: VLAN tags, padding or another link layer.");
    }

    private void OtherProtocols(List<string> reasons)
    {
        string used = estimate.Transport == Transport.Tcp ? "TCP" : "UDP";
        foreach (TrafficLine line in _count.Lines.Where(line => line.Protocol != used))
        {
            string why = line.Protocol switch
            {
                "ARP" => "address resolution",
                "IGMP" or "MLD" => "joining and leaving groups",
                "ICMP" => "among them what hosts answer when nobody listens at a port",
                "ICMPv6" => "neighbor discovery, or what hosts answer when nobody listens at a port",
                _ => "other traffic",
            };
            reasons.Add($"{line.Protocol} is counted too: {Words.Many(line.Frames, "frame")}, {Words.Many(line.LinkBytes, "byte")} ({why}).");
        }
    }

    /// <summary>The number of receivers the capture fits, when it is the whole gallery more or less often.</summary>
    private long? Multiplied(Dictionary<long, long> expected, IReadOnlyDictionary<long, long> captured)
    {
        if (!estimate.Transport.IsToOne() || expected.Count != captured.Count) return null;
        long? factor = null;
        foreach ((long size, long wanted) in expected)
        {
            long times = captured.GetValueOrDefault(size) * estimate.Receivers;
            if (times == 0 || times % wanted != 0 || (factor is not null && factor != times / wanted)) return null;
            factor = times / wanted;
        }

        return factor == estimate.Receivers ? null : factor;
    }

    private LayerComparison Of(string property) => layers.First(layer => layer.Property == property);

    private static string List(List<string> names) => names.Count <= MostNamed
        ? string.Join(", ", names)
        : Text($"{string.Join(", ", names.Take(MostNamed))} and {names.Count - MostNamed} other sizes");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
