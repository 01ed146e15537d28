using RaptorQ.Code;
using RaptorQ.Solving;

namespace RaptorQ.Arithmetic;

/// <summary>The loops over symbols, compiled once for each kind of line.</summary>
internal sealed unsafe class SymbolEngine<TLine> : SymbolEngine
    where TLine : unmanaged, ILine<TLine>
{
    /// <inheritdoc/>
    public override string Name => TLine.Name;

    /// <inheritdoc/>
    public override void Run(XorProgram program, byte* workspace, int lines)
    {
        fixed (int* words = program.Words)
        {
            int* end = words + program.Words.Length;
            switch (lines)
            {
                case 1:
                    Run1(words, end, workspace);
                    break;
                case 2:
                    Run2(words, end, workspace);
                    break;
                default:
                    Run4(words, end, workspace);
                    break;
            }
        }
    }

    /// <inheritdoc/>
    public override void Sum(byte* workspace, ReadOnlySpan<int> slots, byte* target, int lines)
    {
        int size = lines * LineSize;
        for (int line = 0; line < lines; line++)
        {
            byte* column = workspace + (line * LineSize);
            TLine sum = TLine.Load(column + ((nint)slots[0] * size));
            for (int i = 1; i < slots.Length; i++)
            {
                sum ^= TLine.Load(column + ((nint)slots[i] * size));
            }

            TLine.Store(target + (line * LineSize), sum);
        }
    }

    /// <inheritdoc/>
    public override void MultiplyAdd(byte* source, byte* target, byte factor, int lines)
    {
        for (int line = 0; line < lines; line++)
        {
            int offset = line * LineSize;
            TLine.Store(target + offset, TLine.Load(target + offset) ^ TLine.Multiply(TLine.Load(source + offset), factor));
        }
    }

    /// <inheritdoc/>
    public override void MultiplyHdpc(HdpcRows rows, byte* workspace, int target, int lines)
    {
        int size = lines * LineSize;
        int h = rows.Code.H;
        int last = rows.ColumnCount - 1;
        TLine* sums = stackalloc TLine[HdpcRows.MaxRows];
        fixed (byte* pairs = rows.Pairs)
        {
            for (int line = 0; line < lines; line++)
            {
                byte* column = workspace + (line * LineSize);
                new Span<byte>(sums, sizeof(TLine) * h).Clear();

                // GAMMA * C by its recurrence, and MT times that as it comes.
                TLine product = default;
                for (int j = 0; j < last; j++)
                {
                    product = TLine.MultiplyByAlpha(product) ^ TLine.Load(column + ((nint)j * size));
                    sums[pairs[2 * j]] ^= product;
                    sums[pairs[(2 * j) + 1]] ^= product;
                }

                product = TLine.MultiplyByAlpha(product) ^ TLine.Load(column + ((nint)last * size));
                for (int i = 0; i < h; i++)
                {
                    TLine.Store(column + ((nint)(target + i) * size), sums[i] ^ product);
                    product = TLine.MultiplyByAlpha(product);
                }
            }
        }
    }

    /// <inheritdoc/>
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

    private static void Run1(int* word, int* end, byte* workspace)
    {
        while (word < end)
        {
            byte* target = workspace + ((nint)word[0] << 6);
            int* last = word + 2 + word[1];
            TLine sum = default;
            for (word += 2; word < last; word++)
            {
                sum ^= TLine.Load(workspace + ((nint)(*word) << 6));
            }

            TLine.Store(target, sum);
        }
    }

    private static void Run2(int* word, int* end, byte* workspace)
    {
        while (word < end)
        {
            byte* target = workspace + ((nint)word[0] << 7);
            int* last = word + 2 + word[1];
            TLine sum0 = default;
            TLine sum1 = default;
            for (word += 2; word < last; word++)
            {
                byte* operand = workspace + ((nint)(*word) << 7);
                sum0 ^= TLine.Load(operand);
                sum1 ^= TLine.Load(operand + LineSize);
            }

            TLine.Store(target, sum0);
            TLine.Store(target + LineSize, sum1);
        }
    }

    private static void Run4(int* word, int* end, byte* workspace)
    {
        while (word < end)
        {
            byte* target = workspace + ((nint)word[0] << 8);
            int* last = word + 2 + word[1];
            TLine sum0 = default;
            TLine sum1 = default;
            TLine sum2 = default;
            TLine sum3 = default;
            for (word += 2; word < last; word++)
            {
                byte* operand = workspace + ((nint)(*word) << 8);
                sum0 ^= TLine.Load(operand);
                sum1 ^= TLine.Load(operand + LineSize);
                sum2 ^= TLine.Load(operand + (2 * LineSize));
                sum3 ^= TLine.Load(operand + (3 * LineSize));
            }

            TLine.Store(target, sum0);
            TLine.Store(target + LineSize, sum1);
            TLine.Store(target + (2 * LineSize), sum2);
            TLine.Store(target + (3 * LineSize), sum3);
        }
    }
}
