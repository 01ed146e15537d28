using System.Runtime.CompilerServices;
using RaptorQ.Arithmetic;
using RaptorQ.Code;

namespace RaptorQ.Solving;

/// <summary>
/// Decoding when few source symbols are missing. The intermediate symbols are a linear function of the source symbols, known
/// from the encoder's plan, so every repair symbol received is one equation in the missing source symbols alone:
/// <list type="number">
/// <item>The plan runs on unit vectors in place of the missing symbols. That gives the coefficients of the equations.</item>
/// <item>As many equations as there are missing symbols are chosen and inverted.</item>
/// <item>
/// The plan runs on the received source symbols, with zeros for the missing ones. What the repair symbols differ from what
/// they would then be, times the inverse, is the missing symbols.
/// </item>
/// </list>
/// No plan has to be made for the symbols that happen to have arrived, which is most of the time that
/// <see cref="FullSolver"/> takes; the price is a dense system, cubic in the number of missing symbols.
/// </summary>
internal unsafe ref struct MissingSolver
{
    // Equations beyond the number of unknowns in the first attempt: one in 256^3 sets of them is singular then.
    private const int FirstOverhead = 2;

    private readonly SolutionPlan _plan;
    private readonly SymbolEngine _engine;
    private readonly ReceivedSymbols _received;
    private readonly int[] _missing;
    private readonly BlockWriter _block;
    private readonly int[] _repairs;
    private readonly NeighbourLists _neighbours;

    private MissingSolver(CodeCache code, SymbolEngine engine, ReceivedSymbols received, int[] missing, BlockWriter block)
    {
        _plan = code.EncodingPlan;
        _engine = engine;
        _received = received;
        _missing = missing;
        _block = block;

        int padding = code.Code.KPrime - block.SymbolCount;
        _repairs = new int[received.Count - received.SourceCount];
        uint[] internalSymbolIds = new uint[_repairs.Length];
        int count = 0;
        for (int i = 0; i < received.Count; i++)
        {
            uint id = received.Ids[i];
            if (id >= (uint)block.SymbolCount)
            {
                _repairs[count] = i;
                internalSymbolIds[count++] = id + (uint)padding;
            }
        }

        _neighbours = new NeighbourLists(code.Code, internalSymbolIds);
    }

    /// <summary>Whether this is expected to be faster than <see cref="FullSolver"/>.</summary>
    /// <param name="code">The code of the block.</param>
    /// <param name="symbolSize">T.</param>
    /// <param name="missing">How many source symbols are missing.</param>
    public static bool IsFaster(CodeParameters code, int symbolSize, int missing)
    {
        // In sums of one line: about 20 per intermediate symbol to run a plan and 600 to make one (both measured), and one
        // multiply-add for every element of the dense system and line of its rows.
        double m = missing;
        double runPlan = 20.0 * code.L;
        double makePlan = (600.0 * code.L) + 100_000;
        double lines = Math.Ceiling(m / SymbolEngine.LineSize);
        double coefficients = lines * runPlan;
        double inverse = m * m * lines;
        double product = m * m * Math.Ceiling(symbolSize / (double)SymbolEngine.LineSize);
        return coefficients + inverse + product < makePlan;
    }

    /// <summary>Writes the missing source symbols to <paramref name="block"/>.</summary>
    /// <returns>False when the received symbols do not determine them.</returns>
    public static bool TrySolve(CodeCache code, SymbolEngine engine, ReceivedSymbols received, int[] missing, BlockWriter block)
    {
        var solver = new MissingSolver(code, engine, received, missing, block);
        int equations = solver._repairs.Length;
        int first = Math.Min(equations, missing.Length + FirstOverhead);
        DenseInverse? inverse = solver.Invert(first);
        if (inverse is null && first < equations)
        {
            inverse = solver.Invert(equations);
        }

        if (inverse is null)
        {
            return false;
        }

        solver.Run(inverse);
        return true;
    }

    // Steps 1 and 2. Column j of the coefficients is made by a "block" whose symbols are one octet long: 1 for the missing
    // symbol j, else 0. Many such blocks lie side by side in a line.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly DenseInverse? Invert(int equationCount)
    {
        int unknowns = _missing.Length;
        int stride = Stripe.Pad(unknowns);
        int maxLines = Stripe.ChooseLines(_plan.SlotCount, unknowns);
        using var coefficients = new AlignedMemory((long)equationCount * stride);
        AlignedMemory workspace = Workspace.Rent((long)_plan.SlotCount * maxLines * SymbolEngine.LineSize);
        byte* slots = workspace.Address;
        for (var stripe = Stripe.First(unknowns, maxLines); stripe.Lines > 0; stripe = stripe.Next(unknowns, maxLines))
        {
            byte* inputs = slots + ((nint)_plan.InputSlot(0) * stripe.Size);
            new Span<byte>(inputs, _plan.InputCount * stripe.Size).Clear();
            for (int j = 0; j < stripe.Length(unknowns); j++)
            {
                inputs[((nint)_missing[stripe.Offset + j] * stripe.Size) + j] = 1;
            }

            _engine.Execute(_plan, slots, stripe.Lines);
            for (int i = 0; i < equationCount; i++)
            {
                _engine.Sum(slots, _neighbours[i], coefficients.Address + ((nint)i * stride) + stripe.Offset, stripe.Lines);
            }
        }

        Workspace.Return(workspace);
        return DenseInverse.TryCompute(_engine, coefficients.Address, equationCount, unknowns);
    }

    // Step 3. The slots of the plan are followed by those of the chosen repair symbols and those of the missing symbols.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Run(DenseInverse inverse)
    {
        int unknowns = _missing.Length;
        int firstRepair = _plan.SlotCount;
        int firstResult = firstRepair + unknowns;
        using var scratch = new Scratch();
        var differences = new XorRecorder(scratch, firstResult, 12 * unknowns);
        int[] differenceSlots = new int[unknowns];
        int[] resultSlots = new int[unknowns];
        for (int i = 0; i < unknowns; i++)
        {
            differenceSlots[i] = firstRepair + i;
            resultSlots[i] = firstResult + i;
            differences.Begin(firstRepair + i);
            differences.Add(firstRepair + i);
            foreach (int neighbour in _neighbours[inverse.Equations[i]])
            {
                differences.Add(neighbour);
            }

            differences.End();
        }

        XorProgram differenceProgram = differences.ToProgram(scratch);
        var product = new OctetProduct(resultSlots, differenceSlots, inverse.Factors);
        int slotCount = firstResult + unknowns;
        int symbolSize = _block.SymbolSize;
        int maxLines = Stripe.ChooseLines(slotCount, symbolSize);
        AlignedMemory workspace = Workspace.Rent((long)slotCount * maxLines * SymbolEngine.LineSize);
        byte* slots = workspace.Address;
        for (var stripe = Stripe.First(symbolSize, maxLines); stripe.Lines > 0; stripe = stripe.Next(symbolSize, maxLines))
        {
            FillSlots(inverse, slots, stripe);
            _engine.Execute(_plan, slots, stripe.Lines);
            _engine.Run(differenceProgram, slots, stripe.Lines);
            _engine.Multiply(product, slots, stripe.Lines);
            for (int i = 0; i < unknowns; i++)
            {
                _block.Write(_missing[i], stripe, slots + ((nint)(firstResult + i) * stripe.Size));
            }
        }

        Workspace.Return(workspace);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void FillSlots(DenseInverse inverse, byte* slots, Stripe stripe)
    {
        byte* inputs = slots + ((nint)_plan.InputSlot(0) * stripe.Size);
        ReadOnlySpan<uint> ids = _received.Ids;
        for (int i = 0; i < ids.Length; i++)
        {
            if (ids[i] < (uint)_block.SymbolCount)
            {
                Stripe.Fill(inputs + ((nint)ids[i] * stripe.Size), stripe.Size, _received.Address(i) + stripe.Offset, stripe.Size);
            }
        }

        foreach (int symbol in _missing)
        {
            new Span<byte>(inputs + ((nint)symbol * stripe.Size), stripe.Size).Clear();
        }

        int padding = _plan.InputCount - _block.SymbolCount;
        new Span<byte>(inputs + ((nint)_block.SymbolCount * stripe.Size), padding * stripe.Size).Clear();
        for (int i = 0; i < _missing.Length; i++)
        {
            byte* source = _received.Address(_repairs[inverse.Equations[i]]) + stripe.Offset;
            Stripe.Fill(slots + ((nint)(_plan.SlotCount + i) * stripe.Size), stripe.Size, source, stripe.Size);
        }
    }
}
