namespace GalleryPS.Network;

/// <summary>The threads that read the network in the background of a session, and their end.</summary>
/// <param name="failed">Is told why a thread cannot go on; not when they are being stopped.</param>
internal sealed class ReadingThreads(Action<GalleryException> failed) : IDisposable
{
    /// <summary>Stopping is looked at this often; it bounds the time to the prompt.</summary>
    public const int PollMilliseconds = 50;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];

    /// <summary>Cancelled when the threads have to end.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Starts a thread.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="what">What it does, as the subject of "failed".</param>
    /// <param name="target">What it does it to.</param>
    /// <param name="work">The work; it looks at <see cref="Stopping"/>.</param>
    public void Run(string name, string what, object target, Action work)
    {
        var thread = new Thread(Guarded) { IsBackground = true, Name = name };
        lock (_threads)
        {
            // Those that run may start others, but none when all are to end.
            if (_stop.IsCancellationRequested) return;
            thread.Start();
            _threads.Add(thread);
        }

        void Guarded()
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                // An exception that leaves a thread ends the process, PowerShell and all.
                if (_stop.IsCancellationRequested) return;
                failed(new GalleryException(ErrorIds.NetworkFailure, GalleryErrorCategory.ConnectionError, $"{what} failed: {e.Message}", target, null, e));
            }
        }
    }

    /// <summary>Ends the threads, and waits until they have ended. It may be called again, and by several at once.</summary>
    /// <param name="wake">Wakes those that wait for something that does not look at <see cref="Stopping"/>.</param>
    public void Stop(Action? wake = null)
    {
        Thread[] threads;
        lock (_threads)
        {
            _stop.Cancel();
            threads = [.. _threads];
        }

        wake?.Invoke();
        foreach (Thread thread in threads) thread.Join();
    }

    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }
}
