namespace Flute;

/// <summary>Puts FDT instances together from their packets (TOI 0).</summary>
internal sealed class FdtCollector(FluteReceiverOptions options, BufferBudget budget) : IDisposable
{
    // Several may be on their way at once: an old one repeated, a new one begun.
    private const int MaxOpen = 8;
    private const int RememberedIds = 1024;
    private readonly List<(int Id, ObjectAssembly Assembly, ContentEncoding Encoding)> _open = [];
    private readonly Queue<int> _doneOrder = new();
    private readonly HashSet<int> _done = [];

    /// <summary>Takes a packet of TOI 0.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="now">The time.</param>
    /// <param name="malformed">Whether it made no sense.</param>
    /// <returns>An instance that is complete with this packet, or null.</returns>
    public FdtInstance? Push(LctPacket packet, TimeSpan now, out bool malformed)
    {
        malformed = true;
        if (!packet.TryFind(LctExtensionType.Fdt, out LctExtension extension) || !extension.TryReadFdt(out int version, out int id)
            || version is not (1 or 2))
        {
            return null;
        }

        // Ids wrap after 2^20 instances; only recent ones are remembered, so a number may come back for a new instance.
        if (_done.Contains(id))
        {
            malformed = false;
            return null;
        }

        ContentEncoding encoding = ContentEncoding.None;
        if (packet.TryFind(LctExtensionType.Cenc, out LctExtension cenc) && !cenc.TryReadContentEncoding(out encoding)) return null;
        int index = _open.FindIndex(o => o.Id == id);
        FecOti? oti = packet.TryFind(LctExtensionType.Fti, out LctExtension fti) ? FecOti.TryReadExtension(fti, packet.Codepoint) : null;
        if (index >= 0 && oti is not null && oti != _open[index].Assembly.Oti)
        {
            // The same number with another length: what was collected belongs to an instance that is gone.
            Drop(index);
            index = -1;
        }

        if (index < 0)
        {
            if (oti is null || oti.TransferLength < 1 || oti.TransferLength > options.MaxFdtBytes) return null;
            if (_open.Count >= MaxOpen) Drop(0);
            index = _open.Count;
            _open.Add((id, new ObjectAssembly(oti, static () => new MemoryStream(), budget, null), encoding));
        }

        malformed = false;
        ObjectAssembly assembly = _open[index].Assembly;
        if (!Symbols.TryRead(packet.Payload, assembly.Oti, out FecPayloadId first, out ReadOnlySpan<byte> symbols)) return null;
        BlockAssembly? block = assembly.Block(first.SourceBlockNumber);
        if (block is null) return null;
        Symbols.Add(block, assembly.Oti, first.EncodingSymbolId, symbols, now);
        if (!block.CanDecode) return null;
        ReadOnlyMemory<byte> bytes = block.Decode();
        if (bytes.IsEmpty) return null;
        bool complete = assembly.Store(first.SourceBlockNumber, bytes.Span);
        block.Finish(done: true);
        if (!complete) return null;
        FdtInstance? instance = Read(assembly, encoding);
        Drop(index);
        if (instance is null)
        {
            // Perhaps packets of two versions under one number: the next round may fit.
            malformed = true;
            return null;
        }

        Remember(id);
        return instance;
    }

    public void Dispose()
    {
        while (_open.Count > 0) Drop(0);
    }

    private FdtInstance? Read(ObjectAssembly assembly, ContentEncoding encoding)
    {
        using Stream content = assembly.Take(out _);
        content.Position = 0;
        if (encoding == ContentEncoding.None) return FdtReader.TryRead(content, options.MaxObjects);
        using var plain = new MemoryStream();
        try
        {
            ContentEncodings.Decompress(content, encoding, plain, 8L * options.MaxFdtBytes);
        }
        catch (InvalidDataException)
        {
            return null;
        }

        plain.Position = 0;
        return FdtReader.TryRead(plain, options.MaxObjects);
    }

    private void Remember(int id)
    {
        if (_doneOrder.Count >= RememberedIds) _done.Remove(_doneOrder.Dequeue());
        _doneOrder.Enqueue(id);
        _done.Add(id);
    }

    private void Drop(int index)
    {
        _open[index].Assembly.Dispose();
        _open.RemoveAt(index);
    }
}
