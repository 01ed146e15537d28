using System.Diagnostics;
using System.Net;

namespace GalleryPS.Servers;

/// <summary>A client's address without an object for it: the log holds thousands.</summary>
/// <param name="Bits">The address, in IPv6 form.</param>
/// <param name="Zone">The zone of a link-local address.</param>
/// <param name="Port">The port.</param>
internal readonly record struct ClientAddress(UInt128 Bits, uint Zone, ushort Port)
{
    private static readonly UInt128 Mapped = (UInt128)0xFFFF << 32;

    public static ClientAddress FromIPv4(uint address, ushort port) => new(Mapped | address, 0, port);

    public static ClientAddress From(IPEndPoint endPoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        endPoint.Address.MapToIPv6().TryWriteBytes(bytes, out _);
        uint zone = endPoint.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? (uint)endPoint.Address.ScopeId : 0;
        return new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes), zone, (ushort)endPoint.Port);
    }

    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return new IPEndPoint(Network.Hosts.Normal(new IPAddress(bytes, Zone)), Port);
    }
}

/// <summary>The last connections of a server and the totals of all.</summary>
internal sealed class ConnectionLog(string server, int size)
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
    /// <param name="accepted">When it was accepted, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="bytes">Bytes sent.</param>
    /// <param name="outcome">How it ended.</param>
    public void Add(in ClientAddress client, long accepted, long bytes, ConnectionOutcome outcome)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(accepted);
        var entry = new Entry(client, DateTime.UtcNow.Ticks, elapsed.Ticks, bytes, outcome);
        ServerConnection? told = null;
        lock (_lock)
        {
            if (_count == _entries.Length && _entries.Length < size) Array.Resize(ref _entries, Math.Min(size, _entries.Length * 2));
            _entries[_count % _entries.Length] = entry;
            if (OnConnection is not null) told = ToObject(entry, _count);
            _count++;
            _bytes += bytes;
            if (outcome != ConnectionOutcome.Sent) _failed++;
        }

        if (told is not null) OnConnection!(told);
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
