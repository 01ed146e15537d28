namespace GalleryPS.Tests.Sessions;

/// <summary>Receivers that run beside a test.</summary>
internal static class Receiving
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Lets a receiver receive on a thread of its own, and waits until it has begun.</summary>
    /// <param name="receiver">The receiver.</param>
    /// <param name="seen">Hears of each event at once, on that thread.</param>
    /// <returns>Everything that it tells.</returns>
    public static Task<List<GalleryEvent>> Start(GalleryReceiver receiver, Action<GalleryEvent>? seen = null)
    {
        var ready = new TaskCompletionSource();
        Task<List<GalleryEvent>> receiving = Task.Factory.StartNew(
            () =>
            {
                var all = new List<GalleryEvent>();
                foreach (GalleryEvent told in receiver.Receive(TestContext.Current.CancellationToken))
                {
                    all.Add(told);
                    seen?.Invoke(told);
                    ready.TrySetResult();
                }

                return all;
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(ready.Task.Wait(Patience, TestContext.Current.CancellationToken));
        return receiving;
    }
}
