using Flute;
using GalleryPS.Protocols.Flute;

namespace GalleryPS.Tests.Protocols;

/// <summary>What took most of a transfer's time is what limited it.</summary>
public class LimitWatchTests
{
    [Theory]
    [InlineData(2, 1, TransferLimit.ReceiverDisk)]
    [InlineData(1, 2, TransferLimit.ReceiverCpu)]
    public void AReceiverThatTakesNothingMoreIsHeldUpByWhatTakesItsTime(int storing, int decoding, TransferLimit limit)
    {
        using var sender = new FluteSender(new FluteSenderOptions { Tsi = 7, WaitsForReports = true });
        var tracker = new DeliveryTracker(sender, new DeliveryOptions());
        ReceiverState slow = tracker.Join("slow", TimeSpan.Zero);
        tracker.Update(slow, new ReceptionReport { Storing = TimeSpan.FromSeconds(storing), Decoding = TimeSpan.FromSeconds(decoding) }, TimeSpan.Zero);
        var watch = new LimitWatch();
        watch.Begin(TimeSpan.Zero);
        watch.Note(TimeSpan.Zero, TransferLimit.Network);
        watch.Note(TimeSpan.FromSeconds(1), TransferLimit.ReceiverCpu, slow);
        Assert.Equal(TransferLimit.Network, watch.Most);
        watch.Note(TimeSpan.FromSeconds(3), null);
        Assert.Equal(limit, watch.Most);
    }

    [Theory]
    [InlineData(TransferLimit.Sender)]
    [InlineData(TransferLimit.Network)]
    [InlineData(TransferLimit.BitRate)]
    public void WhatIsWaitedForLongestIsNamed(TransferLimit limit)
    {
        var watch = new LimitWatch();
        watch.Begin(TimeSpan.Zero);
        Assert.Null(watch.Most);
        watch.Note(TimeSpan.Zero, limit);
        watch.Note(TimeSpan.FromSeconds(2), TransferLimit.ReceiverCpu);
        watch.Note(TimeSpan.FromSeconds(3), null);
        watch.Note(TimeSpan.FromSeconds(9), limit == TransferLimit.Sender ? TransferLimit.Network : TransferLimit.Sender);
        Assert.Equal(limit, watch.Most);
    }
}
