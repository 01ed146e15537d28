using System.Runtime.CompilerServices;

namespace RaptorQ.Code;

/// <summary>The pseudo-random number generator Rand[y, i, m] (RFC 6330 section 5.3.5.1).</summary>
internal static class RandomGenerator
{
    /// <summary>A number from 0 to <paramref name="m"/> - 1 that depends on <paramref name="y"/> and <paramref name="i"/> alone.</summary>
    public static uint Rand(uint y, uint i, uint m) => Word(y, i) % m;

    /// <summary>The same for a modulus that was prepared.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Rand(uint y, uint i, Modulus m) => m.Reduce(Word(y, i));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Word(uint y, uint i)
    {
        uint x0 = RandomTables.V0[(byte)(y + i)];
        uint x1 = RandomTables.V1[(byte)((y >> 8) + i)];
        uint x2 = RandomTables.V2[(byte)((y >> 16) + i)];
        uint x3 = RandomTables.V3[(byte)((y >> 24) + i)];
        return x0 ^ x1 ^ x2 ^ x3;
    }
}

/// <summary>A divisor with its reciprocal in fixed point, which makes remainders two multiplications.</summary>
internal readonly struct Modulus(uint divisor)
{
    private readonly ulong _reciprocal = (ulong.MaxValue / divisor) + 1;

    /// <summary>The divisor.</summary>
    public uint Divisor => divisor;

    /// <summary>The remainder of <paramref name="value"/> divided by the divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Reduce(uint value) => (uint)Math.BigMul(_reciprocal * value, divisor, out _);
}
