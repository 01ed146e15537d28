namespace GalleryPS.Traffic;

/// <summary>
/// What one TCP connection costs that carries some bytes one way and is closed by their sender (RFC 9293), with
/// the options Linux sends. Lost segments are not part of it.
/// </summary>
internal readonly struct TcpModel
{
    /// <summary>Segments a sender may have in flight before the first acknowledgment (RFC 6928).</summary>
    private const int InitialWindow = 10;

    /// <summary>Bytes after which a reader may announce its window anew, as the upper bound of such updates.</summary>
    private const int WindowUpdateBytes = 32768;

    private readonly LayerModel _layers;
    private readonly int _synHeader;
    private readonly int _header;
    private readonly long _segment;
    private readonly long _smallSegment;

    public TcpModel(EstimateOptions options)
    {
        _layers = new LayerModel(options);

        // SYN: MSS 4, SACK permitted 2, timestamps 10, padding 1, window scale 3; without timestamps 4 + 4 + 4.
        _synHeader = 20 + (options.TcpTimestamps ? 20 : 12);
        _header = 20 + (options.TcpTimestamps ? 12 : 0);

        // The MSS counts no options (RFC 6691).
        int mss = Math.Min(options.EffectiveMtu, 65535) - _layers.IpHeader - 20;
        _segment = Math.Max(1, mss - (_header - 20));

        // Linux sends no segment larger than half of the largest window it was ever offered, which matters only
        // where the MTU is of the window's order: on loopback.
        _smallSegment = Math.Min(_segment, 32741 - (_header - 20));
    }

    /// <summary>
    /// The usual case: SYN, SYN-ACK, ACK; the data, every second segment acknowledged; FIN, ACK, FIN, ACK. With
    /// one segment of data that makes 9 packets.
    /// </summary>
    public TrafficTotals Usual(long bytes)
    {
        long segments = SegmentsFor(bytes, _segment);
        return Handshake() + Data(bytes, _segment) + Plain(((segments + 1) / 2) + 4);
    }

    /// <summary>
    /// The least: the FIN travels with the last data, the peer's FIN with the acknowledgment, and an
    /// acknowledgment is seen only when the sender could not go on without it (its window doubling each time).
    /// </summary>
    public TrafficTotals Low(long bytes)
    {
        long segments = SegmentsFor(bytes, _segment);
        long acknowledgments = 0;
        long sent = InitialWindow;
        for (long window = InitialWindow; sent < segments; acknowledgments++)
        {
            window *= 2;
            sent += window;
        }

        // Without data the FIN needs a segment of its own.
        return Handshake() + Data(bytes, _segment) + Plain(acknowledgments + (bytes == 0 ? 3 : 2));
    }

    /// <summary>
    /// The most: every segment is acknowledged, the reader announces its window, writes end in short segments,
    /// and the connection takes four segments to close.
    /// </summary>
    public TrafficTotals High(long bytes)
    {
        long updates = bytes / WindowUpdateBytes;
        long segments = SegmentsFor(bytes, _smallSegment) + updates;
        TrafficTotals data = Data(bytes, _smallSegment) + Plain(updates);
        return Handshake() + data + Plain(segments + updates + (bytes > _segment ? 1 : 0) + 4);
    }

    private static long SegmentsFor(long bytes, long segment) => (bytes + segment - 1) / segment;

    private TrafficTotals Handshake() => _layers.Segments(2, _synHeader, 0) + Plain(1);

    private TrafficTotals Plain(long count) => _layers.Segments(count, _header, 0);

    private TrafficTotals Data(long bytes, long segment)
    {
        TrafficTotals data = _layers.Segments(bytes / segment, _header, segment);
        return bytes % segment == 0 ? data : data + _layers.Segments(1, _header, bytes % segment);
    }
}
