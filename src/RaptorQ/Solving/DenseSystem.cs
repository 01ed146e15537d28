using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RaptorQ.Arithmetic;
using RaptorQ.Code;

namespace RaptorQ.Solving;

/// <summary>
/// The second phase of decoding (RFC 6330 section 5.4.2.3): what the rows that peeling left over, and the HDPC rows, say
/// about the u inactivated symbols once all pivot symbols are eliminated from them.
/// <para>
/// Only the few HDPC rows are not binary, so the binary rows are eliminated among themselves first. That gives
/// <c>C_pivot = Q + B * C_free</c>, where Q is a binary combination of the right-hand sides of the binary rows. What
/// remains for arithmetic in GF(256) is a system in the free symbols alone, of which there are at most H:
/// <c>C_free = E * (z + G * Q)</c>, z being the right-hand sides of the HDPC rows.
/// </para>
/// </summary>
internal sealed unsafe class DenseSystem
{
    private DenseSystem(int[] remainingRows, int unknowns)
    {
        RemainingRows = remainingRows;
        Eliminated = new BitMatrix(remainingRows.Length, unknowns + remainingRows.Length);
        PivotUnknowns = new int[unknowns];
        FreeUnknowns = [];
        HdpcOfUnknown = [];
        HdpcFactors = [];
        PivotFactors = [];
    }

    /// <summary>The binary rows this system is about.</summary>
    public int[] RemainingRows { get; }

    /// <summary>
    /// The reduced binary rows: u columns for the unknowns, then a column for every entry of <see cref="RemainingRows"/>
    /// that says whether its right-hand side belongs to the sum Q of this row. Row q, for q below <see cref="Rank"/>, has
    /// its leading one in column <c>PivotUnknowns[q]</c>.
    /// </summary>
    public BitMatrix Eliminated { get; }

    /// <summary>Rank of the binary rows.</summary>
    public int Rank { get; private set; }

    /// <summary>The unknown that each reduced row gives; the first <see cref="Rank"/> entries.</summary>
    public int[] PivotUnknowns { get; }

    /// <summary>The unknowns that the binary rows leave free, at most H.</summary>
    public int[] FreeUnknowns { get; private set; }

    /// <summary>E: for every free unknown (row) the factors of the H right-hand sides of the HDPC rows.</summary>
    public byte[] HdpcFactors { get; private set; }

    /// <summary>E * G: for every free unknown (row) the factors of the <see cref="Rank"/> sums Q.</summary>
    public byte[] PivotFactors { get; private set; }

    private Vector128<byte>[] HdpcOfUnknown { get; set; }

    /// <summary>Solves for the inactivated symbols; null when the rows do not determine them.</summary>
    public static DenseSystem? Solve(ConstraintRows rows, HdpcRows hdpc, Peeling peeling)
    {
        var system = new DenseSystem(peeling.GetRemainingRows(), peeling.InactiveCount);
        system.EliminatePivotSymbols(rows, hdpc, peeling);
        system.ReduceBinaryRows(peeling.InactiveCount);
        int free = peeling.InactiveCount - system.Rank;
        if (free > hdpc.Code.H)
        {
            return null;
        }

        system.ListFreeUnknowns(peeling.InactiveCount, free);
        return system.SolveFreeUnknowns(hdpc.Code.H) ? system : null;
    }

