using GalleryPS.Operations;

namespace GalleryPS.Traffic.Tests;

/// <summary>What a capture amounted to is told, also elsewhere.</summary>
public class CaptureEventTests
{
    [Fact]
    public void HowACaptureEndedTravels()
    {
        var capture = new Capture
        {
            Id = 1,
            Path = "/tmp/a.pcap",
            Interface = "lo",
            Filter = "",
            SnapLength = 0,
            Tool = "tcpdump",
            Started = DateTimeOffset.UnixEpoch,
            End = new CaptureEnd(DateTimeOffset.UnixEpoch.AddSeconds(5), 10, 12, 2, 4096),
        };
        Capture read = Assert.IsType<CaptureEndedEvent>(TravelJson.ReadEvent(TravelJson.WriteEvent(new CaptureEndedEvent(capture)), typeof(CaptureEndedEvent).Assembly)).Capture;
        Assert.Equal((10, 12, 2, 4096, false), (read.Packets, read.ReceivedByFilter, read.DroppedByKernel, read.Bytes, read.Running));
    }
}
