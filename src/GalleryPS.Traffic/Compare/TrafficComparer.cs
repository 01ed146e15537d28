namespace GalleryPS.Traffic;

/// <summary>Holds predictions against captures.</summary>
internal static class TrafficComparer
{
    private const int EthernetHeader = 14;

    /// <summary>Holds a prediction against a capture file.</summary>
    /// <param name="estimate">The prediction of a whole gallery.</param>
    /// <param name="path">The capture.</param>
    /// <param name="options">Which traffic of it counts.</param>
    /// <param name="onError">Hears of damage in the file, after which what came before it is compared; null throws
    /// instead.</param>
    /// <param name="cancellationToken">Ends the counting.</param>
    /// <exception cref="GalleryException">The file cannot be opened or is no capture at all.</exception>
    public static TrafficComparison Compare(
        TrafficEstimate estimate,
        string path,
        ComparisonOptions options,
        Action<GalleryException>? onError = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(estimate);
        ArgumentNullException.ThrowIfNull(options);
        CountResult result = CaptureCounter.Count(
            path,
            new CountOptions
            {
                // Loopback has no offload to undo: what the capture shows is what there was.
                Mtu = estimate.Mtu,
                Port = options.Port,
                Address = options.Address,
                Transport = options.OfTransport ? estimate.Transport : null,
                Timeline = options.Timeline ? TimeSpan.FromMilliseconds(1) : null,
                CollectSizes = true,
                ByFlow = true,
            },
            cancellationToken);
        if (result.Damage is { } damage) (onError ?? throw damage)(damage);
        TrafficTotals captured = AsPredicted(estimate, result);
        LayerComparison[] layers =
        [
            Layer("Transport", nameof(TrafficTotals.Datagrams), totals => totals.Datagrams),
            Layer("Network", nameof(TrafficTotals.Packets), totals => totals.Packets),
            Layer("Link", nameof(TrafficTotals.Frames), totals => totals.Frames),
            Layer("Application", nameof(TrafficTotals.ApplicationBytes), totals => totals.ApplicationBytes),
            Layer("Transport", nameof(TrafficTotals.TransportBytes), totals => totals.TransportBytes),
            Layer("Network", nameof(TrafficTotals.NetworkBytes), totals => totals.NetworkBytes),
            Layer("Link", nameof(TrafficTotals.LinkBytes), totals => totals.LinkBytes),
            Layer("Wire", nameof(TrafficTotals.WireBytes), totals => totals.WireBytes),
        ];
        return new TrafficComparison
        {
            Estimate = estimate,
            Count = result.Count,
            Layers = layers,
            Reasons = new Differences(estimate, result, layers, options, CaptureHistory.Of(path)).Reasons(),
        };

        LayerComparison Layer(string layer, string property, Func<TrafficTotals, long> value) => new()
        {
            Layer = layer,
            Property = property,
            Predicted = value(estimate.Usual),
            Low = value(estimate.Low),
            High = value(estimate.High),
            Captured = value(captured),
        };
    }

    /// <summary>
    /// What the wire carried for the first time, with the link layer's header the prediction assumes: cooked, null and
    /// raw captures show another one or none.
    /// </summary>
    private static TrafficTotals AsPredicted(TrafficEstimate estimate, CountResult result)
    {
        // A prediction knows no losses: what was sent again, and what answers that, is told, but not held against it.
        TrafficTotals wire = result.Count.OnWire - result.Repeated;
        if (!result.IsForeignLink) return wire;
        long withoutIp = result.Count.Lines.Where(line => line.Packets == 0).Sum(line => line.LinkBytes);
        int header = EthernetHeader + (estimate.VlanTag ? 4 : 0);
        long link = wire.NetworkBytes + (header * wire.Packets) + withoutIp;
        return wire with { LinkBytes = link, WireBytes = estimate.LinkLayer == LinkLayer.Loopback ? link : wire.WireBytes };
    }
}
