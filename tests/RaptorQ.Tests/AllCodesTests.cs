using RaptorQ.Code;

namespace RaptorQ.Tests;

/// <summary>Every row of Table 2.</summary>
public class AllCodesTests
{
    [Fact]
    public void ParametersBelongTogether()
    {
        // Sums over the columns of Table 2, and what sections 5.1.2 and 5.3.3.3 say of the numbers.
        Assert.Equal(SystematicIndices.RowCount * SystematicIndices.RowLength, SystematicIndices.Table.Length);
        int last = 0;
        foreach (CodeParameters code in All())
        {
            Assert.True(code.KPrime > last);
            last = code.KPrime;
            Assert.Equal(code.KPrime + code.S + code.H, code.L);
            Assert.Equal(code.L - code.W, code.P);
            Assert.True(IsPrime(code.S) && IsPrime(code.W) && IsPrime(code.P1));
            Assert.InRange(code.P1 - code.P, 0, 40);
            Assert.InRange(code.H, 10, HdpcRows.MaxRows);
            Assert.True(code.P >= code.H && code.B > 0);
        }

        Assert.Equal(CodeParameters.MaxSymbolCount, last);
    }

    [Fact]
    public void SmallestSufficientCodeIsChosen()
    {
        foreach (CodeParameters code in All())
        {
            Assert.Equal(code.KPrime, CodeParameters.ForSymbolCount(code.KPrime).KPrime);
            Assert.Equal(code.KPrime, CodeParameters.LargestKPrime(code.KPrime));
            if (code.KPrime < CodeParameters.MaxSymbolCount)
            {
                Assert.True(CodeParameters.ForSymbolCount(code.KPrime + 1).KPrime > code.KPrime);
            }
        }

        Assert.Equal(10, CodeParameters.ForSymbolCount(1).KPrime);
        Assert.Equal(0, CodeParameters.LargestKPrime(9));
    }

    [Fact]
    public void PreparedModuliGiveRemainders()
    {
        var random = new Random(1);
        foreach (uint divisor in (uint[])[1, 2, 9, 10, 16, 17, 56_951, 1 << 20, uint.MaxValue])
        {
            var modulus = new Modulus(divisor);
            foreach (uint value in (uint[])[0, 1, divisor - 1, divisor, uint.MaxValue, uint.MaxValue - 1])
            {
                Assert.Equal(value % divisor, modulus.Reduce(value));
            }

            for (int i = 0; i < 1000; i++)
            {
                uint value = (uint)random.NextInt64(1L << 32);
                Assert.Equal(value % divisor, modulus.Reduce(value));
            }
        }
    }

    [Fact]
    public void CodeIsSystematicUpToK1000() => AssertSystematic(All().Where(code => code.KPrime <= 1000));

    [Fact]
    [Trait("Category", "Long")]
    public void CodeIsSystematicForEveryK() => AssertSystematic(All().Where(code => code.KPrime > 1000));

    // With one octet per symbol: the missing symbol of a block of which all others arrived is found by the encoder's plan, and
    // only if each source symbol is the sum of its intermediate symbols.
    private static void AssertSystematic(IEnumerable<CodeParameters> codes)
    {
        foreach (CodeParameters code in codes)
        {
            byte[] block = TestData.Random(code.KPrime, seed: code.KPrime);
            using var encoder = new SourceBlockEncoder(block, 1);
            using var decoder = new SourceBlockDecoder(code.KPrime, 1, Arithmetic.SymbolEngine.Best, DecodingMethod.Full);
            byte[] symbol = new byte[1];
            for (uint id = 1; id < code.KPrime + 3; id++)
            {
                encoder.Encode(id, symbol);
                decoder.Add(id, symbol);
            }

            byte[] decoded = new byte[code.KPrime];
            Assert.True(decoder.TryDecode(decoded), $"K' = {code.KPrime}");
            Assert.Equal(block, decoded);
        }
    }

    private static IEnumerable<CodeParameters> All()
    {
        for (int row = 0; row < SystematicIndices.RowCount; row++)
        {
            yield return CodeParameters.ForSymbolCount(SystematicIndices.Table[row * SystematicIndices.RowLength]);
        }
    }

    private static bool IsPrime(int value) => value > 1 && !Enumerable.Range(2, (int)Math.Sqrt(value)).Any(d => d < value && value % d == 0);
}
