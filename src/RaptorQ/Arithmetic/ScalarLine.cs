using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RaptorQ.Arithmetic;

/// <summary>A line in general-purpose registers: sums eight octets at a time, products by table.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ScalarLine : ILine<ScalarLine>
{
    private const ulong HighBits = 0x8080808080808080;

    private ulong _w0;
    private ulong _w1;
    private ulong _w2;
    private ulong _w3;
    private ulong _w4;
    private ulong _w5;
    private ulong _w6;
    private ulong _w7;

    public static string Name => "Scalar";

    public static bool IsSupported => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLine Load(byte* address) => Unsafe.ReadUnaligned<ScalarLine>(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* address, ScalarLine line) => Unsafe.WriteUnaligned(address, line);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ScalarLine operator ^(ScalarLine left, ScalarLine right)
    {
        left._w0 ^= right._w0;
        left._w1 ^= right._w1;
        left._w2 ^= right._w2;
        left._w3 ^= right._w3;
        left._w4 ^= right._w4;
        left._w5 ^= right._w5;
        left._w6 ^= right._w6;
        left._w7 ^= right._w7;
        return left;
    }

    public static ScalarLine MultiplyByAlpha(ScalarLine line)
    {
        ulong* words = (ulong*)&line;
        for (int i = 0; i < sizeof(ScalarLine) / sizeof(ulong); i++)
        {
            ulong overflow = (words[i] & HighBits) >> 7;
            words[i] = ((words[i] & ~HighBits) << 1) ^ (overflow * Octet.Polynomial);
        }

        return line;
    }

    public static ScalarLine Multiply(ScalarLine line, byte factor)
    {
        byte* products = MultiplicationTables.Products + (factor * 256);
        byte* octets = (byte*)&line;
        for (int i = 0; i < sizeof(ScalarLine); i++)
        {
            octets[i] = products[octets[i]];
        }

        return line;
    }
}
