namespace GalleryPS.Tests.Sessions;

public class ReadingOptionsTests
{
    [Theory]
    [InlineData("250000", 250_000)]
    [InlineData("500kbps", 500e3)]
    [InlineData("100Mbps", 100e6)]
    [InlineData("1.5 Gbit/s", 1.5e9)]
    [InlineData("2g", 2e9)]
    [InlineData("9600 bps", 9600)]
    [InlineData("50Mbit", 50e6)]
    [InlineData("0", double.PositiveInfinity)]
    [InlineData("Unlimited", double.PositiveInfinity)]
    public void BitRatesAreRead(string text, double bitsPerSecond) => Assert.Equal(bitsPerSecond, BitRate.Parse(text).BitsPerSecond);

    [Theory]
    [InlineData("")]
    [InlineData("fast")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("1e999")]
    [InlineData("10MBps!")]
    [InlineData("10MBps")]
    [InlineData("10 MB/s")]
    public void WhatIsNoBitRateIsAnError(string text) =>
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => BitRate.Parse(text)).Id);

    [Fact]
    public void ABitRateTellsHowLongBytesTake()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(8), new BitRate(1e6).TimeFor(1000));
        Assert.Equal(TimeSpan.Zero, BitRate.Unlimited.TimeFor(1000));
        Assert.Equal("40Mbps", PacingOptions.DefaultDatagramRate.ToString());
    }

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("0", 0)]
    [InlineData("100ms", 0.1)]
    [InlineData("10 s", 10)]
    [InlineData("2min", 120)]
    [InlineData("00:00:30", 30)]
    public void DurationsAreRead(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Durations.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("-00:00:01")]
    [InlineData("soon")]
    [InlineData("1e300")]
    [InlineData("NaN")]
    public void WhatIsNoDurationIsAnError(string text) =>
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => Durations.Parse(text)).Id);

    [Theory]
    [InlineData("65507", 65_507)]
    [InlineData("500kB", 512_000)]
    [InlineData("4GB", 4L << 30)]
    [InlineData("1m", 1 << 20)]
    public void SizesAreRead(string text, long bytes) => Assert.Equal(bytes, ByteCount.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("1.5MB")]
    [InlineData("9999999999999GB")]
    public void WhatIsNoSizeIsAnError(string text) =>
        Assert.Equal(ErrorIds.InvalidOptions, Assert.Throws<GalleryException>(() => ByteCount.Parse(text)).Id);
}
