using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RaptorQ.Arithmetic;

/// <summary>A line in two 256-bit vectors; products look up both nibbles of an octet with VPSHUFB.</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly unsafe struct Avx2Line(Vector256<byte> v0, Vector256<byte> v1) : ILine<Avx2Line>
{
    private readonly Vector256<byte> _v0 = v0;
    private readonly Vector256<byte> _v1 = v1;

    public static string Name => "AVX2";

    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Line Load(byte* address) => new(Vector256.Load(address), Vector256.Load(address + 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, Avx2Line line)
    {
        line._v0.Store(address);
        line._v1.Store(address + 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Line operator ^(Avx2Line left, Avx2Line right) => new(left._v0 ^ right._v0, left._v1 ^ right._v1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Line MultiplyByAlpha(Avx2Line line) => new(MultiplyByAlpha(line._v0), MultiplyByAlpha(line._v1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Avx2Line Multiply(Avx2Line line, byte factor)
    {
        byte* nibbles = MultiplicationTables.Nibbles + (factor * 32);
        Vector256<byte> low = Avx2.BroadcastVector128ToVector256(nibbles);
        Vector256<byte> high = Avx2.BroadcastVector128ToVector256(nibbles + 16);
        return new(Multiply(line._v0, low, high), Multiply(line._v1, low, high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> MultiplyByAlpha(Vector256<byte> value) =>
        (value + value) ^ (Vector256.LessThan(value.AsSByte(), Vector256<sbyte>.Zero).AsByte() & Vector256.Create(Octet.Polynomial));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Multiply(Vector256<byte> value, Vector256<byte> low, Vector256<byte> high) =>
        Avx2.Shuffle(low, value & Vector256.Create((byte)0x0F)) ^ Avx2.Shuffle(high, Vector256.ShiftRightLogical(value, 4));
}
