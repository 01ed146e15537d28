using System.Globalization;
using System.Runtime.CompilerServices;

namespace Flute;

/// <summary>
/// Sends a FLUTE session: it is given objects and the time, and gives packets. It has no socket and no clock; reading and
/// encoding ahead run where the caller says. All methods are for one thread.
/// </summary>
public sealed class FluteSender : IDisposable
{
    // The end is said several times, because each of these packets can be lost.
    private const int ClosingPackets = 3;
    private const double SecondsPerLastByte = 8 / 1e6;
    private static readonly TimeSpan ClosingPause = TimeSpan.FromMilliseconds(20);
    private readonly FluteSenderOptions _options;
    private readonly PacketWriter _writer;
    private readonly FdtSchedule _fdt;
    private readonly Interleaver _interleaver;
    private readonly List<SendingObject> _objects = [];
    private readonly List<SendingObject> _unreadable = [];
    private readonly Queue<FluteSenderEvent> _events = new();
    private double _secondsPerByte;
    private TimeSpan _due;
    private int _closing;
    private bool _noMore, _finished, _fdtTurn, _started, _ending;

    /// <summary>Makes a sender.</summary>
    /// <param name="options">How to send.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public FluteSender(FluteSenderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Tsi > uint.MaxValue) throw new ArgumentException("The TSI must fit 32 bits.", nameof(options));
        if (options.FluteVersion is not (1 or 2)) throw new ArgumentException("The version of FLUTE must be 1 or 2.", nameof(options));
        _options = options;
        _writer = new PacketWriter(options);
        if (_writer.MaxFdtSymbol < 64 || options.MaxPacketBytes > 65_507)
        {
            throw new ArgumentException($"Packets of {options.MaxPacketBytes} bytes are too small or too large.", nameof(options));
        }

