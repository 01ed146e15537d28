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
/// nothing is complete without any computation; repair symbols are kept beside them until there are enough.
/// </summary>
internal sealed class BlockAssembly(FecOti oti, int sourceBlockNumber, BufferBudget budget)
{
    private const int LateSymbols = 4;
    private byte[]? _source, _repair;
    private BitArray? _present;
    private List<uint>? _repairIds;
    private HashSet<uint>? _repairSet;
    private int _sourceCount, _needed = oti.SymbolsOf(sourceBlockNumber), _failures;
    private long _repairBytes;
    private List<(uint Id, byte[] Symbol)>? _late;

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

    /// <summary>Takes note of a symbol's id, for the loss rate.</summary>
    /// <returns>How many symbols are missing before this one, or -1 when later ones were there already.</returns>
    public int Note(uint id)
    {
        Seen++;
        if (id <= Highest) return -1;
        long gap = id - Highest - 1;

        // Who joins in the middle did not lose what went before.
        if (Highest < 0 && gap > 64) gap = 0;
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
        int size = oti.SymbolLength;
        if (id < K)
        {
            if (symbol.Length < size && !(sourceBlockNumber == oti.SourceBlocks - 1 && id == K - 1 && symbol.Length >= LastSymbolLength()))
            {
                return SymbolResult.Invalid;
            }

            if (_source is null)
            {
                _source = budget.TryRent((long)K * size);
                if (_source is null) return SymbolResult.NoRoom;
                _present ??= new BitArray(K);
            }

            if (_present![(int)id]) return SymbolResult.Redundant;
            _present[(int)id] = true;
            Span<byte> place = _source.AsSpan((int)id * size, size);
            symbol.CopyTo(place);
            place[symbol.Length..].Clear();
            _sourceCount++;
        }
        else
        {
            if (oti.EncodingId != FecEncodingId.RaptorQ || symbol.Length < size) return SymbolResult.Invalid;
            _repairIds ??= [];
            _repairSet ??= [];
            if (_repairSet.Contains(id)) return SymbolResult.Redundant;
            if (!MakeRoomForRepair(size)) return SymbolResult.NoRoom;
            symbol.CopyTo(_repair.AsSpan(_repairIds.Count * size, size));
            _repairIds.Add(id);
            _repairSet.Add(id);
        }

        LastAdded = now;
        return SymbolResult.Added;
    }

    /// <summary>Recovers the block.</summary>
    /// <returns>Its bytes without padding, until <see cref="Finish"/>; or empty when more symbols are needed.</returns>
    public ReadOnlyMemory<byte> Decode()
    {
        int size = oti.SymbolLength;
        if (_sourceCount < K)
        {
            _source ??= budget.TryRent((long)K * size);
            if (_source is null || !Solve(_source.AsSpan(0, K * size)))
            {
                // More than one more symbol at a time is only ever needed against symbols made to fail.
                _needed = Count + (1 << Math.Min(_failures++, 10));
                return default;
            }
        }

        int bytes = (int)oti.BytesOf(sourceBlockNumber);
        return oti.SubBlocks == 1 ? _source.AsMemory(0, bytes) : SubBlocks.Deinterleave(_source.AsSpan(0, K * size), oti, K).AsMemory(0, bytes);
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
        if (_source is not null) budget.Return(_source, (long)K * oti.SymbolLength);
        if (_repair is not null) budget.Return(_repair, _repairBytes);
        _source = _repair = null;
        _present = null;
        _repairIds = null;
        _repairSet = null;
        _late = null;
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
    private bool Solve(Span<byte> block)
    {
        int size = oti.SymbolLength;
        using var decoder = new SourceBlockDecoder(K, size);
        if (_sourceCount > 0)
        {
            for (int i = 0; i < K; i++)
            {
                if (_present![i]) decoder.Add((uint)i, block.Slice(i * size, size));
            }
        }

        for (int i = 0; i < (_repairIds?.Count ?? 0); i++) decoder.Add(_repairIds![i], _repair.AsSpan(i * size, size));
        return decoder.TryDecode(block);
    }

    private int LastSymbolLength() => (int)(oti.BytesOf(sourceBlockNumber) - (long)(K - 1) * oti.SymbolLength);

    private bool MakeRoomForRepair(int size)
    {
        long used = (long)_repairIds!.Count * size;
        if (_repair is not null && _repairBytes >= used + size) return true;
        long wanted = Math.Max(16L * size, _repairBytes * 2);
        byte[]? larger = budget.TryRent(wanted);
        if (larger is null) return false;
        if (_repair is not null)
        {
            _repair.AsSpan(0, (int)used).CopyTo(larger);
            budget.Return(_repair, _repairBytes);
        }

        _repair = larger;
        _repairBytes = wanted;
        return true;
    }
}
