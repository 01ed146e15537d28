using GalleryPS.Events;

namespace GalleryPS.Tests.Sessions;

public class RateMeterTests
{
    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void NobodyKnowsARateOfOneMark()
    {
        var meter = new RateMeter();
        Assert.Null(meter.PerSecond);
        meter.Mark(At(5), 100);
        Assert.Null(meter.PerSecond);
        Assert.Null(meter.TimeUntil(200));
    }

    [Fact]
    public void ItIsTheRateOfTheLastTwoSeconds()
    {
        var meter = new RateMeter();
        for (int i = 0; i <= 50; i++) meter.Mark(At(i * 0.2), i * 20);
        Assert.Equal(100, meter.PerSecond!.Value, 6);
        Assert.Equal(10, meter.TimeUntil(2000)!.Value.TotalSeconds, 6);
        Assert.Equal(TimeSpan.Zero, meter.TimeUntil(500));
        for (int i = 0; i <= 10; i++) meter.Mark(At(10.2 + i * 0.2), 1000);
        Assert.Equal(0, meter.PerSecond);
        Assert.Null(meter.TimeUntil(2000));
    }

    [Fact]
    public void WhatBeginsAnewHasNotGrown()
    {
        var meter = new RateMeter();
        meter.Mark(At(0), 0);
        meter.Mark(At(1), 1000);
        meter.Mark(At(1.2), 100);
        Assert.Null(meter.PerSecond);
        meter.Mark(At(1.4), 120);
        Assert.Equal(100, meter.PerSecond!.Value, 6);
    }

    [Fact]
    public void WhatTakesForEverHasNoTime()
    {
        var meter = new RateMeter();
        meter.Mark(At(0), 0);
        meter.Mark(At(1), 1e-9);
        Assert.Null(meter.TimeUntil(1e12));
    }
}
