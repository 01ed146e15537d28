using System.Security.Cryptography;
using Flute;
using GalleryPS.Protocols.Flute;

namespace GalleryPS.Traffic;

/// <summary>
/// What a gallery costs by FLUTE to receivers that do not report: the sender itself is run without content
/// (<see cref="SessionCost"/>). What it sends of the images is exact; how often the file table goes out depends on time,
/// and a compressed table's length on when it is made.
/// </summary>
internal sealed class FluteModel
{
    // A table names when it expires, so that its compressed length differs a little from one second to the next; more where
    // the checksums in it are not known.
    private const int CompressedBy = 8, UnknownShare = 50;
    private readonly FluteSenderOptions _options;
    private readonly LayerModel _layers;
    private readonly EstimateOptions _estimate;
    private readonly CancellationToken _cancellationToken;

    /// <summary>Prepares for a number of destinations that each get every packet.</summary>
    public FluteModel(EstimateOptions options, int destinations, int images, CancellationToken cancellationToken)
    {
        (_estimate, _cancellationToken) = (options, cancellationToken);
        _layers = new LayerModel(options with { Mtu = options.FluteMtu });
        FluteEstimateOptions flute = options.Flute;
        var send = new SendOptions
        {
            Protocol = Protocol.Flute,
            Pacing = new PacingOptions { BitRate = flute.BitRate },
            Flute = new FluteSendOptions
            {
                Redundancy = flute.Redundancy,
                Repeat = flute.Repeat,
                FluteVersion = flute.FluteVersion,
                Fec = flute.Fec,
                Passphrase = flute.Authenticated ? Passphrase.FromText("any") : null,
            },
        };
        _options = FluteSettings.Of(
            send, tsi: 1, destinations, FluteRoutes.MaxPacketBytes(options.FluteMtu, options.IPv6), FluteRoutes.PacketOverhead(options.IPv6)) with
        {
            MaxObjects = images > ushort.MaxValue ? (uint)images : 0,
        };
    }

    /// <summary>The objects of a session. Their checksums stand in the file table, so that files are read.</summary>
    /// <param name="images">The images.</param>
    /// <param name="exact">Whether to read them; else their checksums are made up, and the table is as long but for a little.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static IReadOnlyList<FluteObject> Objects(IReadOnlyList<Payload> images, bool exact, CancellationToken cancellationToken) =>
        [.. images.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select((image, i) =>
        {
            Hashes? hashes = exact && image.Path is not null ? Hashes.Of(new FileSource(image.Path, image.Bytes)) : null;
            byte[] invented = SHA256.HashData(BitConverter.GetBytes(i));
            return new FluteObject
            {
                Name = image.Name,
                Source = new Nothing(image.Bytes),
                ContentType = MediaTypes.Of(image.Format),
                Md5 = hashes?.Md5 ?? invented[..16],
                Sha256 = hashes?.Sha256 ?? invented,
            };
        })];

    /// <summary>The whole gallery.</summary>
    /// <param name="objects">Its objects.</param>
    /// <param name="exact">Whether their checksums are those of the images.</param>
    public (TrafficTotals Usual, TrafficTotals Low, TrafficTotals High) Gallery(IReadOnlyList<FluteObject> objects, bool exact)
    {
        SessionCost usual = Cost(SessionCost.Pace.Exact), low = Cost(SessionCost.Pace.Immediate), high = Cost(SessionCost.Pace.Slow);
        return (Totals(usual.Packets), Totals(low.Packets) - Margin(low, exact, more: false), Totals(high.Packets) + Margin(high, exact, more: true));

        SessionCost Cost(SessionCost.Pace pace) => OrTooLarge(() => SessionCost.Of(_options, objects, pace, !_estimate.NoEndOfTransmission, _cancellationToken));
    }

    /// <summary>The packets of one image alone, without file table and end; they are exact.</summary>
    public TrafficTotals Image(FluteObject image) =>
        Totals(OrTooLarge(() => SessionCost.Of(_options, [image], SessionCost.Pace.Immediate, withEnd: false, _cancellationToken)).ObjectPackets);

    // RaptorQ numbers its blocks with one byte: with small packets that limits an image to some tens of gigabytes.
    private SessionCost OrTooLarge(Func<SessionCost> cost)
    {
        try
        {
            return cost();
        }
        catch (ArgumentException e) when (e.ParamName == "length")
        {
            throw new GalleryException(
                ErrorIds.ImageTooLarge, GalleryErrorCategory.LimitsExceeded, $"An image is too large for FLUTE in packets of {_options.MaxPacketBytes} bytes.", _estimate.FluteMtu,
                "Use -Transport Tcp, a larger -Mtu, or -Fec None.", e);
        }
    }

    private TrafficTotals Totals(IReadOnlyDictionary<int, long> packets) =>
        packets.Aggregate(new TrafficTotals(), (sum, size) => sum + (_layers.Datagram(size.Key) * size.Value));

    /// <summary>How much more, or less, a compressed table can take.</summary>
    private TrafficTotals Margin(SessionCost cost, bool exact, bool more)
    {
        if (!cost.IsFdtCompressed) return new TrafficTotals();
        int bytes = CompressedBy + (exact ? 0 : CompressedBy + (cost.FdtLength / UnknownShare));
        int now = Symbols(cost.FdtLength), then = Symbols(more ? cost.FdtLength + bytes : Math.Max(1, cost.FdtLength - bytes));
        var totals = new TrafficTotals
        {
            ApplicationBytes = bytes,
            TransportBytes = bytes,
            NetworkBytes = bytes,
            LinkBytes = bytes,
            WireBytes = bytes,
        };

        // With another symbol, there may be another one to repair it.
        return (totals + (now == then ? new TrafficTotals() : _layers.Datagram(_options.MaxPacketBytes) * 2)) * cost.FdtRounds;

        int Symbols(int length) => (length + cost.FdtSymbolLength - 1) / cost.FdtSymbolLength;
    }

    /// <summary>A length and nothing else.</summary>
    private sealed class Nothing(long length) : IObjectSource
    {
        public long Length => length;

        public void Read(long offset, Span<byte> buffer) => buffer.Clear();
    }
}
