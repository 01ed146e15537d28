using System.Numerics;
using System.Runtime.CompilerServices;

namespace RaptorQ.Solving;

/// <summary>
/// Records the product of a dense binary matrix with a vector of symbols by the method of the four Russians: the inputs
/// are taken in groups of g, the sums that occur within a group are made once, and every output needs one operand per group.
/// </summary>
internal static class BinaryProduct
{
    /// <summary>Appends the operations to <paramref name="program"/>.</summary>
    /// <param name="program">Receives the operations.</param>
    /// <param name="matrix">Has a one where an output contains an input.</param>
    /// <param name="firstColumn">The column of <paramref name="matrix"/> for the first input.</param>
    /// <param name="columnOf">Columns of <paramref name="matrix"/> to use for the inputs; empty for consecutive ones from <paramref name="firstColumn"/>.</param>
    /// <param name="inputs">The slots of the inputs.</param>
    /// <param name="outputs">The slots of the outputs, one for each row from row 0.</param>
    /// <param name="accumulate">True: the product is added to what the output slots hold.</param>
    /// <param name="freeSlot">The first slot that may be used for sums within groups.</param>
    /// <returns>The first slot that is still free.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Record(
        XorRecorder program,
        BitMatrix matrix,
        int firstColumn,
        ReadOnlySpan<int> columnOf,
        ReadOnlySpan<int> inputs,
        ReadOnlySpan<int> outputs,
        bool accumulate,
        int freeSlot)
    {
        int size = ChooseGroupSize(outputs.Length);
        int groups = (inputs.Length + size - 1) / size;
        int[] operands = new int[outputs.Length * groups];
        int[] sums = new int[1 << size];
        for (int group = 0; group < groups; group++)
        {
            ReadOnlySpan<int> members = inputs.Slice(group * size, Math.Min(size, inputs.Length - (group * size)));
            sums.AsSpan().Fill(-1);
            for (int row = 0; row < outputs.Length; row++)
            {
                int pattern = 0;
                for (int i = 0; i < members.Length; i++)
                {
                    int input = (group * size) + i;
                    int column = columnOf.IsEmpty ? firstColumn + input : columnOf[input];
                    pattern |= matrix[row, column] ? 1 << i : 0;
                }

                operands[(row * groups) + group] = pattern == 0 ? -1 : Sum(program, members, sums, pattern, ref freeSlot);
            }
        }

        for (int row = 0; row < outputs.Length; row++)
        {
            program.Begin(outputs[row]);
            if (accumulate)
            {
                program.Add(outputs[row]);
            }

            foreach (int operand in operands.AsSpan(row * groups, groups))
            {
                if (operand >= 0)
                {
                    program.Add(operand);
                }
            }

            program.End();
        }

        return freeSlot;
    }

    // The slot that holds the sum of the members in the pattern; records how to make it when it is new.
    private static int Sum(XorRecorder program, ReadOnlySpan<int> members, int[] sums, int pattern, ref int freeSlot)
    {
        if (sums[pattern] >= 0)
        {
            return sums[pattern];
        }

        int lowest = members[BitOperations.TrailingZeroCount(pattern)];
        int rest = pattern & (pattern - 1);
        if (rest == 0)
        {
            return sums[pattern] = lowest;
        }

        int restSlot = Sum(program, members, sums, rest, ref freeSlot);
        int slot = freeSlot++;
        program.Begin(slot);
        program.Add(restSlot);
        program.Add(lowest);
        program.End();
        return sums[pattern] = slot;
    }

    // Per input: (2^g sums + one operand for each output) / g.
    private static int ChooseGroupSize(int outputs)
    {
        int best = 1;
        double bestCost = double.MaxValue;
        for (int size = 1; size <= 8; size++)
        {
            double cost = ((1 << size) + outputs) / (double)size;
            if (cost < bestCost)
            {
                bestCost = cost;
                best = size;
            }
        }

        return best;
    }
}
