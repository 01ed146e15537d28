using System.Numerics;
using System.Runtime.CompilerServices;
using RaptorQ.Arithmetic;

namespace RaptorQ.Solving;

/// <summary>
/// The encoding symbols that a decoder was given, each stored once in memory that grows with them. Room is kept for K
/// symbols and some more; beyond that a new symbol takes the place of the oldest repair symbol, so that neither memory
/// nor the chance to decode depends on what a sender has sent before.
/// </summary>
internal sealed unsafe class ReceivedSymbols : IDisposable
{
    private readonly int _symbolCount;
    private readonly int _stride;
    private readonly int _maxStored;
    private readonly int _symbolsPerChunk;
    private readonly List<AlignedMemory> _chunks = [];
    private readonly ulong[] _sourcePresent;
    private readonly ulong[] _sourceSuperfluous;
    private readonly HashSet<uint> _repairPresent = [];
    private uint[] _ids;
    private int _oldest;

    /// <summary>Nothing received yet of a block of K symbols of T octets.</summary>
    public ReceivedSymbols(int symbolCount, int symbolSize)
    {
        _symbolCount = symbolCount;
        _stride = Stripe.Pad(symbolSize);
        _maxStored = symbolCount + 64 + (symbolCount / 16);
        _symbolsPerChunk = Math.Clamp(ChunkPool.ChunkSize / _stride, 1, _maxStored);
        _sourcePresent = new ulong[(symbolCount + 63) / 64];
        _sourceSuperfluous = new ulong[_sourcePresent.Length];
        _ids = new uint[Math.Min(_symbolsPerChunk, 1024)];
    }

    /// <summary>Symbols stored.</summary>
    public int Count { get; private set; }

    /// <summary>Source symbols among them.</summary>
    public int SourceCount { get; private set; }

    /// <summary>The encoding symbol IDs, in order of storage.</summary>
    public ReadOnlySpan<uint> Ids => _ids.AsSpan(0, Count);

    /// <summary>Stores a symbol; missing octets at its end are zero.</summary>
    /// <returns>False when it is stored already.</returns>
    public bool Add(uint id, ReadOnlySpan<byte> symbol)
    {
        if (!MarkPresent(id))
        {
            return false;
        }

        int index = Count < _maxStored ? Append() : EvictRepairSymbol();
        _ids[index] = id;
        byte* target = Address(index);
        symbol.CopyTo(new Span<byte>(target, symbol.Length));
        new Span<byte>(target + symbol.Length, _stride - symbol.Length).Clear();
        return true;
    }

    /// <summary>Notes that a symbol came that is not needed, and does not store it.</summary>
    /// <returns>False when it came before, as far as is remembered: not more of them than could be stored.</returns>
    public bool AddSuperfluous(uint id)
    {
        if (id < (uint)_symbolCount)
        {
            ref ulong word = ref _sourceSuperfluous[id >> 6];
            ulong bit = 1UL << (int)id;
            bool isNew = ((_sourcePresent[id >> 6] | word) & bit) == 0;
            word |= bit;
            return isNew;
        }

        return _repairPresent.Count < 2 * _maxStored ? _repairPresent.Add(id) : !_repairPresent.Contains(id);
    }

    /// <summary>Where symbol <paramref name="index"/> is: a whole number of lines.</summary>
    public byte* Address(int index) =>
        _chunks[index / _symbolsPerChunk].Address + ((nint)(index % _symbolsPerChunk) * _stride);

    /// <summary>The source symbols that are not there, in ascending order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int[] GetMissing()
    {
        int[] missing = new int[_symbolCount - SourceCount];
        int count = 0;
        for (int word = 0; word < _sourcePresent.Length; word++)
        {
            for (ulong absent = ~_sourcePresent[word]; absent != 0; absent &= absent - 1)
            {
                int symbol = (word * 64) + BitOperations.TrailingZeroCount(absent);
                if (symbol >= _symbolCount)
                {
                    break;
                }

                missing[count++] = symbol;
            }
        }

        return missing;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (AlignedMemory chunk in _chunks)
        {
            ChunkPool.Return(chunk);
        }

        _chunks.Clear();
        Count = 0;
        SourceCount = 0;
    }

    private bool MarkPresent(uint id)
    {
        if (id >= (uint)_symbolCount)
        {
            return _repairPresent.Add(id);
        }

        ref ulong word = ref _sourcePresent[id >> 6];
        ulong bit = 1UL << (int)id;
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        SourceCount++;
        return true;
    }

    private int Append()
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Math.Min(Count * 2, _maxStored));
        }

        if (Count == _chunks.Count * _symbolsPerChunk)
        {
            _chunks.Add(ChunkPool.Rent(_symbolsPerChunk * _stride));
        }

        return Count++;
    }

    // There are more symbols than source symbols, so there always is one.
    private int EvictRepairSymbol()
    {
        while (_ids[_oldest] < (uint)_symbolCount)
        {
            _oldest = (_oldest + 1) % _maxStored;
        }

        int index = _oldest;
        _oldest = (_oldest + 1) % _maxStored;
        _repairPresent.Remove(_ids[index]);
        return index;
    }
}
