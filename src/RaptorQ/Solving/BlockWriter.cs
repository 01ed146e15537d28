using System.Runtime.CompilerServices;
using RaptorQ.Arithmetic;

namespace RaptorQ.Solving;

/// <summary>Writes stripes of source symbols into a source block, whose last symbol may be shorter than the others.</summary>
internal readonly unsafe struct BlockWriter(byte* block, long length, int symbolCount, int symbolSize)
{
    /// <summary>K.</summary>
    public int SymbolCount => symbolCount;

    /// <summary>T, octets in a symbol.</summary>
    public int SymbolSize => symbolSize;

    /// <summary>Writes a whole symbol.</summary>
    public void Write(int symbol, byte* source)
    {
        long offset = (long)symbol * symbolSize;
        long size = Math.Min(symbolSize, length - offset);
        Buffer.MemoryCopy(source, block + offset, size, size);
    }

    /// <summary>Writes one stripe of a symbol.</summary>
    public void Write(int symbol, Stripe stripe, byte* source)
    {
        long offset = ((long)symbol * symbolSize) + stripe.Offset;
        long size = Math.Min(stripe.Length(symbolSize), length - offset);
        if (size > 0)
        {
            Buffer.MemoryCopy(source, block + offset, size, size);
        }
    }

    /// <summary>Writes one stripe of a symbol as the sum of some slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void WriteSum(SymbolEngine engine, byte* slots, ReadOnlySpan<int> operands, int symbol, Stripe stripe)
    {
        long offset = ((long)symbol * symbolSize) + stripe.Offset;
        if (Math.Min(stripe.Length(symbolSize), length - offset) >= stripe.Size)
        {
            engine.Sum(slots, operands, block + offset, stripe.Lines);
            return;
        }

        byte* partial = stackalloc byte[SymbolEngine.MaxLines * SymbolEngine.LineSize];
        engine.Sum(slots, operands, partial, stripe.Lines);
        Write(symbol, stripe, partial);
    }
}
