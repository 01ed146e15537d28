using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RaptorQ.Arithmetic;

/// <summary>
/// A line in four 128-bit vectors. Products look up both nibbles of an octet with a shuffle of 16 octets: PSHUFB (SSSE3) on
/// x86, TBL (AdvSimd) on Arm. Every index is below 16, where the two do the same.
/// </summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
internal readonly unsafe struct Vector128Line(Vector128<byte> v0, Vector128<byte> v1, Vector128<byte> v2, Vector128<byte> v3)
    : ILine<Vector128Line>
{
    private readonly Vector128<byte> _v0 = v0;
    private readonly Vector128<byte> _v1 = v1;
    private readonly Vector128<byte> _v2 = v2;
    private readonly Vector128<byte> _v3 = v3;

    public static string Name => AdvSimd.Arm64.IsSupported ? "AdvSimd" : "SSSE3";

    public static bool IsSupported => Ssse3.IsSupported || AdvSimd.Arm64.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Line Load(byte* address) => new(
        Vector128.Load(address), Vector128.Load(address + 16), Vector128.Load(address + 32), Vector128.Load(address + 48));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, Vector128Line line)
    {
        line._v0.Store(address);
        line._v1.Store(address + 16);
        line._v2.Store(address + 32);
        line._v3.Store(address + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Line operator ^(Vector128Line left, Vector128Line right) =>
        new(left._v0 ^ right._v0, left._v1 ^ right._v1, left._v2 ^ right._v2, left._v3 ^ right._v3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Line MultiplyByAlpha(Vector128Line line) => new(
        Octet.MultiplyByAlpha(line._v0),
        Octet.MultiplyByAlpha(line._v1),
        Octet.MultiplyByAlpha(line._v2),
        Octet.MultiplyByAlpha(line._v3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128Line Multiply(Vector128Line line, byte factor)
    {
        byte* nibbles = MultiplicationTables.Nibbles + (factor * 32);
        Vector128<byte> low = Vector128.Load(nibbles);
        Vector128<byte> high = Vector128.Load(nibbles + 16);
        return new(
            Multiply(line._v0, low, high),
            Multiply(line._v1, low, high),
            Multiply(line._v2, low, high),
            Multiply(line._v3, low, high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Multiply(Vector128<byte> value, Vector128<byte> low, Vector128<byte> high)
    {
        Vector128<byte> lowIndex = value & Vector128.Create((byte)0x0F);
        Vector128<byte> highIndex = Vector128.ShiftRightLogical(value, 4);
        return Vector128.ShuffleNative(low, lowIndex) ^ Vector128.ShuffleNative(high, highIndex);
    }
}
