using System.Collections;
using System.Runtime.CompilerServices;
using RaptorQ;

namespace Flute;

/// <summary>What adding a symbol led to.</summary>
internal enum SymbolResult
{
    /// <summary>It is kept.</summary>
    Added,

    /// <summary>It was there, or is not needed.</summary>
    Redundant,

    /// <summary>There is no room for it.</summary>
    NoRoom,

    /// <summary>There is no such symbol.</summary>
    Invalid,
}

/// <summary>
/// Collects the symbols of one source block. Source symbols lie where they belong from the start, so a block that lost
/// nothing is complete without any computation; repair symbols lie in the places of source symbols that are not there. So
/// a block's memory is all taken with its first symbol: one that has begun does not wait for memory that others hold.
/// </summary>
internal sealed class BlockAssembly(FecOti oti, int sourceBlockNumber, BufferBudget budget)
{
    private const int LateSymbols = 4;

    // What a symbol costs besides its bytes: its place in the tables below.
    private const int SymbolOverhead = 32;
    private const uint HighestId = 0xFFFFFF;
    private byte[]? _symbols;
    private BitArray? _present;

    // Ids of the repair symbols in places of source symbols, 0 for none; and repair symbols beyond the places there are.
    private uint[]? _repairInPlace;
    private List<(uint Id, byte[] Symbol)>? _extra, _late;
    private HashSet<uint>? _repairIds;
    private int _sourceCount, _freePlace, _needed = oti.SymbolsOf(sourceBlockNumber), _failures;

    /// <summary>Source symbols (K).</summary>
    public int K { get; } = oti.SymbolsOf(sourceBlockNumber);

    /// <summary>Distinct symbols that are there.</summary>
    public int Count => _sourceCount + (_repairIds?.Count ?? 0);

    /// <summary>Symbols seen, duplicates and those after completion included.</summary>
    public int Seen { get; private set; }

    /// <summary>Highest encoding symbol id seen; -1 before the first.</summary>
    public long Highest { get; set; } = -1;

    /// <summary>When a symbol was last added.</summary>
    public TimeSpan LastAdded { get; private set; }

    /// <summary>Whether it is being decoded: the symbols belong to another thread.</summary>
    public bool IsDecoding { get; set; }

    /// <summary>Whether its bytes are in the object.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Whether there are enough symbols to try.</summary>
    public bool CanDecode => !IsDone && !IsDecoding && Count >= _needed;

    /// <summary>Bytes that the longest block of an object takes while it is collected.</summary>
    public static long MostBytes(FecOti oti) => oti.LongestBlock + oti.LongestBlock / oti.SymbolLength * SymbolOverhead;

    /// <summary>Takes note of a symbol's id, for the loss rate.</summary>
    /// <param name="id">The id.</param>
    /// <param name="joining">Whether the session has just begun here: its blocks may have been under way before.</param>
    /// <returns>How many symbols are missing before this one, or -1 when later ones were there already.</returns>
    public int Note(uint id, bool joining)
    {
        Seen++;
        if (id <= Highest) return -1;
        long gap = id - Highest - 1;

        // Who joins in the middle did not lose what went before.
        if (Highest < 0 && (joining || gap > 64)) gap = 0;
        Highest = id;
        return (int)Math.Min(gap, int.MaxValue);
    }

    /// <summary>Adds a symbol.</summary>
    /// <param name="id">Encoding symbol id.</param>
    /// <param name="symbol">Its bytes; only the last source symbol may be shorter than T.</param>
    /// <param name="now">The time.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public SymbolResult Add(uint id, ReadOnlySpan<byte> symbol, TimeSpan now)
    {
        if (IsDone) return SymbolResult.Redundant;
        if (IsDecoding) return Keep(id, symbol);
        SymbolResult result = id < K ? AddSource((int)id, symbol) : AddRepair(id, symbol);
        if (result == SymbolResult.Added) LastAdded = now;
        return result;
    }

    /// <summary>Recovers the block.</summary>
    /// <returns>Its bytes without padding, until <see cref="Finish"/>; or empty when more symbols are needed.</returns>
    public ReadOnlyMemory<byte> Decode()
    {
        int size = oti.SymbolLength;
        if (_sourceCount < K)
        {
            if (!Solve(_symbols.AsSpan(0, K * size)))
            {
                // More than one more symbol at a time is only ever needed against symbols made to fail.
                _needed = Count + (1 << Math.Min(_failures++, 10));
                return default;
            }
        }

        int bytes = (int)oti.BytesOf(sourceBlockNumber);
        return oti.SubBlocks == 1 ? _symbols.AsMemory(0, bytes) : SubBlocks.Deinterleave(_symbols.AsSpan(0, K * size), oti, K).AsMemory(0, bytes);
    }

