using System.Diagnostics;
using System.Reflection;
using RaptorQ.Arithmetic;

namespace RaptorQ.Tests;

public class SourceBlockTests
{
    public static TheoryData<int, int, double> Cases()
    {
        var data = new TheoryData<int, int, double>();
        foreach (int k in (int[])[1, 2, 9, 10, 11, 26, 100, 257, 511, 1000])
        {
            foreach (double loss in (double[])[0, 0.05, 0.5, 1])
            {
                data.Add(k, k < 300 ? 37 : 200, loss);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void DecodesFromAnySymbols(int k, int t, double loss)
    {
        byte[] block = TestData.Random(k * t, k);
        Assert.True(TestData.RoundTrip(block, t, TestData.Receive(new Random(k), k, loss, overhead: 2)));
    }

    [Fact]
    public void PreparedAheadOrNotSymbolsAreTheSame()
    {
        byte[] block = TestData.Random(50 * 40, 1);
        using var prepared = new SourceBlockEncoder(block, 40);
        prepared.Prepare();
        prepared.Prepare();
        using var other = new SourceBlockEncoder(block, 40);
        byte[] expected = new byte[40], symbol = new byte[40];
        foreach (uint id in (uint[])[0, 49, 50, 77, (1 << 24) - 1])
        {
            other.Encode(id, expected);
            prepared.Encode(id, symbol);
            Assert.Equal(expected, symbol);
        }

        prepared.Dispose();
        Assert.Throws<ObjectDisposedException>(prepared.Prepare);
    }

    [Theory]
    [InlineData("Full", 0.1)]
    [InlineData("Full", 1)]
    [InlineData("MissingOnly", 0.1)]
    public void DecodingThatFailsLeavesTheBlockAlone(string method, double loss)
    {
        const int K = 10, T = 8;
        byte[] block = TestData.Random(K * T, 5);
        using var encoder = new SourceBlockEncoder(block, T);
        byte[] symbol = new byte[T], untouched = TestData.Random(K * T, 6);
        int failures = 0;
        for (int seed = 0; seed < 3000; seed++)
        {
            using var decoder = new SourceBlockDecoder(K, T, SymbolEngine.Best, Enum.Parse<DecodingMethod>(method));
            foreach (uint id in TestData.Receive(new Random(seed), K, loss, overhead: 0))
            {
                encoder.Encode(id, symbol);
                decoder.Add(id, symbol);
            }

            byte[] result = [.. untouched];
            if (decoder.TryDecode(result)) continue;
            failures++;
            Assert.Equal(untouched, result);
        }

        Assert.InRange(failures, 1, 60);
    }

    [Fact]
    public void MemoryOfEncodersIsUsedAgainAndWhatIsKeptHasALimit()
    {
        for (int round = 0; round < 3; round++)
        {
            // 40 blocks of 3 MB, each with other contents: what the one before left in the memory must not matter.
            SourceBlockEncoder[] encoders = [.. Enumerable.Range(0, 40).Select(i => new SourceBlockEncoder(TestData.Random(3000 * 1000, round * 40 + i), 1000))];
            byte[] symbol = new byte[1000], expected = new byte[1000];
            Parallel.ForEach(encoders, static e => e.Prepare());
            for (int i = 0; i < encoders.Length; i += 13)
            {
                using var alone = new SourceBlockEncoder(TestData.Random(3000 * 1000, round * 40 + i), 1000);
                alone.Encode(4000, expected);
                encoders[i].Encode(4000, symbol);
                Assert.Equal(expected, symbol);
            }

            foreach (SourceBlockEncoder encoder in encoders) encoder.Dispose();
            Assert.InRange(BlockPool.KeptBytes, 3000 * 1000, 64 << 20);
        }
    }

    [Fact]
    public void MemoryThatNobodyAsksForIsGivenBack()
    {
        AlignedMemory memory = BlockPool.Rent(40_000_001);
        BlockPool.Return(memory);
        Assert.False(memory.IsClosed);
        BlockPool.Trim();
        BlockPool.Trim();
        Assert.True(memory.IsClosed);
    }

    [Theory]
    [InlineData("Full")]
    [InlineData("MissingOnly")]
    public void EverySmallBlockDecodesBothWaysFromTwoSymbolsMoreThanItHas(string method)
    {
        const int T = 3;
        for (int k = 1; k <= 300; k++)
        {
            var random = new Random(k);
            byte[] block = TestData.Random(k * T, k);
            foreach (double loss in (double[])[0.1, 1])
            {
                using var encoder = new SourceBlockEncoder(block, T);
                using var decoder = new SourceBlockDecoder(k, T, SymbolEngine.Best, Enum.Parse<DecodingMethod>(method));
                Assert.True(TestData.RoundTrip(encoder, decoder, block, TestData.Receive(random, k, loss, overhead: 2)), $"K = {k}");
            }
        }
    }

    [Theory]
    [InlineData(5000, 64, 0.05)]
    [InlineData(5000, 8, 1)]
    public void LargeBlockDecodes(int k, int t, double loss)
    {
        byte[] block = TestData.Random(k * t, k);
        Assert.True(TestData.RoundTrip(block, t, TestData.Receive(new Random(k), k, loss, overhead: 2)));
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(0.001)]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void LargestBlockDecodes(double loss)
    {
        const int K = 56_403;
        byte[] block = TestData.Random(K * 16, seed: 9);
        Assert.True(TestData.RoundTrip(block, 16, TestData.Receive(new Random(9), K, loss, overhead: 2)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(127)]
    [InlineData(129)]
    [InlineData(255)]
    [InlineData(449)]
    [InlineData(1279)]
    [InlineData(65_535)]
    public void AnySymbolSizeAndAnyAlignmentOfTheBlockWillDo(int t)
    {
        const int K = 20;
        foreach (int missing in (int[])[0, Math.Min(1, t - 1), t - 1])
        {
            // A block that begins one octet into its array and lacks some octets of its last symbol.
            byte[] array = TestData.Random((K * t) - missing + 1, seed: t);
            ReadOnlyMemory<byte> block = array.AsMemory(1);
            using var encoder = new SourceBlockEncoder(block, t);
            using var decoder = new SourceBlockDecoder(K, t);
            byte[] symbol = new byte[t];
            foreach (uint id in TestData.Receive(new Random(t), K, 0.4, overhead: 2))
            {
                encoder.Encode(id, symbol);
                decoder.Add(id, symbol);
            }

            byte[] decoded = new byte[block.Length + 1];
            decoded[^1] = 0xA5;
            Assert.True(decoder.TryDecode(decoded.AsSpan(0, block.Length)));
            Assert.True(block.Span.SequenceEqual(decoded.AsSpan(0, block.Length)));
            Assert.Equal(0xA5, decoded[^1]);
        }
    }

    [Fact]
    public void LastSourceSymbolMayComeWithoutItsPadding()
    {
        byte[] block = TestData.Random(95, seed: 4);
        using var encoder = new SourceBlockEncoder(block, 10);
        using var decoder = new SourceBlockDecoder(10, 10);
        byte[] symbol = new byte[10];
        foreach (uint id in (uint[])[0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13])
        {
            encoder.Encode(id, symbol);
            decoder.Add(id, symbol);
        }

        Assert.True(decoder.Add(9, block.AsSpan(90)));
        byte[] decoded = new byte[100];
        Assert.True(decoder.TryDecode(decoded));
        Assert.Equal([.. block, 0, 0, 0, 0, 0], decoded);
    }

    [Fact]
    public void DuplicatesAreRefusedAndDoNotCount()
    {
        byte[] block = TestData.Random(100, seed: 5);
        using var encoder = new SourceBlockEncoder(block, 10);
        using var decoder = new SourceBlockDecoder(10, 10);
        byte[] symbol = new byte[10];
        byte[] decoded = new byte[100];
        for (uint id = 3; id < 12; id++)
        {
            encoder.Encode(id, symbol);
            Assert.True(decoder.Add(id, symbol));
            Assert.False(decoder.Add(id, symbol));
            Assert.Equal((int)id - 2, decoder.ReceivedCount);
            Assert.False(decoder.TryDecode(decoded));
        }

        for (uint id = 12; !decoder.TryDecode(decoded); id++)
        {
            Assert.True(id < 16);
            encoder.Encode(id, symbol);
            Assert.True(decoder.Add(id, symbol));
        }

        Assert.Equal(block, decoded);
        encoder.Encode(1000, symbol);
        Assert.True(decoder.Add(1000, symbol));
        Assert.False(decoder.Add(1000, symbol));
        Assert.False(decoder.Add(3, symbol));
        Assert.True(decoder.Add(0, symbol));
        Assert.False(decoder.Add(0, symbol));
        Assert.True(decoder.TryDecode(decoded));
        Assert.Equal(block, decoded);
    }

    [Fact]
    public void WithAllSourceSymbolsNothingIsSolved()
    {
        // Were the wrong repair symbols used, the block would be wrong.
        byte[] block = TestData.Random(200, seed: 6);
        using var decoder = new SourceBlockDecoder(20, 10);
        for (uint id = 0; id < 5; id++)
        {
            decoder.Add(id + 20, block.AsSpan(0, 10));
        }

        for (int i = 19; i >= 0; i--)
        {
            decoder.Add((uint)i, block.AsSpan(i * 10, 10));
        }

        byte[] decoded = new byte[200];
        Assert.True(decoder.TryDecode(decoded));
        Assert.Equal(block, decoded);
    }

    [Fact]
    public void EncoderServesManyThreads()
    {
        byte[] block = TestData.Random(500 * 100, seed: 7);
        using var expected = new SourceBlockEncoder(block, 100);
        for (int round = 0; round < 20; round++)
        {
            using var encoder = new SourceBlockEncoder(block, 100);
            Parallel.For(490, 530, id =>
            {
                byte[] first = new byte[100];
                byte[] second = new byte[100];
                encoder.Encode((uint)id, first);
                expected.Encode((uint)id, second);
                Assert.Equal(second, first);
            });
        }
    }

    [Fact]
    public void EncodingAndAddingASymbolAllocateNothing()
    {
        // Unoptimized code makes a little object whenever it looks at a table in the assembly.
        bool optimized = typeof(SourceBlockEncoder).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };
        Assert.SkipUnless(optimized, "The library was built without optimization.");
        byte[] block = TestData.Random(1000 * 64, seed: 8);
        using var encoder = new SourceBlockEncoder(block, 64);
        using var decoder = new SourceBlockDecoder(1000, 64);
        byte[] symbol = new byte[64];
        encoder.Encode(1000, symbol);
        decoder.Add(0, symbol);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint id = 1; id < 900; id++)
        {
            encoder.Encode(id + 1000, symbol);
            encoder.Encode(id, symbol);
            decoder.Add(id, symbol);
        }

        // Room for the list of IDs and for chunks of symbols grows now and then; a symbol by itself costs nothing.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * 900);
    }
}
