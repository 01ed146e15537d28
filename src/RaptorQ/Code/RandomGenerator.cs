using System.Runtime.CompilerServices;

namespace RaptorQ.Code;

/// <summary>The pseudo-random number generator Rand[y, i, m] (RFC 6330 section 5.3.5.1).</summary>
internal static class RandomGenerator
{
    /// <summary>A number from 0 to <paramref name="m"/> - 1 that depends on <paramref name="y"/> and <paramref name="i"/> alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Rand(uint y, uint i, uint m)
    {
        uint x0 = RandomTables.V0[(byte)(y + i)];
        uint x1 = RandomTables.V1[(byte)((y >> 8) + i)];
        uint x2 = RandomTables.V2[(byte)((y >> 16) + i)];
        uint x3 = RandomTables.V3[(byte)((y >> 24) + i)];
        return (x0 ^ x1 ^ x2 ^ x3) % m;
    }
}
