using RaptorQ.Solving;

namespace RaptorQ.Arithmetic;

/// <summary>
/// Runs recorded operations on symbols with one instruction set. A workspace holds slots of 1, 2 or 4 lines each, one
/// stripe of every symbol.
/// </summary>
internal abstract unsafe class SymbolEngine
{
    /// <summary>Octets in a line.</summary>
    public const int LineSize = 64;

    /// <summary>The most lines in a slot.</summary>
    public const int MaxLines = 4;

    /// <summary>The engines this processor can run, the fastest first.</summary>
    public static IReadOnlyList<SymbolEngine> Supported { get; } = CreateSupported();

    /// <summary>The fastest engine on this processor.</summary>
    public static SymbolEngine Best => Supported[0];

    /// <summary>The instruction set.</summary>
    public abstract string Name { get; }

    /// <summary>Runs a sequence of sums.</summary>
    public abstract void Run(XorProgram program, byte* workspace, int lines);

    /// <summary>
    /// Multiplies the HDPC rows (without their identity part) with the symbols in slots 0 to K' + S - 1 and stores the H
    /// results from slot <paramref name="target"/>.
    /// </summary>
    public abstract void MultiplyHdpc(Code.HdpcRows rows, byte* workspace, int target, int lines);

    /// <summary>Runs a product with a matrix of octets.</summary>
    public abstract void Multiply(OctetProduct product, byte* workspace, int lines);

    /// <summary>Stores the sum of some slots.</summary>
    /// <param name="workspace">Slot 0.</param>
    /// <param name="slots">The slots to add; at least one.</param>
    /// <param name="target">Receives <paramref name="lines"/> lines; any alignment.</param>
    /// <param name="lines">Lines in a slot.</param>
    public abstract void Sum(byte* workspace, ReadOnlySpan<int> slots, byte* target, int lines);

    /// <summary>Stores the sum of some slots in several stripes of <see cref="MaxLines"/> lines that follow each other.</summary>
    /// <param name="stripes">Slot 0 of the first stripe.</param>
    /// <param name="slotsPerStripe">Slots in each stripe.</param>
    /// <param name="slots">The slots to add; at least one.</param>
    /// <param name="target">Receives the sums, one stripe after the other; any alignment.</param>
    /// <param name="stripeCount">How many stripes there are.</param>
    public abstract void SumStripes(byte* stripes, int slotsPerStripe, ReadOnlySpan<int> slots, byte* target, int stripeCount);

    /// <summary>Adds <paramref name="factor"/> times <paramref name="source"/> to <paramref name="target"/>, both of the same length.</summary>
    public abstract void MultiplyAdd(byte* source, byte* target, byte factor, int lines);

    /// <summary>
    /// Adds multiples of the pivot row to all other rows of a matrix of octets, so that their elements in a column become zero.
    /// </summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="rows">Where in the matrix each row is.</param>
    /// <param name="pivot">The pivot row, an index to <paramref name="rows"/>; it acts as if it had a one in the column.</param>
    /// <param name="column">The column.</param>
    /// <param name="lines">Lines in a row.</param>
    public abstract void Eliminate(byte* matrix, int[] rows, int pivot, int column, int lines);

    /// <summary>Runs a whole plan: afterwards slots 0 to L - 1 hold the intermediate symbols.</summary>
    public void Execute(SolutionPlan plan, byte* workspace, int lines)
    {
        Run(plan.Forward, workspace, lines);
        if (plan.Hdpc is not null)
        {
            MultiplyHdpc(plan.Hdpc, workspace, plan.HdpcSlot, lines);
        }

        Run(plan.Dense, workspace, lines);
        Multiply(plan.Free, workspace, lines);
        Run(plan.Backward, workspace, lines);
    }

    private static List<SymbolEngine> CreateSupported()
    {
        var engines = new List<SymbolEngine>();
        AddIfSupported<Gfni512Line>(engines);
        AddIfSupported<Avx512Line>(engines);
        AddIfSupported<Gfni256Line>(engines);
        AddIfSupported<Avx2Line>(engines);
        AddIfSupported<Vector128Line>(engines);
        AddIfSupported<ScalarLine>(engines);
        return engines;
    }

    private static void AddIfSupported<TLine>(List<SymbolEngine> engines)
        where TLine : unmanaged, ILine<TLine>
    {
        if (TLine.IsSupported)
        {
            engines.Add(new SymbolEngine<TLine>());
        }
    }
}
