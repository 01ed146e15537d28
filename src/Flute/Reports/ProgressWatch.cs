namespace Flute;

/// <summary>
/// Watches whether a receiver gets anywhere: whether objects, blocks, or symbols of blocks become more while packets are
/// sent for what it misses. One that hears the FDT and none of the data, or that reports what is not so, would be served for ever.
/// </summary>
/// <param name="joined">When the receiver joined.</param>
internal sealed class ProgressWatch(TimeSpan joined)
{
    // So many packets do not miss a receiver by chance, nor does a table so many times.
    private const long FewPackets = 256;
    private const int FdtRounds = 32;

    // Where nothing is sent for it, because it says that it decodes everything, has no table, or tells not how far it is, it
    // may take so many times as long.
    private const int IdleFactor = 30;
    private long _mostSymbols, _fdtPackets;
    private (long Sent, int Blocks)? _mark;

    /// <summary>When it got something for the last time.</summary>
    public TimeSpan Last { get; private set; } = joined;

    /// <summary>A report came.</summary>
    /// <param name="now">The time.</param>
    /// <param name="sender">The sender.</param>
    /// <param name="news">Whether it has more objects or blocks, begins one anew, or is not to be judged now.</param>
    /// <param name="symbols">Symbols it has of the blocks it names as open.</param>
    public void Note(TimeSpan now, FluteSender sender, bool news, long symbols)
    {
        // Compared with the most there were since the last block was complete: going up and down is getting nowhere.
        if (!news && symbols <= _mostSymbols) return;
        _mostSymbols = symbols;
        Begin(now, sender);
    }

    /// <summary>Judges from now on.</summary>
    public void Begin(TimeSpan now, FluteSender sender)
    {
        (Last, _mark, _fdtPackets) = (now, null, sender.FdtPackets);
    }

    /// <summary>Whether it got nothing for so long, although as much was sent for what it misses as it misses.</summary>
    public bool IsHopeless(TimeSpan now, TimeSpan timeout, FluteSender sender, ReceiverState receiver)
    {
        TimeSpan idle = now - Last;
        if (idle < timeout / 2) return false;
        (long missing, long sent, int blocks) = receiver.HasFdt ? Missing(sender, receiver) : default;
        if ((missing == 0 || sender.IsIdle) && idle / IdleFactor >= timeout)
        {
            return receiver.HasFdt || sender.FdtPackets - _fdtPackets >= FdtRounds * (long)sender.FdtLength;
        }

        // What it is said to miss is counted again when it has changed.
        if (_mark is not { } mark || mark.Blocks != blocks)
        {
            _mark = (sent, blocks);
            return false;
        }

        // What is on its way or waits in its socket has not been of use yet.
        return missing > 0 && idle >= timeout && sent - mark.Sent - receiver.Outstanding(sender.Packets) >= Math.Max(FewPackets, missing);
    }

    // Symbols it misses of the blocks that it could say something of, those that were ever sent of them, and a number for these blocks.
    private static (long Missing, long Sent, int Blocks) Missing(FluteSender sender, ReceiverState receiver)
    {
        long missing = 0, sent = 0;
        int blocks = 0;
        foreach (SendingObject fluteObject in receiver.Remaining ?? sender.Objects)
        {
            if (fluteObject.IsUnreadable || receiver.Has(fluteObject.Toi)) continue;
            foreach (SendingBlock block in fluteObject.Blocks)
            {
                int need = receiver.MissingOf(block);
                if (need == 0) continue;
                missing += need;
                sent += block.Sent;
                blocks ^= HashCode.Combine(fluteObject.Toi, block.Number);
            }
        }

        return (missing, sent, blocks);
    }
}
