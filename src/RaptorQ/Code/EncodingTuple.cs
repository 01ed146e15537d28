using System.Runtime.CompilerServices;

namespace RaptorQ.Code;

/// <summary>
/// The tuple (d, a, b, d1, a1, b1) of an internal symbol ID, and the intermediate symbols it stands for
/// (RFC 6330 sections 5.3.5.3 and 5.3.5.4).
/// </summary>
internal readonly struct EncodingTuple
{
    /// <summary>The most intermediate symbols that one encoding symbol can be the sum of.</summary>
    public const int MaxNeighbours = DegreeGenerator.MaxDegree + 3;

    private readonly int _d;
    private readonly int _a;
    private readonly int _b;
    private readonly int _d1;
    private readonly int _a1;
    private readonly int _b1;

    /// <summary>Tuple[K', X] of section 5.3.5.4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public EncodingTuple(CodeParameters code, uint internalSymbolId)
    {
        uint a = 53591 + (code.J * 997);
        a |= 1;
        uint b = 10267 * (code.J + 1);
        uint y = b + (internalSymbolId * a);
        _d = DegreeGenerator.Deg(RandomGenerator.Rand(y, 0, 1 << 20), code.W);
        _a = 1 + (int)RandomGenerator.Rand(y, 1, code.ModuloWMinus1);
        _b = (int)RandomGenerator.Rand(y, 2, code.ModuloW);
        _d1 = _d < 4 ? 2 + (int)RandomGenerator.Rand(internalSymbolId, 3, 2) : 2;
        _a1 = 1 + (int)RandomGenerator.Rand(internalSymbolId, 4, code.ModuloP1Minus1);
        _b1 = (int)RandomGenerator.Rand(internalSymbolId, 5, code.ModuloP1);
    }

    /// <summary>
    /// The indices of the intermediate symbols whose sum is the encoding symbol, in the order of Enc[] (section 5.3.5.3):
    /// first those among the LT symbols, then those among the PI symbols. None comes twice.
    /// </summary>
    /// <param name="code">The parameters the tuple was made with.</param>
    /// <param name="neighbours">Room for <see cref="MaxNeighbours"/> indices.</param>
    /// <returns>How many indices were written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int GetNeighbours(CodeParameters code, Span<int> neighbours)
    {
        int count = 0;
        int b = _b;
        neighbours[count++] = b;
        for (int j = 1; j < _d; j++)
        {
            b += _a;
            b = b >= code.W ? b - code.W : b;
            neighbours[count++] = b;
        }

        int b1 = _b1;
        for (int j = 0; j < _d1; j++)
        {
            if (j > 0)
            {
                b1 = Advance(b1, code.P1);
            }

            while (b1 >= code.P)
            {
                b1 = Advance(b1, code.P1);
            }

            neighbours[count++] = code.W + b1;
        }

        return count;
    }

    private int Advance(int b1, int modulus)
    {
        b1 += _a1;
        return b1 >= modulus ? b1 - modulus : b1;
    }
}
