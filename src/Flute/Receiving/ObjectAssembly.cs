using System.Collections;
using System.Security.Cryptography;

namespace Flute;

/// <summary>An object that is being received. Symbols are added by one thread; blocks may be stored by others.</summary>
internal sealed class ObjectAssembly : IDisposable
{
    // What a block costs besides its symbols.
    private const int BlockOverhead = 256;
    private readonly Dictionary<int, BlockAssembly> _blocks = [];
    private readonly Func<Stream> _open;
    private readonly IObjectStore? _store;
    private readonly BitArray _stored;
    private readonly BufferBudget _budget;
    private readonly Lock _lock = new();
    private readonly IncrementalHash? _hash;
    private Stream? _content;
    private readonly Dictionary<int, long> _highestBefore = [];
    private bool _disposed;
    private int _storedCount, _nextToHash;

    /// <summary>Begins with nothing.</summary>
    /// <param name="oti">How the object travels.</param>
    /// <param name="open">Opens the place for its content.</param>
    /// <param name="budget">Memory for blocks.</param>
    /// <param name="hash">The hash that is wanted, or null.</param>
    /// <param name="store">Is told what was written; null when nobody wants to know.</param>
    /// <param name="spoilt">An earlier attempt at the same object, or null: its packets count, and what it saw was not lost.</param>
    public ObjectAssembly(FecOti oti, Func<Stream> open, BufferBudget budget, HashAlgorithmName? hash, IObjectStore? store = null, ObjectAssembly? spoilt = null)
    {
        Oti = oti;
        if (spoilt is not null)
        {
            (Packets, First, Last) = (spoilt.Packets, spoilt.First, spoilt.Last);
            if (spoilt.Oti == oti) _highestBefore = spoilt._blocks.ToDictionary(static b => b.Key, static b => b.Value.Highest);
        }

        _open = open;
        _store = store;
        _stored = new BitArray(oti.SourceBlocks);
        _budget = budget;
        if (hash is { } name) _hash = IncrementalHash.CreateHash(name);
    }

    public FecOti Oti { get; }

    public long Packets { get; set; }

    public TimeSpan First { get; set; }

    public TimeSpan Last { get; set; }

    /// <summary>Distinct symbols that are there.</summary>
    public long Symbols => _blocks.Values.Sum(static b => (long)b.Count);

    /// <summary>Blocks that a symbol was seen of.</summary>
    public IEnumerable<KeyValuePair<int, BlockAssembly>> Blocks => _blocks;

    /// <summary>Finds a block, or begins it.</summary>
    /// <returns>Null when there is no room.</returns>
    public BlockAssembly? Block(int sourceBlockNumber)
    {
        if (_blocks.TryGetValue(sourceBlockNumber, out BlockAssembly? block)) return block;
        if (!_budget.TryCharge(BlockOverhead)) return null;
        return _blocks[sourceBlockNumber] = new BlockAssembly(Oti, sourceBlockNumber, _budget) { Highest = _highestBefore.GetValueOrDefault(sourceBlockNumber, -1) };
    }

    /// <summary>Puts a recovered block into the object.</summary>
    /// <returns>Whether the object is complete now.</returns>
    public bool Store(int sourceBlockNumber, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (_disposed) return false;
            Stream content = Open();
            content.Position = Oti.OffsetOf(sourceBlockNumber);
            content.Write(bytes);
            _store?.Written(content, Oti.OffsetOf(sourceBlockNumber), bytes);
            Note(sourceBlockNumber);
            if (sourceBlockNumber == _nextToHash)
            {
                _hash?.AppendData(bytes);
                _nextToHash++;
            }

            return _storedCount == Oti.SourceBlocks;
        }
    }

    /// <summary>Takes what an earlier session left of the object.</summary>
    /// <param name="content">Its content.</param>
    /// <param name="blocks">The blocks that are in it.</param>
    /// <returns>Whether the object is complete.</returns>
    public bool Restore(Stream content, IReadOnlyList<int> blocks)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                content.Dispose();
                return false;
            }

            _content = content;
            foreach (int number in blocks) Note(number);
            return _storedCount == Oti.SourceBlocks;
        }
    }

    /// <summary>The content, complete; it belongs to the caller now.</summary>
    /// <param name="hash">Its hash, if one was asked for.</param>
    public Stream Take(out byte[]? hash)
    {
        lock (_lock)
        {
            Stream content = Open();
            HashRest(content);
            hash = _hash?.GetHashAndReset();
            _content = null;
            return content;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            _content?.Dispose();
            _hash?.Dispose();
        }

        foreach (BlockAssembly block in _blocks.Values)
        {
            // A block that is being decoded gives its buffers back itself.
            if (!block.IsDecoding && !block.IsDone) block.Finish(done: false);
        }

        _budget.Release((long)BlockOverhead * _blocks.Count);
    }

    private void Note(int sourceBlockNumber)
    {
        if (_stored[sourceBlockNumber]) return;
        _stored[sourceBlockNumber] = true;
        _storedCount++;
    }

    private Stream Open() => _content ??= _open();

    // Blocks usually become complete in order and are hashed while they are in memory; those after a gap are read back.
    private void HashRest(Stream content)
    {
        if (_hash is null || _nextToHash >= Oti.SourceBlocks) return;
        byte[] buffer = new byte[256 << 10];
        content.Position = Oti.OffsetOf(_nextToHash);
        for (int read = content.Read(buffer); read > 0; read = content.Read(buffer)) _hash.AppendData(buffer, 0, read);
    }
}
