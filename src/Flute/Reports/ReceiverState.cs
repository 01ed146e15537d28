using System.Collections;

namespace Flute;

/// <summary>What the sender knows of one receiver that reports.</summary>
public sealed class ReceiverState
{
    // Up to here gaps are too few to be a rate.
    private const long FewPackets = 32;
    private readonly HashSet<ulong> _objects = [];
    private readonly Dictionary<ulong, BitArray> _blocks = [];
    private readonly Dictionary<(ulong Toi, int Number), OpenBlock> _open = [];
    private long _offset;
    private bool _synchronized;

    internal ReceiverState(int id, string host, TimeSpan joined)
    {
        Id = id;
        Host = host;
        Joined = joined;
        LastReport = joined;
    }

    /// <summary>Number of the receiver in the session.</summary>
    public int Id { get; }

    /// <summary>What the receiver calls itself, with its address.</summary>
    public string Host { get; }

    /// <summary>When it joined.</summary>
    public TimeSpan Joined { get; }

    /// <summary>When it reported last.</summary>
    public TimeSpan LastReport { get; private set; }

    /// <summary>When it had everything, or null.</summary>
    public TimeSpan? Completed { get; private set; }

    /// <summary>Whether it left, or was dropped, before it had everything.</summary>
    public bool IsGone { get; internal set; }

    /// <summary>Objects it has.</summary>
    public int Objects => _objects.Count - Refused;

    /// <summary>Objects it did not take.</summary>
    public int Refused { get; private set; }

    /// <summary>Packets it received.</summary>
    public long Packets { get; private set; }

    /// <summary>Packets it knows were lost.</summary>
    public long Lost { get; private set; }

    /// <summary>Share of the packets that was lost, 0 to 1.</summary>
    public double LossRate => Packets + Lost < FewPackets ? 0 : (double)Lost / (Packets + Lost);

    internal bool HasReported { get; private set; }

    internal bool HasFdt { get; private set; }

    /// <summary>Whether some open blocks may not have been in the last report.</summary>
    internal bool IsOpenTruncated { get; private set; }

    internal List<SendingObject>? Remaining { get; set; }

    internal bool Has(ulong toi) => _objects.Contains(toi);

    internal bool Has(ulong toi, int number) => _objects.Contains(toi) || (_blocks.TryGetValue(toi, out BitArray? done) && done[number]);

    internal int? SymbolsOf(ulong toi, int number) => _open.TryGetValue((toi, number), out OpenBlock open) ? open.Symbols : null;

    /// <summary>Packets that are on their way to it, as far as one can know.</summary>
    internal long Outstanding(long sent) => _synchronized ? Math.Max(0, sent - Packets - Lost - _offset) : 0;

    internal void Update(ReceptionReport report, TimeSpan now, long sent, TimeSpan lastSent, Func<ulong, int> blocksOf)
    {
        // Losses at the end of a block leave no gap. When nothing moves any more, nothing is on its way.
        bool still = HasReported && report.Packets + report.Lost == Packets + Lost && now - lastSent > TimeSpan.FromMilliseconds(15);
        Packets = Math.Max(Packets, report.Packets);
        Lost = report.Lost;
        if (!_synchronized || still)
        {
            _offset = sent - Packets - Lost;
            _synchronized = true;
        }

        HasReported = true;
        HasFdt |= report.HasFdt;
        LastReport = now;
        Refused += report.Refused;
        foreach (ulong toi in report.Restarted) _blocks.Remove(toi);
        foreach (ulong toi in report.Objects)
        {
            if (blocksOf(toi) < 0 || !_objects.Add(toi)) continue;
            _blocks.Remove(toi);
        }

        foreach ((ulong toi, int number) in report.Blocks)
        {
            int count = blocksOf(toi);
            if (number < 0 || number >= count || _objects.Contains(toi)) continue;
            if (!_blocks.TryGetValue(toi, out BitArray? done)) _blocks[toi] = done = new BitArray(count);
            done[number] = true;
        }

        _open.Clear();
        foreach (OpenBlock open in report.Open.Take(ReceptionReport.MaxOpenBlocks)) _open[(open.Toi, open.SourceBlockNumber)] = open;
        IsOpenTruncated = report.Open.Count >= ReceptionReport.MaxOpenBlocks;
        if (report.Finished) Completed ??= now;
    }
}
