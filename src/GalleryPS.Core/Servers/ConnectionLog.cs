using GalleryPS.Network;

namespace GalleryPS.Servers;

/// <summary>The last connections of a server and the totals of all.</summary>
internal sealed class ConnectionLog(string server, int size, TimeProvider time)
{
    private readonly Lock _lock = new();
    private Entry[] _entries = new Entry[Math.Min(size, 256)];
    private long _count, _failed, _bytes;

    /// <summary>Called with each connection when somebody wants to hear of them at once.</summary>
    public Action<ServerConnection>? OnConnection { get; set; }

    public (long Connections, long Failed, long Bytes) Totals
    {
        get
        {
            lock (_lock) return (_count, _failed, _bytes);
        }
    }

    /// <summary>Takes note of a connection that ended.</summary>
    /// <param name="client">The client.</param>
    /// <param name="accepted">When it was accepted, as a timestamp of its clock.</param>
    /// <param name="bytes">Bytes sent.</param>
    /// <param name="outcome">How it ended.</param>
    public void Add(in ClientAddress client, long accepted, long bytes, ConnectionOutcome outcome)
    {
        TimeSpan elapsed = time.GetElapsedTime(accepted);
        var entry = new Entry(client, time.GetUtcNow().Ticks, elapsed.Ticks, bytes, outcome);
        ServerConnection? finished = null;
        lock (_lock)
        {
            if (_count == _entries.Length && _entries.Length < size) Array.Resize(ref _entries, Math.Min(size, _entries.Length * 2));
            _entries[_count % _entries.Length] = entry;
            if (OnConnection is not null) finished = ToObject(entry, _count);
            _count++;
            _bytes += bytes;
            if (outcome != ConnectionOutcome.Sent) _failed++;
        }

        if (finished is not null) OnConnection!(finished);
    }

    /// <summary>The connections that are remembered, oldest first.</summary>
    public IReadOnlyList<ServerConnection> Snapshot()
    {
        lock (_lock)
        {
            long first = Math.Max(0, _count - _entries.Length);
            var all = new ServerConnection[_count - first];
            for (long i = first; i < _count; i++) all[i - first] = ToObject(_entries[i % _entries.Length], i);
            return all;
        }
    }

    private ServerConnection ToObject(in Entry entry, long index) => new()
    {
        Index = index,
        Server = server,
        Client = entry.Client.ToEndPoint(),
        Time = new DateTimeOffset(entry.Ended - entry.Elapsed, TimeSpan.Zero).ToLocalTime(),
        Bytes = entry.Bytes,
        Elapsed = TimeSpan.FromTicks(entry.Elapsed),
        Outcome = entry.Outcome,
    };

    private readonly record struct Entry(ClientAddress Client, long Ended, long Elapsed, long Bytes, ConnectionOutcome Outcome);
}
