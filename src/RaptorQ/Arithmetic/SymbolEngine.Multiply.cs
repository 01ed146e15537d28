using System.Runtime.CompilerServices;
using RaptorQ.Solving;

namespace RaptorQ.Arithmetic;

/// <content>
/// The product of a matrix of octets with symbols, in tiles of sums that stay in registers: two results of four lines, or
/// four results of one line.
/// </content>
internal sealed unsafe partial class SymbolEngine<TLine>
{
    /// <inheritdoc/>
    public override void Multiply(OctetProduct product, byte* workspace, int lines)
    {
        int inputCount = product.Inputs.Length;
        int outputCount = product.Outputs.Length;
        int size = lines * LineSize;
        fixed (int* inputs = product.Inputs)
        fixed (int* outputs = product.Outputs)
        fixed (byte* factors = product.Factors)
        {
            int row = 0;
            if (lines == 4)
            {
                for (; row <= outputCount - 2; row += 2)
                {
                    MultiplyTwoByFour(inputs, inputCount, outputs + row, factors + ((nint)row * inputCount), workspace);
                }
            }

            for (; row <= outputCount - 4; row += 4)
            {
                for (int line = 0; line < lines; line++)
                {
                    MultiplyFourByOne(
                        inputs, inputCount, outputs + row, factors + ((nint)row * inputCount), workspace + (line * LineSize), size);
                }
            }

            for (; row < outputCount; row++)
            {
                for (int line = 0; line < lines; line++)
                {
                    MultiplyOneByOne(
                        inputs, inputCount, outputs[row], factors + ((nint)row * inputCount), workspace + (line * LineSize), size);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyTwoByFour(int* inputs, int inputCount, int* outputs, byte* factors, byte* workspace)
    {
        const int Size = 4 * LineSize;
        TLine sum00 = default;
        TLine sum01 = default;
        TLine sum02 = default;
        TLine sum03 = default;
        TLine sum10 = default;
        TLine sum11 = default;
        TLine sum12 = default;
        TLine sum13 = default;
        for (int i = 0; i < inputCount; i++)
        {
            byte* input = workspace + ((nint)inputs[i] * Size);
            byte factor0 = factors[i];
            byte factor1 = factors[i + inputCount];
            TLine line = TLine.Load(input);
            sum00 ^= TLine.Multiply(line, factor0);
            sum10 ^= TLine.Multiply(line, factor1);
            line = TLine.Load(input + LineSize);
            sum01 ^= TLine.Multiply(line, factor0);
            sum11 ^= TLine.Multiply(line, factor1);
            line = TLine.Load(input + (2 * LineSize));
            sum02 ^= TLine.Multiply(line, factor0);
            sum12 ^= TLine.Multiply(line, factor1);
            line = TLine.Load(input + (3 * LineSize));
            sum03 ^= TLine.Multiply(line, factor0);
            sum13 ^= TLine.Multiply(line, factor1);
        }

        byte* output = workspace + ((nint)outputs[0] * Size);
        TLine.Store(output, sum00);
        TLine.Store(output + LineSize, sum01);
        TLine.Store(output + (2 * LineSize), sum02);
        TLine.Store(output + (3 * LineSize), sum03);
        output = workspace + ((nint)outputs[1] * Size);
        TLine.Store(output, sum10);
        TLine.Store(output + LineSize, sum11);
        TLine.Store(output + (2 * LineSize), sum12);
        TLine.Store(output + (3 * LineSize), sum13);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyFourByOne(int* inputs, int inputCount, int* outputs, byte* factors, byte* column, int size)
    {
        TLine sum0 = default;
        TLine sum1 = default;
        TLine sum2 = default;
        TLine sum3 = default;
        byte* factors2 = factors + (2 * (nint)inputCount);
        for (int i = 0; i < inputCount; i++)
        {
            TLine input = TLine.Load(column + ((nint)inputs[i] * size));
            sum0 ^= TLine.Multiply(input, factors[i]);
            sum1 ^= TLine.Multiply(input, factors[i + inputCount]);
            sum2 ^= TLine.Multiply(input, factors2[i]);
            sum3 ^= TLine.Multiply(input, factors2[i + inputCount]);
        }

        TLine.Store(column + ((nint)outputs[0] * size), sum0);
        TLine.Store(column + ((nint)outputs[1] * size), sum1);
        TLine.Store(column + ((nint)outputs[2] * size), sum2);
        TLine.Store(column + ((nint)outputs[3] * size), sum3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyOneByOne(int* inputs, int inputCount, int output, byte* factors, byte* column, int size)
    {
        TLine sum = default;
        for (int i = 0; i < inputCount; i++)
        {
            sum ^= TLine.Multiply(TLine.Load(column + ((nint)inputs[i] * size)), factors[i]);
        }

        TLine.Store(column + ((nint)output * size), sum);
    }
}
