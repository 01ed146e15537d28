using RaptorQ.Code;

namespace RaptorQ.Tests;

public class ObjectTransmissionInformationTests
{
    [Fact]
    public void EncodedFormIsThatOfTheRFC()
    {
        // Section 3.3.2: F in 40 bits, 8 reserved, T in 16; section 3.3.3: Z in 8 bits, N in 16, Al in 8.
        var information = new ObjectTransmissionInformation(0x01_0203_0405, 0x0500, 0xFE, 0x0102, 4);
        byte[] encoded = information.ToArray();
        Assert.Equal("010203040500" + "0500" + "FE" + "0102" + "04", Convert.ToHexString(encoded));
        Assert.Equal(information, ObjectTransmissionInformation.Read(encoded));
        Assert.Equal(information, ObjectTransmissionInformation.Read(information.TransferLength, information.SymbolSize, encoded.AsSpan(8)));
    }

    [Theory]
    [InlineData(1, 1280, 10_000_000)]
    [InlineData(1_000_000, 1280, 10_000_000)]
    [InlineData(10_000_001, 1280, 1_000_000)]
    [InlineData(500_000_000, 1400, 16_000_000)]
    [InlineData(123_456_789, 1023, 5_000_000)]
    [InlineData(123_456, 7, 100_000)]
    public void DerivedParametersFollowTheRfc(long f, int t, int ws)
    {
        var information = ObjectTransmissionInformation.ForObject(f, t, ws);
        int al = information.SymbolAlignment;
        Assert.Equal(0, t % al);

        // Section 4.3, computed anew: KL(n) by looking at every K'.
        int max = Math.Max(1, t / (8 * al));
        int Largest(int n) => Enumerable.Range(1, CodeParameters.MaxSymbolCount)
            .Where(k => CodeParameters.ForSymbolCount(k).KPrime == k)
            .Where(k => k <= ws / (al * (long)Math.Ceiling(t / (double)(al * n))))
            .DefaultIfEmpty(0)
            .Max();
        long symbols = (f + t - 1) / t;
        long blocks = (long)Math.Ceiling(symbols / (double)Largest(max));
        Assert.Equal(blocks, information.SourceBlockCount);
        int subBlocks = 1;
        while (Math.Ceiling(symbols / (double)blocks) > Largest(subBlocks))
        {
            subBlocks++;
        }

        Assert.Equal(subBlocks, information.SubBlockCount);
    }

    [Theory]
    [InlineData(100, 10, 3)]
    [InlineData(101, 10, 3)]
    [InlineData(5, 10, 3)]
    [InlineData(0, 10, 1)]
    [InlineData(946_270_874_880 - 56_403L * 65_535, 65_535, 255)]
    public void SourceBlocksCoverTheObject(long f, int t, int z)
    {
        var information = new ObjectTransmissionInformation(f, t, z);
        long offset = 0;
        long symbols = 0;
        for (int i = 0; i < z; i++)
        {
            SourceBlockInformation block = information.GetSourceBlock(i);
            Assert.Equal(offset, block.Offset);
            Assert.InRange(block.Length, 0, (long)block.SymbolCount * t);
            offset += block.Length;
            symbols += block.SymbolCount;
        }

        Assert.Equal(f, offset);
        Assert.Equal(information.TotalSymbolCount, symbols);
    }

    [Fact]
    public void ParametersAreChecked()
    {
        Assert.Throws<ArgumentOutOfRangeException>("transferLength", () => new ObjectTransmissionInformation(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>("transferLength", () => new ObjectTransmissionInformation(946_270_874_881, 65_535, 255));
        Assert.Throws<ArgumentOutOfRangeException>("sourceBlockCount", () => new ObjectTransmissionInformation(1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("sourceBlockCount", () => new ObjectTransmissionInformation(1, 1, 256));
        Assert.Throws<ArgumentOutOfRangeException>("subBlockCount", () => new ObjectTransmissionInformation(1, 8, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>("subBlockCount", () => new ObjectTransmissionInformation(1, 8, 1, 3, 4));
        Assert.Throws<ArgumentOutOfRangeException>("symbolAlignment", () => new ObjectTransmissionInformation(1, 8, 1, 1, 0));
        Assert.Throws<ArgumentException>("symbolSize", () => new ObjectTransmissionInformation(1, 6, 1, 1, 4));
        Assert.Throws<ArgumentException>("sourceBlockCount", () => new ObjectTransmissionInformation(56_404, 1, 1));
        Assert.Throws<ArgumentException>("source", () => ObjectTransmissionInformation.Read(new byte[11]));
        Assert.Throws<ArgumentException>("schemeSpecific", () => ObjectTransmissionInformation.Read(1, 1, new byte[3]));
        Assert.Throws<ArgumentException>("destination", () => new ObjectTransmissionInformation(1, 1).Write(new byte[11]));
        Assert.Throws<ArgumentOutOfRangeException>("maxSubBlockMemory", () => ObjectTransmissionInformation.ForObject(1, 1280, 100));
        Assert.Throws<ArgumentOutOfRangeException>("transferLength", () => ObjectTransmissionInformation.ForObject(1L << 39, 64, 1 << 30));
    }
}
