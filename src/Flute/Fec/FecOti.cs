using System.Buffers.Binary;

namespace Flute;

/// <summary>The FEC schemes spoken here, by their FEC Encoding IDs.</summary>
public enum FecEncodingId : byte
{
    /// <summary>Compact No-Code (RFC 5445 section 3): source symbols only.</summary>
    CompactNoCode = 0,

    /// <summary>RaptorQ (RFC 6330).</summary>
    RaptorQ = 6,
}

/// <summary>
/// FEC Object Transmission Information: how an object is cut into source blocks and symbols. Made by the factory
/// methods only, so that every instance is consistent.
/// </summary>
public sealed record FecOti
{
    /// <summary>Bytes of EXT_FTI in both schemes.</summary>
    public const int ExtensionLength = 16;

    /// <summary>Most source symbols of a RaptorQ block (RFC 6330 section 5.1.2).</summary>
    public const int MaxRaptorQSymbols = 56_403;

    /// <summary>Most bytes of a RaptorQ object (RFC 6330 section 3.3.2).</summary>
    public const long MaxRaptorQLength = 946_270_874_880;

    private FecOti()
    {
    }

    /// <summary>The scheme.</summary>
    public FecEncodingId EncodingId { get; private init; }

    /// <summary>Bytes of the object as it travels (F); after content encoding.</summary>
    public long TransferLength { get; private init; }

    /// <summary>Bytes of an encoding symbol (T).</summary>
    public int SymbolLength { get; private init; }

    /// <summary>Compact No-Code: most source symbols of a block. RaptorQ: the larger of its two block lengths.</summary>
    public int MaxSourceBlockLength { get; private init; }

    /// <summary>Source blocks (Z); 0 for an empty object.</summary>
    public int SourceBlocks { get; private init; }

    /// <summary>RaptorQ: sub-blocks of each block (N); else 1.</summary>
    public int SubBlocks { get; private init; } = 1;

    /// <summary>RaptorQ: symbol alignment in bytes (Al); else 1.</summary>
    public int Alignment { get; private init; } = 1;

    /// <summary>Source symbols of all blocks.</summary>
    public long TotalSymbols => (TransferLength + SymbolLength - 1) / SymbolLength;

    /// <summary>Compact No-Code with blocks by RFC 5052 section 9.1.</summary>
    /// <returns>Null when the numbers cannot be: symbols of 1 to 65,535 bytes, at most 65,536 blocks of at most 65,536 symbols.</returns>
    public static FecOti? CompactNoCode(long transferLength, int symbolLength, long maxSourceBlockLength)
    {
        if (transferLength is < 0 or >= 1L << 48 || symbolLength is < 1 or > 65_535 || maxSourceBlockLength < 1) return null;
        long symbols = (transferLength + symbolLength - 1) / symbolLength;
        long most = Math.Min(maxSourceBlockLength, 65_536);
        long blocks = (symbols + most - 1) / most;
        if (blocks > 65_536) return null;

        // A larger announced maximum than ESIs can number is harmless as long as the blocks stay below it.
        if (maxSourceBlockLength > 65_536 && symbols > 65_536) return null;
        return new FecOti
        {
            EncodingId = FecEncodingId.CompactNoCode,
            TransferLength = transferLength,
            SymbolLength = symbolLength,
            MaxSourceBlockLength = (int)most,
            SourceBlocks = (int)blocks,
        };
    }

    /// <summary>RaptorQ (RFC 6330 section 3.3).</summary>
    /// <returns>Null when the numbers cannot be.</returns>
    public static FecOti? RaptorQ(long transferLength, int symbolLength, int sourceBlocks, int subBlocks = 1, int alignment = 4)
    {
        if (transferLength is < 0 or > MaxRaptorQLength || symbolLength is < 1 or > 65_535 || sourceBlocks is < 1 or > 256
            || alignment < 1 || symbolLength % alignment != 0 || subBlocks < 1 || subBlocks > symbolLength / alignment)
        {
            return null;
        }

        long symbols = (transferLength + symbolLength - 1) / symbolLength;
        if (symbols > 0 && sourceBlocks > symbols) return null;
        long longest = (symbols + sourceBlocks - 1) / sourceBlocks;
        return longest > MaxRaptorQSymbols ? null : new FecOti
        {
            EncodingId = FecEncodingId.RaptorQ,
            TransferLength = transferLength,
            SymbolLength = symbolLength,
            MaxSourceBlockLength = (int)longest,
            SourceBlocks = symbols == 0 ? 0 : sourceBlocks,
            SubBlocks = subBlocks,
            Alignment = alignment,
        };
    }

