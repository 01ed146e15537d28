using System.Globalization;

namespace RaptorQ.Bench;

/// <summary>How often K, K + 1 and K + 2 random symbols are not enough, as a multiple of 1 / 256^(overhead + 1).</summary>
internal static class FailureTable
{
    public static void Print(int trials, int[] symbolCounts)
    {
        Console.WriteLine($"{trials} trials; failures with K, K + 1, K + 2 symbols, and their number relative to 1/256, 1/256^2, 1/256^3");
        Console.WriteLine($"{"K",6} {"symbols",18} {"K",8} {"K + 1",8} {"K + 2",8}  {"relative",8}");
        foreach (int k in symbolCounts)
        {
            Print(k, trials, "repair only", random => (uint)random.Next(k, 1 << 24));
            Print(k, trials, "first 2 K", random => (uint)random.Next(2 * k));
            Print(k, trials, "half source", random => (uint)(random.Next(2) == 0 ? random.Next(k) : random.Next(k, 1 << 24)));
        }
    }

    private static void Print(int k, int trials, string name, Func<Random, uint> pick)
    {
        var random = new Random(k);
        byte[] block = new byte[k];
        random.NextBytes(block);
        using var encoder = new SourceBlockEncoder(block, 1);
        byte[] decoded = new byte[k];
        byte[] symbol = new byte[1];
        int[] failures = new int[3];
        for (int trial = 0; trial < trials; trial++)
        {
            using var decoder = new SourceBlockDecoder(k, 1);
            for (int overhead = 0; overhead < failures.Length; overhead++)
            {
                while (decoder.ReceivedCount < k + overhead)
                {
                    uint id = pick(random);
                    encoder.Encode(id, symbol);
                    decoder.Add(id, symbol);
                }

                if (decoder.TryDecode(decoded))
                {
                    break;
                }

                failures[overhead]++;
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{k,6} {name,18} {failures[0],8} {failures[1],8} {failures[2],8}  {failures[0] * 256.0 / trials,8:F2} {failures[1] * 65_536.0 / trials,8:F2} {failures[2] * 16_777_216.0 / trials,8:F2}"));
    }
}
