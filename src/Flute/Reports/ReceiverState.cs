using System.Collections;

namespace Flute;

/// <summary>What the sender knows of one receiver that reports.</summary>
public sealed class ReceiverState
{
    // So few packets make no rate.
    private const long FewPackets = 32;

    // Receivers try three times to get an object without damage; more is not believed.
    private const int MostRestarts = 8;

    /// <summary>How long others wait for a receiver that says or takes nothing.</summary>
    internal static readonly TimeSpan WaitLimit = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Standstill = TimeSpan.FromMilliseconds(15);
    private readonly HashSet<ulong> _objects = [];
    private readonly Dictionary<ulong, BitArray> _blocks = [];
    private readonly Dictionary<(ulong Toi, int Number), OpenBlock> _open = [];
    private readonly Dictionary<ulong, int> _restarts = [];
    private PacketMark? _last;
    private long? _position;
    private long _firstPosition, _firstPackets, _basePosition, _basePackets, _packetsThere;

    internal ReceiverState(string host, TimeSpan joined, long sent, bool takesPace)
    {
        Host = host;
        TakesPace = takesPace;
        Joined = joined;
        LastReport = LastGrowth = joined;
        SentAtGrowth = sent;
        Progress = new ProgressWatch(joined);
    }

    /// <summary>What the receiver calls itself, with its address.</summary>
    public string Host { get; }

    /// <summary>When it joined.</summary>
    public TimeSpan Joined { get; }

    /// <summary>When it reported last.</summary>
    public TimeSpan LastReport { get; private set; }

    /// <summary>When it had everything that could be read here, or null.</summary>
    public TimeSpan? Completed { get; private set; }

    /// <summary>Whether it left, or was dropped, before it had everything.</summary>
    public bool IsGone { get; internal set; }

    /// <summary>Objects it has.</summary>
    public int Objects => _objects.Count - Refused;

    /// <summary>Objects it did not take.</summary>
    public int Refused { get; private set; }

    /// <summary>Packets it received.</summary>
    public long Packets { get; private set; }

    /// <summary>Packets it lost: that were sent since it came, up to the last one it got, and that it did not get.</summary>
    public long Lost => _position is { } position ? Math.Max(0, position - _firstPosition - (Packets - _firstPackets)) : 0;

    /// <summary>Share of the packets that was lost, 0 to 1.</summary>
    public double LossRate => _position - _firstPosition is { } sent && sent >= FewPackets ? (double)Lost / sent : 0;

    /// <summary>When it reported a packet for the last time, and how many had been sent then.</summary>
    internal TimeSpan LastGrowth { get; private set; }

    internal long SentAtGrowth { get; private set; }

    /// <summary>Since when as much is on its way to it as may be, and it takes nothing of that; null when there is room.</summary>
    internal TimeSpan? FullSince { get; set; }

    /// <summary>Whether it says that it takes nothing because it has something else to do.</summary>
    internal bool IsBusy { get; private set; }

    /// <summary>Bit/s that the path to it carries, as far as one can tell.</summary>
    public double BitRate => Path.Rate;

    /// <summary>The way to it.</summary>
    internal PathRate Path { get; private set; } = new();

    /// <summary>How long it is to wait from one report to the next, about; zero when it may report as often as it likes.</summary>
    public TimeSpan ReportEvery { get; private set; }

    /// <summary>Whether it can be told how often to report.</summary>
    internal bool TakesPace { get; }

    /// <summary>Since when it reports as often as it likes, after it did not.</summary>
    internal TimeSpan HeardOftenSince { get; private set; }

    /// <summary>Share of the packets that were lost between its last two reports, and how many packets those were.</summary>
    internal double LatestLoss { get; private set; }

    internal long LatestPackets { get; private set; }

    /// <summary>Share of the packets that is known to be lost whatever the rate, since it reported often.</summary>
    internal double KnownLoss { get; private set; }

    /// <summary>It reports seldom from now on.</summary>
    internal void HearSeldom(TimeSpan every)
    {
        if (ReportEvery == TimeSpan.Zero && Path.IsKnown) KnownLoss = Path.ExpectedLoss;
        ReportEvery = every;
        FullSince = null;
    }

