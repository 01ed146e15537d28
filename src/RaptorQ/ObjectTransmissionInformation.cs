using System.Buffers.Binary;
using RaptorQ.Code;
using RaptorQ.Delivery;

namespace RaptorQ;

/// <summary>
/// What sender and receiver of an object must agree on: the FEC Object Transmission Information of RFC 6330 section 3.3.
/// </summary>
public sealed record ObjectTransmissionInformation
{
    /// <summary>Octets of the encoded form: 8 of the common part and 4 of the scheme-specific part.</summary>
    public const int EncodedLength = CommonLength + SchemeSpecificLength;

    /// <summary>Octets of the encoded common part (section 3.3.2).</summary>
    public const int CommonLength = 8;

    /// <summary>Octets of the encoded scheme-specific part (section 3.3.3).</summary>
    public const int SchemeSpecificLength = 4;

    /// <summary>The longest object: 946,270,874,880 octets.</summary>
    public const long MaxTransferLength = 946_270_874_880;

    // SS of section 4.3: sub-symbols have at least SS * Al octets.
    private const int MinSubSymbolUnits = 8;

    /// <summary>Checks and keeps the five parameters.</summary>
    /// <param name="transferLength">F, octets in the object: 0 to <see cref="MaxTransferLength"/>.</param>
    /// <param name="symbolSize">T, octets in a symbol: 1 to 65,535, a multiple of <paramref name="symbolAlignment"/>.</param>
    /// <param name="sourceBlockCount">Z, source blocks: 1 to 255, so many that none has more than 56,403 symbols.</param>
    /// <param name="subBlockCount">N, sub-blocks of each source block: 1 to T / Al.</param>
    /// <param name="symbolAlignment">Al, octets: the size of every sub-symbol is a multiple of it. 1 to 255.</param>
    /// <exception cref="ArgumentException">A parameter is out of range, or does not go with the others.</exception>
    public ObjectTransmissionInformation(
        long transferLength, int symbolSize, int sourceBlockCount = 1, int subBlockCount = 1, int symbolAlignment = 1)
    {
        Limits.CheckRange(transferLength, 0, MaxTransferLength);
        Limits.CheckSymbolSize(symbolSize);
        Limits.CheckRange(sourceBlockCount, 1, byte.MaxValue);
        Limits.CheckRange(symbolAlignment, 1, byte.MaxValue);
        if (symbolSize % symbolAlignment != 0)
        {
            throw new ArgumentException(
                $"The symbol size {symbolSize} is not a multiple of the symbol alignment {symbolAlignment}.", nameof(symbolSize));
        }

        Limits.CheckRange(subBlockCount, 1, symbolSize / symbolAlignment);
        TransferLength = transferLength;
        SymbolSize = symbolSize;
        SourceBlockCount = sourceBlockCount;
        SubBlockCount = subBlockCount;
        SymbolAlignment = symbolAlignment;
        if (Blocks.SizeOf(0) > CodeParameters.MaxSymbolCount)
        {
            throw new ArgumentException(
                $"{TotalSymbolCount} symbols in {sourceBlockCount} source blocks are more than {CodeParameters.MaxSymbolCount} in a block.",
                nameof(sourceBlockCount));
        }
    }

    /// <summary>F, octets in the object.</summary>
    public long TransferLength { get; }

    /// <summary>T, octets in a symbol.</summary>
    public int SymbolSize { get; }

    /// <summary>Z, source blocks.</summary>
    public int SourceBlockCount { get; }

    /// <summary>N, sub-blocks in each source block.</summary>
    public int SubBlockCount { get; }

    /// <summary>Al, the symbol alignment in octets.</summary>
    public int SymbolAlignment { get; }

    /// <summary>Kt, source symbols of the object.</summary>
    public long TotalSymbolCount => (TransferLength + SymbolSize - 1) / SymbolSize;

    private Partition Blocks => Partition.Of(TotalSymbolCount, SourceBlockCount);

    /// <summary>Derives Z, N and Al for an object (section 4.3, with SS = 8 and the largest Al of 4, 2, 1 that divides T).</summary>
    /// <param name="transferLength">F, octets in the object: 0 to <see cref="MaxTransferLength"/>.</param>
    /// <param name="symbolSize">T, octets in a symbol: 1 to 65,535. Multiples of 64 are the fastest.</param>
    /// <param name="maxSubBlockMemory">WS, octets: the largest sub-block that a receiver can decode in its working memory.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A parameter is out of range, <paramref name="maxSubBlockMemory"/> is too small for a block of 10 symbols, or the object
    /// needs more than 255 source blocks.
    /// </exception>
    public static ObjectTransmissionInformation ForObject(long transferLength, int symbolSize, int maxSubBlockMemory)
    {
        Limits.CheckRange(transferLength, 0, MaxTransferLength);
        Limits.CheckSymbolSize(symbolSize);
        Limits.CheckRange(maxSubBlockMemory, 1, int.MaxValue);
        int alignment = symbolSize % 4 == 0 ? 4 : symbolSize % 2 == 0 ? 2 : 1;
        int units = symbolSize / alignment;
        int maxSubBlocks = Math.Max(1, units / MinSubSymbolUnits);
        long symbols = (transferLength + symbolSize - 1) / symbolSize;
        int largest = LargestBlock(maxSubBlocks);
        if (largest == 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(maxSubBlockMemory), maxSubBlockMemory, $"Too small for 10 symbols of {symbolSize} octets.");
        }

