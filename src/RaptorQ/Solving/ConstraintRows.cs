using System.Runtime.CompilerServices;
using RaptorQ.Code;

namespace RaptorQ.Solving;

/// <summary>
/// The binary rows of the constraint matrix A (RFC 6330 sections 5.3.3.3 and 5.3.3.4): first the S LDPC rows, then one row
/// for every encoding symbol that is known. Stored sparsely: row r has ones in the columns
/// <c>Columns[Start[r] .. Start[r + 1]]</c>. The HDPC rows, which are dense and not binary, are in <see cref="HdpcRows"/>.
/// </summary>
internal sealed class ConstraintRows
{
    private ConstraintRows(int[] start, int[] columns, int count)
    {
        Count = count;
        Start = start;
        Columns = columns;
    }

    /// <summary>Where each row begins in <see cref="Columns"/>, and after the last row where it ends.</summary>
    public int[] Start { get; }

    /// <summary>The columns of the ones, row after row.</summary>
    public int[] Columns { get; }

    /// <summary>Rows, LDPC rows included.</summary>
    public int Count { get; }

    /// <summary>The columns of the ones in row <paramref name="row"/>.</summary>
    public ReadOnlySpan<int> this[int row] => Columns.AsSpan(Start[row], Start[row + 1] - Start[row]);

    /// <summary>Ones in all rows.</summary>
    public int OnesCount => Start[Count];

    /// <summary>The rows for the encoding symbols with these internal symbol IDs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ConstraintRows Create(CodeParameters code, ReadOnlySpan<uint> internalSymbolIds, Scratch scratch)
    {
        int rows = code.S + internalSymbolIds.Length;
        int[] start = scratch.Ints(rows + 1);
        // About 7.3 ones in an average LT row; the array grows in the unlikely case that this is not enough.
        int[] columns = scratch.Ints((3 * code.B) + (3 * code.S) + (8 * internalSymbolIds.Length) + 256);
        int used = FillLdpcRows(code, start, columns);

        for (int i = 0; i < internalSymbolIds.Length; i++)
        {
            if (columns.Length - used < EncodingTuple.MaxNeighbours)
            {
                columns = scratch.Grow(columns, used, columns.Length * 2);
            }

            var tuple = new EncodingTuple(code, internalSymbolIds[i]);
            used += tuple.GetNeighbours(code, columns.AsSpan(used));
            start[code.S + i + 1] = used;
        }

        return new ConstraintRows(start, columns, rows);
    }

    // Section 5.3.3.3: G_LDPC,1 (three circulant ones in each of the first B columns), the identity I_S, and G_LDPC,2 (two
    // neighbouring ones in the PI columns).
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FillLdpcRows(CodeParameters code, int[] start, int[] columns)
    {
        int s = code.S;
        int[] next = new int[s];
        start[0] = 0;
        foreach (bool counting in (bool[])[true, false])
        {
            for (int i = 0; i < code.B; i++)
            {
                int step = 1 + (i / s);
                int row = i % s;
                for (int k = 0; k < 3; k++)
                {
                    if (counting)
                    {
                        next[row]++;
                    }
                    else
                    {
                        columns[next[row]++] = i;
                    }

                    row = (row + step) % s;
                }
            }

            if (counting)
            {
                for (int i = 0; i < s; i++)
                {
                    start[i + 1] = start[i] + next[i] + 3;
                    next[i] = start[i];
                }
            }
        }

        for (int i = 0; i < s; i++)
        {
            columns[next[i]++] = code.B + i;
            columns[next[i]++] = code.W + (i % code.P);
            columns[next[i]++] = code.W + ((i + 1) % code.P);
        }

        return start[s];
    }
}
