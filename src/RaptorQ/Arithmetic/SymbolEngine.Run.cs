using System.Runtime.CompilerServices;
using RaptorQ.Solving;

namespace RaptorQ.Arithmetic;

/// <content>
/// Running sums. The operations of a group have the same number of operands, so that the loops over operands, unrolled for
/// the numbers that are frequent, take the same way for all of them.
/// </content>
internal sealed unsafe partial class SymbolEngine<TLine>
{
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLine Slot1(byte* workspace, int slot) => TLine.Load(workspace + ((nint)slot << 6));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run1(int* word, int* end, byte* workspace)
    {
        while (word < end)
        {
            int operands = word[0];
            int count = word[1];
            word += 2;
            switch (operands)
            {
                case 2:
                    for (; count > 0; count--, word += 3)
                    {
                        TLine sum = Slot1(workspace, word[1]) ^ Slot1(workspace, word[2]);
                        TLine.Store(workspace + ((nint)word[0] << 6), sum);
                    }

                    break;
                case 3:
                    for (; count > 0; count--, word += 4)
                    {
                        TLine sum = Slot1(workspace, word[1]) ^ Slot1(workspace, word[2]);
                        sum ^= Slot1(workspace, word[3]);
                        TLine.Store(workspace + ((nint)word[0] << 6), sum);
                    }

                    break;
                case 4:
                    for (; count > 0; count--, word += 5)
                    {
                        TLine sum = Slot1(workspace, word[1]) ^ Slot1(workspace, word[2]);
                        sum = sum ^ Slot1(workspace, word[3]) ^ Slot1(workspace, word[4]);
                        TLine.Store(workspace + ((nint)word[0] << 6), sum);
                    }

                    break;
                case 5:
                    for (; count > 0; count--, word += 6)
                    {
                        TLine sum = Slot1(workspace, word[1]) ^ Slot1(workspace, word[2]);
                        sum = sum ^ Slot1(workspace, word[3]) ^ Slot1(workspace, word[4]);
                        sum ^= Slot1(workspace, word[5]);
                        TLine.Store(workspace + ((nint)word[0] << 6), sum);
                    }

                    break;
                case 6:
                    for (; count > 0; count--, word += 7)
                    {
                        TLine sum = Slot1(workspace, word[1]) ^ Slot1(workspace, word[2]);
                        sum = sum ^ Slot1(workspace, word[3]) ^ Slot1(workspace, word[4]);
                        sum = sum ^ Slot1(workspace, word[5]) ^ Slot1(workspace, word[6]);
                        TLine.Store(workspace + ((nint)word[0] << 6), sum);
                    }

                    break;
                case 7:
                    for (; count > 0; count--, word += 8)
                    {
                        TLine sum = Slot1(workspace, word[1]) ^ Slot1(workspace, word[2]);
                        sum = sum ^ Slot1(workspace, word[3]) ^ Slot1(workspace, word[4]);
                        sum = sum ^ Slot1(workspace, word[5]) ^ Slot1(workspace, word[6]);
                        sum ^= Slot1(workspace, word[7]);
                        TLine.Store(workspace + ((nint)word[0] << 6), sum);
                    }

                    break;
                case 8:
                    for (; count > 0; count--, word += 9)
                    {
                        TLine sum = Slot1(workspace, word[1]) ^ Slot1(workspace, word[2]);
                        sum = sum ^ Slot1(workspace, word[3]) ^ Slot1(workspace, word[4]);
                        sum = sum ^ Slot1(workspace, word[5]) ^ Slot1(workspace, word[6]);
                        sum = sum ^ Slot1(workspace, word[7]) ^ Slot1(workspace, word[8]);
                        TLine.Store(workspace + ((nint)word[0] << 6), sum);
                    }

                    break;
                default:
                    for (; count > 0; count--)
                    {
                        byte* target = workspace + ((nint)word[0] << 6);
                        int* last = word + operands;
                        TLine sum = default;
                        for (word++; word < last; word += 2)
                        {
                            sum = sum ^ Slot1(workspace, word[0]) ^ Slot1(workspace, word[1]);
                        }

                        if (word == last)
                        {
                            sum ^= Slot1(workspace, *word++);
                        }

                        TLine.Store(target, sum);
                    }

                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run2(int* word, int* end, byte* workspace)
    {
        while (word < end)
        {
            int operands = word[0];
            int count = word[1];
            word += 2;
            for (; count > 0; count--)
            {
                byte* target = workspace + ((nint)word[0] << 7);
                int* last = word + operands;
                TLine sum0 = default;
                TLine sum1 = default;
                for (; word < last;)
                {
                    byte* operand = workspace + ((nint)(*++word) << 7);
                    sum0 ^= TLine.Load(operand);
                    sum1 ^= TLine.Load(operand + LineSize);
                }

                word++;
                TLine.Store(target, sum0);
                TLine.Store(target + LineSize, sum1);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run4(int* word, int* end, byte* workspace)
    {
        while (word < end)
        {
            int operands = word[0];
            int count = word[1];
            word += 2;
            for (; count > 0; count--)
            {
                byte* target = workspace + ((nint)word[0] << 8);
                int* last = word + operands;
                TLine sum0 = default;
                TLine sum1 = default;
                TLine sum2 = default;
                TLine sum3 = default;
                for (; word < last;)
                {
                    byte* operand = workspace + ((nint)(*++word) << 8);
                    sum0 ^= TLine.Load(operand);
                    sum1 ^= TLine.Load(operand + LineSize);
                    sum2 ^= TLine.Load(operand + (2 * LineSize));
                    sum3 ^= TLine.Load(operand + (3 * LineSize));
                }

                word++;
                TLine.Store(target, sum0);
                TLine.Store(target + LineSize, sum1);
                TLine.Store(target + (2 * LineSize), sum2);
                TLine.Store(target + (3 * LineSize), sum3);
            }
        }
    }
}
