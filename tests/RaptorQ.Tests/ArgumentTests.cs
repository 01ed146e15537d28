namespace RaptorQ.Tests;

/// <summary>Wrong arguments are named.</summary>
public class ArgumentTests
{
    private static readonly byte[] Block = new byte[100];

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65_536)]
    public void SymbolSizeIsChecked(int symbolSize)
    {
        Assert.Throws<ArgumentOutOfRangeException>("symbolSize", () => new SourceBlockEncoder(Block, symbolSize));
        Assert.Throws<ArgumentOutOfRangeException>("symbolSize", () => new SourceBlockDecoder(1, symbolSize));
        Assert.Throws<ArgumentOutOfRangeException>("symbolSize", () => new ObjectTransmissionInformation(1, symbolSize));
        Assert.Throws<ArgumentOutOfRangeException>("symbolSize", () => ObjectTransmissionInformation.ForObject(1, symbolSize, 1000));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(56_404)]
    public void SymbolCountIsChecked(int symbolCount) =>
        Assert.Throws<ArgumentOutOfRangeException>("symbolCount", () => new SourceBlockDecoder(symbolCount, 1));

    [Fact]
    public void BlockIsChecked()
    {
        Assert.Throws<ArgumentException>("block", () => new SourceBlockEncoder(ReadOnlyMemory<byte>.Empty, 10));
        Assert.Throws<ArgumentException>("block", () => new SourceBlockEncoder(new byte[56_404], 1));
        Assert.Throws<ArgumentException>("block", () => new SourceBlockDecoder(10, 10).TryDecode(new byte[90]));
    }

    [Fact]
    public void SymbolAndItsIdAreChecked()
    {
        using var encoder = new SourceBlockEncoder(Block, 10);
        using var decoder = new SourceBlockDecoder(10, 10);
        Assert.Throws<ArgumentOutOfRangeException>("encodingSymbolId", () => encoder.Encode(1 << 24, new byte[10]));
        Assert.Throws<ArgumentOutOfRangeException>("encodingSymbolId", () => decoder.Add(1 << 24, new byte[10]));
        Assert.Throws<ArgumentException>("destination", () => encoder.Encode(0, new byte[9]));
        Assert.Throws<ArgumentException>("symbol", () => decoder.Add(0, new byte[9]));
        Assert.Throws<ArgumentException>("symbol", () => decoder.Add(9, new byte[11]));
        Assert.Throws<ArgumentException>("symbol", () => decoder.Add(9, []));
        Assert.Equal(0, decoder.ReceivedCount);
    }

    [Fact]
    public void DisposedObjectsSaySo()
    {
        var encoder = new SourceBlockEncoder(Block, 10);
        encoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => encoder.Encode(0, new byte[10]));
        Assert.Throws<ObjectDisposedException>(() => encoder.Encode(10, new byte[10]));
        var decoder = new SourceBlockDecoder(10, 10);
        decoder.Add(0, new byte[10]);
        decoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => decoder.Add(1, new byte[10]));
        Assert.Throws<ObjectDisposedException>(() => decoder.TryDecode(new byte[100]));
        decoder.Dispose();
    }

    [Fact]
    public void ObjectsAreChecked()
    {
        var information = new ObjectTransmissionInformation(100, 10, 2);
        Assert.Throws<ArgumentNullException>("information", () => new ObjectEncoder(Block, null!));
        Assert.Throws<ArgumentNullException>("information", () => new ObjectDecoder(null!));
        Assert.Throws<ArgumentException>("transferObject", () => new ObjectEncoder(Block.AsMemory(1), information));
        using var encoder = new ObjectEncoder(Block, information);
        using var decoder = new ObjectDecoder(information);
        Assert.Throws<ArgumentOutOfRangeException>("sourceBlockNumber", () => encoder.Encode(2, 0, new byte[10]));
        Assert.Throws<ArgumentOutOfRangeException>("sourceBlockNumber", () => encoder.GetSymbolCount(-1));
        Assert.Throws<ArgumentOutOfRangeException>("sourceBlockNumber", () => decoder.Add(2, 0, new byte[10]));
        Assert.Throws<ArgumentOutOfRangeException>("encodingSymbolId", () => decoder.Add(1, 1 << 24, new byte[10]));
        Assert.Throws<ArgumentException>("symbol", () => decoder.Add(1, 0, new byte[9]));
        Assert.Throws<ArgumentException>("transferObject", () => decoder.TryDecode(new byte[99]));
        Assert.Throws<ArgumentException>("block", () => decoder.TryDecodeSourceBlock(0, new byte[49]));
        decoder.Release(0);
        Assert.False(decoder.Add(0, 0, new byte[10]));
        Assert.Throws<InvalidOperationException>(() => decoder.TryDecode(new byte[100]));
    }
}
