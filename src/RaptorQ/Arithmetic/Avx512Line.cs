using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RaptorQ.Arithmetic;

/// <summary>A line in one 512-bit vector; products look up both nibbles of an octet with VPSHUFB (AVX-512BW).</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly unsafe struct Avx512Line(Vector512<byte> v) : ILine<Avx512Line>
{
    private readonly Vector512<byte> _v = v;

    public static string Name => "AVX-512";

    public static bool IsSupported => Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Line Load(byte* address) => new(Vector512.Load(address));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, Avx512Line line) => line._v.Store(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Line operator ^(Avx512Line left, Avx512Line right) => new(left._v ^ right._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Line MultiplyByAlpha(Avx512Line line) => new(
        (line._v + line._v)
        ^ (Vector512.LessThan(line._v.AsSByte(), Vector512<sbyte>.Zero).AsByte() & Vector512.Create(Octet.Polynomial)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx512Line Multiply(Avx512Line line, byte factor)
    {
        byte* nibbles = MultiplicationTables.Nibbles + (factor * 32);
        Vector512<byte> low = Avx512F.BroadcastVector128ToVector512((uint*)nibbles).AsByte();
        Vector512<byte> high = Avx512F.BroadcastVector128ToVector512((uint*)(nibbles + 16)).AsByte();
        return new(
            Avx512BW.Shuffle(low, line._v & Vector512.Create((byte)0x0F))
            ^ Avx512BW.Shuffle(high, Vector512.ShiftRightLogical(line._v, 4)));
    }
}
