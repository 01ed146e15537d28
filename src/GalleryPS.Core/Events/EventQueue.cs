namespace GalleryPS.Events;

/// <summary>
/// The one queue between the threads that read the network and the thread that presents what came. It is bounded in
/// bytes and in events: a slow reader makes the network wait instead of filling the memory.
/// </summary>
internal sealed class EventQueue(int maxEvents = 1024, long maxBytes = 128L << 20) : IDisposable
{
    private const int Together = 16;
    private readonly Queue<(GalleryEvent Event, long Bytes)> _items = new();
    private long _bytes;
    private bool _complete, _alarmed;
    private int _takersWaiting, _addersWaiting;

    /// <summary>Adds an event; waits while the queue is full. One event larger than the bound goes through alone.</summary>
    /// <param name="added">The event.</param>
    /// <param name="bytes">What it weighs.</param>
    /// <param name="urgent">
    /// False when more may come at once: whoever takes is then woken by <see cref="Flush"/>, or when some have come
    /// together. Waking a thread costs as much as receiving a small image.
    /// </param>
    /// <returns>False when the queue was completed: the event is not wanted any more.</returns>
    public bool Add(GalleryEvent added, long bytes = 0, bool urgent = true)
    {
        lock (_items)
        {
            while (!_complete && _items.Count > 0 && (_items.Count >= maxEvents || _bytes + bytes > maxBytes))
            {
                _addersWaiting++;
                if (_takersWaiting > 0) Monitor.PulseAll(_items);
                Monitor.Wait(_items);
                _addersWaiting--;
            }

            if (_complete) return false;
            _items.Enqueue((added, bytes));
            _bytes += bytes;
            if (_takersWaiting > 0 && (urgent || _items.Count >= Together)) Monitor.PulseAll(_items);
            return true;
        }
    }

    /// <summary>Nothing more is coming at once: wakes whoever takes.</summary>
    public void Flush()
    {
        lock (_items)
        {
            if (_takersWaiting > 0 && _items.Count > 0) Monitor.PulseAll(_items);
        }
    }

    /// <summary>Nothing will be added any more; what is in the queue can still be taken.</summary>
    public void Complete()
    {
        lock (_items)
        {
            _complete = true;
            Monitor.PulseAll(_items);
        }
    }

    /// <summary>Makes the next <see cref="Take"/> return at once, so that whoever takes can look at the time.</summary>
    public void Alarm()
    {
        lock (_items)
        {
            _alarmed = true;
            Monitor.PulseAll(_items);
        }
    }

    /// <summary>Takes the next event; waits until there is one, or a reason not to wait any longer.</summary>
    /// <param name="next">The event, if there is one.</param>
    /// <param name="cancellationToken">Ends the waiting; see <see cref="WakeOn"/>.</param>
    /// <returns>What became of it.</returns>
    public TakeResult Take(out GalleryEvent? next, CancellationToken cancellationToken)
    {
        lock (_items)
        {
            while (_items.Count == 0 && !_complete && !_alarmed && !cancellationToken.IsCancellationRequested)
            {
                _takersWaiting++;
                Monitor.Wait(_items);
                _takersWaiting--;
            }

            next = null;
            if (cancellationToken.IsCancellationRequested) return TakeResult.Cancelled;
            if (_alarmed)
            {
                _alarmed = false;
                return TakeResult.Alarmed;
            }

            if (!_items.TryDequeue(out (GalleryEvent Event, long Bytes) item)) return TakeResult.Completed;
            _bytes -= item.Bytes;

            // Woken at half, an adder brings many at once; woken at every gap, it would bring one.
            if (_addersWaiting > 0 && _items.Count <= maxEvents / 2 && _bytes <= maxBytes / 2) Monitor.PulseAll(_items);
            next = item.Event;
            return TakeResult.Taken;
        }
    }

    /// <summary>Makes cancelling wake whoever waits in <see cref="Take"/>.</summary>
    public CancellationTokenRegistration WakeOn(CancellationToken cancellationToken) => cancellationToken.UnsafeRegister(
        static state =>
        {
            var queue = (EventQueue)state!;
            lock (queue._items) Monitor.PulseAll(queue._items);
        },
        this);

    /// <summary>Lets go of everything; whoever waits to add is released.</summary>
    public void Dispose()
    {
        Complete();
        lock (_items)
        {
            _items.Clear();
            _bytes = 0;
        }
    }
}

/// <summary>What taking from an <see cref="EventQueue"/> led to.</summary>
internal enum TakeResult
{
    /// <summary>There was an event.</summary>
    Taken,

    /// <summary>It is time to look at the time.</summary>
    Alarmed,

    /// <summary>There will be none any more.</summary>
    Completed,

    /// <summary>The waiting was cancelled.</summary>
    Cancelled,
}
