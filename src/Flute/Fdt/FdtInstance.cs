namespace Flute;

/// <summary>The FEC attributes of an FDT element (RFC 6726 section 3.4.2); each may be missing and come from the element above.</summary>
public sealed record FdtFec
{
    /// <summary>FEC-OTI-FEC-Encoding-ID.</summary>
    public byte? EncodingId { get; init; }

    /// <summary>FEC-OTI-FEC-Instance-ID; only for schemes from 128 on.</summary>
    public long? InstanceId { get; init; }

    /// <summary>FEC-OTI-Maximum-Source-Block-Length, in symbols.</summary>
    public long? MaxSourceBlockLength { get; init; }

    /// <summary>FEC-OTI-Encoding-Symbol-Length, in bytes.</summary>
    public long? SymbolLength { get; init; }

    /// <summary>FEC-OTI-Max-Number-of-Encoding-Symbols.</summary>
    public long? MaxEncodingSymbols { get; init; }

    /// <summary>FEC-OTI-Scheme-Specific-Info.</summary>
    public ReadOnlyMemory<byte>? SchemeSpecificInfo { get; init; }

    /// <summary>No attribute at all.</summary>
    public static readonly FdtFec Empty = new();

    /// <summary>The attributes that describe an object.</summary>
    public static FdtFec Of(FecOti oti)
    {
        ArgumentNullException.ThrowIfNull(oti);
        return new FdtFec
        {
            EncodingId = (byte)oti.EncodingId,
            MaxSourceBlockLength = oti.EncodingId == FecEncodingId.CompactNoCode ? oti.MaxSourceBlockLength : null,
            SymbolLength = oti.SymbolLength,
            SchemeSpecificInfo = oti.SchemeSpecificInfo() is { } info ? info : default(ReadOnlyMemory<byte>?),
        };
    }

    /// <summary>These attributes, and those of another element where they are missing.</summary>
    public FdtFec Or(FdtFec fallback)
    {
        ArgumentNullException.ThrowIfNull(fallback);
        return new FdtFec
        {
            EncodingId = EncodingId ?? fallback.EncodingId,
            InstanceId = InstanceId ?? fallback.InstanceId,
            MaxSourceBlockLength = MaxSourceBlockLength ?? fallback.MaxSourceBlockLength,
            SymbolLength = SymbolLength ?? fallback.SymbolLength,
            MaxEncodingSymbols = MaxEncodingSymbols ?? fallback.MaxEncodingSymbols,
            SchemeSpecificInfo = SchemeSpecificInfo ?? fallback.SchemeSpecificInfo,
        };
    }

    /// <summary>The transmission information of an object of this length.</summary>
    /// <returns>Null when attributes are missing, impossible, or of a scheme that is not spoken here.</returns>
    public FecOti? ToOti(long transferLength)
    {
        if (SymbolLength is not (>= 1 and <= 65_535)) return null;
        switch ((FecEncodingId)(EncodingId ?? 0))
        {
            case FecEncodingId.CompactNoCode:
                return FecOti.CompactNoCode(transferLength, (int)SymbolLength, MaxSourceBlockLength ?? 0);
            case FecEncodingId.RaptorQ when SchemeSpecificInfo is { Length: >= 4 } info:
                ReadOnlySpan<byte> bytes = info.Span;
                return FecOti.RaptorQ(transferLength, (int)SymbolLength, bytes[0], (bytes[1] << 8) | bytes[2], bytes[3]);
            default:
                return null;
        }
    }
}

/// <summary>A File element of an FDT (RFC 6726 section 3.4.2).</summary>
public sealed record FdtFile
{
    /// <summary>Transport object identifier, 1 or more.</summary>
    public required UInt128 Toi { get; init; }

    /// <summary>Content-Location as it stands there: a URI reference, for us a percent-encoded name.</summary>
    public required string ContentLocation { get; init; }

    /// <summary>Bytes of the file itself.</summary>
    public long? ContentLength { get; init; }

    /// <summary>Bytes as they travel, after content encoding.</summary>
    public long? TransferLength { get; init; }

    /// <summary>Media type.</summary>
    public string? ContentType { get; init; }

    /// <summary>Content-Encoding as it stands there.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>MD5 of the file, 16 bytes.</summary>
    public ReadOnlyMemory<byte>? ContentMd5 { get; init; }

    /// <summary>SHA-256 of the file, 32 bytes; an attribute of our own namespace.</summary>
    public ReadOnlyMemory<byte>? ContentSha256 { get; init; }

    /// <summary>Names of the groups the file belongs to.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>FEC attributes of the file.</summary>
    public FdtFec Fec { get; init; } = FdtFec.Empty;

    /// <summary>Bytes of memory that knowing about the file takes, at most; estimated.</summary>
    public long MemoryBytes
    {
        get
        {
            // Measured: this record, that of its FEC and what a receiver notes about an object. Each array and string has a header.
            const int Objects = 1024, Header = 32;
            long characters = ContentLocation.Length + (ContentType?.Length ?? 0) + (ContentEncoding?.Length ?? 0);
            foreach (string group in Groups) characters += Header + group.Length;
            return Objects + 2 * characters + (ContentMd5?.Length ?? 0) + (ContentSha256?.Length ?? 0) + (Fec.SchemeSpecificInfo?.Length ?? 0);
        }
    }

    /// <summary>Bytes as they travel.</summary>
    public long? EffectiveTransferLength => TransferLength ?? ContentLength;

    /// <summary>The name in <see cref="ContentLocation"/>: its last part, decoded. Not yet safe as a file name.</summary>
    public string Name
    {
        get
        {
            string location = ContentLocation;
            int end = location.AsSpan().IndexOfAny('?', '#');
            if (end >= 0) location = location[..end];
            location = location.TrimEnd('/');
            location = location[(location.LastIndexOf('/') + 1)..];
            return Uri.UnescapeDataString(location);
        }
    }
}

/// <summary>An FDT instance (RFC 6726 section 3.4.2): files of a session and how they travel.</summary>
public sealed record FdtInstance
{
    /// <summary>When it ceases to be valid: NTP seconds, modulo 2^32.</summary>
    public required uint Expires { get; init; }

    /// <summary>Whether no file will ever be added.</summary>
    public bool Complete { get; init; }

    /// <summary>Default media type of the files.</summary>
    public string? ContentType { get; init; }

    /// <summary>Default content encoding of the files.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>Default FEC attributes of the files.</summary>
    public FdtFec Fec { get; init; } = FdtFec.Empty;

    /// <summary>The files.</summary>
    public required IReadOnlyList<FdtFile> Files { get; init; }

    /// <summary>Groups of the whole instance.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>
    /// Name of the session, for senders with several addresses: what comes from each of them under the same name is one
    /// session. An attribute of our own namespace.
    /// </summary>
    public string? Session { get; init; }

    /// <summary>Where receivers report, <c>host:port</c> of TCP; an attribute of our own namespace. An empty host is the sender's.</summary>
    public string? ReportTo { get; init; }
}
