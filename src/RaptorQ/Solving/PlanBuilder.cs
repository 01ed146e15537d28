using RaptorQ.Code;

namespace RaptorQ.Solving;

/// <summary>
/// Finds out how to solve for the intermediate symbols (RFC 6330 section 5.4.2) and records it as a
/// <see cref="SolutionPlan"/>.
/// <para>
/// The RFC's third to fifth phases make the pivot part sparse again after the second has filled it in. Here nothing is
/// ever filled in: the pivot rows are run twice in their original, sparse form, once without the inactivated symbols (to
/// get the right-hand sides of the dense system) and once with them.
/// </para>
/// </summary>
internal static class PlanBuilder
{
    /// <summary>Makes the plan for these known encoding symbols.</summary>
    /// <param name="hdpc">The HDPC rows of the code.</param>
    /// <param name="internalSymbolIds">
    /// The internal symbol IDs of the known encoding symbols: first those with an input slot, then padding symbols, which are zero.
    /// </param>
    /// <param name="inputCount">How many of them have an input slot.</param>
    /// <returns>The plan, or null when these symbols do not determine the intermediate symbols.</returns>
    public static SolutionPlan? TryBuild(HdpcRows hdpc, ReadOnlySpan<uint> internalSymbolIds, int inputCount)
    {
        CodeParameters code = hdpc.Code;
        if (internalSymbolIds.Length < code.KPrime)
        {
            return null;
        }

        var rows = ConstraintRows.Create(code, internalSymbolIds);
        var peeling = Peeling.Run(code, rows, MaxInactive(code));
        if (peeling is null || DenseSystem.Solve(rows, hdpc, peeling) is not { } dense)
        {
            return null;
        }

        int firstInput = code.L;
        int Input(int row) => row >= code.S && row - code.S < inputCount ? firstInput + row - code.S : -1;

        int freeSlot = firstInput + inputCount;
        bool needsHdpc = dense.FreeUnknowns.Length > 0;
        int hdpcSlot = freeSlot;
        freeSlot += needsHdpc ? code.H : 0;

        var forward = new XorProgram(rows.Columns.Length + (2 * rows.Count));
        RecordClearing(forward, peeling);
        RecordPivots(forward, rows, peeling, Input, withInactive: false);
        int[] rightHandSides = RecordRemainingRows(forward, rows, peeling, dense, Input, ref freeSlot);

        int[] inactive = peeling.InactiveColumns.ToArray();
        int[] pivots = Array.ConvertAll(dense.PivotUnknowns[..dense.Rank], k => inactive[k]);
        int[] free = Array.ConvertAll(dense.FreeUnknowns, k => inactive[k]);

        var sums = new XorProgram();
        freeSlot = BinaryProduct.Record(
            sums, dense.Eliminated, inactive.Length, [], rightHandSides, pivots, accumulate: false, freeSlot);

        var backward = new XorProgram(rows.Columns.Length + (2 * rows.Count));
        freeSlot = BinaryProduct.Record(
            backward, dense.Eliminated, 0, dense.FreeUnknowns, free, pivots, accumulate: true, freeSlot);
        RecordPivots(backward, rows, peeling, Input, withInactive: true);

        return new SolutionPlan
        {
            Code = code,
            InputCount = inputCount,
            SlotCount = freeSlot,
            Forward = forward,
            Hdpc = needsHdpc ? hdpc : null,
            HdpcSlot = hdpcSlot,
            Dense = sums,
            Free = CombineFree(code.H, hdpcSlot, pivots, free, dense),
            Backward = backward,
        };
    }

    // Random rows need far fewer. Rows picked by somebody to need more would cost time with the cube of it.
    private static int MaxInactive(CodeParameters code) => code.P + 128 + (code.W / 16);

    // The pivot symbols are first computed as if the inactivated ones were zero, and the HDPC rows run over all symbols.
    private static void RecordClearing(XorProgram program, Peeling peeling)
    {
        foreach (int column in peeling.InactiveColumns)
        {
            program.End(program.Begin(column));
        }
    }

    private static void RecordPivots(
        XorProgram program, ConstraintRows rows, Peeling peeling, Func<int, int> input, bool withInactive)
    {
        for (int t = 0; t < peeling.PivotCount; t++)
        {
            int pivot = peeling.PivotColumns[t];
            int row = peeling.PivotRows[t];
            int token = program.Begin(pivot);
            if (input(row) >= 0)
            {
                program.Add(input(row));
            }

            foreach (int column in rows[row])
            {
                if (column != pivot && (withInactive || peeling.IsPivotColumn(column)))
                {
                    program.Add(column);
                }
            }

            program.End(token);
        }
    }

    // Returns the slot of each remaining row's right-hand side; rows that no sum Q uses get none, and -1.
    private static int[] RecordRemainingRows(
        XorProgram program, ConstraintRows rows, Peeling peeling, DenseSystem dense, Func<int, int> input, ref int freeSlot)
    {
        int unknowns = peeling.InactiveCount;
        int[] slots = new int[dense.RemainingRows.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            bool used = false;
            for (int q = 0; q < dense.Rank && !used; q++)
            {
                used = dense.Eliminated[q, unknowns + i];
            }

            slots[i] = -1;
            if (!used)
            {
                continue;
            }

            int row = dense.RemainingRows[i];
            slots[i] = freeSlot++;
            int token = program.Begin(slots[i]);
            if (input(row) >= 0)
            {
                program.Add(input(row));
            }

            foreach (int column in rows[row])
            {
                if (peeling.IsPivotColumn(column))
                {
                    program.Add(column);
                }
            }

            program.End(token);
        }

        return slots;
    }

    private static OctetProduct CombineFree(int h, int hdpcSlot, int[] pivots, int[] free, DenseSystem dense)
    {
        if (free.Length == 0)
        {
            return new OctetProduct([], [], []);
        }

        int[] inputs = new int[h + pivots.Length];
        for (int i = 0; i < h; i++)
        {
            inputs[i] = hdpcSlot + i;
        }

        pivots.CopyTo(inputs, h);
        byte[] factors = new byte[free.Length * inputs.Length];
        for (int k = 0; k < free.Length; k++)
        {
            Span<byte> row = factors.AsSpan(k * inputs.Length, inputs.Length);
            dense.HdpcFactors.AsSpan(k * h, h).CopyTo(row);
            dense.PivotFactors.AsSpan(k * pivots.Length, pivots.Length).CopyTo(row[h..]);
        }

        return new OctetProduct(free, inputs, factors);
    }
}
