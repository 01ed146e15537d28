using System.Runtime.CompilerServices;
using RaptorQ.Arithmetic;

namespace RaptorQ.Solving;

/// <summary>
/// Chooses as many independent equations as there are unknowns and inverts them, by Gauss-Jordan elimination in place: the
/// column of an unknown that is eliminated is not needed any more and takes up the column that the inverse has for the
/// equation chosen for it.
/// </summary>
internal sealed unsafe class DenseInverse
{
    private DenseInverse(int[] equations, byte[] factors)
    {
        Equations = equations;
        Factors = factors;
    }

    /// <summary>The equations chosen, as many as there are unknowns.</summary>
    public int[] Equations { get; }

    /// <summary>The inverse: for each unknown (row) the factors of the right-hand sides of <see cref="Equations"/>.</summary>
    public byte[] Factors { get; }

    /// <summary>Inverts a system.</summary>
    /// <param name="engine">Does the arithmetic.</param>
    /// <param name="coefficients">The equations: rows of whole lines. Destroyed.</param>
    /// <param name="equationCount">How many equations there are.</param>
    /// <param name="unknownCount">How many unknowns there are.</param>
    /// <returns>The inverse, or null when the rank is lower than the number of unknowns.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static DenseInverse? TryCompute(SymbolEngine engine, byte* coefficients, int equationCount, int unknownCount)
    {
        int stride = Stripe.Pad(unknownCount);
        int lines = stride / SymbolEngine.LineSize;
        int[] rows = new int[equationCount];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = i;
        }

        for (int column = 0; column < unknownCount; column++)
        {
            int pivot = column;
            while (pivot < equationCount && coefficients[((nint)rows[pivot] * stride) + column] == 0)
            {
                pivot++;
            }

            if (pivot == equationCount)
            {
                return null;
            }

            (rows[pivot], rows[column]) = (rows[column], rows[pivot]);
            byte* pivotRow = coefficients + ((nint)rows[column] * stride);
            byte inverse = Octet.Invert(pivotRow[column]);
            pivotRow[column] = 1;
            if (inverse != 1)
            {
                engine.MultiplyAdd(pivotRow, pivotRow, (byte)(inverse ^ 1), lines);
            }

            engine.Eliminate(coefficients, rows, column, column, lines);
        }

        byte[] factors = new byte[unknownCount * unknownCount];
        for (int i = 0; i < unknownCount; i++)
        {
            new ReadOnlySpan<byte>(coefficients + ((nint)rows[i] * stride), unknownCount).CopyTo(factors.AsSpan(i * unknownCount));
        }

        return new DenseInverse(rows[..unknownCount], factors);
    }
}
