using System.Runtime.CompilerServices;

namespace RaptorQ.Arithmetic;

/// <summary>The loops over symbols, compiled once for each kind of line.</summary>
internal sealed unsafe partial class SymbolEngine<TLine> : SymbolEngine
    where TLine : unmanaged, ILine<TLine>
{
    /// <inheritdoc/>
    public override string Name => TLine.Name;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Sum(byte* workspace, ReadOnlySpan<int> slots, byte* target, int lines)
    {
        int size = lines * LineSize;
        if (lines == MaxLines)
        {
            SumStripes(workspace, 0, slots, target, 1);
            return;
        }

        for (int line = 0; line < lines; line++)
        {
            byte* column = workspace + (line * LineSize);
            TLine sum = default;
            foreach (int slot in slots)
            {
                sum ^= TLine.Load(column + ((nint)slot * size));
            }

            TLine.Store(target + (line * LineSize), sum);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumStripes(byte* stripes, int slotsPerStripe, ReadOnlySpan<int> slots, byte* target, int stripeCount)
    {
        const int Size = MaxLines * LineSize;
        for (; stripeCount > 0; stripeCount--)
        {
            byte* operand = stripes + ((nint)slots[0] * Size);
            TLine sum0 = TLine.Load(operand);
            TLine sum1 = TLine.Load(operand + LineSize);
            TLine sum2 = TLine.Load(operand + (2 * LineSize));
            TLine sum3 = TLine.Load(operand + (3 * LineSize));
            for (int i = 1; i < slots.Length; i++)
            {
                operand = stripes + ((nint)slots[i] * Size);
                sum0 ^= TLine.Load(operand);
                sum1 ^= TLine.Load(operand + LineSize);
                sum2 ^= TLine.Load(operand + (2 * LineSize));
                sum3 ^= TLine.Load(operand + (3 * LineSize));
            }

            TLine.Store(target, sum0);
            TLine.Store(target + LineSize, sum1);
            TLine.Store(target + (2 * LineSize), sum2);
            TLine.Store(target + (3 * LineSize), sum3);
            target += Size;
            stripes += (nint)slotsPerStripe * Size;
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Eliminate(byte* matrix, int[] rows, int pivot, int column, int lines)
    {
        nint stride = (nint)lines * LineSize;
        byte* source = matrix + (rows[pivot] * stride);
        for (int i = 0; i < rows.Length; i++)
        {
            byte* target = matrix + (rows[i] * stride);
            byte factor = target[column];
            if (i == pivot || factor == 0)
            {
                continue;
            }

            target[column] = 0;
            for (nint offset = 0; offset < stride; offset += LineSize)
            {
                TLine product = TLine.Multiply(TLine.Load(source + offset), factor);
                TLine.Store(target + offset, TLine.Load(target + offset) ^ product);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyAdd(byte* source, byte* target, byte factor, int lines)
    {
        for (int line = 0; line < lines; line++)
        {
            int offset = line * LineSize;
            TLine.Store(target + offset, TLine.Load(target + offset) ^ TLine.Multiply(TLine.Load(source + offset), factor));
        }
    }
}
