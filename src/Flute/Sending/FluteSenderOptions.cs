namespace Flute;

/// <summary>How a session is sent.</summary>
public sealed record FluteSenderOptions
{
    /// <summary>Transport session identifier, 0 to 2^32 - 1.</summary>
    public required ulong Tsi { get; init; }

    /// <summary>How many objects are to be expected. When this and <see cref="Tsi"/> are at most 65,535 the identifiers take 16 bits, else 32.</summary>
    public uint MaxObjects { get; init; } = ushort.MaxValue;

    /// <summary>FLUTE version of the FDT: 2 (RFC 6726), or 1 (RFC 3926) for older receivers.</summary>
    public int FluteVersion { get; init; } = 2;

    /// <summary>The FEC scheme.</summary>
    public FecEncodingId Fec { get; init; } = FecEncodingId.RaptorQ;

    /// <summary>Largest UDP payload, in bytes.</summary>
    public int MaxPacketBytes { get; init; } = 1472;

    /// <summary>Bytes of each packet that the layers below add; they count for the rate.</summary>
    public int PacketOverhead { get; init; } = 42;

    /// <summary>Wanted length of source blocks in bytes. Short ones are coded fastest, long ones need least redundancy.</summary>
    public int BlockBytes { get; init; } = 2 << 20;

    /// <summary>Blocks that are sent in turns, so that a burst of loss hits each of them a little.</summary>
    public int InterleavedBlocks { get; init; } = 64;

    /// <summary>The default of <see cref="InterleavedBytes"/>.</summary>
    public const long DefaultInterleavedBytes = 48L << 20;

    /// <summary>Most bytes of the blocks that are sent in turns; one block may always be.</summary>
    public long InterleavedBytes { get; init; } = DefaultInterleavedBytes;

    /// <summary>Repair symbols per source symbol: 0.2 for 20 percent. Without a FEC code it does nothing.</summary>
    public double Redundancy { get; init; }

    /// <summary>How many times everything is sent; with RaptorQ each time other symbols. 0 for endlessly.</summary>
    public int Passes { get; init; } = 1;

    /// <summary>Whether receivers report: then the session goes on until <see cref="FluteSender.Finish"/>.</summary>
    public bool WaitsForReports { get; init; }

    /// <summary>Bit/s, <see cref="PacketOverhead"/> included; null for no limit.</summary>
    public double? BitRate { get; init; }

    /// <summary>How often the FDT is repeated for those who join later; more often, up to ten times a second, while that takes no more than half a percent of what is sent.</summary>
    public TimeSpan FdtInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an FDT instance is valid; it is renewed in time.</summary>
    public TimeSpan FdtLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Content encoding of FDT instances that do not fit one packet; version 1 never uses any.</summary>
    public ContentEncoding FdtEncoding { get; init; } = ContentEncoding.Gzip;

    /// <summary>Gives every packet a MAC; null for none.</summary>
    public GroupKey? GroupKey { get; init; }

    /// <summary>Where receivers may report, <c>host:port</c>; null for nowhere.</summary>
    public string? ReportTo { get; init; }

    /// <summary>Name of the session, for a sender that sends it from several addresses; null for none.</summary>
    public string? Session { get; init; }

    /// <summary>The time of day: for the FDT's expiry, and to number what is sent higher than an earlier sender of the same session did.</summary>
    public Func<DateTimeOffset> UtcNow { get; init; } = static () => DateTimeOffset.UtcNow;

    /// <summary>
    /// Nothing is read, encoded or signed: packets have their headers and lengths, but no content. Sending costs next to
    /// nothing then, which is for those who only count: <see cref="SessionCost"/>.
    /// </summary>
    public bool LengthsOnly { get; init; }

    /// <summary>Runs reading and encoding ahead; null runs it when it is needed.</summary>
    public Action<Action>? Background { get; init; }
}

/// <summary>Bytes that are sent: read in pieces, from any place, possibly by several threads.</summary>
public interface IObjectSource
{
    /// <summary>Bytes in all.</summary>
    long Length { get; }

    /// <summary>Fills a buffer.</summary>
    /// <param name="offset">Where to begin.</param>
    /// <param name="buffer">All of it is filled.</param>
    /// <exception cref="IOException">It cannot be read, or became shorter while it was sent.</exception>
    void Read(long offset, Span<byte> buffer);
}

/// <summary>Bytes in memory.</summary>
/// <param name="data">The bytes.</param>
public sealed class MemorySource(ReadOnlyMemory<byte> data) : IObjectSource
{
    /// <inheritdoc/>
    public long Length => data.Length;

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer) => data.Span.Slice((int)offset, buffer.Length).CopyTo(buffer);
}

/// <summary>An object to be sent.</summary>
public sealed record FluteObject
{
    /// <summary>Its name; it travels percent-encoded as Content-Location.</summary>
    public required string Name { get; init; }

    /// <summary>Its bytes as they travel.</summary>
    public required IObjectSource Source { get; init; }

    /// <summary>Media type.</summary>
    public string? ContentType { get; init; }

    /// <summary>How <see cref="Source"/> is compressed.</summary>
    public ContentEncoding Encoding { get; init; }

    /// <summary>Bytes before compression; null when there is none.</summary>
    public long? ContentLength { get; init; }

    /// <summary>MD5 of the bytes before compression.</summary>
    public ReadOnlyMemory<byte>? Md5 { get; init; }

    /// <summary>SHA-256 of the bytes before compression.</summary>
    public ReadOnlyMemory<byte>? Sha256 { get; init; }

    /// <summary>Groups it belongs to.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>An object from memory, compressed on the way if asked for, with its checksums.</summary>
    public static FluteObject FromMemory(string name, ReadOnlyMemory<byte> data, string? contentType = null, ContentEncoding encoding = ContentEncoding.None) => new()
    {
        Name = name,
        Source = new MemorySource(encoding == ContentEncoding.None ? data : ContentEncodings.Compress(data.Span, encoding)),
        ContentType = contentType,
        Encoding = encoding,
        ContentLength = data.Length,
        Md5 = System.Security.Cryptography.MD5.HashData(data.Span),
        Sha256 = System.Security.Cryptography.SHA256.HashData(data.Span),
    };
}

/// <summary>Something a sender noticed.</summary>
/// <param name="Toi">The object.</param>
public abstract record FluteSenderEvent(ulong Toi);

/// <summary>All symbols of an object's present pass were sent.</summary>
/// <param name="Toi">The object.</param>
/// <param name="Pass">The pass, from 0.</param>
/// <param name="Packets">Packets of this object so far.</param>
public sealed record ObjectSent(ulong Toi, int Pass, long Packets) : FluteSenderEvent(Toi);

/// <summary>An object could not be read; it is not sent any further.</summary>
/// <param name="Toi">The object.</param>
/// <param name="Exception">Why.</param>
public sealed record ObjectUnreadable(ulong Toi, Exception Exception) : FluteSenderEvent(Toi);
