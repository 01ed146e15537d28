using System.Runtime.CompilerServices;

namespace RaptorQ.Arithmetic;

/// <summary>A line in general-purpose registers: sums eight octets at a time, products by table.</summary>
internal unsafe struct ScalarLine : ILine<ScalarLine>
{
    private Words _words;

    public static string Name => "Scalar";

    public static bool IsSupported => true;

    public static ScalarLine Load(byte* address) => Unsafe.ReadUnaligned<ScalarLine>(address);

    public static void Store(byte* address, ScalarLine line) => Unsafe.WriteUnaligned(address, line);

    public static ScalarLine operator ^(ScalarLine left, ScalarLine right)
    {
        for (int i = 0; i < Words.Length; i++)
        {
            left._words[i] ^= right._words[i];
        }

        return left;
    }

    public static ScalarLine MultiplyByAlpha(ScalarLine line)
    {
        const ulong HighBits = 0x8080808080808080;
        for (int i = 0; i < Words.Length; i++)
        {
            ulong word = line._words[i];
            ulong overflow = (word & HighBits) >> 7;
            line._words[i] = ((word & ~HighBits) << 1) ^ (overflow * Octet.Polynomial);
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

    [InlineArray(Length)]
    private struct Words
    {
        public const int Length = 8;
        private ulong _first;
    }
}
