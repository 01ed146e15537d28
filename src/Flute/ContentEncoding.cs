using System.IO.Compression;
using static System.FormattableString;

namespace Flute;

/// <summary>How an object was compressed for its way; the numbers are those of EXT_CENC (RFC 6726 section 3.4.3).</summary>
public enum ContentEncoding
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>ZLIB (RFC 1950).</summary>
    Zlib = 1,

    /// <summary>DEFLATE (RFC 1951).</summary>
    Deflate = 2,

    /// <summary>GZIP (RFC 1952).</summary>
    Gzip = 3,
}

/// <summary>Names and streams of the content encodings.</summary>
internal static class ContentEncodings
{
    /// <summary>The name in an FDT, or null for none.</summary>
    public static string? NameOf(ContentEncoding encoding) => encoding switch
    {
        ContentEncoding.Zlib => "zlib",
        ContentEncoding.Deflate => "deflate",
        ContentEncoding.Gzip => "gzip",
        _ => null,
    };

    /// <summary>Understands the name in an FDT.</summary>
    public static bool TryParse(string? name, out ContentEncoding encoding)
    {
        ContentEncoding? known = name?.Trim().ToUpperInvariant() switch
        {
            null or "" or "NULL" or "NONE" or "IDENTITY" => ContentEncoding.None,
            "ZLIB" => ContentEncoding.Zlib,
            "DEFLATE" => ContentEncoding.Deflate,
            "GZIP" or "X-GZIP" => ContentEncoding.Gzip,
            _ => null,
        };
        encoding = known ?? ContentEncoding.None;
        return known is not null;
    }

    /// <summary>A stream that compresses into another one.</summary>
    public static Stream Compress(Stream into, ContentEncoding encoding) => encoding switch
    {
        ContentEncoding.Zlib => new ZLibStream(into, CompressionLevel.Optimal, leaveOpen: true),
        ContentEncoding.Deflate => new DeflateStream(into, CompressionLevel.Optimal, leaveOpen: true),
        _ => new GZipStream(into, CompressionLevel.Optimal, leaveOpen: true),
    };

    /// <summary>
    /// A stream that decompresses another one. What HTTP calls "deflate" is ZLIB, and many senders mean that, so the
    /// first byte decides: raw DEFLATE hardly ever begins like a ZLIB header with a valid check.
    /// </summary>
    public static Stream Decompress(Stream from, ContentEncoding encoding)
    {
        if (encoding == ContentEncoding.Gzip) return new GZipStream(from, CompressionMode.Decompress, leaveOpen: true);
        Span<byte> start = stackalloc byte[2];
        long position = from.Position;
        int read = from.ReadAtLeast(start, 2, throwOnEndOfStream: false);
        from.Position = position;
        bool zlib = read == 2 && (start[0] & 0x0F) == 8 && ((start[0] << 8) | start[1]) % 31 == 0;
        return zlib
            ? new ZLibStream(from, CompressionMode.Decompress, leaveOpen: true)
            : new DeflateStream(from, CompressionMode.Decompress, leaveOpen: true);
    }

    /// <summary>Compresses bytes.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> data, ContentEncoding encoding)
    {
        if (encoding == ContentEncoding.None) return data.ToArray();
        using var target = new MemoryStream();
        using (Stream compressor = Compress(target, encoding)) compressor.Write(data);
        return target.ToArray();
    }

    /// <summary>Decompresses into another stream, up to a limit.</summary>
    /// <exception cref="InvalidDataException">Damaged, or longer than the limit.</exception>
    public static void Decompress(Stream from, ContentEncoding encoding, Stream into, long limit)
    {
        using Stream decompressor = Decompress(from, encoding);
        byte[] buffer = new byte[64 << 10];
        long total = 0;
        for (int read = decompressor.Read(buffer); read > 0; read = decompressor.Read(buffer))
        {
            total += read;
            if (total > limit) throw new InvalidDataException(Invariant($"It decompresses to more than {limit:N0} bytes."));
            into.Write(buffer, 0, read);
        }
    }
}
