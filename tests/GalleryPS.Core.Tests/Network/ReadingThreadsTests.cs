using GalleryPS.Network;

namespace GalleryPS.Tests.Network;

public sealed class ReadingThreadsTests
{
    [Fact]
    public void SeveralMayStopAtOnce()
    {
        using var threads = new ReadingThreads(static e => Assert.Fail(e.Message));
        using var bothWait = new CountdownEvent(2);
        using var release = new ManualResetEventSlim();
        for (int i = 0; i < 3; i++) threads.Run($"thread {i}", "Waiting", i, () => release.Wait(CancellationToken.None));
        Exception?[] failures = new Exception?[2];
        Thread[] stoppers = [.. failures.Select((_, i) => new Thread(() =>
        {
            try
            {
                threads.Stop(() => bothWait.Signal());
            }
            catch (Exception e)
            {
                failures[i] = e;
            }
        }))];
        foreach (Thread stopper in stoppers) stopper.Start();
        bothWait.Wait(TestContext.Current.CancellationToken);
        release.Set();
        foreach (Thread stopper in stoppers) stopper.Join();
        Assert.All(failures, Assert.Null);
    }
}
