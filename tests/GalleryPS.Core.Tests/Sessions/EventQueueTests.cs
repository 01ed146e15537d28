using GalleryPS.Events;

namespace GalleryPS.Tests.Sessions;

public class EventQueueTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    [Fact]
    public void AddingWaitsWhileTheQueueIsFullOfBytes()
    {
        using var queue = new EventQueue(maxEvents: 10, maxBytes: 100);
        Assert.True(queue.Add(new NoticeEvent("1"), 60));
        Task<bool> second = Task.Run(() => queue.Add(new NoticeEvent("2"), 60));
        Assert.False(second.Wait(100));
        Assert.Equal(TakeResult.Taken, queue.Take(out _, default));
        Assert.True(second.Wait(Long));
        Assert.True(second.Result);
    }

    [Fact]
    public void AnEventLargerThanTheBoundGoesThroughAlone()
    {
        using var queue = new EventQueue(maxBytes: 100);
        Assert.True(queue.Add(new NoticeEvent("huge"), 1000));
        Assert.Equal(TakeResult.Taken, queue.Take(out _, default));
    }

    [Fact]
    public void CompletingReleasesWhoWaitsToAddAndKeepsWhatIsThere()
    {
        using var queue = new EventQueue(maxEvents: 1);
        queue.Add(new NoticeEvent("1"));
        Task<bool> second = Task.Run(() => queue.Add(new NoticeEvent("2")));
        queue.Complete();
        Assert.True(second.Wait(Long));
        Assert.False(second.Result);
        Assert.Equal(TakeResult.Taken, queue.Take(out GalleryEvent? kept, default));
        Assert.Equal(new NoticeEvent("1"), kept);
        Assert.Equal(TakeResult.Completed, queue.Take(out _, default));
    }

    [Fact]
    public void CancellingWakesWhoWaitsToTake()
    {
        using var queue = new EventQueue();
        using var stop = new CancellationTokenSource();
        using CancellationTokenRegistration wake = queue.WakeOn(stop.Token);
        Task<TakeResult> taking = Task.Run(() => queue.Take(out _, stop.Token));
        stop.Cancel();
        Assert.True(taking.Wait(Long));
        Assert.Equal(TakeResult.Cancelled, taking.Result);
    }

    [Fact]
    public void AnAlarmWakesWhoWaitsToTakeOnceAndBeforeEvents()
    {
        using var queue = new EventQueue();
        Task<TakeResult> taking = Task.Run(() => queue.Take(out _, default));
        queue.Alarm();
        Assert.True(taking.Wait(Long));
        Assert.Equal(TakeResult.Alarmed, taking.Result);
        queue.Add(new NoticeEvent("1"));
        queue.Alarm();
        Assert.Equal(TakeResult.Alarmed, queue.Take(out _, default));
        Assert.Equal(TakeResult.Taken, queue.Take(out _, default));
    }
}
