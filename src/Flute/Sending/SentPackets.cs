using System.Runtime.CompilerServices;

namespace Flute;

/// <summary>Which symbol a packet carried.</summary>
/// <param name="Toi">The object.</param>
/// <param name="Id">The FEC payload ID.</param>
public readonly record struct PacketMark(ulong Toi, FecPayloadId Id);

/// <summary>
/// The last packets of a session in the order they were sent. A receiver that says which packet it got last has thereby
/// said how far it is, and, with the number of packets it got, how many it lost.
/// </summary>
internal sealed class SentPackets
{
    private const int Size = 1 << 15;
    private readonly (long Number, PacketMark Mark, TimeSpan At)[] _ring = new (long, PacketMark, TimeSpan)[Size];
    private long _count, _stamped;

    /// <summary>Whether nothing was sent but the FDT.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>A packet was sent.</summary>
    /// <param name="number">The packets of the session up to this one, of the FDT too.</param>
    /// <param name="mark">What it carried.</param>
    /// <param name="at">When it was made.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(long number, PacketMark mark, TimeSpan at) => _ring[_count++ & (Size - 1)] = (number, mark, at);

    /// <summary>What was added since the last call leaves now, which may be later than it was made.</summary>
    public void Leave(TimeSpan now)
    {
        for (_stamped = Math.Max(_stamped, _count - Size); _stamped < _count; _stamped++) _ring[_stamped & (Size - 1)].At = now;
    }

    /// <summary>Finds a packet.</summary>
    /// <param name="mark">What it carried.</param>
    /// <param name="after">It is later than this one. A symbol may have been sent twice: the earlier time is meant.</param>
    /// <param name="lately">It was not long ago, but <paramref name="after"/> was: the later time is meant.</param>
    /// <returns>Its number and when it left, or null when there is none, or it is too long ago.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (long Number, TimeSpan At)? Find(PacketMark mark, long after, bool lately = false)
    {
        if (lately) return FindBackwards(mark, after);
        long low = Math.Max(0, _count - Size), high = _count;
        while (low < high)
        {
            long middle = (low + high) / 2;
            if (_ring[middle & (Size - 1)].Number > after) high = middle;
            else low = middle + 1;
        }

        for (; low < _count; low++)
        {
            ref (long Number, PacketMark Mark, TimeSpan At) sent = ref _ring[low & (Size - 1)];
            if (sent.Mark == mark) return (sent.Number, sent.At);
        }

        return null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (long Number, TimeSpan At)? FindBackwards(PacketMark mark, long after)
    {
        for (long i = _count - 1, least = Math.Max(0, _count - Size); i >= least; i--)
        {
            ref (long Number, PacketMark Mark, TimeSpan At) sent = ref _ring[i & (Size - 1)];
            if (sent.Number <= after) return null;
            if (sent.Mark == mark) return (sent.Number, sent.At);
        }

        return null;
    }
}
