using System.Runtime.CompilerServices;
using RaptorQ.Code;

namespace RaptorQ.Arithmetic;

/// <content>
/// The product with the HDPC rows, MT * (GAMMA * C) of RFC 6330 section 5.3.3.3. The recurrence for GAMMA * C is run in four
/// segments side by side as if each began with zero; what a segment owes to the one before is added at the end. Its results
/// go to a small buffer, from which each row of MT collects its own: adding every result to two sums in memory at once would
/// wait for the sums.
/// </content>
internal sealed unsafe partial class SymbolEngine<TLine>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void MultiplyHdpc(HdpcRows rows, byte* workspace, int target, int lines)
    {
        const int BufferSize = HdpcRows.Segments * HdpcRows.StepsPerBlock * LineSize;
        int size = lines * LineSize;
        byte* raw = stackalloc byte[BufferSize + (HdpcRows.MaxRows * LineSize) + LineSize];
        byte* buffer = raw + (-(nint)raw & (LineSize - 1));
        byte* sums = buffer + BufferSize;
        fixed (byte* allPositions = rows.Positions)
        fixed (byte* allCounts = rows.PositionCounts)
        fixed (byte* carries = rows.Carries)
        {
            for (int line = 0; line < lines; line++)
            {
                MultiplyHdpcLine(rows, workspace + (line * LineSize), size, buffer, sums, allPositions, allCounts, carries);
                for (int i = 0; i < rows.Code.H; i++)
                {
                    TLine.Store(workspace + (line * LineSize) + ((nint)(target + i) * size), TLine.Load(sums + (i * LineSize)));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyHdpcLine(
        HdpcRows rows, byte* column, nint size, byte* buffer, byte* sums, byte* positions, byte* counts, byte* carries)
    {
        int h = rows.Code.H;
        int length = rows.SegmentLength;
        int padding = rows.Padding;
        nint segmentSize = length * size;
        new Span<byte>(sums, h * LineSize).Clear();
        byte* source = column - (padding * size);
        TLine product0 = default;
        TLine product1 = default;
        TLine product2 = default;
        TLine product3 = default;
        for (int first = 0; first < length; first += HdpcRows.StepsPerBlock)
        {
            int end = Math.Min(first + HdpcRows.StepsPerBlock, length);
            byte* result = buffer;
            for (int step = first; step < end; step++)
            {
                // The steps of padding stay zero; there is nothing to load for them.
                if (step >= padding)
                {
                    product0 = TLine.MultiplyByAlpha(product0) ^ TLine.Load(source);
                }

                product1 = TLine.MultiplyByAlpha(product1) ^ TLine.Load(source + segmentSize);
                product2 = TLine.MultiplyByAlpha(product2) ^ TLine.Load(source + (2 * segmentSize));
                product3 = TLine.MultiplyByAlpha(product3) ^ TLine.Load(source + (3 * segmentSize));
                TLine.Store(result, product0);
                TLine.Store(result + (HdpcRows.StepsPerBlock * LineSize), product1);
                TLine.Store(result + (2 * HdpcRows.StepsPerBlock * LineSize), product2);
                TLine.Store(result + (3 * HdpcRows.StepsPerBlock * LineSize), product3);
                result += LineSize;
                source += size;
            }

            for (int row = 0; row < h; row++)
            {
                TLine sum = TLine.Load(sums + (row * LineSize));
                for (int count = *counts++; count > 0; count--)
                {
                    sum ^= TLine.Load(buffer + (*positions++ * LineSize));
                }

                TLine.Store(sums + (row * LineSize), sum);
            }
        }

        // What each segment but the first lacks, and the result of the last column.
        byte power = Octet.Exp(length % 255);
        product1 ^= TLine.Multiply(product0, power);
        product2 ^= TLine.Multiply(product1, power);
        product3 ^= TLine.Multiply(product2, power);
        product3 = TLine.MultiplyByAlpha(product3) ^ TLine.Load(column + ((nint)(rows.ColumnCount - 1) * size));
        for (int row = 0; row < h; row++)
        {
            TLine sum = TLine.Load(sums + (row * LineSize)) ^ product3;
            sum ^= TLine.Multiply(product0, carries[row]);
            sum ^= TLine.Multiply(product1, carries[h + row]);
            sum ^= TLine.Multiply(product2, carries[(2 * h) + row]);
            TLine.Store(sums + (row * LineSize), sum);
            product3 = TLine.MultiplyByAlpha(product3);
        }
    }
}