        long sourceBlocks = Math.Max(1, (symbols + largest - 1) / largest);
        if (sourceBlocks > byte.MaxValue)
        {
            throw new ArgumentOutOfRangeException(
                nameof(transferLength),
                transferLength,
                $"{symbols} symbols need {sourceBlocks} source blocks of {largest} symbols; there can be 255. Use larger symbols or more memory.");
        }

        long symbolsPerBlock = (symbols + sourceBlocks - 1) / sourceBlocks;
        int subBlocks = 1;
        while (symbolsPerBlock > LargestBlock(subBlocks))
        {
            subBlocks++;
        }

        return new ObjectTransmissionInformation(transferLength, symbolSize, (int)sourceBlocks, subBlocks, alignment);

        // KL(n)
        int LargestBlock(int n) => CodeParameters.LargestKPrime(maxSubBlockMemory / ((long)alignment * ((units + n - 1) / n)));
    }

    /// <summary>Reads the encoded form, 12 octets.</summary>
    /// <exception cref="ArgumentException"><paramref name="source"/> is too short or its parameters are not valid.</exception>
    public static ObjectTransmissionInformation Read(ReadOnlySpan<byte> source)
    {
        if (source.Length < EncodedLength)
        {
            throw new ArgumentException($"There are {source.Length} octets instead of {EncodedLength}.", nameof(source));
        }

        return Read(source, source[CommonLength..]);
    }

    /// <summary>Reads the encoded common part, 8 octets, and the encoded scheme-specific part, 4 octets.</summary>
    /// <exception cref="ArgumentException">A part is too short or its parameters are not valid.</exception>
    public static ObjectTransmissionInformation Read(ReadOnlySpan<byte> common, ReadOnlySpan<byte> schemeSpecific)
    {
        if (common.Length < CommonLength)
        {
            throw new ArgumentException($"There are {common.Length} octets instead of {CommonLength}.", nameof(common));
        }

        if (schemeSpecific.Length < SchemeSpecificLength)
        {
            throw new ArgumentException($"There are {schemeSpecific.Length} octets instead of {SchemeSpecificLength}.", nameof(schemeSpecific));
        }

        ulong first = BinaryPrimitives.ReadUInt64BigEndian(common);
        return Read((long)(first >> 24), (int)(first & 0xFFFF), schemeSpecific);
    }

    /// <summary>Makes it of F, T and the encoded scheme-specific part, 4 octets, as an FDT carries them.</summary>
    /// <exception cref="ArgumentException">The part is too short or the parameters are not valid.</exception>
    public static ObjectTransmissionInformation Read(long transferLength, int symbolSize, ReadOnlySpan<byte> schemeSpecific)
    {
        if (schemeSpecific.Length < SchemeSpecificLength)
        {
            throw new ArgumentException($"There are {schemeSpecific.Length} octets instead of {SchemeSpecificLength}.", nameof(schemeSpecific));
        }

        return new ObjectTransmissionInformation(
            transferLength,
            symbolSize,
            schemeSpecific[0],
            BinaryPrimitives.ReadUInt16BigEndian(schemeSpecific[1..]),
            schemeSpecific[3]);
    }

    /// <summary>Writes the encoded form, 12 octets.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public void Write(Span<byte> destination)
    {
        if (destination.Length < EncodedLength)
        {
            throw new ArgumentException($"The destination has {destination.Length} octets; {EncodedLength} are needed.", nameof(destination));
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, ((ulong)TransferLength << 24) | (uint)SymbolSize);
        destination[CommonLength] = (byte)SourceBlockCount;
        BinaryPrimitives.WriteUInt16BigEndian(destination[(CommonLength + 1)..], (ushort)SubBlockCount);
        destination[CommonLength + 3] = (byte)SymbolAlignment;
    }

    /// <summary>The encoded form, 12 octets; the last <see cref="SchemeSpecificLength"/> are the scheme-specific part.</summary>
    public byte[] ToArray()
    {
        byte[] encoded = new byte[EncodedLength];
        Write(encoded);
        return encoded;
    }

    /// <summary>Where source block <paramref name="sourceBlockNumber"/> lies in the object.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sourceBlockNumber"/> is not from 0 to Z - 1.</exception>
    public SourceBlockInformation GetSourceBlock(int sourceBlockNumber)
    {
        Limits.CheckRange(sourceBlockNumber, 0, SourceBlockCount - 1);
        Partition blocks = Blocks;
        long offset = Math.Min(blocks.OffsetOf(sourceBlockNumber) * SymbolSize, TransferLength);
        long symbols = blocks.SizeOf(sourceBlockNumber);
        long length = Math.Min(symbols * SymbolSize, TransferLength - offset);
        return new SourceBlockInformation(sourceBlockNumber, offset, length, (int)symbols);
    }
}