    /// <summary>It reports as often as it likes from now on.</summary>
    internal void HearOften(FluteSender sender, TimeSpan now)
    {
        ReportEvery = TimeSpan.Zero;
        HeardOftenSince = now;

        // As long as nothing is known of its way, it keeps nobody down: what is sent at present may be little because of others.
        Path = new PathRate(Math.Max(PathRate.First, sender.BitRate ?? 0), sender.Packets, loses: true);
    }

    /// <summary>Whether it is there and does not have everything.</summary>
    internal bool Waits => !IsGone && Completed is null;

    /// <summary>Whether it is served when others have everything.</summary>
    internal bool IsLater { get; private set; }

    /// <summary>Whether it waits, and is served at present.</summary>
    internal bool IsServed => Waits && !IsLater;

    /// <summary>It is served when others have everything: what it loses until then says nothing of its way.</summary>
    internal void PutOff() => IsLater = true;

    /// <summary>Its turn has come.</summary>
    internal void Resume(TimeSpan now, FluteSender sender)
    {
        IsLater = false;
        Path = new PathRate(Path.Rate, sender.Packets);
        FullSince = null;
        (LastGrowth, SentAtGrowth) = (now, sender.Packets);
        Progress.Begin(now, sender);
    }

    /// <summary>What decoding has taken it, as it says.</summary>
    public TimeSpan Decoding { get; private set; }

    /// <summary>What storing has taken it, as it says.</summary>
    public TimeSpan Storing { get; private set; }

    /// <summary>Whether it gets anywhere.</summary>
    internal ProgressWatch Progress { get; }

    internal bool HasReported { get; private set; }

    internal bool HasFdt { get; private set; }

    /// <summary>Whether some open blocks may not have been in the last report.</summary>
    internal bool IsOpenTruncated { get; private set; }

    /// <summary>Whether it was given up because it got nowhere.</summary>
    internal bool IsHopeless { get; set; }

    internal List<SendingObject>? Remaining { get; set; }

    /// <summary>Share of the packets it will lose, as far as one can tell: what it lost while it took nothing says nothing of that.</summary>
    internal double ExpectedLoss => _position - _basePosition is { } sent && sent >= FewPackets ? Math.Max(0, 1 - (double)(Packets - _basePackets) / sent) : 0;

    internal bool Has(ulong toi) => _objects.Contains(toi);

    internal bool Has(ulong toi, int number) => _objects.Contains(toi) || (_blocks.TryGetValue(toi, out BitArray? done) && done[number]);

    private int? SymbolsOf(ulong toi, int number) => _open.TryGetValue((toi, number), out OpenBlock open) ? open.Symbols : null;

    /// <summary>Symbols that it misses of a block; 0 when it has the block or decodes it, or when its report may have left it out.</summary>
    internal int MissingOf(SendingBlock block)
    {
        ulong toi = block.Owner.Toi;
        if (Has(toi, block.Number)) return 0;
        int? have = SymbolsOf(toi, block.Number);
        return have == OpenBlock.Decoding || (have is null && IsOpenTruncated) ? 0 : Math.Max(1, block.K - (have ?? 0));
    }

    /// <summary>Whether its last report tells what became of a packet: it got that one, or a later one, or nothing is on its way.</summary>
    internal bool Knows(long packet) => _position >= packet;

    /// <summary>Packets that are on their way to it; 0 as long as that cannot be known.</summary>
    internal long Outstanding(long sent) => _position is { } position ? Math.Max(0, sent - position) : 0;

