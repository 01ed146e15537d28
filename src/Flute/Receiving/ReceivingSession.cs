using System.Runtime.CompilerServices;

namespace Flute;

/// <summary>One FLUTE session at a receiver: its FDT and its objects.</summary>
internal sealed class ReceivingSession(SessionId session, FluteReceiverOptions options, FluteReceiverCounts counts, FdtMemory tables) : IDisposable
{
    private static readonly TimeSpan LongestCloseDelay = TimeSpan.FromSeconds(5);
    private readonly FdtCollector _fdt = new(options, counts, tables);
    private TimeSpan? _closeAt;
    private long _bytes;
    private bool _complete, _disposed, _leftOut, _readyToReport;
    private string? _reportTo;
    private PacketMark? _last;
    private TimeSpan _lastAt;

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

    /// <summary>Its objects.</summary>
    public required ReceivingObjects Objects
    {
        get;
        init
        {
            field = value;
            value.AfterLooking = AfterLooking;
        }
    }

    public ReplayWindow? Replays { get; init; }

    /// <summary>Whether it is what another session brings already, from another address of the sender.</summary>
    public bool IsCopy { get; private set; }

    /// <summary>Takes a session name for this session; false when another one has it.</summary>
    public required Func<ReceivingSession, string, bool> Claim { get; init; }

    /// <summary>The FDT instance that a packet belongs to; null when it belongs to none.</summary>
    public static int? InstanceOf(LctPacket packet) =>
        packet.Toi == 0 && packet.TryFind(LctExtensionType.Fdt, out LctExtension extension) && extension.TryReadFdt(out _, out int id) ? id : null;

    public bool IsOver(TimeSpan now, out SessionEnd end)
    {
        end = _complete && Objects.Finished == Objects.Table.InOrder.Count ? SessionEnd.AllReceived : SessionEnd.Closed;
        return end == SessionEnd.AllReceived || now >= _closeAt;
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
            TimeSpan pause = Objects.Packets == 0 ? TimeSpan.Zero : 2 * (now - LastPacket);
            _closeAt = now + options.CloseDelay + (pause < LongestCloseDelay ? pause : LongestCloseDelay);
        }

        Objects.Packets++;
        LastPacket = now;
        IsIdle = false;
        if (!packet.Extensions.IsEmpty && packet.TryFind(LctExtensionType.Time, out LctExtension extension)
            && LctTime.TryRead(extension, out LctTime time) && time.SenderTimeHigh is { } seconds)
        {
            Objects.SenderTime = (seconds, now);
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
        if (Objects.Table.TryGetValue(packet.Toi, out IncomingObject? incoming)) Objects.Push(incoming, packet.Payload, oti, now);
        else if (!_complete) Objects.Keep(packet.Toi, packet.Payload, oti);
    }

    /// <summary>What to report to the sender.</summary>
    public ReceptionReport Report(TimeSpan now) => Objects.Changes.AddTo(
        new ReceptionReport
        {
            Packets = Objects.Packets,
            Last = _last,
            LastAt = _last is null ? null : _lastAt,
            Held = _last is null ? TimeSpan.Zero : now - _lastAt,
            Decoding = Objects.Decoding,
            Storing = Objects.Storing,
            IsIdle = IsIdle,
            HasFdt = FdtSeen,
            Finished = _complete && Objects.Finished == Objects.Table.InOrder.Count,
        },
        Objects.Table.InOrder);

    /// <inheritdoc cref="ObjectTable.DropOldest"/>
    public bool DropOldest(TimeSpan now) => Objects.Table.DropOldest(now);

    /// <summary>Bytes of the objects, as they travel, that are in, and of all that are known.</summary>
    public (long Done, long Total) Progress => (Objects.Table.BytesThere(), _bytes);

    /// <inheritdoc cref="ObjectTable.InProgress"/>
    public IReadOnlyList<ObjectProgress> InProgress(int most) => Objects.Table.InProgress(most, LastPacket);

    public long Lost => Objects.Lost;

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _fdt.Dispose();
        Objects.Release();
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

        if (instance.Files.Any(f => Objects.Table.TryGetValue(f.Toi, out IncomingObject? known) && known.IsContradictedBy(f)))
        {
            Restart = instance;
            return;
        }

        var added = new List<IncomingObject>();
        foreach (FdtFile file in instance.Files)
        {
            if (Objects.Table.TryGetValue(file.Toi, out IncomingObject? known))
            {
                // A later instance extends what an earlier one said.
                if (NtpTime.IsOver(known.Expires, instance.Expires)) known.Expires = instance.Expires;
                long before = known.File.EffectiveTransferLength ?? 0;
                known.Augment(WithDefaults(file, instance));
                _bytes += (known.File.EffectiveTransferLength ?? 0) - before;
                Objects.Begin(known, null);
                continue;
            }

            if (Objects.Table.InOrder.Count >= options.MaxObjects || !_fdt.TryKeep(file))
            {
                counts.OverLimit++;
                if (_leftOut) break;
                _leftOut = true;
                Objects.Raise(new ObjectsLeftOut(session, Objects.Table.InOrder.Count));
                break;
            }

            FdtFile whole = WithDefaults(file, instance);
            var incoming = new IncomingObject(session, whole, Objects.Table.InOrder.Count) { Expires = instance.Expires };
            Objects.Table.Add(incoming);
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

        if (news) Objects.Raise(new FdtReceived(session, Objects.Table.InOrder.Count, _bytes, _complete, _reportTo));
        foreach (IncomingObject incoming in added) Objects.BeginNew(incoming, now);

        AfterLooking();
    }

    private static FdtFile WithDefaults(FdtFile file, FdtInstance instance) => file with
    {
        Fec = file.Fec.Or(instance.Fec),
        ContentType = file.ContentType ?? instance.ContentType,
        ContentEncoding = file.ContentEncoding ?? instance.ContentEncoding,
    };

    private void AfterLooking()
    {
        if (Objects.IsLooking) return;
        if (_complete) Objects.DropEarly();
        if (_readyToReport || _reportTo is null) return;
        _readyToReport = true;
        Objects.Raise(new ReadyToReport(session, _reportTo));
    }
}
