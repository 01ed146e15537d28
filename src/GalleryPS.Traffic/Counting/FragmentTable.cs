using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace GalleryPS.Traffic;

/// <summary>What tells the fragments of one datagram from those of another (RFC 791, RFC 8200).</summary>
internal readonly struct FragmentKey(UInt128 source, UInt128 destination, uint id, byte protocol) : IEquatable<FragmentKey>
{
    private readonly UInt128 _source = source;
    private readonly UInt128 _destination = destination;
    private readonly ulong _rest = ((ulong)id << 8) | protocol;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FragmentKey Of(in PacketView packet) => new(
        FlowKey.Address(packet.SourceAddress), FlowKey.Address(packet.DestinationAddress), packet.FragmentId, packet.Protocol);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Equals(FragmentKey other) => _rest == other._rest && _source == other._source && _destination == other._destination;

    public override bool Equals(object? obj) => obj is FragmentKey other && Equals(other);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override int GetHashCode() =>
        (int)FlowKey.Mix(_rest ^ (ulong)_source ^ (ulong)(_source >> 64), (ulong)_destination ^ (ulong)(_destination >> 64) ^ 0x9E3779B97F4A7C15);
}

/// <summary>
/// Joins fragments to their datagram's flow. Only the first fragment has ports; what comes before it waits here.
/// Datagrams that stay incomplete are given up after the reassembly time of RFC 8200 (60 s), or earlier when too
/// many wait.
/// </summary>
internal sealed class FragmentTable
{
    public const int Unknown = -2;
    private const int Limit = 4096;
    private const long TimeoutNanoseconds = 60_000_000_000;

    private readonly Dictionary<FragmentKey, Datagram> _datagrams = [];

    /// <summary>Datagrams of which a part was never seen.</summary>
    public long Incomplete { get; private set; }

    /// <summary>Takes a fragment in.</summary>
    /// <param name="packet">The fragment.</param>
    /// <param name="time">When it was captured.</param>
    /// <param name="flow">Its flow if it is the first one, else <see cref="Unknown"/>.</param>
    /// <param name="tally">What it counts.</param>
    /// <param name="waiting">What waited for this fragment and now belongs to its flow.</param>
    /// <param name="fragmentsWaiting">How many fragments that is.</param>
    /// <returns>The datagram's flow, or <see cref="Unknown"/> while its first fragment was not seen.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Join(
        in PacketView packet, long time, int flow, in Tally tally, out Tally waiting, out int fragmentsWaiting)
    {
        if (_datagrams.Count >= Limit) GiveUp(time);
        var key = FragmentKey.Of(packet);
        ref Datagram datagram = ref CollectionsMarshal.GetValueRefOrAddDefault(_datagrams, key, out bool exists);
        if (!exists || time - datagram.Time > TimeoutNanoseconds)
        {
            if (exists) Incomplete++;
            datagram = new Datagram { Flow = Unknown };
        }

        datagram.Time = time;
        waiting = default;
        fragmentsWaiting = 0;
        if (flow != Unknown)
        {
            datagram.Flow = flow;
            waiting = datagram.Waiting;
            fragmentsWaiting = datagram.FragmentsWaiting;
            datagram.Waiting = default;
            datagram.FragmentsWaiting = 0;
        }
        else if (datagram.Flow == Unknown)
        {
            datagram.Waiting.Add(tally);
            datagram.FragmentsWaiting++;
        }

        datagram.Received += packet.TransportLength;
        if (!packet.MoreFragments) datagram.Length = packet.FragmentOffset + packet.TransportLength;
        int result = datagram.Flow;
        if (datagram.Length != 0 && datagram.Received >= datagram.Length && result != Unknown) _datagrams.Remove(key);
        return result;
    }

    /// <summary>Counts what is still incomplete at the end of the file.</summary>
    public void Finish()
    {
        Incomplete += _datagrams.Count;
        _datagrams.Clear();
    }

    private void GiveUp(long now)
    {
        int before = _datagrams.Count;
        foreach ((FragmentKey key, Datagram datagram) in _datagrams)
        {
            if (now - datagram.Time > TimeoutNanoseconds) _datagrams.Remove(key);
        }

        if (_datagrams.Count > Limit / 2) _datagrams.Clear();
        Incomplete += before - _datagrams.Count;
    }

    private struct Datagram
    {
        public int Flow;
        public int FragmentsWaiting;
        public long Time;
        public long Received;
        public long Length;
        public Tally Waiting;
    }
}
