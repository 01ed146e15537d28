using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;

namespace GalleryPS.Messages;

/// <summary>
/// Keeps the counters of each source. A duplicate is told by its bytes, because nothing else is on the wire; order only
/// where messages carry a sequence number. Memory is bounded whatever arrives.
/// </summary>
internal sealed class SourceLedger(int mostSources = 16_384, int remembered = 65_536)
{
    private readonly Dictionary<IPEndPoint, Counters> _sources = [];
    private readonly HashSet<(int Source, UInt128 Content)> _seen = [];
    private readonly Queue<(int Source, UInt128 Content)> _order = new();
    private int _next;

    /// <summary>Different sources so far.</summary>
    public int Sources => _next;

    /// <summary>Duplicates so far.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Takes note of a message.</summary>
    /// <returns>Whether its bytes came from this source before, and whether a higher sequence number did.</returns>
    public (bool Duplicate, bool OutOfOrder) Note(IPEndPoint source, ReadOnlySpan<byte> data, MessageKind kind, long? sequence, DateTimeOffset time)
    {
        if (!_sources.TryGetValue(source, out Counters? counters))
        {
            // Forged sources must not fill the memory; real ones are few.
            if (_sources.Count >= mostSources) _sources.Clear();
            _sources[source] = counters = new Counters(_next++, time);
        }

        bool duplicate = !IsNew((counters.Number, Fingerprint(data)));
        if (duplicate) Duplicates++;
        return (duplicate, counters.Add(data.Length, kind, sequence, duplicate, time));
    }

    /// <summary>The counters of each source, in the order in which the sources appeared.</summary>
    public IReadOnlyList<SourceStatistics> Statistics() =>
        [.. _sources.OrderBy(static s => s.Value.Number).Select(static s => s.Value.ToStatistics(s.Key))];

    private bool IsNew((int Source, UInt128 Content) message)
    {
        if (!_seen.Add(message)) return false;
        _order.Enqueue(message);
        if (_order.Count > remembered) _seen.Remove(_order.Dequeue());
        return true;
    }

    // Half of a hash that nobody can aim at is plenty to tell some thousand messages apart.
    private static UInt128 Fingerprint(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private sealed class Counters(int number, DateTimeOffset first)
    {
        private readonly long[] _kinds = new long[3];
        private long _bytes, _duplicates, _outOfOrder, _numbered;
        private long? _lowest, _highest;
        private DateTimeOffset _last;

        public int Number => number;

        public bool Add(int bytes, MessageKind kind, long? sequence, bool duplicate, DateTimeOffset time)
        {
            _kinds[(int)kind]++;
            _bytes += bytes;
            _last = time;
            if (duplicate)
            {
                _duplicates++;
                return false;
            }

            if (sequence is not { } value) return false;
            _numbered++;
            bool late = value < _highest;
            if (late) _outOfOrder++;
            if (!(_lowest <= value)) _lowest = value;
            if (!(_highest >= value)) _highest = value;
            return late;
        }

        public SourceStatistics ToStatistics(IPEndPoint source) => new()
        {
            Source = source,
            Received = _kinds.Sum(),
            Bytes = _bytes,
            Text = _kinds[(int)MessageKind.Text],
            Json = _kinds[(int)MessageKind.Json],
            Binary = _kinds[(int)MessageKind.Binary],
            Duplicates = _duplicates,
            OutOfOrder = _numbered == 0 ? null : _outOfOrder,
            Missing = Missing(),
            LowestSequence = _lowest,
            HighestSequence = _highest,
            First = first,
            Last = _last,
        };

        // The numbers come from the network: their span may be larger than a long.
        private long? Missing() => _lowest is { } low && _highest is { } high
            ? (long)Int128.Clamp((Int128)high - low + 1 - _numbered, 0, long.MaxValue)
            : null;
    }
}
