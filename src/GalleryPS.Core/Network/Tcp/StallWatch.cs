namespace GalleryPS.Network;

/// <summary>Cancels work on a connection on which nothing moves for too long.</summary>
internal sealed class StallWatch : IDisposable
{
    private readonly TimeSpan _longest;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;

    /// <param name="longest">How long nothing may move.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels as well.</param>
    public StallWatch(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        _longest = longest;
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = time.CreateTimer(static s => Cancel((CancellationTokenSource)s!), _source, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when the time is over.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Something moved: the time begins anew.</summary>
    public void Restart() => _timer.Change(_longest, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer.Dispose();
        _source.Dispose();
    }

    private static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work was done in the very moment.
        }
    }
}
