using RaptorQ.Arithmetic;

namespace RaptorQ.Solving;

/// <summary>Gauss-Jordan elimination over GF(256) for small systems.</summary>
internal static class OctetElimination
{
    /// <summary>
    /// Reduces the first <paramref name="unknowns"/> columns of <paramref name="rows"/> to the identity, in the first
    /// <paramref name="unknowns"/> rows; the columns after them are carried along.
    /// </summary>
    /// <returns>False when the rank is too low; the rows are then in an undefined state.</returns>
    public static bool Reduce(byte[][] rows, int unknowns)
    {
        for (int column = 0; column < unknowns; column++)
        {
            int pivot = column;
            while (pivot < rows.Length && rows[pivot][column] == 0)
            {
                pivot++;
            }

            if (pivot >= rows.Length)
            {
                return false;
            }

            (rows[pivot], rows[column]) = (rows[column], rows[pivot]);
            byte[] pivotRow = rows[column];
            byte inverse = Octet.Invert(pivotRow[column]);
            for (int i = column; i < pivotRow.Length; i++)
            {
                pivotRow[i] = Octet.Multiply(inverse, pivotRow[i]);
            }

            for (int r = 0; r < rows.Length; r++)
            {
                byte factor = rows[r][column];
                if (r == column || factor == 0)
                {
                    continue;
                }

                for (int i = column; i < pivotRow.Length; i++)
                {
                    rows[r][i] ^= Octet.Multiply(factor, pivotRow[i]);
                }
            }
        }

        return true;
    }
}
