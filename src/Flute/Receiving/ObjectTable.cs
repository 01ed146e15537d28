using System.Diagnostics.CodeAnalysis;

namespace Flute;

/// <summary>The objects of a session that its FDT names.</summary>
internal sealed class ObjectTable
{
    private readonly Dictionary<UInt128, IncomingObject> _byToi = [];
    private readonly List<IncomingObject> _inOrder = [];

    /// <summary>In the order in which they were named.</summary>
    public IReadOnlyList<IncomingObject> InOrder => _inOrder;

    /// <summary>Finds an object.</summary>
    public bool TryGetValue(UInt128 toi, [NotNullWhen(true)] out IncomingObject? incoming) => _byToi.TryGetValue(toi, out incoming);

    /// <summary>Adds an object.</summary>
    public void Add(IncomingObject incoming)
    {
        _byToi.Add(incoming.File.Toi, incoming);
        _inOrder.Add(incoming);
    }

    /// <summary>Lets go of the block that waited longest, so that others can go on.</summary>
    /// <returns>Whether there was one that waited long enough.</returns>
    public bool DropOldest(TimeSpan now)
    {
        BlockAssembly? oldest = null;
        foreach (IncomingObject incoming in _inOrder)
        {
            if (incoming.Assembly is null) continue;
            foreach ((_, BlockAssembly block) in incoming.Assembly.Blocks)
            {
                if (!block.IsDone && !block.IsDecoding && block.Count > 0 && (oldest is null || block.LastAdded < oldest.LastAdded)) oldest = block;
            }
        }

        if (oldest is null || now - oldest.LastAdded < TimeSpan.FromSeconds(2)) return false;
        oldest.Finish(done: false);
        return true;
    }

    /// <summary>Bytes of the objects, as they travel, that are in.</summary>
    public long BytesThere()
    {
        long done = 0;
        foreach (IncomingObject incoming in _inOrder)
        {
            done += incoming.State == ObjectState.Received ? incoming.File.EffectiveTransferLength ?? 0
                : incoming.Assembly is { } assembly ? Math.Min(assembly.Symbols * assembly.Oti.SymbolLength, assembly.Oti.TransferLength) : 0;
        }

        return done;
    }

    /// <summary>The first objects of the FDT that something came of within the last second.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="now">When the session's last packet came.</param>
    public IReadOnlyList<ObjectProgress> InProgress(int most, TimeSpan now)
    {
        var list = new List<ObjectProgress>(most);
        foreach (IncomingObject incoming in _inOrder)
        {
            if (list.Count >= most) break;
            if (incoming.Assembly is not { Packets: > 0 } assembly || now - assembly.Last > TimeSpan.FromSeconds(1)) continue;
            long total = assembly.Oti.TransferLength;
            list.Add(new ObjectProgress(incoming.Index, incoming.File.Name, Math.Min(assembly.Symbols * assembly.Oti.SymbolLength, total), total));
        }

        return list;
    }
}
