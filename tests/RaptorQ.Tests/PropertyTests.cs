using FsCheck;
using FsCheck.Fluent;
using RaptorQ.Arithmetic;

namespace RaptorQ.Tests;

/// <summary>Properties for random parameters, with a fixed seed.</summary>
public class PropertyTests
{
    private static Config Config(int tests) =>
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(tests).WithReplay(20_110_801, 6331);

    [Fact]
    public void BlocksSurviveAnyLossWithAnyEngineAndEitherMethod()
    {
        Gen<(int K, int T, int LossPercent, int Seed)> gen =
            from k in Gen.Choose(1, 400)
            from t in Gen.Choose(1, 300)
            from loss in Gen.Choose(0, 100)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            select (k, t, loss, seed);
        Prop.ForAll(gen.ToArbitrary(), value => RoundTrip(value.K, value.T, value.LossPercent, value.Seed)).Check(Config(150));
    }

    [Fact]
    public void ObjectsSurviveAnyDivision()
    {
        Gen<(int Length, int Units, int Al, int Z, int N, int Seed)> gen =
            from length in Gen.Choose(0, 20_000)
            from units in Gen.Choose(1, 40)
            from al in Gen.Choose(1, 8)
            from z in Gen.Choose(1, 6)
            from n in Gen.Choose(1, units)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            select (length, units, al, z, n, seed);
        Prop.ForAll(gen.ToArbitrary(), value =>
        {
            var random = new Random(value.Seed);
            byte[] data = TestData.Random(value.Length, value.Seed);
            var information = new ObjectTransmissionInformation(value.Length, value.Units * value.Al, value.Z, value.N, value.Al);
            using var encoder = new ObjectEncoder(data, information);
            using var decoder = new ObjectDecoder(information);
            byte[] symbol = new byte[information.SymbolSize];
            for (int block = 0; block < value.Z; block++)
            {
                int k = encoder.GetSymbolCount(block);
                foreach (uint id in k == 0 ? [] : TestData.Receive(random, k, random.NextDouble(), overhead: 3))
                {
                    encoder.Encode(block, id, symbol);
                    decoder.Add(block, id, symbol);
                }
            }

            byte[] decoded = new byte[value.Length];
            return decoder.TryDecode(decoded) && data.AsSpan().SequenceEqual(decoded);
        }).Check(Config(100));
    }

    [Fact]
    public void AnyOctetsAreTransmissionInformationOrAnArgumentError() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), octets =>
        {
            try
            {
                var information = ObjectTransmissionInformation.Read(octets);

                // Octet 5 is reserved: ignored by readers, zero from writers.
                byte[] expected = octets[..ObjectTransmissionInformation.EncodedLength];
                expected[5] = 0;
                return information.ToArray().AsSpan().SequenceEqual(expected);
            }
            catch (ArgumentException)
            {
                return true;
            }
        }).Check(Config(2000));

    private static bool RoundTrip(int k, int t, int lossPercent, int seed)
    {
        var random = new Random(seed);
        byte[] block = TestData.Random(k * t, seed);
        SymbolEngine encoding = SymbolEngine.Supported[random.Next(SymbolEngine.Supported.Count)];
        SymbolEngine decoding = SymbolEngine.Supported[random.Next(SymbolEngine.Supported.Count)];
        using var encoder = new SourceBlockEncoder(block, t, encoding);
        using var decoder = new SourceBlockDecoder(k, t, decoding, (DecodingMethod)random.Next(3));
        return TestData.RoundTrip(encoder, decoder, block, TestData.Receive(random, k, lossPercent / 100.0, overhead: 3));
    }
}
