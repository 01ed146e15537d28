using System.Numerics;
using System.Runtime.CompilerServices;

namespace RaptorQ.Solving;

/// <summary>A dense matrix over GF(2), 64 elements to a word.</summary>
internal sealed class BitMatrix
{
    private readonly ulong[] _words;
    private readonly int _stride;

    /// <summary>A matrix of zeros.</summary>
    public BitMatrix(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        _stride = (columns + 63) / 64;
        _words = new ulong[(long)rows * _stride];
    }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>The words of one row; element c is bit c % 64 of word c / 64.</summary>
    public Span<ulong> this[int row] => _words.AsSpan(row * _stride, _stride);

    /// <summary>One element.</summary>
    public bool this[int row, int column]
    {
        get => ((_words[(row * _stride) + (column >> 6)] >> column) & 1) != 0;
        set
        {
            ref ulong word = ref _words[(row * _stride) + (column >> 6)];
            word = value ? word | (1UL << column) : word & ~(1UL << column);
        }
    }

    /// <summary>Adds row <paramref name="source"/> to row <paramref name="target"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AddRow(int source, int target)
    {
        Span<ulong> from = this[source];
        Span<ulong> to = this[target];
        int i = 0;
        for (; i <= from.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
        {
            (new Vector<ulong>(to[i..]) ^ new Vector<ulong>(from[i..])).CopyTo(to[i..]);
        }

        for (; i < from.Length; i++)
        {
            to[i] ^= from[i];
        }
    }

    /// <summary>Exchanges two rows.</summary>
    public void SwapRows(int a, int b)
    {
        if (a == b)
        {
            return;
        }

        Span<ulong> first = this[a];
        Span<ulong> second = this[b];
        for (int i = 0; i < first.Length; i++)
        {
            (first[i], second[i]) = (second[i], first[i]);
        }
    }
}
