using System.Diagnostics;
using System.Globalization;
using RaptorQ.Arithmetic;
using RaptorQ.Code;
using RaptorQ.Solving;

namespace RaptorQ.Bench;

/// <summary>The time that each of the two ways to decode takes, and which of them a decoder would choose.</summary>
internal static class MethodTable
{
    private const int SymbolSize = 1280;
    private const int Rounds = 15;

    public static void Print(int k, int[] losses)
    {
        byte[] block = new byte[k * SymbolSize];
        new Random(k).NextBytes(block);
        using var encoder = new SourceBlockEncoder(block, SymbolSize);
        Console.WriteLine($"K = {k}; microseconds for a block, best of {Rounds}.");
        Console.WriteLine($"{"lost",6} {"full",10} {"missing",10}  chosen");
        foreach (int lost in losses)
        {
            double full = Measure(encoder, lost, DecodingMethod.Full);
            double missing = Measure(encoder, lost, DecodingMethod.MissingOnly);
            bool chosen = MissingSolver.IsFaster(CodeParameters.ForSymbolCount(k), SymbolSize, lost);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{lost,6} {full,10:F0} {missing,10:F0}  {(chosen ? "missing" : "full")}"));
        }
    }

    private static double Measure(SourceBlockEncoder encoder, int lost, DecodingMethod method)
    {
        int k = encoder.SymbolCount;
        byte[] symbol = new byte[SymbolSize];
        byte[] decoded = new byte[k * SymbolSize];
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            using var decoder = new SourceBlockDecoder(k, SymbolSize, SymbolEngine.Best, method);
            int[] order = [.. Enumerable.Range(0, k)];
            new Random(round).Shuffle(order);
            for (int i = lost; i <= k + lost; i++)
            {
                uint id = i < k ? (uint)order[i] : (uint)(i + (round * (lost + 1)));
                encoder.Encode(id, symbol);
                decoder.Add(id, symbol);
            }

            long start = Stopwatch.GetTimestamp();
            bool done = decoder.TryDecode(decoded);
            best = done ? Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds) : best;
        }

        return best;
    }
}
