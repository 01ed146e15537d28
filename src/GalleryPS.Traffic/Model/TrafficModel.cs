using System.Diagnostics;
using Flute;

namespace GalleryPS.Traffic;

/// <summary>Predicts what a gallery costs.</summary>
internal static class TrafficModel
{
    private static readonly Transport[] All = [Transport.Unicast, Transport.Broadcast, Transport.Multicast, Transport.Tcp];

    /// <summary>Predicts a gallery, one estimate per protocol and transport, or one for each image of them.</summary>
    /// <param name="gallery">The images in the order they are sent.</param>
    /// <param name="options">What is assumed.</param>
    /// <param name="onError">
    /// Hears of images no UDP datagram can carry (<see cref="ErrorIds.ImageTooLargeForDatagram"/>), once each; they
    /// are left out of the estimates of UDP. Null throws instead.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The estimates, in the order of <see cref="EstimateOptions.Transport"/>.</returns>
    /// <exception cref="GalleryException">The options are impossible.</exception>
    public static IReadOnlyList<TrafficEstimate> Estimate(
        IEnumerable<Payload> gallery,
        EstimateOptions options,
        Action<GalleryException>? onError = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        List<(Payload Payload, int Index)> all = [.. gallery.Select((payload, index) => (payload, index))];
        Transport[] transports = options.Transport is null
            ? [.. All.Where(transport => !options.IPv6 || transport != Transport.Broadcast)]
            : [.. options.Transport.Distinct()];
        var estimates = new List<TrafficEstimate>();
        foreach (Protocol protocol in (options.Protocol ?? [Protocol.Plain]).Distinct())
        {
            Transport[] over = [.. transports.Where(transport => ProtocolTraits.Of(protocol).RunsOver(transport))];
            estimates.AddRange(protocol switch
            {
                Protocol.Plain => Plain(all, over, options, onError, cancellationToken),
                Protocol.Flute => Flute(all, over, options, cancellationToken),
                _ => throw new UnreachableException(),
            });
        }

        return estimates;
    }

    private static IEnumerable<TrafficEstimate> Plain(
        List<(Payload Payload, int Index)> all,
        Transport[] transports,
        EstimateOptions options,
        Action<GalleryException>? onError,
        CancellationToken cancellationToken)
    {
        int limit = new LayerModel(options).LargestUdpPayload;
        List<(Payload Payload, int Index)> small = [.. all.Where(item => item.Payload.Bytes <= limit)];
        List<Payload> large = [.. all.Select(static item => item.Payload).Where(payload => payload.Bytes > limit)];
        string? note = null;
        if (large.Count != 0 && transports.Any(static transport => transport != Transport.Tcp))
        {
            foreach (Payload payload in large)
            {
                GalleryException error = TooLarge(payload, limit);
                (onError ?? throw error)(error);
            }

            note = UnsendableNote.For(large, all, limit, options, cancellationToken);
        }

        foreach (Transport transport in transports)
        {
            List<(Payload Payload, int Index)> sent = transport == Transport.Tcp ? all : small;
            if (options.PerImage)
            {
                foreach ((Payload, int Index) item in sent)
                    yield return One([item], item.Index, transport, options with { NoEndOfTransmission = true });
                continue;
            }

            TrafficEstimate estimate = One(sent, null, transport, options);
            if (transport != Transport.Tcp && note is not null)
            {
                estimate.Unsendable = [.. large.Select(static payload => payload.Name)];
                estimate.Note = note;
            }

            yield return estimate;
        }
    }

    private static IEnumerable<TrafficEstimate> Flute(
        List<(Payload Payload, int Index)> all, Transport[] transports, EstimateOptions options, CancellationToken cancellationToken)
    {
        List<Payload> images = [.. all.Select(static item => item.Payload)];
        bool exact = images.TrueForAll(static image => image.Path is not null);
        IReadOnlyList<FluteObject> objects = FluteModel.Objects(images, exact && !options.PerImage, cancellationToken);
        foreach (Transport transport in transports)
        {
            int copies = transport.CopiesFor(options.Receivers);
            var model = new FluteModel(options, copies, images.Count, cancellationToken);
            if (!options.PerImage)
            {
                yield return New(all, null, transport, Protocol.Flute, options, model.Gallery(objects, exact));
                continue;
            }

            foreach ((Payload Payload, int Index) item in all)
            {
                TrafficTotals only = model.Image(objects[item.Index]);
                yield return New([item], item.Index, transport, Protocol.Flute, options with { NoEndOfTransmission = true }, (only, only, only));
            }
        }
    }

    private static TrafficEstimate One(
        IReadOnlyList<(Payload Payload, int Index)> sent, int? index, Transport transport, EstimateOptions options)
    {
        var layers = new LayerModel(options);
        var tcp = new TcpModel(options);
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
        return New(sent, index, transport, Protocol.Plain, options, (usual, low, high));
    }

    private static TrafficEstimate New(
        IReadOnlyList<(Payload Payload, int Index)> sent,
        int? index,
        Transport transport,
        Protocol protocol,
        EstimateOptions options,
        (TrafficTotals Usual, TrafficTotals Low, TrafficTotals High) each)
    {
        long copies = transport.CopiesFor(options.Receivers);
        return new TrafficEstimate
        {
            Transport = transport,
            Protocol = protocol,
            Receivers = options.Receivers,
            Mtu = protocol == Protocol.Flute ? options.FluteMtu : options.EffectiveMtu,
            IPv6 = options.IPv6,
            LinkLayer = options.LinkLayer,
            VlanTag = options.VlanTag,
            TcpTimestamps = options.TcpTimestamps,
            Image = index is null ? null : sent[0].Payload.Name,
            Index = index,
            Images = sent.Count,
            ImageBytes = sent.Sum(item => item.Payload.Bytes),
            EndsOfTransmission = options.NoEndOfTransmission ? 0 : (int)copies,
            Usual = each.Usual * copies,
            Low = each.Low * copies,
            High = each.High * copies,
            Sizes = [.. sent.Select(item => item.Payload.Bytes)],
        };
    }

    private static GalleryException TooLarge(Payload payload, int limit) => new(
        ErrorIds.ImageTooLargeForDatagram,
        GalleryErrorCategory.LimitsExceeded,
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{(payload.Path is null ? "An image" : payload.Name)} has {payload.Bytes:N0} bytes; one UDP datagram carries at most {limit:N0}. The estimates of UDP leave it out."),
        payload,
        "Use -Transport Tcp, or -Protocol Flute, which sends images of any size.");
}
