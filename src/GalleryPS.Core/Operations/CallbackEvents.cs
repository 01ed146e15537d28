using System.Collections.Concurrent;

namespace GalleryPS.Operations;

/// <summary>
/// Hands out as events what work tells in the middle of itself, where it cannot stop and go on: it runs on a thread of its own,
/// and what it tells is read on the calling thread.
/// </summary>
internal static class CallbackEvents
{
    /// <summary>Does the work.</summary>
    /// <param name="work">It; is given where to tell events.</param>
    /// <param name="cancellationToken">Ends it, as does whoever stops reading.</param>
    /// <returns>What it tells. What it throws is thrown behind that.</returns>
    public static IEnumerable<GalleryEvent> Of(Action<Action<GalleryEvent>, CancellationToken> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var events = new BlockingCollection<GalleryEvent>();
        Task working = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    work(events.Add, stop.Token);
                }
                finally
                {
                    events.CompleteAdding();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (GalleryEvent each in events.GetConsumingEnumerable(CancellationToken.None)) yield return each;
            working.GetAwaiter().GetResult();
        }
        finally
        {
            // Nothing of it goes on when nobody reads any more.
            stop.Cancel();
            ((IAsyncResult)working).AsyncWaitHandle.WaitOne();
        }
    }
}
