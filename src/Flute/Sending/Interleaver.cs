using System.Runtime.CompilerServices;

namespace Flute;

/// <summary>
/// Decides which block's symbol is next. Blocks are sent in turns, so that a burst of loss takes a little of each instead
/// of much of one; passes repeat everything; blocks that receivers miss symbols of come first.
/// </summary>
internal sealed class Interleaver(FluteSenderOptions options) : IDisposable
{
    // Most symbols that a block may be waiting to send, per source symbol. Three quarters of loss ask for four.
    private const int MostPerSymbol = 8;
    private readonly List<SendingObject> _objects = [];
    private readonly List<SendingBlock> _active = [];
    private readonly Queue<SendingBlock> _wanted = new();
    private readonly AutoResetEvent _ready = new(false);
    private long _activeBytes;
    private int _turn, _object, _block, _pass;
    private bool _stopped;

    public double Redundancy { get; set; } = options.Redundancy;

    /// <summary>Whether every receiver has a block, so that a pass leaves it out; null where nobody reports.</summary>
    public Func<SendingBlock, bool>? IsEverywhere { get; set; }

    /// <summary>Whether nothing is to be sent at present.</summary>
    public bool IsEmpty => _active.Count == 0 && _wanted.Count == 0 && !HasPlanned;

    /// <summary>Whether nothing is ever to be sent any more.</summary>
    public bool IsOver => IsEmpty && (_stopped || !options.WaitsForReports);

    private bool HasPlanned => !_stopped && _objects.Count > 0 && (options.Passes == 0 || _pass < options.Passes - 1 || _object < _objects.Count);

    public void Add(SendingObject fluteObject) => _objects.Add(fluteObject);

    public int PassOf(SendingObject fluteObject) => _object < _objects.Count && fluteObject.Toi > _objects[_object].Toi ? _pass - 1 : _pass;

    /// <summary>Ends all passes; what is being sent is given up.</summary>
    public void Stop()
    {
        _stopped = true;
        _wanted.Clear();
        foreach (SendingBlock block in _active) Leave(block);
        _active.Clear();
        _activeBytes = 0;
    }

    /// <summary>The block whose symbol is next; waits for one to be read or encoded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public SendingBlock? Next()
    {
        while (true)
        {
            Fill();
            if (_active.Count == 0) return null;
            for (int i = 0; i < _active.Count; i++)
            {
                if (++_turn >= _active.Count) _turn = 0;
                if (_active[_turn].IsReady) return _active[_turn];
            }

            _ready.WaitOne(10);
        }
    }

    /// <summary>The last symbol of a block's turn was sent.</summary>
    /// <returns>Whether its object's pass is over.</returns>
    public bool Sent(SendingBlock block)
    {
        _active.Remove(block);
        _activeBytes -= block.Bytes;
        Leave(block);
        if (++block.Owner.BlocksSent < block.Owner.Blocks.Length) return false;
        block.Owner.BlocksSent = 0;
        return true;
    }

    public void SendMore(SendingBlock block, int symbols)
    {
        if (symbols < 1 || block.Owner.IsUnreadable || _stopped) return;
        int most = MostPerSymbol * block.K;
        block.Quota = Math.Max(block.Quota, (int)Math.Min((long)block.Quota + symbols, most));
        if (block.IsActive)
        {
            block.Prepare(options.Background, Signal);
            return;
        }

        if (block.IsQueued) return;
        block.IsQueued = true;
        _wanted.Enqueue(block);

        // It is not a pass of its own.
        block.Owner.BlocksSent--;
    }

    public void Drop(SendingObject owner)
    {
        foreach (SendingBlock block in owner.Blocks)
        {
            block.Quota = 0;
            if (!_active.Remove(block)) continue;
            _activeBytes -= block.Bytes;
            Leave(block);
        }
    }

    /// <summary>The first objects that blocks are being sent of.</summary>
    public IEnumerable<SendingObject> InProgress(int most) => _active.Select(static b => b.Owner).Distinct().OrderBy(static o => o.Toi).Take(most);

    public void Dispose()
    {
        Stop();
        _ready.Dispose();
    }

    private void Fill()
    {
        while (_active.Count < options.InterleavedBlocks && (_active.Count == 0 || _activeBytes < options.InterleavedBytes))
        {
            if (_wanted.TryDequeue(out SendingBlock? wanted))
            {
                wanted.IsQueued = false;
                if (wanted.Quota > 0 && !wanted.IsActive) Begin(wanted);
            }
            else if (NextPlanned() is { } planned)
            {
                planned.Quota += planned.K + Extra(planned.K);
                Begin(planned);
            }
            else
            {
                return;
            }
        }
    }

    private void Begin(SendingBlock block)
    {
        block.IsActive = true;
        _active.Add(block);
        _activeBytes += block.Bytes;
        block.Prepare(options.Background, Signal);
    }

    private static void Leave(SendingBlock block)
    {
        block.IsActive = false;
        block.Quota = 0;
        block.Release();
    }

    private SendingBlock? NextPlanned()
    {
        while (HasPlanned)
        {
            if (_object == _objects.Count)
            {
                // Nothing but unreadable files would go round for ever.
                if (_objects.All(static o => o.IsUnreadable || o.Blocks.Length == 0))
                {
                    _stopped = true;
                    return null;
                }

                _object = 0;
                _pass++;
            }

            SendingObject fluteObject = _objects[_object];
            if (fluteObject.IsUnreadable || _block >= fluteObject.Blocks.Length)
            {
                _object++;
                _block = 0;
                continue;
            }

            // A short gallery comes round while its blocks are still being sent.
            SendingBlock block = fluteObject.Blocks[_block];
            if (block.IsActive) return null;
            _block++;
            if (IsEverywhere?.Invoke(block) != true) return block;
            block.IsLeftOut = true;
            if (++fluteObject.BlocksSent == fluteObject.Blocks.Length) fluteObject.BlocksSent = 0;
        }

        return null;
    }

    /// <summary>Repair symbols that go with so many source symbols.</summary>
    public int Extra(int k)
    {
        if (options.Fec != FecEncodingId.RaptorQ || Redundancy <= 0) return 0;

        // With reports, what is missing is asked for; without, better one symbol too many.
        return (int)(options.WaitsForReports ? Math.Floor(k * Redundancy) : Math.Ceiling(k * Redundancy));
    }

    private void Signal()
    {
        try
        {
            _ready.Set();
        }
        catch (ObjectDisposedException)
        {
            // Something was read ahead for a session that is over.
        }
    }
}
