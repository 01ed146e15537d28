namespace Flute;

/// <summary>The FDT at its sender: makes instances, and says when they are to be sent.</summary>
internal sealed class FdtSchedule(FluteSenderOptions options, PacketWriter writer)
{
    // Share of the sent bytes for which an FDT is repeated as often as is of use to those who join; the share that
    // repeating a large one in time may take, and how long it may be put off for that.
    private const double Cheap = 0.005, Share = 0.01;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private const int FirstRounds = 10;

    // RFC 6726 section 3.4.1 has the numbers of a session begin at 0, and forbids to use one that receivers may still know.
    // For those a sender that is started again with the same TSI goes on with the session, so it begins where the clock is.
    // 20 bits last for 29 hours, an instance for one; and no sender makes ten in a second for long.
    private const long IdsPerSecond = 10;
    private const int IdMask = 0xFFFFF;
    private FdtObject? _current;
    private int _nextId = (int)(Clock.Since1970(options.UtcNow(), IdsPerSecond) & IdMask), _rounds;
    private TimeSpan _lastRound, _renewAt;
    private long _bytesSince;
    private bool _changed = true, _repeat;
    private int _block;

    /// <summary>A file was added or taken out, or there will be no more.</summary>
    public void Change() => _changed = true;

    /// <summary>Somebody has no FDT.</summary>
    public void Repeat(TimeSpan now) => _repeat |= now - _lastRound >= Shortest;

    /// <summary>Data of so many bytes was sent.</summary>
    public void Count(int bytes) => _bytesSince += bytes;

    /// <summary>Packets that the present instance takes at least; 0 before the first.</summary>
    public int Packets => _current?.Blocks.Sum(static b => b.K) ?? 0;

    /// <summary>How many rounds were begun.</summary>
    public long Rounds { get; private set; }

    /// <summary>Bytes of the present instance as it travels and of a symbol of it, and whether it is compressed; 0 before the first.</summary>
    public (int Length, int Symbol, bool IsCompressed) Size =>
        _current is null ? (0, 0, false) : (_current.Bytes, _current.Oti.SymbolLength, _current.Encoding != ContentEncoding.None);

    /// <summary>When the next round is due if nothing else is sent.</summary>
    public TimeSpan NextDue => _changed || _repeat ? TimeSpan.Zero : _lastRound + Interval;

    // A second in which short bursts of loss pass, and those who were started together with the sender join.
    private TimeSpan Interval => _rounds < FirstRounds && options.FdtInterval > Shortest ? Shortest : options.FdtInterval;

    /// <summary>The next block of the FDT to send a symbol of, or null when none is due.</summary>
    /// <param name="now">The time.</param>
    /// <param name="objects">The files.</param>
    /// <param name="complete">Whether there will be no more.</param>
    /// <param name="isOver">Whether all is sent: nothing is repeated then, for at a low rate a long FDT would be due again and again.</param>
    public SendingBlock? Due(TimeSpan now, IEnumerable<SendingObject> objects, bool complete, bool isOver)
    {
        if (_current is not null && Unsent() is { } block) return block;
        if (!_changed && _current is not null && (isOver || !IsRoundDue(now))) return null;
        return BeginRound(now, objects, complete);
    }

    /// <summary>Sends no more of the round that was begun.</summary>
    public void EndRound()
    {
        foreach (SendingBlock block in _current?.Blocks ?? []) block.Quota = 0;
    }

    /// <summary>Begins a round at once.</summary>
    public SendingBlock BeginRound(TimeSpan now, IEnumerable<SendingObject> objects, bool complete)
    {
        if (_changed || _current is null || now >= _renewAt)
        {
            foreach (SendingBlock old in _current?.Blocks ?? []) old.Release();
            _current = Make(objects, complete);
            _changed = false;
            _rounds = 0;
            _renewAt = now + options.FdtLifetime / 2;
        }

        _rounds++;
        Rounds++;
        _repeat = false;
        _lastRound = now;
        _bytesSince = 0;
        _block = 0;
        foreach (SendingBlock block in _current.Blocks)
        {
            // Several packets of an FDT are worth nothing if one is lost: some repair symbols go along.
            block.Quota = block.K == 1 ? 1 : block.K + (_current.Oti.EncodingId == FecEncodingId.RaptorQ ? 2 + block.K / 5 : 0);
            block.Prepare(null, static () => { });
        }

        return _current.Blocks[0];
    }

    /// <summary>Lets go of the memory.</summary>
    public void Release()
    {
        foreach (SendingBlock block in _current?.Blocks ?? []) block.Release();
    }

    private SendingBlock? Unsent()
    {
        SendingBlock[] blocks = _current!.Blocks;
        for (int i = 0; i < blocks.Length; i++)
        {
            SendingBlock block = blocks[(_block + i) % blocks.Length];
            if (block.Quota <= 0) continue;
            _block = (_block + i + 1) % blocks.Length;
            return block;
        }

        return null;
    }

    private bool IsRoundDue(TimeSpan now)
    {
        TimeSpan since = now - _lastRound;
        if (_repeat || (since >= Shortest && _current!.Bytes <= _bytesSince * Cheap)) return true;
        return since >= Interval && (_current!.Bytes <= _bytesSince * Share || _current.Bytes <= writer.MaxFdtSymbol || since >= Longest || _bytesSince == 0);
    }

    private FdtObject Make(IEnumerable<SendingObject> objects, bool complete)
    {
        // What most files have in common stands once.
        List<FdtFile> files = [.. objects.Where(static o => !o.IsUnreadable).Select(static o => o.File!)];
        FdtFec common = files.Count == 0 ? FdtFec.Empty : files[0].Fec;
        var instance = new FdtInstance
        {
            Expires = NtpTime.From(options.UtcNow() + options.FdtLifetime),
            Complete = complete,
            Fec = options.FluteVersion == 1 ? common : common with { SchemeSpecificInfo = null },
            Files = [.. files.Select(f => f with { Fec = Less(f.Fec, common) })],
            Session = options.FluteVersion == 1 ? null : options.Session,
            ReportTo = options.ReportTo,
        };
        byte[] bytes = FdtWriter.Write(instance, options.FluteVersion);
        ContentEncoding encoding = ContentEncoding.None;
        if (bytes.Length > writer.MaxFdtSymbol && options.FluteVersion == 2 && options.FdtEncoding != ContentEncoding.None)
        {
            encoding = options.FdtEncoding;
            bytes = ContentEncodings.Compress(bytes, encoding);
        }

        int id = _nextId;
        _nextId = (_nextId + 1) & IdMask;
        return new FdtObject(bytes, Oti(bytes.Length), id, encoding) { LengthsOnly = options.LengthsOnly };
    }

    private FdtFec Less(FdtFec fec, FdtFec common) => options.FluteVersion == 1
        ? (fec == common ? FdtFec.Empty : fec)
        : fec with { EncodingId = null, SymbolLength = null, MaxSourceBlockLength = null };

    private FecOti Oti(int length)
    {
        int symbol = writer.MaxFdtSymbol & ~3;
        int symbols = (length + symbol - 1) / symbol;
        return (options.Fec == FecEncodingId.RaptorQ && symbols > 1
            ? FecOti.RaptorQ(length, symbol, Math.Clamp((symbols + 4095) / 4096, 1, 255))
            : FecOti.CompactNoCode(length, symbol, Math.Min(symbols, 8192)))!;
    }
}
