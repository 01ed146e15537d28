using System.Runtime.CompilerServices;
using RaptorQ.Code;

namespace RaptorQ.Solving;

/// <summary>
/// The first phase of decoding (RFC 6330 section 5.4.2.2): puts the sparse rows into an order in which each of them, its
/// "pivot" row, gives one more LT symbol from those before it and from a few "inactivated" symbols.
/// <para>
/// The rule of the RFC is kept: rows with one active column first; without one, a row with two of them from the largest
/// connected component of the graph whose nodes are the columns and whose edges are such rows. As soon as one column of a
/// component is inactivated all its other columns follow by rows with one active column, so the component leaves the graph
/// as a whole and a union-find structure that only ever grows is enough to know all components at any time. HDPC rows take
/// no part: they would never be chosen, since P is at least H.
/// </para>
/// </summary>
internal sealed class Peeling
{
    private const byte Active = 0;
    private const byte Pivot = 1;
    private const byte Inactive = 2;

    private readonly CodeParameters _code;
    private readonly ConstraintRows _rows;
    private readonly int[] _activeCount;
    private readonly int[] _activeXor;
    private readonly int[] _columnStart;
    private readonly int[] _columnRows;
    private readonly byte[] _state;
    private readonly int[] _parent;
    private readonly int[] _size;
    private readonly int[] _shortQueue;
    private readonly int[] _longQueue;
    private readonly ComponentQueue _components;
    private readonly int[] _inactiveColumns;
    private readonly int _maxInactive;
    private readonly byte[] _isPivotRow;
    private int _shortCount;
    private int _longCount;
    private int _pending;

    private Peeling(CodeParameters code, ConstraintRows rows, int maxInactive, Scratch scratch)
    {
        _code = code;
        _rows = rows;
        _maxInactive = maxInactive;
        _activeCount = scratch.Ints(rows.Count);
        _activeXor = scratch.Ints(rows.Count);
        _isPivotRow = scratch.ZeroBytes(rows.Count);
        _columnStart = scratch.ZeroInts(code.W + 1);
        _state = scratch.ZeroBytes(code.L);
        _parent = scratch.Ints(code.W);
        _size = scratch.Ints(code.W);
        _shortQueue = scratch.Ints(rows.Count);
        _longQueue = scratch.Ints(code.S);
        _inactiveColumns = scratch.Ints(code.L);
        _components = new ComponentQueue(code.W, scratch);
        PivotRows = scratch.Ints(code.W);
        PivotColumns = scratch.Ints(code.W);
        _columnRows = IndexColumns(scratch);
    }

    /// <summary>The pivot rows in order; the first <see cref="PivotCount"/> entries.</summary>
    public int[] PivotRows { get; }

    /// <summary>The column that each pivot row gives; the first <see cref="PivotCount"/> entries.</summary>
    public int[] PivotColumns { get; }

    /// <summary>Pivots, called i in the RFC.</summary>
    public int PivotCount { get; private set; }

    /// <summary>Inactivated columns, called u in the RFC.</summary>
    public int InactiveCount { get; private set; }

    /// <summary>The inactivated columns in ascending order: those inactivated on the way and, last, all PI columns.</summary>
    public ReadOnlySpan<int> InactiveColumns => _inactiveColumns.AsSpan(0, InactiveCount);

    /// <summary>Runs the first phase.</summary>
    /// <param name="code">The parameters of the code.</param>
    /// <param name="rows">The sparse rows.</param>
    /// <param name="maxInactive">More inactivated columns than this end the attempt: the dense part would take too long.</param>
    /// <param name="scratch">Owns the arrays of the result.</param>
    /// <returns>The order found, or null when there are too many inactivated columns.</returns>
    public static Peeling? Run(CodeParameters code, ConstraintRows rows, int maxInactive, Scratch scratch)
    {
        var peeling = new Peeling(code, rows, maxInactive, scratch);
        return peeling.Run() ? peeling : null;
    }

    /// <summary>Whether column <paramref name="column"/> is a pivot column.</summary>
    public bool IsPivotColumn(int column) => _state[column] == Pivot;