        SymbolLength = options.Fec == FecEncodingId.RaptorQ ? _writer.MaxSymbol & ~3 : _writer.MaxSymbol;
        _fdt = new FdtSchedule(options, _writer);
        _interleaver = new Interleaver(options);
        if (options.WaitsForReports) Sent = new SentPackets();
        BitRate = options.BitRate;
    }

    /// <summary>Bytes of a symbol (T).</summary>
    public int SymbolLength { get; }

    /// <summary>Transport session identifier.</summary>
    public ulong Tsi => _options.Tsi;

    /// <summary>Packets sent.</summary>
    public long Packets { get; private set; }

    /// <summary>Their bytes, without <see cref="FluteSenderOptions.PacketOverhead"/>.</summary>
    public long Bytes { get; private set; }

    /// <summary>Packets of the FDT among them.</summary>
    public long FdtPackets { get; private set; }

    /// <summary>Only the FDT is sent while this is set: receivers are waited for.</summary>
    public bool AnnounceOnly { get; set; }

    /// <summary>Repair symbols per source symbol for blocks that begin from now on.</summary>
    public double Redundancy
    {
        get => _interleaver.Redundancy;
        set => _interleaver.Redundancy = value;
    }

    /// <summary>Bit/s from now on, <see cref="FluteSenderOptions.PacketOverhead"/> included; null for no limit.</summary>
    public double? BitRate
    {
        get => _secondsPerByte > 0 ? 8 / _secondsPerByte : null;
        set
        {
            _secondsPerByte = value is { } rate ? 8 / rate : 0;
            if (_ending) HastenEnd();
        }
    }

    /// <summary>How much of what was late is caught up: in so short a time nobody's queue gets long.</summary>
    internal TimeSpan MostCaughtUp { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Whether everything was sent that was asked for so far.</summary>
    public bool IsIdle => _interleaver.IsEmpty;

    /// <summary>Whether the last packet was given out.</summary>
    public bool IsFinished => _finished;

    /// <summary>When <see cref="TryRead"/> may have a packet again, if it had none.</summary>
    public TimeSpan NextDue { get; private set; }

    /// <summary>Adds an object.</summary>
    /// <param name="item">The object.</param>
    /// <returns>Its TOI.</returns>
    /// <exception cref="InvalidOperationException">No more can be added.</exception>
    public ulong Add(FluteObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        ulong toi = (ulong)_objects.Count + 1;
        if (_noMore || toi > _writer.MaxToi) throw new InvalidOperationException("No more objects can be added to this session.");
        FecOti oti = OtiFor(item.Source.Length);
        string? encoding = ContentEncodings.NameOf(item.Encoding);
        var file = new FdtFile
        {
            Toi = toi,
            ContentLocation = Uri.EscapeDataString(item.Name),
            ContentLength = item.ContentLength ?? item.Source.Length,
            TransferLength = item.Source.Length,
            ContentType = item.ContentType,
            ContentEncoding = encoding,
            ContentMd5 = item.Md5,
            ContentSha256 = _options.FluteVersion == 1 ? null : item.Sha256,
            Groups = _options.FluteVersion == 1 ? [] : item.Groups,
            Fec = FdtFec.Of(oti),
        };
        var fluteObject = new SendingObject(toi, item.Source, oti, file) { LengthsOnly = _options.LengthsOnly };
        _objects.Add(fluteObject);
        Symbols = (Symbols.Source + oti.TotalSymbols, Symbols.Pass + PassOf(fluteObject));
        _interleaver.Add(fluteObject);
        _fdt.Change();
        return toi;
    }

    /// <summary>No object will be added any more; the FDT says so, and the session can end.</summary>
    public void Complete()
    {
        _noMore = true;
        _fdt.Change();
    }

    /// <summary>
    /// Ends a session that waits for reports, repeats endlessly, or is cut short. At a slower rate than 1 Mbit/s the few packets
    /// that are left go at that, so that the end comes soon.
    /// </summary>
    public void Finish()
    {
        _interleaver.Stop();
        _ending = true;
        HastenEnd();
    }

    /// <summary>Gives the next packet.</summary>
    /// <param name="now">The time, from any fixed moment; never less than before.</param>
    /// <param name="packet">Room for <see cref="FluteSenderOptions.MaxPacketBytes"/>.</param>
    /// <returns>Its length; 0 when none is due before <see cref="NextDue"/>, or the session is over.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int TryRead(TimeSpan now, Span<byte> packet)
    {
        if (_finished) return 0;
        if (_secondsPerByte > 0 && _due > now)
        {
            NextDue = _due;
            return 0;
        }

        int length = 0;
        bool busy = !AnnounceOnly && !_interleaver.IsEmpty;

        // A long FDT shares the way with the data once that has begun.
        if (!busy || !_started || (_fdtTurn = !_fdtTurn))
        {
            if (DueFdt(now) is { } fdt) length = WriteFdt(packet, fdt);
        }

        if (length == 0 && !AnnounceOnly)
        {
            _started = true;
            length = WriteData(packet, now);
        }

        if (length == 0 && IsAllSent)
        {
            if (DueFdt(now) is { } fdt) length = WriteFdt(packet, fdt);
            else length = Close(packet, now);
        }

        if (AnnounceOnly) NextDue = _fdt.NextDue;
        if (length > 0)
        {
            Packets++;
            Bytes += length;
            if (_secondsPerByte > 0)
            {
                TimeSpan earliest = now - MostCaughtUp;
                if (_due < earliest) _due = earliest;
                _due += TimeSpan.FromSeconds((length + _options.PacketOverhead) * _secondsPerByte);
            }
        }

        return length;
    }

    /// <summary>Takes the next event.</summary>
    /// <param name="next">The event.</param>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FluteSenderEvent? next) => _events.TryDequeue(out next);

    /// <summary>Sends more symbols of a block than were planned, up to eight times those it has; RaptorQ: new ones.</summary>
    /// <param name="toi">The object.</param>
    /// <param name="sourceBlockNumber">The block.</param>
    /// <param name="symbols">How many.</param>
    public void SendMore(ulong toi, int sourceBlockNumber, int symbols)
    {
        if (BlockOf(toi, sourceBlockNumber) is { } block) _interleaver.SendMore(block, symbols);
    }

    /// <summary>Repeats the FDT soon: somebody has none. It is not done more than about ten times a second.</summary>
    /// <param name="now">The time.</param>
    public void RepeatFdt(TimeSpan now) => _fdt.Repeat(now);

    /// <summary>Sends no more of an object: everybody has it.</summary>
    /// <param name="toi">The object.</param>
    public void Drop(ulong toi)
    {
        if (ObjectOf(toi) is { } fluteObject) _interleaver.Drop(fluteObject);
    }

    /// <summary>Packets of an object so far.</summary>
    /// <param name="toi">The object.</param>
    public long PacketsOf(ulong toi) => _objects[(int)toi - 1].Packets;

    /// <summary>Symbols of all objects, and how many of them and of their repair symbols one pass sends without reports.</summary>
    public (long Source, long Pass) Symbols { get; private set; }

    /// <summary>The first objects that are being sent.</summary>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<ObjectProgress> InProgress(int most)
    {
        var list = new List<ObjectProgress>(most);
        foreach (SendingObject fluteObject in _interleaver.InProgress(most))
        {
            // Passes are alike; what is sent on request has no end that is known.
            long length = fluteObject.File!.TransferLength!.Value, pass = PassOf(fluteObject), packets = fluteObject.Packets;
            if (!_options.WaitsForReports && packets > 0) packets = (packets - 1) % pass + 1;
            list.Add(new ObjectProgress((int)fluteObject.Toi - 1, fluteObject.File.Name, (long)(length * Math.Min(1, (double)packets / pass)), length));
        }

        return list;
    }

    /// <summary>Bits of a packet on the link, on average.</summary>
    internal double BitsPerPacket => Packets == 0 ? 0 : (Bytes / (double)Packets + _options.PacketOverhead) * 8;

    /// <summary>Whether every receiver has a block; set by who serves them.</summary>
    internal Func<SendingBlock, bool>? IsEverywhere { set => _interleaver.IsEverywhere = value; }

    /// <summary>What was sent, for receivers that report; else null.</summary>
    internal SentPackets? Sent { get; }

    /// <summary>The objects added so far, by TOI - 1.</summary>
    internal IReadOnlyList<SendingObject> Objects => _objects;

    /// <summary>Those of them that turned out to be unreadable.</summary>
    internal IReadOnlyList<SendingObject> Unreadable => _unreadable;

    /// <summary>Whether no object will be added any more.</summary>
    internal bool IsComplete => _noMore;

    /// <summary>How many times the FDT was sent, or its sending begun.</summary>
    internal long FdtRounds => _fdt.Rounds;

    /// <summary>Bytes of the present FDT instance as it travels and of a symbol of it, and whether it is compressed; 0 before the first.</summary>
    internal (int Length, int Symbol, bool IsCompressed) FdtSize => _fdt.Size;

    /// <summary>Packets that one round of the FDT takes at least; 0 before the first.</summary>
    internal int FdtLength => _fdt.Packets;

    /// <summary>The object with a TOI, or null when there is none.</summary>
    internal SendingObject? ObjectOf(ulong toi) => toi >= 1 && toi <= (ulong)_objects.Count ? _objects[(int)toi - 1] : null;

    /// <summary>A block of it, or null when there is none.</summary>
    internal SendingBlock? BlockOf(ulong toi, int number) =>
        ObjectOf(toi) is { } fluteObject && number >= 0 && number < fluteObject.Blocks.Length ? fluteObject.Blocks[number] : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _interleaver.Dispose();
        _fdt.Release();
        _writer.Dispose();
    }

    private void HastenEnd()
    {
        if (_secondsPerByte <= SecondsPerLastByte) return;
        _secondsPerByte = SecondsPerLastByte;
        _due = TimeSpan.Zero;
    }

    private long PassOf(SendingObject fluteObject) => fluteObject.Blocks.Sum(b => (long)b.K + _interleaver.Extra(b.K));

    private bool IsAllSent => !AnnounceOnly && _noMore && _interleaver.IsOver;

    private SendingBlock? DueFdt(TimeSpan now) => _fdt.Due(now, _objects, _noMore, IsAllSent);

    // RFC 5651 section 5.1: when one packet has said that this is the end, all that follow say it too.
    private int WriteFdt(Span<byte> packet, SendingBlock block)
    {
        FdtPackets++;
        return _writer.Write(packet, block, closeSession: _closing > 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int WriteData(Span<byte> packet, TimeSpan now)
    {
        while (_interleaver.Next() is { } block)
        {
            SendingObject owner = block.Owner;
            if (block.Error is { } error)
            {
                owner.IsUnreadable = true;
                _unreadable.Add(owner);
                _interleaver.Drop(owner);
                _fdt.Change();
                _events.Enqueue(new ObjectUnreadable(owner.Toi, error));
                continue;
            }

            int length = _writer.Write(packet, block, closeSession: _closing > 0);
            _fdt.Count(length);
            block.LastPacket = Packets + 1;
            Sent?.Add(block.LastPacket, new PacketMark(owner.Toi, new FecPayloadId(block.Number, block.LastId)), now);
            if (block.Quota == 0 && _interleaver.Sent(block)) _events.Enqueue(new ObjectSent(owner.Toi, _interleaver.PassOf(owner), owner.Packets));
            return length;
        }

        NextDue = _interleaver.IsEmpty ? _fdt.NextDue : now;
        return 0;
    }

    private int Close(Span<byte> packet, TimeSpan now)
    {
        if (_closing == ClosingPackets)
        {
            _finished = true;
            return 0;
        }

        if (_closing > 0 && now < _due + ClosingPause)
        {
            NextDue = _due + ClosingPause;
            return 0;
        }

        _closing++;
        SendingBlock block = _fdt.BeginRound(now, _objects, _noMore);
        int length = WriteFdt(packet, block);

        // Those that report have all of it.
        if (_options.WaitsForReports) _fdt.EndRound();
        if (_closing == ClosingPackets) _finished = true;
        _due = now;
        return length;
    }

    private FecOti OtiFor(long length)
    {
        long symbols = (length + SymbolLength - 1) / SymbolLength;
        int perBlock = Math.Clamp(_options.BlockBytes / SymbolLength, 1, 8192);
        FecOti? oti;
        if (_options.Fec == FecEncodingId.RaptorQ)
        {
            long blocks = Math.Clamp((symbols + perBlock - 1) / perBlock, 1, 255);
            oti = FecOti.RaptorQ(length, SymbolLength, (int)blocks);
        }
        else
        {
            // All files share the length, so that the FDT says it once; it grows only for files of very many blocks.
            while ((symbols + perBlock - 1) / perBlock > 65_535) perBlock = Math.Min(65_535, perBlock * 2);
            oti = FecOti.CompactNoCode(length, SymbolLength, perBlock);
        }

        return oti ?? throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture, $"An object of {length} bytes cannot be sent in symbols of {SymbolLength} bytes."), nameof(length));
    }
}
