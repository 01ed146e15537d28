using System.Runtime.CompilerServices;
using static System.FormattableString;

namespace Flute;

/// <summary>The objects of one session at a receiver: takes their symbols, has blocks recovered, and tells how each object ends.</summary>
internal sealed class ReceivingObjects(SessionId session, FluteReceiverOptions options, IObjectStore store, FluteReceiverCounts counts, BufferBudget budget, EarlyMemory early)
{
    // After so many packets every block that was under way at the beginning was seen.
    private const int JoiningPackets = 256;
    private readonly EarlyPackets _early = new(early);
    private long _accepted, _decoding, _storing;
    private int _lookedFor;

    public SessionId Session => session;

    /// <summary>Those that the FDT names.</summary>
    public ObjectTable Table { get; } = new();

    /// <summary>What happened to them since the last report.</summary>
    public ReportedChanges Changes { get; } = new();

    /// <summary>Whether a symbol of one of them came. A table alone costs a stranger one packet.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Packets of the session so far.</summary>
    public long Packets { get; set; }

    /// <summary>How many have ended, received or not.</summary>
    public int Finished { get; private set; }

    /// <summary>Symbols that are missing between those that came.</summary>
    public long Lost { get; private set; }

    /// <summary>The sender's clock, and when it was told.</summary>
    public (uint Seconds, TimeSpan At)? SenderTime { get; set; }

    /// <summary>Whether what earlier sessions left of some of them is still being looked for.</summary>
    public bool IsLooking => _lookedFor > 0;

    /// <summary>How long blocks took to decode.</summary>
    public TimeSpan Decoding => TimeSpan.FromTicks(Interlocked.Read(ref _decoding));

    /// <summary>How long blocks took to store.</summary>
    public TimeSpan Storing => TimeSpan.FromTicks(Interlocked.Read(ref _storing));

    /// <summary>Gets what happens.</summary>
    public required Action<FluteEvent> Raise { get; init; }

    /// <summary>Runs work that need not be done here.</summary>
    public required Recoveries Recoveries { get; init; }

    /// <summary>Is called after an object was looked for.</summary>
    public Action AfterLooking { get; set; } = static () => { };

    /// <summary>Work on a block took so long; called from any thread.</summary>
    public void Worked(TimeSpan decoding, TimeSpan storing)
    {
        Interlocked.Add(ref _decoding, decoding.Ticks);
        Interlocked.Add(ref _storing, storing.Ticks);
    }

    /// <summary>Keeps a packet of an object that no FDT has named yet.</summary>
    public void Keep(UInt128 toi, ReadOnlySpan<byte> payload, FecOti? inBand)
    {
        if (!_early.TryAdd(toi, payload, inBand)) counts.OverLimit++;
    }

    /// <summary>Lets go of the packets that came before their objects were named.</summary>
    public void DropEarly() => _early.Clear();

    /// <summary>Begins an object that has just been named.</summary>
    public void BeginNew(IncomingObject incoming, TimeSpan now)
    {
        Begin(incoming, null);
        if (!incoming.IsLookedFor) PushEarly(incoming, now);
    }

    /// <summary>Begins an object, if enough is known of it. What cannot be received is told at once, an empty file is whole at once.</summary>
    public void Begin(IncomingObject incoming, FecOti? inBand)
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
        Recoveries.LookFor(this, incoming);
    }

    /// <summary>Takes symbols of an object.</summary>
    /// <param name="incoming">The object.</param>
    /// <param name="payload">FEC payload ID and symbols.</param>
    /// <param name="inBand">The FEC OTI that the packet carries, if any.</param>
    /// <param name="now">The time.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Push(IncomingObject incoming, ReadOnlySpan<byte> payload, FecOti? inBand, TimeSpan now)
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
            Keep(incoming.File.Toi, payload, inBand);
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
            if (gap >= 0) Lost += gap;
            else if (result == SymbolResult.Added) Lost = Math.Max(0, Lost - 1);
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

        if (block?.CanDecode == true) Recoveries.Recover(this, incoming, block, first.SourceBlockNumber);
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
            Changes.Block(incoming, sourceBlockNumber);
        }
        else
        {
            block.Resume(now);
            if (block.CanDecode) Recoveries.Recover(this, incoming, block, sourceBlockNumber);
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
                if (end is null) Changes.Block(incoming, number);
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
        int missing = Table.InOrder.Count(static o => o.State == ObjectState.Failed);
        foreach (IncomingObject incoming in Table.InOrder.Where(static o => o.State == ObjectState.Open))
        {
            missing++;
            FecOti? oti = incoming.Assembly?.Oti ?? (incoming.File.EffectiveTransferLength is { } length ? incoming.File.Fec.ToOti(length) : null);
            Raise(incoming.Damage ?? incoming.Fail(ObjectFailure.Incomplete, incoming.Assembly?.Symbols ?? 0, oti?.TotalSymbols ?? 0));
        }

        return missing;
    }

    /// <summary>Lets go of everything.</summary>
    public void Release()
    {
        foreach (IncomingObject incoming in Table.InOrder) incoming.End(incoming.State == ObjectState.Open ? ObjectState.Failed : incoming.State);
        _early.Clear();
    }

    private void PushEarly(IncomingObject incoming, TimeSpan now) => _early.Take(incoming.File.Toi, (payload, oti) => Push(incoming, payload, oti, now));

    // RFC 6726 section 3.3: an instance must not be used for packets that come when it has expired. That is meant by the
    // sender's clock; receivers' clocks may be wrong by years, so it is looked at only when the sender tells the time.
    private bool IsExpired(IncomingObject incoming, TimeSpan now) =>
        SenderTime is { } time && NtpTime.IsOver(incoming.Expires, unchecked(time.Seconds + (uint)(now - time.At).TotalSeconds));

    private void End(IncomingObject incoming, FluteEvent end)
    {
        if (end is ObjectFailed { Failure: ObjectFailure.Damaged } damage)
        {
            long bytes = incoming.Bytes;
            if (incoming.TryRestart(damage))
            {
                _accepted -= bytes;
                Changes.Restarted(incoming);
                Raise(new ObjectRestarted(session, incoming.File, incoming.Index, damage.Detail!));
                return;
            }

            end = incoming.Damage!;
        }

        bool received = end is ObjectReceived or ObjectPresent;
        incoming.End(received ? ObjectState.Received : ObjectState.Failed);
        Finished++;
        Changes.Ended(incoming, received);
        Raise(end);
    }
}