    // Works on columns. Each symbol has a vector: 16 octets, its column of the HDPC rows, and a bit for every remaining row
    // that contains it. Eliminating a pivot symbol adds its vector to those of the other symbols in its pivot row. Taken in
    // reverse order every pivot row is needed once, and sparse.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EliminatePivotSymbols(ConstraintRows rows, HdpcRows hdpc, Peeling peeling)
    {
        int count = RemainingRows.Length;
        int stride = (HdpcRows.MaxRows + ((count + 7) / 8) + sizeof(Vector512<byte>) - 1) & -sizeof(Vector512<byte>);
        long size = (long)hdpc.Code.L * stride;
        AlignedMemory memory = Workspace.Rent(size);
        byte* vectors = memory.Address;
        new Span<byte>(vectors, checked((int)size)).Clear();
        hdpc.WriteColumns(vectors, stride);
        for (int i = 0; i < count; i++)
        {
            foreach (int column in rows[RemainingRows[i]])
            {
                vectors[((nint)column * stride) + HdpcRows.MaxRows + (i >> 3)] |= (byte)(1 << (i & 7));
            }
        }

        for (int t = peeling.PivotCount - 1; t >= 0; t--)
        {
            int pivot = peeling.PivotColumns[t];
            AddToOthers(vectors, stride, pivot, rows[peeling.PivotRows[t]]);
        }

        ReadOnlySpan<int> inactive = peeling.InactiveColumns;
        HdpcOfUnknown = new Vector128<byte>[inactive.Length];
        for (int k = 0; k < inactive.Length; k++)
        {
            byte* vector = vectors + ((nint)inactive[k] * stride);
            HdpcOfUnknown[k] = Vector128.Load(vector);
            for (int i = 0; i < count; i += 8)
            {
                for (int rest = vector[HdpcRows.MaxRows + (i >> 3)]; rest != 0; rest &= rest - 1)
                {
                    Eliminated[i + BitOperations.TrailingZeroCount(rest), k] = true;
                }
            }
        }

        Workspace.Return(memory);
        for (int i = 0; i < count; i++)
        {
            Eliminated[i, inactive.Length + i] = true;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddToOthers(byte* vectors, int stride, int pivot, ReadOnlySpan<int> columns)
    {
        byte* source = vectors + ((nint)pivot * stride);
        for (int offset = 0; offset < stride; offset += sizeof(Vector512<byte>))
        {
            Vector512<byte> vector = Vector512.LoadAligned(source + offset);
            foreach (int column in columns)
            {
                byte* target = vectors + ((nint)column * stride) + offset;
                (Vector512.LoadAligned(target) ^ vector).StoreAligned(target);
            }

            // The pivot symbol itself is among the columns; its vector is not needed any more.
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ReduceBinaryRows(int unknowns)
    {
        BitMatrix m = Eliminated;
        for (int column = 0; column < unknowns && Rank < m.Rows; column++)
        {
            int row = Rank;
            while (row < m.Rows && !m[row, column])
            {
                row++;
            }

            if (row == m.Rows)
            {
                continue;
            }

            m.SwapRows(row, Rank);
            for (int other = 0; other < m.Rows; other++)
            {
                if (other != Rank && m[other, column])
                {
                    m.AddRow(Rank, other);
                }
            }

            PivotUnknowns[Rank++] = column;
        }
    }

    private void ListFreeUnknowns(int unknowns, int free)
    {
        FreeUnknowns = new int[free];
        int count = 0;
        int pivot = 0;
        for (int k = 0; k < unknowns; k++)
        {
            if (pivot < Rank && PivotUnknowns[pivot] == k)
            {
                pivot++;
            }
            else
            {
                FreeUnknowns[count++] = k;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool SolveFreeUnknowns(int h)
    {
        int free = FreeUnknowns.Length;

        // The HDPC rows in the free unknowns, after C_pivot = Q + B * C_free went into them, with the identity beside them.
        byte[][] system = new byte[h][];
        for (int i = 0; i < h; i++)
        {
            system[i] = new byte[free + h];
            system[i][free + i] = 1;
        }

        for (int k = 0; k < free; k++)
        {
            Vector128<byte> column = HdpcOfUnknown[FreeUnknowns[k]];
            for (int q = 0; q < Rank; q++)
            {
                if (Eliminated[q, FreeUnknowns[k]])
                {
                    column ^= HdpcOfUnknown[PivotUnknowns[q]];
                }
            }

            for (int i = 0; i < h; i++)
            {
                system[i][k] = column.GetElement(i);
            }
        }

        if (!OctetElimination.Reduce(system, free))
        {
            return false;
        }

        HdpcFactors = new byte[free * h];
        PivotFactors = new byte[free * Rank];
        for (int k = 0; k < free; k++)
        {
            for (int i = 0; i < h; i++)
            {
                byte factor = system[k][free + i];
                HdpcFactors[(k * h) + i] = factor;
                if (factor == 0)
                {
                    continue;
                }

                for (int q = 0; q < Rank; q++)
                {
                    PivotFactors[(k * Rank) + q] ^= Octet.Multiply(factor, HdpcOfUnknown[PivotUnknowns[q]].GetElement(i));
                }
            }
        }

        return true;
    }
}
