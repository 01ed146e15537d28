using System.Diagnostics;
using RaptorQ.Code;

namespace RaptorQ.Tests;

/// <summary>Whatever a sender sends, a decoder ends, stays within its memory, and goes on working.</summary>
public class HostileSenderTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    public void OctetsThatNoEncoderMadeGiveSomeBlockOrNone(int k)
    {
        var random = new Random(k);
        byte[] symbol = new byte[50];
        byte[] decoded = new byte[k * 50];
        for (int round = 0; round < 20; round++)
        {
            using var decoder = new SourceBlockDecoder(k, 50);
            foreach (uint id in TestData.Receive(random, k, random.NextDouble(), overhead: random.Next(40)))
            {
                random.NextBytes(symbol);
                decoder.Add(id, symbol);
            }

            // With more symbols than needed nothing is there to tell right from wrong; K + 3 always have full rank but for
            // one case in 2^32.
            decoder.TryDecode(decoded);
            decoder.Add(0xFF_FFFF, symbol);
            decoder.TryDecode(decoded);
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(8000)]
    public void RepairSymbolsPickedForTheirDegreeDoNotHangTheDecoder(int k)
    {
        // The longest rows there are: peeling gets nowhere with them.
        var code = CodeParameters.ForSymbolCount(k);
        int[] neighbours = new int[EncodingTuple.MaxNeighbours];
        uint padding = (uint)(code.KPrime - k);
        using var decoder = new SourceBlockDecoder(k, 1);
        uint id = (uint)k;
        while (decoder.ReceivedCount < k + 10 && id < 0xFF_FFFF)
        {
            if (new EncodingTuple(code, id + padding).GetNeighbours(code, neighbours) > 20)
            {
                decoder.Add(id, [1]);
            }

            id++;
        }

        Assert.Equal(k + 10, decoder.ReceivedCount);
        long start = Stopwatch.GetTimestamp();
        byte[] decoded = new byte[k];
        decoder.TryDecode(decoded);
        Assert.True(Stopwatch.GetElapsedTime(start) < Bound);
    }

    [Fact]
    public void MemoryDoesNotGrowWithSymbolsThatAreNotNeeded()
    {
        const int K = 100;
        byte[] block = TestData.Random(K * 20, seed: 1);
        using var encoder = new SourceBlockEncoder(block, 20);
        using var decoder = new SourceBlockDecoder(K, 20);
        byte[] symbol = new byte[20];
        for (uint id = K; id < 20 * K; id++)
        {
            Assert.True(decoder.Add(id, new byte[20]));
            Assert.InRange(decoder.ReceivedCount, 1, K + 64 + (K / 16));
        }

        // The wrong symbols make room for right ones.
        for (uint id = 20 * K; id < 22 * K; id++)
        {
            encoder.Encode(id, symbol);
            Assert.True(decoder.Add(id, symbol));
        }

        byte[] decoded = new byte[K * 20];
        Assert.True(decoder.TryDecode(decoded));
        Assert.Equal(block, decoded);
    }

    [Fact]
    public void ClaimsOfAHugeObjectTakeNoMemory()
    {
        var information = new ObjectTransmissionInformation(255L * 56_000 * 30_000, 30_000, 255);
        long before = GC.GetTotalAllocatedBytes();
        using var decoder = new ObjectDecoder(information);
        Assert.True(decoder.Add(254, 56_404, new byte[30_000]));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 2_000_000);
    }
}
