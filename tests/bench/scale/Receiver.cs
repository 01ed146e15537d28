namespace Scale.Bench;

/// <summary>How a receiver loses packets: alone, or in bursts of random length.</summary>
/// <param name="Share">Share of the packets, 0 to 1.</param>
/// <param name="Burst">Mean length of a burst in packets; 1 for loss that knows nothing of the packet before.</param>
internal readonly record struct Loss(double Share, int Burst);

/// <summary>
/// A receiver that only counts: symbols of each block, and packets. It is small, so that there can be very many. Whether a packet is
/// lost is decided in runs: time is spent on what is lost, not on what arrives.
/// </summary>
internal sealed class Receiver
{
    private readonly ushort[] _symbols;
    private readonly ulong _seed;
    private readonly double _gap, _run;
    private ulong _random, _done;
    private long _lostFrom, _lostTo;

    public Receiver(Gallery gallery, Loss loss, ulong seed)
    {
        (Gallery, _seed) = (gallery, seed);
        _random = (seed + 1) * 0x9E3779B97F4A7C15;
        _symbols = new ushort[gallery.Blocks.Count];
        double good = loss.Share == 0 ? 0 : loss.Burst * (1 - loss.Share) / loss.Share;
        (_gap, _run) = (loss.Share == 0 ? 0 : 1 / Math.Log(good / (1 + good)), loss.Burst == 1 ? 0 : 1 / Math.Log(1 - 1.0 / loss.Burst));
        _lostFrom = _lostTo = -1;
        NextRun();
    }

    public Gallery Gallery { get; }

    /// <summary>Packets that it got.</summary>
    public long Packets { get; private set; }

    /// <summary>The last packet that it got, as an index of the log; -1 for none.</summary>
    public long Last { get; private set; } = -1;

    public bool HasAll => _done == Gallery.AllBlocks;

    public bool Has(int block) => (_done >> block & 1) != 0;

    public ulong Done => _done;

    public int Symbols(int block) => _symbols[block];

    /// <summary>Takes packets.</summary>
    /// <param name="log">The block of each packet; less than 0 for those without data.</param>
    /// <param name="window">The packets.</param>
    public void Take(ReadOnlySpan<short> log, Window window)
    {
        if (window.From == window.To) return;
        foreach ((short block, ushort count) in window.Counts) _symbols[block] += count;
        Packets += window.To - window.From;
        Last = window.To - 1;
        while (_lostFrom < window.To)
        {
            long from = Math.Max(_lostFrom, window.From), to = Math.Min(_lostTo, window.To);
            for (long i = from; i < to; i++)
            {
                if (log[(int)i] >= 0) _symbols[log[(int)i]]--;
            }

            Packets -= to - from;
            if (to == window.To) Last = from - 1;
            if (_lostTo > window.To) break;
            NextRun();
        }

        foreach ((short block, _) in window.Counts)
        {
            if (_symbols[block] >= Gallery.Blocks[block].K + Overhead(block)) _done |= 1ul << block;
        }
    }

    // RaptorQ fails once in a hundred times with K symbols, once in ten thousand with one more.
    private int Overhead(int block)
    {
        ulong dice = Mix(_seed * 64 + (ulong)block) % 10_000;
        return dice == 0 ? 2 : dice < 100 ? 1 : 0;
    }

    private void NextRun()
    {
        if (_gap == 0)
        {
            (_lostFrom, _lostTo) = (long.MaxValue, long.MaxValue);
            return;
        }

        _lostFrom = _lostTo + (_lostTo < 0 ? 1 : 0) + (long)(Math.Log(Uniform()) * _gap);
        _lostTo = _lostFrom + 1 + (_run == 0 ? 0 : (long)(Math.Log(Uniform()) * _run));
    }

    private double Uniform()
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return ((_random >> 11) + 1) * (1.0 / (1ul << 53));
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
