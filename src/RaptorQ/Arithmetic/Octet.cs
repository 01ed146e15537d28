using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RaptorQ.Arithmetic;

/// <summary>
/// Arithmetic on octets as elements of GF(256) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (RFC 6330 section 5.7.2).
/// Addition is exclusive or.
/// </summary>
internal static class Octet
{
    /// <summary>The polynomial without its highest term.</summary>
    public const byte Polynomial = 0x1D;

    private static readonly byte[] Exponentials = CreateExponentials();
    private static readonly byte[] Logarithms = CreateLogarithms();

    /// <summary>OCT_EXP (section 5.7.3): alpha to the power of <paramref name="exponent"/>, 0 to 509.</summary>
    public static byte Exp(int exponent) => Exponentials[exponent];

    /// <summary>OCT_LOG (section 5.7.4): the power of alpha that is <paramref name="value"/>, which is not zero.</summary>
    public static int Log(byte value) => Logarithms[value];

    /// <summary>The product of two octets.</summary>
    public static byte Multiply(byte u, byte v) =>
        u == 0 || v == 0 ? (byte)0 : Exponentials[Logarithms[u] + Logarithms[v]];

    /// <summary>The octet whose product with <paramref name="value"/>, which is not zero, is 1.</summary>
    public static byte Invert(byte value) => Exponentials[255 - Logarithms[value]];

    /// <summary>The product with alpha = 2.</summary>
    public static byte MultiplyByAlpha(byte value) => (byte)((value << 1) ^ ((value >> 7) * Polynomial));

    /// <summary>The products of 16 octets with alpha = 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyByAlpha(Vector128<byte> value) =>
        (value + value) ^ (Vector128.LessThan(value.AsSByte(), Vector128<sbyte>.Zero).AsByte() & Vector128.Create(Polynomial));

    private static byte[] CreateExponentials()
    {
        byte[] exponentials = new byte[510];
        byte value = 1;
        for (int i = 0; i < exponentials.Length; i++)
        {
            exponentials[i] = value;
            value = MultiplyByAlpha(value);
        }

        return exponentials;
    }

    private static byte[] CreateLogarithms()
    {
        byte[] logarithms = new byte[256];
        for (int i = 0; i < 255; i++)
        {
            logarithms[Exponentials[i]] = (byte)i;
        }

        return logarithms;
    }
}
