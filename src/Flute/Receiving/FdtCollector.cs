namespace Flute;

/// <summary>Puts FDT instances together from their packets (TOI 0).</summary>
internal sealed class FdtCollector(FluteReceiverOptions options, FluteReceiverCounts counts, FdtMemory memory) : IDisposable
{
    // Several may be on their way at once: an old one repeated, a new one begun.
    private const int MaxOpen = 8;
    // A table of more objects than are taken is read all the same, up to so many: the first ones are.
    private const int LeastParsed = 100_000;
    private const int RememberedIds = 1024, RememberedFailures = 64;

    // Tables of names that are alike and have no checksums get 50 times smaller.
    private const int MaxRatio = 64, AlwaysAllowed = 64 << 10;

    // A sender repeats its table at the latest every five seconds, as long as it has one.
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private readonly SharedBudget.Share _collecting = new(memory.Collecting), _described = new(memory.Described);
    private readonly List<OpenFdt> _open = [];
    private readonly Queue<int> _doneOrder = new();
    private readonly HashSet<int> _done = [];
    private readonly Dictionary<int, (FecOti Oti, int Times, TimeSpan Until)> _failures = [];

    /// <summary>Takes a packet of TOI 0, and counts it when it makes no sense or there is no room for it.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="now">The time.</param>
    /// <returns>An instance that is complete with this packet, or null.</returns>
    public FdtInstance? Push(LctPacket packet, TimeSpan now)
    {
        ContentEncoding encoding = ContentEncoding.None;
        if (!packet.TryFind(LctExtensionType.Fdt, out LctExtension extension) || !extension.TryReadFdt(out int version, out int id)
            || version is not (1 or 2) || (packet.TryFind(LctExtensionType.Cenc, out LctExtension cenc) && !cenc.TryReadContentEncoding(out encoding)))
        {
            counts.Malformed++;
            return null;
        }

        // Ids wrap after 2^20 instances; only recent ones are remembered, so a number may come back for a new instance.
        if (_done.Contains(id)) return null;
        FecOti? oti = packet.TryFind(LctExtensionType.Fti, out LctExtension fti) ? FecOti.TryReadExtension(fti, packet.Codepoint) : null;
        if (Find(id, oti, now) is not { } open) return null;
        open.Last = now;
        if (encoding != ContentEncoding.None) open.Encoding = encoding;
        try
        {
            if (!Add(open, packet.Payload, now)) return null;
            if (Read(open) is { } instance)
            {
                Drop(open);
                Remember(id);
                return instance;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a parser or decoder does not like about its input, it is the input's fault.
        }

        // Perhaps packets of two versions under one number: the next round may fit.
        counts.Malformed++;
        Drop(open);
        RememberFailure(open, now);
        return null;
    }

    /// <summary>Whether there is room for what is said about another file, until the session ends.</summary>
    public bool TryKeep(FdtFile file) => _described.TryTake(file.MemoryBytes);

    public void Dispose()
    {
        while (_open.Count > 0) Drop(_open[0]);
        _collecting.Dispose();
        _described.Dispose();
    }

    private OpenFdt? Find(int id, FecOti? oti, TimeSpan now)
    {
        OpenFdt? open = _open.Find(o => o.Id == id);
        if (open is not null)
        {
            if (oti is null || oti == open.Assembly.Oti) return open;

            // The same number with another length: what was collected belongs to an instance that is gone.
            Drop(open);
        }

        if (oti is null || oti.TransferLength < 1 || oti.TransferLength > options.MaxFdtBytes
            || (_failures.TryGetValue(id, out var failure) && failure.Oti == oti && now < failure.Until))
        {
            counts.Malformed++;
            return null;
        }

        if (!OpenFdt.IsAffordable(oti) || !MakeRoom(OpenFdt.MemoryOf(oti), now))
        {
            counts.OverLimit++;
            return null;
        }

        open = new OpenFdt(id, oti);
        _open.Add(open);
        return open;
    }

    // Those that nothing comes of any more make room, and large ones for small ones: announcing a large table takes no
    // more than a packet, and must not keep others out.
    private bool MakeRoom(long bytes, TimeSpan now)
    {
        if (_open.Count >= MaxOpen) DropUnfinished(_open.MinBy(static o => o.Last)!);
        while (!_collecting.TryTake(bytes))
        {
            OpenFdt? idle = _open.MinBy(static o => o.Last);
            OpenFdt? largest = _open.MaxBy(static o => o.Memory);
            if (idle is not null && now - idle.Last >= Idle) DropUnfinished(idle);
            else if (largest?.Memory > 2 * bytes) DropUnfinished(largest);
            else return false;
        }

        return true;
    }

    /// <summary>Adds the symbols of a packet.</summary>
    /// <returns>Whether the instance is complete.</returns>
    private bool Add(OpenFdt open, ReadOnlySpan<byte> payload, TimeSpan now)
    {
        ObjectAssembly assembly = open.Assembly;
        if (!Symbols.TryRead(payload, assembly.Oti, out FecPayloadId first, out ReadOnlySpan<byte> symbols))
        {
            counts.Malformed++;
            return false;
        }

        BlockAssembly? block = assembly.Block(first.SourceBlockNumber);
        SymbolResult result = block is null ? SymbolResult.NoRoom : Symbols.Add(block, assembly.Oti, first.EncodingSymbolId, symbols, now);
        if (result == SymbolResult.NoRoom) counts.OverLimit++;
        if (result == SymbolResult.Invalid) counts.Malformed++;
        if (block?.CanDecode != true) return false;
        ReadOnlyMemory<byte> bytes = block.Decode();
        if (bytes.IsEmpty) return false;
        bool complete = assembly.Store(first.SourceBlockNumber, bytes.Span);
        block.Finish(done: true);
        return complete;
    }

    private FdtInstance? Read(OpenFdt open)
    {
        using Stream content = open.Assembly.Take(out _);
        content.Position = 0;
        long most = Math.Min(8L * options.MaxFdtBytes, AlwaysAllowed + MaxRatio * content.Length);
        if (open.Encoding == ContentEncoding.None) return FdtReader.TryRead(content, Math.Max(options.MaxObjects, LeastParsed), most, options.MaxDescribedBytes / 2);
        using Stream plain = ContentEncodings.Decompress(content, open.Encoding);
        return FdtReader.TryRead(plain, Math.Max(options.MaxObjects, LeastParsed), most, options.MaxDescribedBytes / 2);
    }

    private void Remember(int id)
    {
        if (_doneOrder.Count >= RememberedIds) _done.Remove(_doneOrder.Dequeue());
        _doneOrder.Enqueue(id);
        _done.Add(id);
        _failures.Remove(id);
    }

    // Once may have been a packet that was altered. What fails again is not looked at for a while, and longer each time.
    private void RememberFailure(OpenFdt open, TimeSpan now)
    {
        int times = _failures.TryGetValue(open.Id, out var before) && before.Oti == open.Assembly.Oti ? before.Times + 1 : 1;
        if (times == 1 && _failures.Count >= RememberedFailures) _failures.Remove(_failures.MinBy(static f => f.Value.Until).Key);
        TimeSpan pause = times == 1 ? TimeSpan.Zero : TimeSpan.FromSeconds(1 << Math.Min(times - 2, 6));
        _failures[open.Id] = (open.Assembly.Oti, times, now + pause);
    }

    private void DropUnfinished(OpenFdt open)
    {
        counts.OverLimit++;
        Drop(open);
    }

    private void Drop(OpenFdt open)
    {
        _open.Remove(open);
        _collecting.Release(open.Memory);
        open.Dispose();
    }
}
