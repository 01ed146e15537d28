namespace Flute;

/// <summary>
/// Sub-blocks of a RaptorQ source block (RFC 6330 section 4.4.1.2). A symbol is the concatenation of its sub-symbols,
/// while in the object each sub-block lies as a whole.
/// </summary>
internal static class SubBlocks
{
    /// <summary>Puts the sub-blocks of a block that was decoded as whole symbols where they belong.</summary>
    public static byte[] Deinterleave(ReadOnlySpan<byte> symbols, FecOti oti, int symbolCount)
    {
        byte[] block = new byte[symbols.Length];
        (int small, int large) = Math.DivRem(oti.SymbolLength / oti.Alignment, oti.SubBlocks);
        int target = 0, column = 0;
        for (int sub = 0; sub < oti.SubBlocks; sub++)
        {
            int width = (small + (sub < large ? 1 : 0)) * oti.Alignment;
            for (int symbol = 0; symbol < symbolCount; symbol++)
            {
                symbols.Slice(symbol * oti.SymbolLength + column, width).CopyTo(block.AsSpan(target));
                target += width;
            }

            column += width;
        }

        return block;
    }
}