    /// <summary>Decoding found that more symbols are needed: those that came meanwhile are there already.</summary>
    /// <param name="now">The time.</param>
    public void Resume(TimeSpan now)
    {
        IsDecoding = false;
        List<(uint Id, byte[] Symbol)>? late = _late;
        _late = null;
        foreach ((uint id, byte[] symbol) in late ?? []) Add(id, symbol, now);
    }

    /// <summary>Lets go of the symbols.</summary>
    /// <param name="done">Whether the block is in the object; else it starts from nothing.</param>
    public void Finish(bool done)
    {
        IsDone = done;
        IsDecoding = false;
        if (_symbols is not null)
        {
            budget.Return(_symbols, (long)K * oti.SymbolLength);
            budget.Release((long)K * SymbolOverhead);
        }

        foreach ((_, byte[] symbol) in _extra ?? []) budget.Release(symbol.Length + 2 * SymbolOverhead);
        _symbols = null;
        _present = null;
        _repairInPlace = null;
        _repairIds = null;
        _extra = _late = null;
        _freePlace = 0;
        _sourceCount = done ? K : 0;
    }

    // One block in 256 needs a symbol more than it has source symbols, one in 65,536 two. They may all be on their way
    // by the time that is known.
    private SymbolResult Keep(uint id, ReadOnlySpan<byte> symbol)
    {
        if (oti.EncodingId != FecEncodingId.RaptorQ || _late?.Count >= LateSymbols) return SymbolResult.Redundant;
        (_late ??= []).Add((id, symbol.ToArray()));
        return SymbolResult.Redundant;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SymbolResult AddSource(int id, ReadOnlySpan<byte> symbol)
    {
        int size = oti.SymbolLength;
        if (symbol.Length < size && !(sourceBlockNumber == oti.SourceBlocks - 1 && id == K - 1 && symbol.Length >= LastSymbolLength()))
        {
            return SymbolResult.Invalid;
        }

        if (!Begin()) return SymbolResult.NoRoom;
        if (_present![id]) return SymbolResult.Redundant;
        Span<byte> place = Place(id);
        if (_repairInPlace?[id] is { } guest and not 0)
        {
            if (!Put(guest, place)) return SymbolResult.NoRoom;
            _repairInPlace[id] = 0;
        }

        _present[id] = true;
        symbol.CopyTo(place);
        place[symbol.Length..].Clear();
        _sourceCount++;
        return SymbolResult.Added;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private SymbolResult AddRepair(uint id, ReadOnlySpan<byte> symbol)
    {
        if (oti.EncodingId != FecEncodingId.RaptorQ || symbol.Length < oti.SymbolLength || id > HighestId) return SymbolResult.Invalid;
        if (!Begin()) return SymbolResult.NoRoom;
        _repairIds ??= [];
        if (_repairIds.Contains(id)) return SymbolResult.Redundant;
        if (!Put(id, symbol)) return SymbolResult.NoRoom;
        _repairIds.Add(id);
        return SymbolResult.Added;
    }

    private bool Begin()
    {
        if (_symbols is not null) return true;
        if (!budget.TryCharge((long)K * SymbolOverhead)) return false;
        _symbols = budget.TryRent((long)K * oti.SymbolLength);
        if (_symbols is null)
        {
            budget.Release((long)K * SymbolOverhead);
            return false;
        }

        _present = new BitArray(K);
        return true;
    }

    private Span<byte> Place(int id) => _symbols.AsSpan(id * oti.SymbolLength, oti.SymbolLength);

    // Places are only ever taken, so what was passed over once is taken for good.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Put(uint id, ReadOnlySpan<byte> symbol)
    {
        _repairInPlace ??= new uint[K];
        while (_freePlace < K && (_present![_freePlace] || _repairInPlace[_freePlace] != 0)) _freePlace++;
        if (_freePlace < K)
        {
            symbol.CopyTo(Place(_freePlace));
            _repairInPlace[_freePlace++] = id;
            return true;
        }

        if (!budget.TryCharge(oti.SymbolLength + 2 * SymbolOverhead)) return false;
        (_extra ??= []).Add((id, symbol.ToArray()));
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Solve(Span<byte> block)
    {
        // It copies the symbols before anything is written to the block.
        int size = oti.SymbolLength;
        using var decoder = new SourceBlockDecoder(K, size);
        for (int i = 0; i < K && _sourceCount > 0; i++)
        {
            if (_present![i]) decoder.Add((uint)i, block.Slice(i * size, size));
        }

        for (int i = 0; i < K; i++)
        {
            if (_repairInPlace?[i] is { } guest and not 0) decoder.Add(guest, block.Slice(i * size, size));
        }

        foreach ((uint id, byte[] symbol) in _extra ?? []) decoder.Add(id, symbol);
        return decoder.TryDecode(block);
    }

    private int LastSymbolLength() => (int)(oti.BytesOf(sourceBlockNumber) - (long)(K - 1) * oti.SymbolLength);
}
