using System.Buffers.Binary;

namespace Flute;

/// <summary>
/// The FEC payload ID of a packet: which symbol of which block it carries. 4 bytes in both schemes: 16 + 16 bits for
/// Compact No-Code (RFC 5445 section 3.2.1), 8 + 24 bits for RaptorQ (RFC 6330 section 3.2).
/// </summary>
/// <param name="SourceBlockNumber">SBN.</param>
/// <param name="EncodingSymbolId">ESI of the first symbol in the packet.</param>
public readonly record struct FecPayloadId(int SourceBlockNumber, uint EncodingSymbolId)
{
    /// <summary>Bytes of it.</summary>
    public const int Length = 4;

    /// <summary>Reads it.</summary>
    public static FecPayloadId Read(ReadOnlySpan<byte> payload, FecEncodingId scheme)
    {
        uint word = BinaryPrimitives.ReadUInt32BigEndian(payload);
        return scheme == FecEncodingId.RaptorQ
            ? new FecPayloadId((int)(word >> 24), word & 0xFFFFFF)
            : new FecPayloadId((int)(word >> 16), word & 0xFFFF);
    }

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> destination, FecEncodingId scheme) => BinaryPrimitives.WriteUInt32BigEndian(
        destination,
        scheme == FecEncodingId.RaptorQ
            ? ((uint)SourceBlockNumber << 24) | (EncodingSymbolId & 0xFFFFFF)
            : ((uint)SourceBlockNumber << 16) | (EncodingSymbolId & 0xFFFF));
}