    /// <summary>The rows that are no pivot rows, in ascending order.</summary>
    public int[] GetRemainingRows()
    {
        int[] remaining = new int[_rows.Count - PivotCount];
        int count = 0;
        for (int row = 0; row < _rows.Count; row++)
        {
            if (_isPivotRow[row] == 0)
            {
                remaining[count++] = row;
            }
        }

        return remaining;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int[] IndexColumns(Scratch scratch)
    {
        int w = _code.W;
        int[] start = _columnStart;
        int[] columns = _rows.Columns;
        int end = _rows.OnesCount;
        for (int k = 0; k < end; k++)
        {
            if (columns[k] < w)
            {
                start[columns[k] + 1]++;
            }
        }

        for (int c = 0; c < w; c++)
        {
            start[c + 1] += start[c];
            _parent[c] = c;
            _size[c] = 1;
        }

        int[] rows = scratch.Ints(start[w]);
        int[] next = scratch.Grow(start, w, w);
        for (int row = 0; row < _rows.Count; row++)
        {
            int count = 0;
            int xor = 0;
            foreach (int column in _rows[row])
            {
                if (column < w)
                {
                    rows[next[column]++] = row;
                    count++;
                    xor ^= column;
                }
            }

            _activeCount[row] = count;
            _activeXor[row] = xor;
        }

        return rows;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Run()
    {
        for (int column = _code.W; column < _code.L; column++)
        {
            _state[column] = Inactive;
        }

        InactiveCount = _code.P;
        _pending = _code.W;
        for (int row = 0; row < _rows.Count; row++)
        {
            NoteActiveCount(row);
        }

        while (_pending > 0)
        {
            if (_shortCount > 0)
            {
                TakePivot(_shortQueue[--_shortCount]);
            }
            else if (_longCount > 0)
            {
                TakePivot(_longQueue[--_longCount]);
            }
            else if (!InactivateSome())
            {
                return false;
            }
        }

        ListInactiveColumns();
        return true;
    }

    private void ListInactiveColumns()
    {
        int count = 0;
        for (int column = 0; column < _code.L; column++)
        {
            if (_state[column] == Inactive)
            {
                _inactiveColumns[count++] = column;
            }
        }
    }

    private void TakePivot(int row)
    {
        // Another row may have given the last active column of this one in the meantime.
        if (_activeCount[row] != 1)
        {
            return;
        }

        int column = _activeXor[row];
        PivotRows[PivotCount] = row;
        PivotColumns[PivotCount++] = column;
        _isPivotRow[row] = 1;
        Deactivate(column, Pivot);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Deactivate(int column, byte state)
    {
        _state[column] = state;
        _pending--;
        int end = _columnStart[column + 1];
        for (int k = _columnStart[column]; k < end; k++)
        {
            int row = _columnRows[k];
            _activeXor[row] ^= column;
            if (--_activeCount[row] <= 2)
            {
                NoteActiveCount(row);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NoteActiveCount(int row)
    {
        if (_activeCount[row] == 1)
        {
            // LDPC rows are long: a pivot row is used twice in solving, so the short rows go first.
            if (row >= _code.S)
            {
                _shortQueue[_shortCount++] = row;
            }
            else
            {
                _longQueue[_longCount++] = row;
            }
        }
        else if (_activeCount[row] == 2)
        {
            foreach (int column in _rows[row])
            {
                if (_state[column] == Active)
                {
                    Join(column, _activeXor[row] ^ column);
                    break;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Join(int a, int b)
    {
        a = Find(a);
        b = Find(b);
        if (a == b)
        {
            return;
        }

        if (_size[a] < _size[b])
        {
            (a, b) = (b, a);
        }

        _parent[b] = a;
        _size[a] += _size[b];
        _components.Add(a, _size[a]);
    }

    private int Find(int column)
    {
        while (_parent[column] != column)
        {
            _parent[column] = _parent[_parent[column]];
            column = _parent[column];
        }

        return column;
    }

    private bool InactivateSome()
    {
        while (_components.TryTakeLargest(out int root, out int size))
        {
            // Entries of components that have grown or gone since are stale.
            if (_state[root] == Active && _parent[root] == root && _size[root] == size)
            {
                return Inactivate(root);
            }
        }

        return InactivateByShortestRow();
    }

    // No row with one or two active columns: of the row with the fewest, inactivate all but one.
    private bool InactivateByShortestRow()
    {
        int best = -1;
        for (int row = 0; row < _rows.Count; row++)
        {
            if (_activeCount[row] > 0 && (best < 0 || _activeCount[row] < _activeCount[best]))
            {
                best = row;
            }
        }

        if (best >= 0)
        {
            foreach (int column in _rows[best])
            {
                if (_activeCount[best] > 1 && _state[column] == Active && !Inactivate(column))
                {
                    return false;
                }
            }

            return true;
        }

        // Columns that no sparse row has.
        for (int column = 0; column < _code.W; column++)
        {
            if (_state[column] == Active && !Inactivate(column))
            {
                return false;
            }
        }

        return true;
    }

    private bool Inactivate(int column)
    {
        if (InactiveCount >= _maxInactive)
        {
            return false;
        }

        InactiveCount++;
        Deactivate(column, Inactive);
        return true;
    }
}
