using System.Runtime.CompilerServices;
namespace RaptorQ.Code;

/// <summary>The intermediate symbols that several encoding symbols are the sums of, in one array.</summary>
internal sealed class NeighbourLists
{
    private readonly int[] _start;
    private readonly int[] _neighbours;

    /// <summary>The lists for these internal symbol IDs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public NeighbourLists(CodeParameters code, ReadOnlySpan<uint> internalSymbolIds)
    {
        _start = new int[internalSymbolIds.Length + 1];
        // About 7.3 in an average list; the array grows in the unlikely case that this is not enough.
        _neighbours = new int[(8 * internalSymbolIds.Length) + EncodingTuple.MaxNeighbours];
        for (int i = 0; i < internalSymbolIds.Length; i++)
        {
            if (_neighbours.Length - _start[i] < EncodingTuple.MaxNeighbours)
            {
                Array.Resize(ref _neighbours, _neighbours.Length * 2);
            }

            var tuple = new EncodingTuple(code, internalSymbolIds[i]);
            _start[i + 1] = _start[i] + tuple.GetNeighbours(code, _neighbours.AsSpan(_start[i]));
        }
    }

    /// <summary>The list of encoding symbol <paramref name="index"/>.</summary>
    public ReadOnlySpan<int> this[int index] => _neighbours.AsSpan(_start[index], _start[index + 1] - _start[index]);
}
