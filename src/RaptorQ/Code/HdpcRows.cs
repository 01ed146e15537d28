using System.Runtime.CompilerServices;
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

    /// <summary>
    /// The recurrence runs on this many segments of the columns side by side, as each of its steps waits for the one before.
    /// </summary>
    public const int Segments = 4;

    /// <summary>Steps of all segments that make one block.</summary>
    public const int StepsPerBlock = 32;

    /// <summary>The structure of the HDPC rows for one K'.</summary>
    public HdpcRows(CodeParameters code)
    {
        Code = code;
        ColumnCount = code.KPrime + code.S;
        Pairs = new byte[2 * (ColumnCount - 1)];
        var h = new Modulus((uint)code.H);
        var hMinus1 = new Modulus((uint)code.H - 1);
        for (int j = 0; j < ColumnCount - 1; j++)
        {
            uint first = RandomGenerator.Rand((uint)j + 1, 6, h);
            uint second = (first + RandomGenerator.Rand((uint)j + 1, 7, hMinus1) + 1) % h.Divisor;
            Pairs[2 * j] = (byte)first;
            Pairs[(2 * j) + 1] = (byte)second;
        }

        SegmentLength = (ColumnCount - 1 + Segments - 1) / Segments;
        Padding = (SegmentLength * Segments) - (ColumnCount - 1);
        int blocks = (SegmentLength + StepsPerBlock - 1) / StepsPerBlock;
        PositionCounts = new byte[blocks * code.H];
        Positions = new byte[Pairs.Length];
        Carries = new byte[(Segments - 1) * code.H];
        SortPositions();
        SumCarries();
    }

    /// <summary>The code these rows belong to.</summary>
    public CodeParameters Code { get; }

    /// <summary>Columns of G_HDPC: K' + S, all but the last H.</summary>
    public int ColumnCount { get; }

    /// <summary>
    /// Columns in a segment. Column j, but for the last one, is step (j + <see cref="Padding"/>) modulo this of its segment.
    /// </summary>
    public int SegmentLength { get; }

    /// <summary>Steps at the beginning of the first segment that have no column.</summary>
    public int Padding { get; }

    /// <summary>
    /// For every block and each of the H rows how many of the block's <see cref="Positions"/> belong to that row.
    /// </summary>
    public byte[] PositionCounts { get; }

    /// <summary>
    /// Which results of a block are to be added to a row, for block after block and row after row. Position s * 32 + t is step
    /// t of the block in segment s.
    /// </summary>
    public byte[] Positions { get; }

    /// <summary>
    /// What the last result of a segment adds to each of the H rows by way of the segment after it: H octets for each segment
    /// but the last.
    /// </summary>
    public byte[] Carries { get; }

    // The rows of the two ones of each column of MT but the last: entries 2j and 2j + 1 for column j.
    private byte[] Pairs { get; }

    /// <summary>Writes every column of the HDPC rows, columns of the identity included, as a vector of 16 octets.</summary>
    /// <param name="target">Receives column j at j * <paramref name="stride"/>.</param>
    /// <param name="stride">Octets from one column to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void WriteColumns(byte* target, nint stride)
    {
        Vector128<byte>* unit = stackalloc Vector128<byte>[MaxRows];
        Vector128<byte> last = default;
        byte power = 1;
        for (int i = 0; i < Code.H; i++)
        {
            last = last.WithElement(i, power);
            power = Octet.MultiplyByAlpha(power);
            unit[i] = Vector128<byte>.Zero.WithElement(i, (byte)1);
            unit[i].Store(target + ((ColumnCount + i) * stride));
        }

        // Column j of MT * GAMMA is column j of MT plus alpha times column j + 1 of the product.
        last.Store(target + ((ColumnCount - 1) * stride));
        for (int j = ColumnCount - 2; j >= 0; j--)
        {
            last = Octet.MultiplyByAlpha(last) ^ unit[Pairs[2 * j]] ^ unit[Pairs[(2 * j) + 1]];
            last.Store(target + (j * stride));
        }
    }

    // A counting sort by block and row.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SortPositions()
    {
        int[] next = new int[PositionCounts.Length];
        for (int column = 0; column < ColumnCount - 1; column++)
        {
            int block = ((column + Padding) % SegmentLength) / StepsPerBlock * Code.H;
            PositionCounts[block + Pairs[2 * column]]++;
            PositionCounts[block + Pairs[(2 * column) + 1]]++;
        }

        for (int i = 1; i < next.Length; i++)
        {
            next[i] = next[i - 1] + PositionCounts[i - 1];
        }

        for (int column = 0; column < ColumnCount - 1; column++)
        {
            (int segment, int step) = Math.DivRem(column + Padding, SegmentLength);
            (int block, step) = Math.DivRem(step, StepsPerBlock);
            byte position = (byte)((segment * StepsPerBlock) + step);
            Positions[next[(block * Code.H) + Pairs[2 * column]]++] = position;
            Positions[next[(block * Code.H) + Pairs[(2 * column) + 1]]++] = position;
        }
    }

    private void SumCarries()
    {
        for (int segment = 1; segment < Segments; segment++)
        {
            byte power = 1;
            for (int step = 0; step < SegmentLength; step++)
            {
                int column = (segment * SegmentLength) + step - Padding;
                power = Octet.MultiplyByAlpha(power);
                Carries[((segment - 1) * Code.H) + Pairs[2 * column]] ^= power;
                Carries[((segment - 1) * Code.H) + Pairs[(2 * column) + 1]] ^= power;
            }
        }
    }
}