    internal void Update(ReceptionReport report, TimeSpan now, FluteSender sender, TimeSpan lastSent)
    {
        // Who loses the last packets does not know of them. When nothing moves any more, nothing is on its way. Who has
        // everything may have left the group: what was sent to others since then is none of its loss.
        bool still = HasReported && report.IsIdle && !report.Finished && report.Packets == Packets && now - lastSent > Standstill;
        if (report.Packets > Packets || !HasReported)
        {
            Packets = Math.Max(0, report.Packets);
            (LastGrowth, SentAtGrowth) = (now, sender.Packets);
        }

        (Decoding, Storing) = (report.Decoding, report.Storing);
        Locate(report, sender, now, still, rebase: now - FullSince > WaitLimit);
        bool news = report.IsBusy || (report.HasFdt && !HasFdt);
        HasReported = true;
        IsBusy = report.IsBusy;
        HasFdt |= report.HasFdt;
        LastReport = now;
        foreach (ulong toi in report.Restarted) news |= Restart(toi, sender);
        int before = _objects.Count;
        foreach (ulong toi in report.Objects)
        {
            if (sender.ObjectOf(toi) is null || !_objects.Add(toi)) continue;
            _blocks.Remove(toi);
        }

        int added = _objects.Count - before;
        Refused += Math.Clamp(report.Refused, 0, added);
        news |= added > 0;

        foreach ((ulong toi, int number) in report.Blocks)
        {
            if (sender.BlockOf(toi, number) is null || _objects.Contains(toi)) continue;
            if (!_blocks.TryGetValue(toi, out BitArray? done)) _blocks[toi] = done = new BitArray(sender.ObjectOf(toi)!.Blocks.Length);
            news |= !done[number];
            done[number] = true;
        }

        Progress.Note(now, sender, news, Open(report, sender));
        if (report.Finished || HasAll(sender)) Completed ??= now;
    }

    // Takes what is said of blocks that are not complete; gives the symbols that are there of them.
    private long Open(ReceptionReport report, FluteSender sender)
    {
        long symbols = 0;
        _open.Clear();
        foreach (OpenBlock open in report.Open.Take(ReceptionReport.MaxOpenBlocks))
        {
            if (open.Symbols < OpenBlock.Decoding || sender.BlockOf(open.Toi, open.SourceBlockNumber) is not { } block) continue;
            if (!_open.TryAdd((open.Toi, open.SourceBlockNumber), open)) continue;
            symbols += open.Symbols == OpenBlock.Decoding ? block.K : Math.Min(open.Symbols, block.K);
        }

        IsOpenTruncated = report.Open.Count >= ReceptionReport.MaxOpenBlocks;
        return symbols;
    }

    private bool Restart(ulong toi, FluteSender sender)
    {
        if (sender.ObjectOf(toi) is null || (_restarts[toi] = _restarts.GetValueOrDefault(toi) + 1) > MostRestarts) return false;
        _blocks.Remove(toi);
        return true;
    }

    // What cannot be read here any more cannot be waited for: a receiver that knows of it from an earlier FDT would wait for ever.
    private bool HasAll(FluteSender sender) =>
        sender.IsComplete && _objects.Count + sender.Unreadable.Count(o => !_objects.Contains(o.Toi)) == sender.Objects.Count;

    private void Locate(ReceptionReport report, FluteSender sender, TimeSpan now, bool still, bool rebase)
    {
        long? position = null;
        if (sender.Sent is null || (_position is null && sender.Sent.IsEmpty) || still) position = sender.Packets;
        else if (report.Last is { } last && last != _last && sender.Sent.Find(last, _position ?? 0, lately: ReportEvery > TimeSpan.Zero) is { } found)
        {
            position = found.Number;
            var sample = new PathSample(now, found.Number, found.At, Packets, report.LastAt ?? now, report.Held, report.LastAt is not null);
            if (!IsLater && ReportEvery == TimeSpan.Zero) Path.Note(sample, sender.Packets, sender.BitsPerPacket);
        }

        _last = report.Last;
        if (position is null) return;
        if (_position is null) (_firstPosition, _firstPackets) = (_basePosition, _basePackets) = (position.Value, Packets);
        if (position > _position)
        {
            FullSince = null;
            (LatestPackets, LatestLoss) = (position.Value - _position.Value, Math.Clamp(1 - (double)(Packets - _packetsThere) / (position.Value - _position.Value), 0, 1));
            if (rebase) (_basePosition, _basePackets) = (position.Value, Packets);
        }

        _position = position;
        _packetsThere = Packets;
    }
}
