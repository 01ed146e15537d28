using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>What is known of a flow.</summary>
internal struct FlowEntry
{
    public FlowKey Key;
    public Tally Tally;

    /// <summary>The part of it that was sent again, or only answers that.</summary>
    public Tally Repeated;
    public long FirstTime;
    public long LastTime;
    public long Fragments;
    public long SuperFrames;
    public long Retransmissions;
    public long EmptyDatagrams;
    public long ForwardPackets;
    public long LargestDatagram;

    /// <summary>Whether the first packet (or the SYN) went from the larger end of the key to the smaller.</summary>
    public bool Reversed;

    public bool Opened;
    public bool Selected;
    public Transport Transport;
    public TcpDirection Forward;
    public TcpDirection Back;
}

/// <summary>What is known of one direction of a TCP connection.</summary>
internal struct TcpDirection
{
    public bool Known;
    public bool Finished;
    public ushort SegmentSize;
    public uint First;
    public uint Next;

    /// <summary>How far it had confirmed the other direction in its last segment.</summary>
    public uint Acknowledged;

    /// <summary>Segments that were sent again, and to which the other side has said nothing yet.</summary>
    public long Unanswered;

    /// <summary>Bytes of the stream so far, counted once however often they were sent.</summary>
    public long Bytes;
}

/// <summary>
/// Flows in a table with open addressing: entries in chunks that never move, a power of two of slots that hold
/// their numbers. It stops taking new flows at its limit, so that hostile captures cannot fill the memory.
/// </summary>
internal sealed class FlowTable(int limit)
{
    private const int ChunkBits = 8;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly List<FlowEntry[]> _chunks = [];
    private int[] _slots = new int[1024];
    private int _last = -1;

    /// <summary>Number of flows.</summary>
    public int Count { get; private set; }

    /// <summary>A flow by its number, counted from 0.</summary>
    public ref FlowEntry this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[index >> ChunkBits][index & (ChunkSize - 1)];
    }

    /// <summary>Finds a flow, or makes it.</summary>
    /// <param name="key">The flow.</param>
    /// <param name="isNew">Whether it was made.</param>
    /// <returns>Its number, or -1 when the table is full.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int FindOrAdd(in FlowKey key, out bool isNew)
    {
        isNew = false;

        // Packets come in trains.
        if (_last >= 0 && this[_last].Key.Equals(key)) return _last;
        int mask = _slots.Length - 1;
        int slot = key.GetHashCode() & mask;
        for (; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            int index = _slots[slot] - 1;
            if (this[index].Key.Equals(key)) return _last = index;
        }

        if (Count == limit) return -1;
        isNew = true;
        if (Count >> ChunkBits == _chunks.Count) _chunks.Add(new FlowEntry[ChunkSize]);
        int added = Count++;
        this[added].Key = key;
        _slots[slot] = added + 1;
        if (Count * 2 > _slots.Length) Grow();
        return _last = added;
    }

    private void Grow()
    {
        var slots = new int[_slots.Length * 2];
        int mask = slots.Length - 1;
        for (int index = 0; index < Count; index++)
        {
            int slot = this[index].Key.GetHashCode() & mask;
            while (slots[slot] != 0)
                slot = (slot + 1) & mask;
            slots[slot] = index + 1;
        }

        _slots = slots;
    }
}
