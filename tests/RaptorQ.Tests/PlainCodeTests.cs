using RaptorQ.Arithmetic;

namespace RaptorQ.Tests;

/// <summary>The library against the code as the RFC writes it down.</summary>
public class PlainCodeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(26)]
    [InlineData(40)]
    public void SymbolsAreThoseOfThePlainDefinition(int k)
    {
        const int T = 5;
        byte[] block = TestData.Random(k * T, seed: k);
        var plain = new PlainCode(k);
        byte[][] intermediate = plain.Solve([.. block.Chunk(T)]);
        using var encoder = new SourceBlockEncoder(block, T);
        byte[] symbol = new byte[T];
        for (uint id = 0; id < 3 * k; id++)
        {
            encoder.Encode(id, symbol);
            Assert.Equal(plain.Encode(intermediate, id), symbol);
        }
    }

    [Fact]
    public void ProductsOfOctetsAreThoseOfThePlainDefinition()
    {
        for (int u = 0; u < 256; u++)
        {
            Assert.Equal(PlainCode.Multiply((byte)u, 2), Octet.MultiplyByAlpha((byte)u));
            for (int v = 0; v < 256; v++)
            {
                Assert.Equal(PlainCode.Multiply((byte)u, (byte)v), Octet.Multiply((byte)u, (byte)v));
            }
        }
    }

    [Fact]
    public void InversesGiveOne()
    {
        for (int u = 1; u < 256; u++)
        {
            Assert.Equal(1, PlainCode.Multiply((byte)u, Octet.Invert((byte)u)));
            Assert.Equal(u, Octet.Exp(Octet.Log((byte)u)));
        }
    }
}
