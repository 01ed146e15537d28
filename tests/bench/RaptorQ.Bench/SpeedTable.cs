using System.Diagnostics;
using System.Globalization;
using RaptorQ.Arithmetic;
using RaptorQ.Solving;

namespace RaptorQ.Bench;

/// <summary>
/// Speeds in Gbit/s of source data, one thread, symbols of 1,280 octets: what a sender spends on a source block and its
/// first repair symbol (and on further repair symbols, in Gbit/s of those), and what a receiver spends from its first symbol to the decoded block.
/// </summary>
internal static class SpeedTable
{
    private const int SymbolSize = 1280;
    private const int BytesPerRound = 8 * 1024 * 1024;
    private const int Rounds = 25;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.4);

    public static void Print(int[] symbolCounts)
    {
        Console.WriteLine($"Symbols of {SymbolSize} octets, one thread, {SymbolEngine.Best.Name}. Gbit/s, best of {Rounds} rounds.");
        Console.WriteLine($"{"K",6} {"encode",8} {"cold",8} {"repair",8} {"5% lost",8} {"cold",8} {"50% lost",8} {"all lost",8}");
        foreach (int k in symbolCounts)
        {
            var bench = new BlockBench(k, SymbolEngine.Best);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{k,6} {bench.Encode(cold: false),8:F2} {bench.Encode(cold: true),8:F2} {bench.Repair(),8:F2} {bench.Decode(0.05, cold: false),8:F2} {bench.Decode(0.05, cold: true),8:F2} {bench.Decode(0.5, cold: false),8:F2} {bench.Decode(1, cold: false),8:F2}"));
        }
    }

    public static void PrintEngines(int[] symbolCounts)
    {
        Console.WriteLine($"Symbols of {SymbolSize} octets, one thread. Gbit/s, best of {Rounds} rounds.");
        Console.WriteLine($"{"K",6} {"engine",-10} {"encode",8} {"repair",8} {"5% lost",8} {"50% lost",8}");
        foreach (int k in symbolCounts)
        {
            foreach (SymbolEngine engine in SymbolEngine.Supported)
            {
                var bench = new BlockBench(k, engine);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{k,6} {engine.Name,-10} {bench.Encode(cold: false),8:F2} {bench.Repair(),8:F2} {bench.Decode(0.05, cold: false),8:F2} {bench.Decode(0.5, cold: false),8:F2}"));
            }
        }
    }

    public static void Loop(int k, double loss)
    {
        var bench = new BlockBench(k, SymbolEngine.Best);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(4))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bench.Decode(loss, cold: false):F2}"));
        }
    }

    private sealed class BlockBench
    {
        private readonly SymbolEngine _engine;
        private readonly int _k;
        private readonly byte[] _block;
        private readonly byte[] _decoded;
        private readonly byte[] _symbol = new byte[SymbolSize];
        private readonly Random _random;
        private readonly int _repetitions;

        public BlockBench(int k, SymbolEngine engine)
        {
            _engine = engine;
            _k = k;
            _random = new Random(k);
            _block = new byte[k * SymbolSize];
            _random.NextBytes(_block);
            _decoded = new byte[_block.Length];
            _repetitions = Math.Max(1, BytesPerRound / _block.Length);
        }

        public double Encode(bool cold) => Measure(cold, () =>
        {
            long start = Stopwatch.GetTimestamp();
            using var encoder = new SourceBlockEncoder(_block, SymbolSize, _engine);
            encoder.Encode((uint)_k, _symbol);
            return Stopwatch.GetTimestamp() - start;
        });

        // Repair symbols after the first, as many as a tenth of the block.
        public double Repair()
        {
            using var encoder = new SourceBlockEncoder(_block, SymbolSize, _engine);
            uint id = (uint)_k;
            encoder.Encode(id, _symbol);
            int count = Math.Max(1, _k / 10);
            double share = Measure(cold: false, () =>
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < count; i++)
                {
                    encoder.Encode(++id, _symbol);
                }

                return Stopwatch.GetTimestamp() - start;
            });
            return share * count / _k;
        }

        public double Decode(double loss, bool cold)
        {
            int lost = Math.Max(1, (int)Math.Round(_k * loss));
            int[] order = [.. Enumerable.Range(0, _k)];
            using var encoder = new SourceBlockEncoder(_block, SymbolSize, _engine);
            byte[] symbols = new byte[(_k + 1) * SymbolSize];
            uint[] ids = new uint[_k + 1];
            uint nextRepair = (uint)_k;
            return Measure(cold, () =>
            {
                _random.Shuffle(order);
                bool[] isLost = new bool[_k];
                foreach (int symbol in order.AsSpan(0, lost))
                {
                    isLost[symbol] = true;
                }

                int count = 0;
                for (int i = 0; i < _k; i++)
                {
                    if (!isLost[i])
                    {
                        ids[count++] = (uint)i;
                    }
                }

                while (count <= _k)
                {
                    ids[count++] = nextRepair++;
                }

                for (int i = 0; i < count; i++)
                {
                    encoder.Encode(ids[i], symbols.AsSpan(i * SymbolSize, SymbolSize));
                }

                long start = Stopwatch.GetTimestamp();
                using var decoder = new SourceBlockDecoder(_k, SymbolSize, _engine);
                for (int i = 0; i < count; i++)
                {
                    decoder.Add(ids[i], symbols.AsSpan(i * SymbolSize, SymbolSize));
                }

                bool done = decoder.TryDecode(_decoded);
                long elapsed = Stopwatch.GetTimestamp() - start;
                // K + 1 symbols are not enough about once in 65,536 times.
                if (done && !_block.AsSpan().SequenceEqual(_decoded))
                {
                    throw new InvalidOperationException($"K = {_k}: the decoded block is wrong.");
                }

                return elapsed;
            });
        }

        private double Measure(bool cold, Func<long> run)
        {
            double best = double.MaxValue;
            int repetitions = cold ? Math.Clamp(_repetitions / 4, 1, 20) : Math.Min(_repetitions, 50);

            // Tiered compilation replaces what is called often only after a tenth of a second without other new code.
            long begin = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(begin) < WarmUp)
            {
                run();
            }

            for (int round = 0; round < Rounds; round++)
            {
                long ticks = 0;
                for (int i = 0; i < repetitions; i++)
                {
                    if (cold)
                    {
                        CodeCache.Clear();
                    }

                    ticks += run();
                }

                best = Math.Min(best, (double)ticks / repetitions / Stopwatch.Frequency);
            }

            return _block.Length * 8.0 / best / 1e9;
        }
    }
}