    /// <summary>Source symbols of a block (K).</summary>
    /// <param name="sourceBlockNumber">0 to <see cref="SourceBlocks"/> - 1.</param>
    public int SymbolsOf(int sourceBlockNumber)
    {
        (long small, long large) = Math.DivRem(TotalSymbols, SourceBlocks);
        return (int)(small + (sourceBlockNumber < large ? 1 : 0));
    }

    /// <summary>Where a block begins in the object, in bytes.</summary>
    /// <param name="sourceBlockNumber">0 to <see cref="SourceBlocks"/> - 1.</param>
    public long OffsetOf(int sourceBlockNumber)
    {
        (long small, long large) = Math.DivRem(TotalSymbols, SourceBlocks);
        return (sourceBlockNumber * small + Math.Min(sourceBlockNumber, large)) * SymbolLength;
    }

    /// <summary>Bytes of a block, without the padding of the last symbol.</summary>
    /// <param name="sourceBlockNumber">0 to <see cref="SourceBlocks"/> - 1.</param>
    public long BytesOf(int sourceBlockNumber) =>
        Math.Min((long)SymbolsOf(sourceBlockNumber) * SymbolLength, TransferLength - OffsetOf(sourceBlockNumber));

    /// <summary>Bytes of the longest block, padding included.</summary>
    public long LongestBlock => SourceBlocks == 0 ? 0 : (long)SymbolsOf(0) * SymbolLength;

    /// <summary>Writes EXT_FTI (RFC 5445 section 3.2.2 and 3.2.3, RFC 6330 section 3.3.2 and 3.3.3, in the frame of RFC 5775).</summary>
    /// <returns><see cref="ExtensionLength"/>.</returns>
    public int WriteExtension(Span<byte> destination)
    {
        destination[..ExtensionLength].Clear();
        destination[0] = (byte)LctExtensionType.Fti;
        destination[1] = ExtensionLength / 4;
        if (EncodingId == FecEncodingId.RaptorQ)
        {
            destination[2] = (byte)(TransferLength >> 32);
            BinaryPrimitives.WriteUInt32BigEndian(destination[3..], (uint)TransferLength);
            BinaryPrimitives.WriteUInt16BigEndian(destination[8..], (ushort)SymbolLength);
            WriteSchemeSpecific(destination[10..]);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)(TransferLength >> 32));
            BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)TransferLength);
            BinaryPrimitives.WriteUInt16BigEndian(destination[10..], (ushort)SymbolLength);
            BinaryPrimitives.WriteUInt32BigEndian(destination[12..], (uint)MaxSourceBlockLength);
        }

        return ExtensionLength;
    }

    /// <summary>Reads EXT_FTI.</summary>
    /// <param name="extension">The extension.</param>
    /// <param name="encodingId">The scheme, from the codepoint.</param>
    /// <returns>Null when it is another extension, too short, or impossible.</returns>
    public static FecOti? TryReadExtension(LctExtension extension, byte encodingId)
    {
        ReadOnlySpan<byte> bytes = extension.Bytes;
        if (extension.Type != LctExtensionType.Fti || bytes.Length < ExtensionLength) return null;
        switch ((FecEncodingId)encodingId)
        {
            case FecEncodingId.CompactNoCode:
                return CompactNoCode(
                    ((long)BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
                    BinaryPrimitives.ReadUInt16BigEndian(bytes[10..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]));
            case FecEncodingId.RaptorQ:
                long length = ((long)bytes[2] << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[3..]);
                return RaptorQ(
                    length, BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]), bytes[10],
                    BinaryPrimitives.ReadUInt16BigEndian(bytes[11..]), bytes[13]);
            default:
                return null;
        }
    }

    /// <summary>RaptorQ's scheme-specific part as an FDT carries it: Z, N, Al (RFC 6330 section 3.3.3), 4 bytes; else null.</summary>
    public byte[]? SchemeSpecificInfo()
    {
        if (EncodingId != FecEncodingId.RaptorQ) return null;
        byte[] info = new byte[4];
        WriteSchemeSpecific(info);
        return info;
    }

    private void WriteSchemeSpecific(Span<byte> destination)
    {
        destination[0] = (byte)Math.Max(1, SourceBlocks);
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)SubBlocks);
        destination[3] = (byte)Alignment;
    }
}
