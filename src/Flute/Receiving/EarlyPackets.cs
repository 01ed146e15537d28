using System.Numerics;

namespace Flute;

/// <summary>
/// Packets of objects that no FDT describes yet, kept up to a limit of all sessions together. They lie one behind the other in buffers
/// that are used again: strangers who send packets of objects that are never described leave nothing for the garbage collector.
/// </summary>
internal sealed class EarlyPackets(EarlyMemory memory)
{
    // What a packet and an object cost besides their bytes.
    private const int PacketOverhead = 64, ObjectOverhead = 192;
    private readonly SharedBudget.Share _share = new(memory.Budget);
    private readonly Dictionary<UInt128, List<Early>> _packets = [];
    private Kept? _last;

    /// <summary>Takes a packet that was kept.</summary>
    /// <param name="payload">Its payload, until the call returns.</param>
    /// <param name="oti">Its transmission information, if it had any.</param>
    public delegate void Taker(ReadOnlySpan<byte> payload, FecOti? oti);

    /// <summary>Keeps one.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryAdd(UInt128 toi, ReadOnlySpan<byte> payload, FecOti? oti)
    {
        bool known = _packets.TryGetValue(toi, out List<Early>? list);
        int cost = PacketOverhead + (known ? 0 : ObjectOverhead);
        if (!_share.TryTake(cost)) return false;
        if (_last is not { } kept || kept.Buffer.Length - kept.Used < payload.Length)
        {
            int bytes = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(EarlyMemory.BufferBytes, payload.Length));
            if (!_share.TryTake(bytes))
            {
                _share.Release(cost);
                return false;
            }

            kept = _last = new Kept(memory.Rent(bytes));
        }

        payload.CopyTo(kept.Buffer.AsSpan(kept.Used));
        if (list is null) _packets[toi] = list = [];
        list.Add(new Early(kept, kept.Used, payload.Length, oti));
        kept.Used += payload.Length;
        kept.Packets++;
        return true;
    }

    /// <summary>Hands out those of an object, and lets go of them.</summary>
    /// <param name="toi">The object.</param>
    /// <param name="take">Gets each; it may keep others meanwhile.</param>
    public void Take(UInt128 toi, Taker take)
    {
        if (!_packets.Remove(toi, out List<Early>? list)) return;
        foreach (Early early in list) take(early.Kept.Buffer.AsSpan(early.Offset, early.Length), early.Oti);
        Release(list);
    }

    /// <summary>Lets go of all.</summary>
    public void Clear()
    {
        foreach (List<Early> list in _packets.Values) Release(list);
        _packets.Clear();
    }

    private void Release(List<Early> list)
    {
        _share.Release(ObjectOverhead + PacketOverhead * list.Count);
        foreach (Early early in list)
        {
            if (--early.Kept.Packets > 0) continue;
            if (ReferenceEquals(_last, early.Kept)) _last = null;
            _share.Release(early.Kept.Buffer.Length);
            memory.Return(early.Kept.Buffer);
        }
    }

    /// <summary>A buffer, and how many packets lie in it.</summary>
    private sealed class Kept(byte[] buffer)
    {
        public byte[] Buffer => buffer;

        public int Used { get; set; }

        public int Packets { get; set; }
    }

    private readonly record struct Early(Kept Kept, int Offset, int Length, FecOti? Oti);
}

/// <summary>What the sessions of a receiver share for packets that are early. For one thread.</summary>
internal sealed class EarlyMemory(long limit)
{
    /// <summary>Bytes of a buffer, unless one packet has more.</summary>
    public const int BufferBytes = 16 << 10;

    private readonly Stack<byte[]> _free = new();

    /// <summary>Bounds what is lent, and so what is kept for the next one.</summary>
    public SharedBudget Budget { get; } = new(limit);

    /// <summary>Lends a buffer of at least so many bytes.</summary>
    public byte[] Rent(int bytes) => bytes == BufferBytes && _free.TryPop(out byte[]? free) ? free : GC.AllocateUninitializedArray<byte>(bytes);

    /// <summary>Takes it back.</summary>
    public void Return(byte[] buffer)
    {
        if (buffer.Length == BufferBytes) _free.Push(buffer);
    }
}
