using System.Runtime.CompilerServices;
using static System.FormattableString;

namespace Flute;

/// <summary>One FLUTE session at a receiver: its FDT and its objects.</summary>
internal sealed class ReceivingSession(SessionId session, FluteReceiverOptions options, IObjectStore store, FluteReceiverCounts counts, BufferBudget budget, EarlyMemory early, FdtMemory tables)
    : IDisposable
{
    // After so many packets every block that was under way at the beginning was seen.
    private const int JoiningPackets = 256;
    private static readonly TimeSpan LongestCloseDelay = TimeSpan.FromSeconds(5);
    private readonly FdtCollector _fdt = new(options, counts, tables);
    private readonly ObjectTable _objects = new();
    private readonly EarlyPackets _early = new(early);
    private readonly ReportedChanges _changes = new();
    private TimeSpan? _closeAt;
    private (uint Seconds, TimeSpan At)? _senderTime;
    private long _bytes, _accepted, _lost;
    private int _finished, _lookedFor;
    private bool _complete, _disposed, _leftOut, _readyToReport;
    private string? _reportTo;
    private PacketMark? _last;
    private TimeSpan _lastAt;
    private long _decoding, _storing;

    public SessionId Id => session;

    public bool FdtSeen { get; private set; }

    /// <summary>Whether no packet came since it was said that all are in.</summary>
    public bool IsIdle { get; set; }

    public TimeSpan LastPacket { get; private set; }

    /// <summary>When its first packet came.</summary>
    public required TimeSpan Opened { get; init; }

    /// <summary>Id of the newest FDT instance that was looked at; null before.</summary>
    public int? FdtInstance { get; private set; }

    /// <summary>Set when an FDT instance contradicted earlier ones: the sender began anew, and this is its FDT.</summary>
    public FdtInstance? Restart { get; private set; }

    public long Packets { get; private set; }

    /// <summary>Whether a symbol of an object came that its FDT names. A table alone costs a stranger one packet.</summary>
    public bool HasBegun { get; private set; }

    public ReplayWindow? Replays { get; init; }

    /// <summary>Whether it is what another session brings already, from another address of the sender.</summary>
    public bool IsCopy { get; private set; }

    /// <summary>Takes a session name for this session; false when another one has it.</summary>
    public required Func<ReceivingSession, string, bool> Claim { get; init; }

    /// <summary>Gets what happens.</summary>
    public required Action<FluteEvent> Raise { get; init; }

    /// <summary>Runs work that need not be done here.</summary>
    public required Action<ReceivingSession, IncomingObject, BlockAssembly, int> Recover { get; init; }

    /// <summary>Looks for what an earlier session left of an object.</summary>
    public required Action<ReceivingSession, IncomingObject> LookFor { get; init; }

    /// <summary>The FDT instance that a packet belongs to; null when it belongs to none.</summary>
    public static int? InstanceOf(LctPacket packet) =>
        packet.Toi == 0 && packet.TryFind(LctExtensionType.Fdt, out LctExtension extension) && extension.TryReadFdt(out _, out int id) ? id : null;

    public bool IsOver(TimeSpan now, out SessionEnd end)
    {
        end = _complete && _finished == _objects.InOrder.Count ? SessionEnd.AllReceived : SessionEnd.Closed;
        return end == SessionEnd.AllReceived || now >= _closeAt;
    }

    /// <summary>Work on a block took so long; called from any thread.</summary>
    public void Worked(TimeSpan decoding, TimeSpan storing)
    {
        Interlocked.Add(ref _decoding, decoding.Ticks);
        Interlocked.Add(ref _storing, storing.Ticks);
    }

    /// <summary>Takes a packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="now">The time.</param>
    /// <param name="arrived">When it came to the host.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Push(LctPacket packet, TimeSpan now, TimeSpan arrived)
    {
        // The flag may be there for the last few seconds (RFC 5651 section 5.1): it is over when nothing comes any more. With
        // a key, a packet of an old session could end it before its FDT shows how old it is.
        if ((packet.CloseSession && (FdtSeen || options.GroupKey is null)) || _closeAt is not null)
        {
            TimeSpan pause = Packets == 0 ? TimeSpan.Zero : 2 * (now - LastPacket);
            _closeAt = now + options.CloseDelay + (pause < LongestCloseDelay ? pause : LongestCloseDelay);
        }

        Packets++;
        LastPacket = now;
        IsIdle = false;
        if (!packet.Extensions.IsEmpty && packet.TryFind(LctExtensionType.Time, out LctExtension extension)
            && LctTime.TryRead(extension, out LctTime time) && time.SenderTimeHigh is { } seconds)
        {
            _senderTime = (seconds, now);
        }

        if (packet.Toi == 0)
        {
            // The end of the session may come in a packet that carries nothing else.
            if (packet.CloseSession && packet.Payload.Length <= FecPayloadId.Length) return;
            FdtInstance? instance = _fdt.Push(packet, now);
            if (InstanceOf(packet) is { } id) FdtInstance = id;
            if (instance is not null) Merge(instance, now);
            return;
        }

        if (packet.Payload.Length <= FecPayloadId.Length) return;
        if (_reportTo is not null)
        {
            _last = new PacketMark((ulong)packet.Toi, FecPayloadId.Read(packet.Payload, (FecEncodingId)packet.Codepoint));
            _lastAt = arrived;
        }

        FecOti? oti = packet.TryFind(LctExtensionType.Fti, out LctExtension fti) ? FecOti.TryReadExtension(fti, packet.Codepoint) : null;
        if (_objects.TryGetValue(packet.Toi, out IncomingObject? incoming)) Push(incoming, packet.Payload, oti, now);
        else if (!_complete && !_early.TryAdd(packet.Toi, packet.Payload, oti)) counts.OverLimit++;
    }

    /// <summary>A block was recovered, or it turned out that more symbols are needed.</summary>
    public void Recovered(IncomingObject incoming, ObjectAssembly assembly, BlockAssembly block, int sourceBlockNumber, bool stored, FluteEvent? end, TimeSpan now)
    {
        if (incoming.Assembly != assembly)
        {
            // The object has ended meanwhile, or was begun anew.
            block.Finish(done: true);
            if (end is ObjectReceived late) late.Content.Dispose();
            return;
        }

        if (end is not null)
        {
            block.Finish(done: true);
            End(incoming, end);
            return;
        }

        if (stored)
        {
            block.Finish(done: true);
            _changes.Block(incoming, sourceBlockNumber);
        }
        else
        {
            block.Resume(now);
            if (block.CanDecode) Recover(this, incoming, block, sourceBlockNumber);
        }

        assembly.Last = now;
    }

    /// <summary>What an earlier session left of an object was looked for.</summary>
    public void Found(IncomingObject incoming, ObjectAssembly assembly, LeftObject? left, FluteEvent? end, TimeSpan now)
    {
        _lookedFor--;
        incoming.IsLookedFor = false;
        if (incoming.Assembly == assembly)
        {
            foreach (int number in left?.Blocks ?? [])
            {
                if (assembly.Block(number) is not { } block) continue;
                block.Finish(done: true);
                if (end is null) _changes.Block(incoming, number);
            }

            if (end is not null) End(incoming, end);
        }
        else if (end is ObjectReceived late)
        {
            late.Content.Dispose();
        }

        PushEarly(incoming, now);
        AfterLooking();
    }

    /// <summary>Tells what is missing, for a session that ends.</summary>
    /// <returns>How many objects were not received.</returns>
    public int Missing()
    {
        int missing = _objects.InOrder.Count(static o => o.State == ObjectState.Failed);
        foreach (IncomingObject incoming in _objects.InOrder.Where(static o => o.State == ObjectState.Open))
        {
            missing++;
            FecOti? oti = incoming.Assembly?.Oti ?? (incoming.File.EffectiveTransferLength is { } length ? incoming.File.Fec.ToOti(length) : null);
            Raise(incoming.Damage ?? incoming.Fail(ObjectFailure.Incomplete, incoming.Assembly?.Symbols ?? 0, oti?.TotalSymbols ?? 0));
        }

        return missing;
    }

    /// <summary>What to report to the sender.</summary>
    public ReceptionReport Report(TimeSpan now) => _changes.AddTo(
        new ReceptionReport
        {
            Packets = Packets,
            Last = _last,
            LastAt = _last is null ? null : _lastAt,
            Held = _last is null ? TimeSpan.Zero : now - _lastAt,
            Decoding = TimeSpan.FromTicks(Interlocked.Read(ref _decoding)),
            Storing = TimeSpan.FromTicks(Interlocked.Read(ref _storing)),
            IsIdle = IsIdle,
            HasFdt = FdtSeen,
            Finished = _complete && _finished == _objects.InOrder.Count,
        },
        _objects.InOrder);

    /// <inheritdoc cref="ObjectTable.DropOldest"/>
    public bool DropOldest(TimeSpan now) => _objects.DropOldest(now);

    /// <summary>Bytes of the objects, as they travel, that are in, and of all that are known.</summary>
    public (long Done, long Total) Progress => (_objects.BytesThere(), _bytes);

    /// <inheritdoc cref="ObjectTable.InProgress"/>
    public IReadOnlyList<ObjectProgress> InProgress(int most) => _objects.InProgress(most, LastPacket);

    public long Lost => _lost;

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _fdt.Dispose();
        foreach (IncomingObject incoming in _objects.InOrder) incoming.End(incoming.State == ObjectState.Open ? ObjectState.Failed : incoming.State);
        _early.Clear();
    }

    /// <summary>Takes an FDT instance.</summary>
    public void Merge(FdtInstance instance, TimeSpan now)
    {
        // With a key, an old session sent again by somebody else is told by its time.
        if (options.GroupKey is not null && options.UtcNow is { } clock && NtpTime.IsOver(instance.Expires, clock()))
        {
            counts.Replayed++;
            return;
        }

        if (!FdtSeen && instance.Session is { } name && !Claim(this, name))
        {
            IsCopy = true;
            return;
        }

        if (instance.Files.Any(f => _objects.TryGetValue(f.Toi, out IncomingObject? known) && known.IsContradictedBy(f)))
        {
            Restart = instance;
            return;
        }

        var added = new List<IncomingObject>();
        foreach (FdtFile file in instance.Files)
        {
            if (_objects.TryGetValue(file.Toi, out IncomingObject? known))
            {
                // A later instance extends what an earlier one said.
                if (NtpTime.IsOver(known.Expires, instance.Expires)) known.Expires = instance.Expires;
                long before = known.File.EffectiveTransferLength ?? 0;
                known.Augment(WithDefaults(file, instance));
                _bytes += (known.File.EffectiveTransferLength ?? 0) - before;
                Begin(known, null);
                continue;
            }

            if (_objects.InOrder.Count >= options.MaxObjects || !_fdt.TryKeep(file))
            {
                counts.OverLimit++;
                if (_leftOut) break;
                _leftOut = true;
                Raise(new ObjectsLeftOut(session, _objects.InOrder.Count));
                break;
            }

            FdtFile whole = WithDefaults(file, instance);
            var incoming = new IncomingObject(session, whole, _objects.InOrder.Count) { Expires = instance.Expires };
            _objects.Add(incoming);
            _bytes += whole.EffectiveTransferLength ?? 0;
            added.Add(incoming);
        }

        bool news = added.Count > 0 || instance.Complete != _complete || !FdtSeen;
        FdtSeen = true;
        _complete |= instance.Complete;
        if (instance.ReportTo is { } reportTo && reportTo != _reportTo)
        {
            // A sender that was started again goes on with the session, and has another port.
            (_reportTo, _readyToReport) = (reportTo, false);
        }

        if (news) Raise(new FdtReceived(session, _objects.InOrder.Count, _bytes, _complete, _reportTo));
        foreach (IncomingObject incoming in added)
        {
            Begin(incoming, null);
            if (!incoming.IsLookedFor) PushEarly(incoming, now);
        }

        AfterLooking();
    }

    private static FdtFile WithDefaults(FdtFile file, FdtInstance instance) => file with
    {
        Fec = file.Fec.Or(instance.Fec),
        ContentType = file.ContentType ?? instance.ContentType,
        ContentEncoding = file.ContentEncoding ?? instance.ContentEncoding,
    };

    private void PushEarly(IncomingObject incoming, TimeSpan now) => _early.Take(incoming.File.Toi, (payload, oti) => Push(incoming, payload, oti, now));

    private void AfterLooking()
    {
        if (_lookedFor > 0) return;
        if (_complete) _early.Clear();
        if (_readyToReport || _reportTo is null) return;
        _readyToReport = true;
        Raise(new ReadyToReport(session, _reportTo));
    }

    // What cannot be received is told at once, an empty file is whole at once.
    private void Begin(IncomingObject incoming, FecOti? inBand)
    {
        if (incoming.State != ObjectState.Open || incoming.Assembly is not null) return;
        ObjectFailed? failure = incoming.Begin(inBand, store, options, budget);
        if (failure is null && incoming.Assembly is null) return;
        if (failure is null && _accepted + incoming.Bytes > options.MaxTotalBytes)
        {
            failure = incoming.Fail(ObjectFailure.SessionTooLarge, 0, 0, Invariant($"the files of the session have more than {options.MaxTotalBytes:N0} bytes in total"));
        }

        if (failure is not null)
        {
            End(incoming, failure);
            return;
        }

        _accepted += incoming.Bytes;
        if (incoming.Assembly is { Oti.SourceBlocks: 0 } empty)
        {
            End(incoming, incoming.Complete(empty, store, options));
            return;
        }

        if (!options.Resume || !incoming.MayBeLeft) return;
        incoming.MayBeLeft = false;
        incoming.IsLookedFor = true;
        _lookedFor++;
        LookFor(this, incoming);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Push(IncomingObject incoming, ReadOnlySpan<byte> payload, FecOti? inBand, TimeSpan now)
    {
        if (!HasBegun)
        {
            HasBegun = true;
            Raise(new SessionBegun(session));
        }

        if (incoming.State != ObjectState.Open)
        {
            counts.Redundant++;
            return;
        }

        if (IsExpired(incoming, now))
        {
            counts.Expired++;
            return;
        }

        if (incoming.Assembly is null) Begin(incoming, inBand);
        if (incoming.IsLookedFor)
        {
            if (!_early.TryAdd(incoming.File.Toi, payload, inBand)) counts.OverLimit++;
            return;
        }

        if (incoming.Assembly is not { } assembly) return;
        if (!Symbols.TryRead(payload, assembly.Oti, out FecPayloadId first, out ReadOnlySpan<byte> symbols))
        {
            counts.Malformed++;
            return;
        }

        if (assembly.Packets++ == 0) assembly.First = now;
        assembly.Last = now;
        BlockAssembly? block = assembly.Block(first.SourceBlockNumber);
        SymbolResult result = SymbolResult.NoRoom;
        if (block is not null)
        {
            int gap = block.Note(first.EncodingSymbolId, joining: Packets <= JoiningPackets);
            result = Symbols.Add(block, assembly.Oti, first.EncodingSymbolId, symbols, now);

            // What was overtaken had been taken for lost.
            if (gap >= 0) _lost += gap;
            else if (result == SymbolResult.Added) _lost = Math.Max(0, _lost - 1);
        }

        switch (result)
        {
            case SymbolResult.Redundant:
                counts.Redundant++;
                break;
            case SymbolResult.NoRoom:
                counts.OverLimit++;
                break;
            case SymbolResult.Invalid:
                counts.Malformed++;
                break;
        }

        if (block?.CanDecode == true) Recover(this, incoming, block, first.SourceBlockNumber);
    }

    // RFC 6726 section 3.3: an instance must not be used for packets that come when it has expired. That is meant by the
    // sender's clock; receivers' clocks may be wrong by years, so it is looked at only when the sender tells the time.
    private bool IsExpired(IncomingObject incoming, TimeSpan now) =>
        _senderTime is { } time && NtpTime.IsOver(incoming.Expires, unchecked(time.Seconds + (uint)(now - time.At).TotalSeconds));

    private void End(IncomingObject incoming, FluteEvent end)
    {
        if (end is ObjectFailed { Failure: ObjectFailure.Damaged } damage)
        {
            long bytes = incoming.Bytes;
            if (incoming.TryRestart(damage))
            {
                _accepted -= bytes;

                _changes.Restarted(incoming);
                Raise(new ObjectRestarted(session, incoming.File, incoming.Index, damage.Detail!));
                return;
            }

            end = incoming.Damage!;
        }

        bool received = end is ObjectReceived or ObjectPresent;
        incoming.End(received ? ObjectState.Received : ObjectState.Failed);
        _finished++;
        _changes.Ended(incoming, received);
        Raise(end);
    }
}
