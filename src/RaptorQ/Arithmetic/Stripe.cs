using System.Runtime.CompilerServices;

namespace RaptorQ.Arithmetic;

/// <summary>A vertical cut through all symbols of a block: <see cref="Size"/> octets from <see cref="Offset"/> of each.</summary>
/// <param name="Offset">The first octet within a symbol, a multiple of a line.</param>
/// <param name="Lines">1, 2 or 4 lines; the last one may reach over the end of the symbol.</param>
internal readonly record struct Stripe(int Offset, int Lines)
{
    /// <summary>
    /// A stripe of the slots of a workspace should stay within this many octets. It need not be the second-level cache: wide
    /// stripes, which use whole pairs of cache lines and the decoded operations more often, gain more than that costs.
    /// </summary>
    private const int WorkspaceTarget = 8 * 1024 * 1024;

    /// <summary>Octets.</summary>
    public int Size => Lines * SymbolEngine.LineSize;

    /// <summary>The stripe at the start of symbols of this size; default when there are none.</summary>
    public static Stripe First(int symbolSize, int maxLines) => At(0, symbolSize, maxLines);

    /// <summary>The stripe that begins at <paramref name="offset"/>, a multiple of the size of the widest stripe.</summary>
    public static Stripe From(int offset, int symbolSize, int maxLines) => At(offset, symbolSize, maxLines);

    /// <summary>The stripe after this one; one without lines at the end.</summary>
    public Stripe Next(int symbolSize, int maxLines) => At(Offset + Size, symbolSize, maxLines);

    /// <summary>Octets of a symbol that are in this stripe.</summary>
    public int Length(int symbolSize) => Math.Min(Size, symbolSize - Offset);

    /// <summary>The widest stripe that keeps this many slots in the cache.</summary>
    public static int ChooseLines(long slotCount, int symbolSize)
    {
        int lines = SymbolEngine.MaxLines;
        while (lines > 1 && (slotCount * lines * SymbolEngine.LineSize > WorkspaceTarget
            || (lines / 2) * SymbolEngine.LineSize >= symbolSize))
        {
            lines /= 2;
        }

        return lines;
    }

    /// <summary>Symbol size rounded up to whole lines.</summary>
    public static int Pad(int symbolSize) => (symbolSize + SymbolEngine.LineSize - 1) & ~(SymbolEngine.LineSize - 1);

    /// <summary>Copies what is there of a symbol into a slot and fills the rest of the slot with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fill(byte* slot, int size, byte* source, int available)
    {
        if (available >= size)
        {
            Unsafe.CopyBlockUnaligned(slot, source, (uint)size);
        }
        else
        {
            int present = Math.Max(available, 0);
            Unsafe.CopyBlockUnaligned(slot, source, (uint)present);
            Unsafe.InitBlockUnaligned(slot + present, 0, (uint)(size - present));
        }
    }

    private static Stripe At(int offset, int symbolSize, int maxLines)
    {
        int left = (symbolSize - offset + SymbolEngine.LineSize - 1) / SymbolEngine.LineSize;
        int lines = maxLines;
        while (lines > left && lines > 0)
        {
            lines /= 2;
        }

        return new Stripe(offset, lines);
    }
}
