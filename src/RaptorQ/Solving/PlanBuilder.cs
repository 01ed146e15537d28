using System.Runtime.CompilerServices;
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
internal sealed class PlanBuilder
{
    private readonly CodeParameters _code;
    private readonly ConstraintRows _rows;
    private readonly Peeling _peeling;
    private readonly DenseSystem _dense;
    private readonly int _inputCount;
    private int _freeSlot;

    private PlanBuilder(CodeParameters code, ConstraintRows rows, Peeling peeling, DenseSystem dense, int inputCount)
    {
        _code = code;
        _rows = rows;
        _peeling = peeling;
        _dense = dense;
        _inputCount = inputCount;
        _freeSlot = code.L + inputCount;
    }

    /// <summary>Makes the plan for these known encoding symbols.</summary>
    /// <param name="hdpc">The HDPC rows of the code.</param>
    /// <param name="internalSymbolIds">
    /// The internal symbol IDs of the known encoding symbols: first those with an input slot, then padding symbols, which are zero.
    /// </param>
    /// <param name="inputCount">How many of them have an input slot.</param>
    /// <param name="owner">Owns the plan, which is valid as long as it is; null for a plan to keep.</param>
    /// <returns>The plan, or null when these symbols do not determine the intermediate symbols.</returns>
    public static SolutionPlan? TryBuild(HdpcRows hdpc, ReadOnlySpan<uint> internalSymbolIds, int inputCount, Scratch? owner)
    {
        CodeParameters code = hdpc.Code;
        if (internalSymbolIds.Length < code.KPrime)
        {
            return null;
        }

        using var scratch = new Scratch();
        var rows = ConstraintRows.Create(code, internalSymbolIds, scratch);
        var peeling = Peeling.Run(code, rows, MaxInactive(code), scratch);
        if (peeling is null || DenseSystem.Solve(rows, hdpc, peeling) is not { } dense)
        {
            return null;
        }

        return new PlanBuilder(code, rows, peeling, dense, inputCount).Build(hdpc, scratch, owner);
    }

    // Random rows need far fewer. Rows picked by somebody to need more would cost time with the cube of it.
    private static int MaxInactive(CodeParameters code) => code.P + 128 + (code.W / 16);

    private SolutionPlan Build(HdpcRows hdpc, Scratch scratch, Scratch? owner)
    {
        bool needsHdpc = _dense.FreeUnknowns.Length > 0;
        int hdpcSlot = _freeSlot;
        _freeSlot += needsHdpc ? _code.H : 0;
        int[] inactive = _peeling.InactiveColumns.ToArray();
        int[] pivots = Array.ConvertAll(_dense.PivotUnknowns[.._dense.Rank], k => inactive[k]);
        int[] free = Array.ConvertAll(_dense.FreeUnknowns, k => inactive[k]);
        int capacity = _rows.OnesCount + (2 * _rows.Count);

        var forward = new XorRecorder(scratch, _freeSlot, capacity);
        RecordClearing(forward);
        RecordPivots(forward, withInactive: false);
        int[] rightHandSides = RecordRemainingRows(forward);

        var sums = new XorRecorder(scratch, _freeSlot, capacity: 4 * pivots.Length);
        _freeSlot = BinaryProduct.Record(
            sums, _dense.Eliminated, inactive.Length, [], rightHandSides, pivots, accumulate: false, _freeSlot);

        var backward = new XorRecorder(scratch, _freeSlot, capacity);
        _freeSlot = BinaryProduct.Record(
            backward, _dense.Eliminated, 0, _dense.FreeUnknowns, free, pivots, accumulate: true, _freeSlot);
        RecordPivots(backward, withInactive: true);

        return new SolutionPlan
        {
            Code = _code,
            InputCount = _inputCount,
            SlotCount = _freeSlot,
            Forward = forward.ToProgram(owner),
            Hdpc = needsHdpc ? hdpc : null,
            HdpcSlot = hdpcSlot,
            Dense = sums.ToProgram(owner),
            Free = CombineFree(hdpcSlot, pivots, free),
            Backward = backward.ToProgram(owner),
        };
    }

    // The pivot symbols are first computed as if the inactivated ones were zero, and the HDPC rows run over all symbols.
    private void RecordClearing(XorRecorder program)
    {
        foreach (int column in _peeling.InactiveColumns)
        {
            program.Begin(column);
            program.End();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RecordPivots(XorRecorder program, bool withInactive)
    {
        for (int t = 0; t < _peeling.PivotCount; t++)
        {
            int pivot = _peeling.PivotColumns[t];
            int row = _peeling.PivotRows[t];
            program.Begin(pivot);
            RecordInput(program, row);
            foreach (int column in _rows[row])
            {
                if (column != pivot && (withInactive || _peeling.IsPivotColumn(column)))
                {
                    program.Add(column);
                }
            }

            program.End();
        }
    }

    // Returns the slot of each remaining row's right-hand side; rows that no sum Q uses get none, and -1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int[] RecordRemainingRows(XorRecorder program)
    {
        int unknowns = _peeling.InactiveCount;
        int[] slots = new int[_dense.RemainingRows.Length];
        for (int i = 0; i < slots.Length; i++)
        {
            bool used = false;
            for (int q = 0; q < _dense.Rank && !used; q++)
            {
                used = _dense.Eliminated[q, unknowns + i];
            }

            slots[i] = -1;
            if (!used)
            {
                continue;
            }

            int row = _dense.RemainingRows[i];
            slots[i] = _freeSlot++;
            program.Begin(slots[i]);
            RecordInput(program, row);
            foreach (int column in _rows[row])
            {
                if (_peeling.IsPivotColumn(column))
                {
                    program.Add(column);
                }
            }

            program.End();
        }

        return slots;
    }

    // LDPC rows and padding symbols have the right-hand side zero.
    private void RecordInput(XorRecorder program, int row)
    {
        int input = row - _code.S;
        if (input >= 0 && input < _inputCount)
        {
            program.Add(_code.L + input);
        }
    }

    private OctetProduct CombineFree(int hdpcSlot, int[] pivots, int[] free)
    {
        if (free.Length == 0)
        {
            return new OctetProduct([], [], []);
        }

        int h = _code.H;
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
            _dense.HdpcFactors.AsSpan(k * h, h).CopyTo(row);
            _dense.PivotFactors.AsSpan(k * pivots.Length, pivots.Length).CopyTo(row[h..]);
        }

        return new OctetProduct(free, inputs, factors);
    }
}
