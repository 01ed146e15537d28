using RaptorQ.Code;

namespace RaptorQ.Solving;

/// <summary>
/// How to get the L intermediate symbols from known encoding symbols, as operations on the slots of a workspace. It depends
/// on which symbols are known, not on what is in them, so one plan serves every block with the same known symbols, and
/// every stripe of such a block.
/// <para>Slots: 0 to L - 1 are the intermediate symbols, then come the known symbols, then intermediate results.</para>
/// </summary>
internal sealed class SolutionPlan
{
    /// <summary>The code the plan is for.</summary>
    public required CodeParameters Code { get; init; }

    /// <summary>Known symbols; the first one is in slot L.</summary>
    public required int InputCount { get; init; }

    /// <summary>Slots that running the plan needs.</summary>
    public required int SlotCount { get; init; }

    /// <summary>Pivot symbols without the inactivated ones, and the right-hand sides of the remaining rows.</summary>
    public required XorProgram Forward { get; init; }

    /// <summary>The HDPC rows, or null when the binary rows were enough.</summary>
    public required HdpcRows? Hdpc { get; init; }

    /// <summary>The first of the H slots for the right-hand sides of the HDPC rows.</summary>
    public required int HdpcSlot { get; init; }

    /// <summary>The sums Q of the binary rows of the dense system.</summary>
    public required XorProgram Dense { get; init; }

    /// <summary>The free inactivated symbols.</summary>
    public required OctetProduct Free { get; init; }

    /// <summary>The other inactivated symbols, then all pivot symbols.</summary>
    public required XorProgram Backward { get; init; }

    /// <summary>The slot of known symbol <paramref name="input"/>.</summary>
    public int InputSlot(int input) => Code.L + input;
}

/// <summary>A product of a matrix of octets with a vector of symbols.</summary>
/// <param name="Outputs">The slots of the results.</param>
/// <param name="Inputs">The slots of the operands.</param>
/// <param name="Factors">The matrix: one row for each output, one column for each input.</param>
internal sealed record OctetProduct(int[] Outputs, int[] Inputs, byte[] Factors);
