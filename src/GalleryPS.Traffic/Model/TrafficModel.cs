namespace GalleryPS.Traffic;

/// <summary>Predicts what a gallery costs.</summary>
public static class TrafficModel
{
    private static readonly Transport[] All = [Transport.Unicast, Transport.Broadcast, Transport.Multicast, Transport.Tcp];

    /// <summary>Predicts a gallery, one estimate per transport, or per transport and image.</summary>
    /// <param name="gallery">The images in the order they are sent.</param>
    /// <param name="options">What is assumed.</param>
    /// <param name="onError">
    /// Hears of images no UDP datagram can carry (<see cref="ErrorIds.ImageTooLargeForDatagram"/>), once each; they
    /// are left out of the estimates of UDP. Null throws instead.
    /// </param>
    /// <returns>The estimates, in the order of <see cref="EstimateOptions.Transport"/>.</returns>
    /// <exception cref="GalleryException">The options are impossible.</exception>
    public static IReadOnlyList<TrafficEstimate> Estimate(
        IEnumerable<Payload> gallery, EstimateOptions options, Action<GalleryException>? onError = null)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Protocol != Protocol.Plain)
        {
            throw new GalleryException(
                ErrorIds.InvalidOptions,
                GalleryErrorCategory.NotImplemented,
                "Only the protocol Plain can be predicted: what FLUTE sends depends on losses and repetitions.",
                options.Protocol,
                "Predict Plain, or capture a FLUTE session and count it.");
        }

        var layers = new LayerModel(options);
        List<(Payload Payload, int Index)> all = [.. gallery.Select((payload, index) => (payload, index))];
        Transport[] transports = options.Transport is null
            ? [.. All.Where(transport => !options.IPv6 || transport != Transport.Broadcast)]
            : [.. options.Transport.Distinct()];
        List<(Payload Payload, int Index)> small = [.. all.Where(item => item.Payload.Bytes <= layers.LargestUdpPayload)];
        if (small.Count != all.Count && transports.Any(transport => transport != Transport.Tcp))
        {
            foreach ((Payload payload, int _) in all.Where(item => item.Payload.Bytes > layers.LargestUdpPayload))
            {
                GalleryException error = TooLarge(payload, layers.LargestUdpPayload);
                (onError ?? throw error)(error);
            }
        }

        var estimates = new List<TrafficEstimate>();
        foreach (Transport transport in transports)
        {
            List<(Payload Payload, int Index)> sent = transport == Transport.Tcp ? all : small;
            if (options.PerImage)
                estimates.AddRange(sent.Select(item => One([item], item.Index, transport, options with { NoEndOfTransmission = true })));
            else
                estimates.Add(One(sent, null, transport, options));
        }

        return estimates;
    }

    private static TrafficEstimate One(
        IReadOnlyList<(Payload Payload, int Index)> sent, int? index, Transport transport, EstimateOptions options)
    {
        var layers = new LayerModel(options);
        var tcp = new TcpModel(options);
        long copies = transport is Transport.Unicast or Transport.Tcp ? options.Receivers : 1;
        IEnumerable<long> payloads = sent.Select(item => item.Payload.Bytes);
        if (!options.NoEndOfTransmission) payloads = payloads.Append(0);

        TrafficTotals usual = new(), low = new(), high = new();
        foreach (long bytes in payloads)
        {
            if (transport == Transport.Tcp)
            {
                usual += tcp.Usual(bytes);
                low += tcp.Low(bytes);
                high += tcp.High(bytes);
            }
            else
            {
                usual += layers.Datagram(bytes);
            }
        }

        if (transport != Transport.Tcp) low = high = usual;
        return new TrafficEstimate
        {
            Transport = transport,
            Protocol = options.Protocol,
            Receivers = options.Receivers,
            Mtu = options.EffectiveMtu,
            IPv6 = options.IPv6,
            LinkLayer = options.LinkLayer,
            VlanTag = options.VlanTag,
            TcpTimestamps = options.TcpTimestamps,
            Image = index is null ? null : sent[0].Payload.Name,
            Index = index,
            Images = sent.Count,
            ImageBytes = sent.Sum(item => item.Payload.Bytes),
            EndsOfTransmission = options.NoEndOfTransmission ? 0 : (int)copies,
            Usual = usual * copies,
            Low = low * copies,
            High = high * copies,
            Sizes = [.. sent.Select(item => item.Payload.Bytes)],
        };
    }

    private static GalleryException TooLarge(Payload payload, int limit) => new(
        ErrorIds.ImageTooLargeForDatagram,
        GalleryErrorCategory.LimitsExceeded,
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{payload.Name} has {payload.Bytes:N0} bytes; one UDP datagram carries at most {limit:N0}. The estimates of UDP leave it out."),
        payload,
        "Use -Transport Tcp, or -Protocol Flute, which sends images of any size.");
}
