using System.Runtime.Intrinsics;
using RaptorQ.Arithmetic;

namespace RaptorQ.Code;

/// <summary>
/// The H HDPC rows of the constraint matrix, G_HDPC = MT * GAMMA followed by the identity (RFC 6330 section 5.3.3.3). They
/// are never written out as a matrix: MT has two ones in a column (but for the last, which is 1, alpha, alpha^2, ...), and
/// GAMMA is a recurrence, so a product with G_HDPC takes one multiplication by alpha and three sums per column.
/// </summary>
internal sealed class HdpcRows
{
    /// <summary>H is at most 16 in Table 2, so that a column of the HDPC rows fits one 128-bit vector.</summary>
    public const int MaxRows = 16;

    /// <summary>The structure of the HDPC rows for one K'.</summary>
    public HdpcRows(CodeParameters code)
    {
        Code = code;
        ColumnCount = code.KPrime + code.S;
        Pairs = new byte[2 * (ColumnCount - 1)];
        uint h = (uint)code.H;
        for (int j = 0; j < ColumnCount - 1; j++)
        {
            uint first = RandomGenerator.Rand((uint)j + 1, 6, h);
            uint second = (first + RandomGenerator.Rand((uint)j + 1, 7, h - 1) + 1) % h;
            Pairs[2 * j] = (byte)first;
            Pairs[(2 * j) + 1] = (byte)second;
        }
    }

    /// <summary>The code these rows belong to.</summary>
    public CodeParameters Code { get; }

    /// <summary>Columns of G_HDPC: K' + S, all but the last H.</summary>
    public int ColumnCount { get; }

    /// <summary>The rows of the two ones of each column of MT but the last: entries 2j and 2j + 1 for column j.</summary>
    public byte[] Pairs { get; }

    /// <summary>Every column of the HDPC rows, as a vector of H octets; columns of the identity included.</summary>
    public Vector128<byte>[] ToColumns()
    {
        var columns = new Vector128<byte>[Code.L];
        Vector128<byte> last = default;
        byte power = 1;
        for (int i = 0; i < Code.H; i++)
        {
            last = last.WithElement(i, power);
            power = Octet.MultiplyByAlpha(power);
            columns[ColumnCount + i] = Vector128<byte>.Zero.WithElement(i, (byte)1);
        }

        var unit = new Vector128<byte>[Code.H];
        columns.AsSpan(ColumnCount, Code.H).CopyTo(unit);

        // Column j of MT * GAMMA is column j of MT plus alpha times column j + 1 of the product.
        columns[ColumnCount - 1] = last;
        for (int j = ColumnCount - 2; j >= 0; j--)
        {
            last = Octet.MultiplyByAlpha(last) ^ unit[Pairs[2 * j]] ^ unit[Pairs[(2 * j) + 1]];
            columns[j] = last;
        }

        return columns;
    }
}
