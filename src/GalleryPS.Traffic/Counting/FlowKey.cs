using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>One end of a flow.</summary>
internal readonly record struct FlowEnd(UInt128 Address, ushort Port)
{
    public IPEndPoint EndPoint(bool ipv6)
    {
        if (!ipv6) return new IPEndPoint(new IPAddress(BinaryPrimitives.ReverseEndianness((uint)Address)), Port);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        return new IPEndPoint(new IPAddress(bytes), Port);
    }
}

/// <summary>
/// What tells flows apart: addresses, ports, protocol. Both directions of a conversation have the same key, which
/// holds the smaller end first.
/// </summary>
internal readonly struct FlowKey : IEquatable<FlowKey>
{
    private readonly UInt128 _low;
    private readonly UInt128 _high;

    // Ports 16 + 16, protocol 8, version 8.
    private readonly ulong _rest;

    private FlowKey(UInt128 low, UInt128 high, ulong rest)
    {
        _low = low;
        _high = high;
        _rest = rest;
    }

    public byte Protocol => (byte)(_rest >> 8);

    public bool IPv6 => (byte)_rest == 6;

    public FlowEnd Low => new(_low, (ushort)(_rest >> 48));

    public FlowEnd High => new(_high, (ushort)(_rest >> 32));

    /// <summary>The key of a packet.</summary>
    /// <param name="packet">An IP packet.</param>
    /// <param name="reversed">Whether the packet goes from the larger end to the smaller.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FlowKey Of(in PacketView packet, out bool reversed)
    {
        UInt128 source = Address(packet.SourceAddress);
        UInt128 destination = Address(packet.DestinationAddress);
        ulong from = packet.HasPorts ? packet.SourcePort : 0u;
        ulong to = packet.HasPorts ? packet.DestinationPort : 0u;
        ulong kind = ((ulong)packet.Protocol << 8) | (uint)packet.IPVersion;
        reversed = source > destination || (source == destination && from > to);
        return reversed
            ? new FlowKey(destination, source, (to << 48) | (from << 32) | kind)
            : new FlowKey(source, destination, (from << 48) | (to << 32) | kind);
    }

    public static UInt128 Address(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        16 => BinaryPrimitives.ReadUInt128BigEndian(bytes),
        _ => UInt128.Zero,
    };

    public bool Equals(FlowKey other) => _rest == other._rest && _low == other._low && _high == other._high;

    public override bool Equals(object? obj) => obj is FlowKey other && Equals(other);

    public override int GetHashCode()
    {
        // Multiplying and folding spreads addresses that differ in few bits.
        ulong hash = Mix((ulong)_low ^ 0x9E3779B97F4A7C15, (ulong)(_low >> 64) ^ 0xD1B54A32D192ED03);
        hash = Mix(hash ^ (ulong)_high, (ulong)(_high >> 64) ^ 0x94D049BB133111EB);
        return (int)Mix(hash ^ _rest, 0xBF58476D1CE4E5B9);
    }

    /// <summary>Multiplies and folds the product: every bit of both goes into the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Mix(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }
}
