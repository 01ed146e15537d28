namespace RaptorQ.Delivery;

/// <summary>
/// The sub-blocks of a source block (RFC 6330 section 4.4.1.2). In the object the sub-blocks follow each other, each with
/// its K sub-symbols in order; symbol m is the concatenation of the m-th sub-symbols of all sub-blocks.
/// </summary>
internal static class SubBlocks
{
    /// <summary>From the order of the object to symbols.</summary>
    /// <param name="information">T, N and Al.</param>
    /// <param name="symbolCount">K.</param>
    /// <param name="block">The block as it is in the object; what is missing at its end is zero.</param>
    /// <param name="symbols">Receives K * T octets.</param>
    public static void Gather(ObjectTransmissionInformation information, int symbolCount, ReadOnlySpan<byte> block, Span<byte> symbols)
    {
        foreach ((int offset, int size) in Enumerate(information))
        {
            for (int m = 0; m < symbolCount; m++)
            {
                long from = ((long)offset * symbolCount) + ((long)m * size);
                int present = (int)Math.Clamp(block.Length - from, 0, size);
                Span<byte> target = symbols.Slice((m * information.SymbolSize) + offset, size);
                if (present > 0)
                {
                    block.Slice((int)from, present).CopyTo(target);
                }

                target[present..].Clear();
            }
        }
    }

    /// <summary>From symbols to the order of the object.</summary>
    /// <param name="information">T, N and Al.</param>
    /// <param name="symbolCount">K.</param>
    /// <param name="symbols">K * T octets.</param>
    /// <param name="block">Receives the block; it may end before the padding does.</param>
    public static void Scatter(ObjectTransmissionInformation information, int symbolCount, ReadOnlySpan<byte> symbols, Span<byte> block)
    {
        foreach ((int offset, int size) in Enumerate(information))
        {
            for (int m = 0; m < symbolCount; m++)
            {
                long to = ((long)offset * symbolCount) + ((long)m * size);
                int wanted = (int)Math.Clamp(block.Length - to, 0, size);
                if (wanted > 0)
                {
                    symbols.Slice((m * information.SymbolSize) + offset, wanted).CopyTo(block[(int)to..]);
                }
            }
        }
    }

    private static IEnumerable<(int Offset, int Size)> Enumerate(ObjectTransmissionInformation information)
    {
        int alignment = information.SymbolAlignment;
        var partition = Partition.Of(information.SymbolSize / alignment, information.SubBlockCount);
        for (int j = 0; j < information.SubBlockCount; j++)
        {
            yield return ((int)partition.OffsetOf(j) * alignment, (int)partition.SizeOf(j) * alignment);
        }
    }
}
