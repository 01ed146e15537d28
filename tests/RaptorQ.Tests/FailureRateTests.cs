namespace RaptorQ.Tests;

/// <summary>
/// How often K + h symbols are not enough. Every trial decodes a block of one-octet symbols. What a decoder can do no better is
/// a property of the code: with symbols from the first 2 K, as a sender makes them, failures are about one in 256^(h + 1);
/// with IDs that are random in 24 bits up to twice that, still far from the limits of RFC 6330 section 5.8.
/// </summary>
public class FailureRateTests
{
    [Theory]
    [InlineData(12, 10_000)]
    [InlineData(26, 10_000)]
    public void FailuresAreAsRareAsTheCodePromises(int k, int trials)
    {
        AssertNearTheory(CountFailures(k, trials, seed: 1, random => (uint)random.Next(2 * k)), trials);
        AssertSection58(CountFailures(k, trials, seed: 1, random => (uint)random.Next(k, 1 << 24)), trials);
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(26)]
    [InlineData(40)]
    [InlineData(100)]
    public void FailuresAreAsRareAsTheCodePromisesInManyTrials(int k)
    {
        const int Trials = 300_000;
        AssertNearTheory(CountFailures(k, Trials, seed: 2, random => (uint)random.Next(2 * k)), Trials);
        AssertSection58(CountFailures(k, Trials, seed: 2, random => (uint)random.Next(k, 1 << 24)), Trials);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(18)]
    public void DecoderFailsOnlyWhereTheConstraintMatrixIsSingular(int k)
    {
        var plain = new PlainCode(k);
        int failures = 0;
        CountFailures(k, 5_000, seed: 3, random => (uint)random.Next(k, 1 << 24), ids =>
        {
            failures++;
            Assert.False(plain.Determines(ids));
        });
        Assert.NotEqual(0, failures);
    }

    // At most 1.5 times the expected number, and for numbers so small that chance alone exceeds that, four standard deviations.
    private static void AssertNearTheory(int[] failures, int trials)
    {
        double expected = trials;
        foreach (int count in failures)
        {
            expected /= 256;
            Assert.InRange(count, 0, Math.Max(1.5 * expected, expected + (4 * Math.Sqrt(expected))));
        }
    }

    private static void AssertSection58(int[] failures, int trials)
    {
        Assert.InRange(failures[0], 0, trials / 100);
        Assert.InRange(failures[1], 0, Math.Max(4, trials / 10_000));
        Assert.InRange(failures[2], 0, Math.Max(1, trials / 1_000_000));
    }

    private static int[] CountFailures(
        int k, int trials, int seed, Func<Random, uint> pick, Action<IReadOnlyCollection<uint>>? onFailure = null)
    {
        var random = new Random(seed);
        byte[] block = TestData.Random(k, seed);
        using var encoder = new SourceBlockEncoder(block, 1);
        byte[] decoded = new byte[k];
        byte[] symbol = new byte[1];
        var ids = new HashSet<uint>();
        int[] failures = new int[3];
        for (int trial = 0; trial < trials; trial++)
        {
            using var decoder = new SourceBlockDecoder(k, 1);
            ids.Clear();
            for (int overhead = 0; overhead < failures.Length; overhead++)
            {
                while (decoder.ReceivedCount < k + overhead)
                {
                    uint id = pick(random);
                    ids.Add(id);
                    encoder.Encode(id, symbol);
                    decoder.Add(id, symbol);
                }

                if (decoder.TryDecode(decoded))
                {
                    Assert.True(block.AsSpan().SequenceEqual(decoded));
                    break;
                }

                failures[overhead]++;
                onFailure?.Invoke(ids);
            }
        }

        return failures;
    }
}
