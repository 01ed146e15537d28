namespace Flute;

/// <summary>What happened in a session since its sender was last told.</summary>
internal sealed class ReportedChanges
{
    private readonly List<ulong> _objects = [];
    private readonly List<ulong> _restarted = [];
    private readonly List<(ulong Toi, int SourceBlockNumber)> _blocks = [];
    private int _refused;

    /// <summary>A block is complete.</summary>
    public void Block(IncomingObject incoming, int sourceBlockNumber)
    {
        if (incoming.ReportedToi is { } toi) _blocks.Add((toi, sourceBlockNumber));
    }

    /// <summary>An object is begun anew: blocks that were complete are not any more, and of those that were not told nothing need be said.</summary>
    public void Restarted(IncomingObject incoming)
    {
        if (incoming.ReportedToi is not { } toi) return;
        _blocks.RemoveAll(b => b.Toi == toi);
        _restarted.Add(toi);
    }

    /// <summary>An object is complete, or will not be taken.</summary>
    public void Ended(IncomingObject incoming, bool received)
    {
        if (incoming.ReportedToi is { } toi) _objects.Add(toi);
        if (!received) _refused++;
    }

    /// <summary>Adds the changes to a report, and forgets them.</summary>
    /// <param name="state">The report, with how things are.</param>
    /// <param name="objects">All objects.</param>
    public ReceptionReport AddTo(ReceptionReport state, IReadOnlyList<IncomingObject> objects)
    {
        ReceptionReport report = state with
        {
            Restarted = [.. _restarted],
            Objects = [.. _objects],
            Refused = _refused,
            Blocks = [.. _blocks],
            Open = [.. Open(objects).Take(ReceptionReport.MaxOpenBlocks)],
        };
        _restarted.Clear();
        _objects.Clear();
        _blocks.Clear();
        _refused = 0;
        return report;
    }

    private static IEnumerable<OpenBlock> Open(IReadOnlyList<IncomingObject> objects)
    {
        foreach (IncomingObject incoming in objects)
        {
            if (incoming.State != ObjectState.Open || incoming.Assembly is null || incoming.ReportedToi is not { } toi) continue;
            foreach ((int number, BlockAssembly block) in incoming.Assembly.Blocks)
            {
                if (!block.IsDone) yield return new OpenBlock(toi, number, block.IsDecoding ? OpenBlock.Decoding : block.Count);
            }
        }
    }
}
