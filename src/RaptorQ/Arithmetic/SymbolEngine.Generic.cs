using System.Runtime.CompilerServices;
using RaptorQ.Solving;

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
        if (lines == 4)
        {
            TLine sum0 = default;
            TLine sum1 = default;
            TLine sum2 = default;
            TLine sum3 = default;
            foreach (int slot in slots)
            {
                byte* operand = workspace + ((nint)slot * size);
                sum0 ^= TLine.Load(operand);
                sum1 ^= TLine.Load(operand + LineSize);
                sum2 ^= TLine.Load(operand + (2 * LineSize));
                sum3 ^= TLine.Load(operand + (3 * LineSize));
            }

            TLine.Store(target, sum0);
            TLine.Store(target + LineSize, sum1);
            TLine.Store(target + (2 * LineSize), sum2);
            TLine.Store(target + (3 * LineSize), sum3);
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
    public override void MultiplyAdd(byte* source, byte* target, byte factor, int lines)
    {
        for (int line = 0; line < lines; line++)
        {
            int offset = line * LineSize;
            TLine.Store(target + offset, TLine.Load(target + offset) ^ TLine.Multiply(TLine.Load(source + offset), factor));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Multiply(OctetProduct product, byte* workspace, int lines)
    {
        int size = lines * LineSize;
        int inputCount = product.Inputs.Length;
        int outputCount = product.Outputs.Length;
        fixed (int* inputs = product.Inputs)
        fixed (byte* factors = product.Factors)
        {
            for (int line = 0; line < lines; line++)
            {
                byte* column = workspace + (line * LineSize);
                int row = 0;
                for (; row <= outputCount - 4; row += 4)
                {
                    byte* f = factors + ((nint)row * inputCount);
                    TLine sum0 = default;
                    TLine sum1 = default;
                    TLine sum2 = default;
                    TLine sum3 = default;
                    for (int i = 0; i < inputCount; i++)
                    {
                        TLine input = TLine.Load(column + ((nint)inputs[i] * size));
                        sum0 ^= TLine.Multiply(input, f[i]);
                        sum1 ^= TLine.Multiply(input, f[i + inputCount]);
                        sum2 ^= TLine.Multiply(input, f[i + (2 * (nint)inputCount)]);
                        sum3 ^= TLine.Multiply(input, f[i + (3 * (nint)inputCount)]);
                    }

                    TLine.Store(column + ((nint)product.Outputs[row] * size), sum0);
                    TLine.Store(column + ((nint)product.Outputs[row + 1] * size), sum1);
                    TLine.Store(column + ((nint)product.Outputs[row + 2] * size), sum2);
                    TLine.Store(column + ((nint)product.Outputs[row + 3] * size), sum3);
                }

                for (; row < outputCount; row++)
                {
                    byte* f = factors + ((nint)row * inputCount);
                    TLine sum = default;
                    for (int i = 0; i < inputCount; i++)
                    {
                        sum ^= TLine.Multiply(TLine.Load(column + ((nint)inputs[i] * size)), f[i]);
                    }

                    TLine.Store(column + ((nint)product.Outputs[row] * size), sum);
                }
            }
        }
    }
}
