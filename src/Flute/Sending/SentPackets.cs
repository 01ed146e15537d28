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
    private readonly (long Number, PacketMark Mark)[] _ring = new (long, PacketMark)[Size];
    private long _count;

    /// <summary>Whether nothing was sent but the FDT.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>A packet was sent.</summary>
    /// <param name="number">The packets of the session up to this one, of the FDT too.</param>
    /// <param name="mark">What it carried.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(long number, PacketMark mark) => _ring[_count++ & (Size - 1)] = (number, mark);

    /// <summary>Finds a packet.</summary>
    /// <param name="mark">What it carried.</param>
    /// <param name="after">It is later than this one. A symbol may have been sent twice: the earlier time is meant.</param>
    /// <returns>Its number, or null when there is none, or it is too long ago.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long? Find(PacketMark mark, long after)
    {
        long low = Math.Max(0, _count - Size), high = _count;
        while (low < high)
        {
            long middle = (low + high) / 2;
            if (_ring[middle & (Size - 1)].Number > after) high = middle;
            else low = middle + 1;
        }

        for (; low < _count; low++)
        {
            if (_ring[low & (Size - 1)].Mark == mark) return _ring[low & (Size - 1)].Number;
        }

        return null;
    }
}
