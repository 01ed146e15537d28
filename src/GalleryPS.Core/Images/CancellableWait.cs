namespace GalleryPS.Images;

/// <summary>Waits for what the system may never finish, and can be told to stop waiting.</summary>
internal static class CancellableWait
{
    /// <summary>Runs something on another thread; whoever waits for it is let go when cancelled.</summary>
    /// <param name="action">What may take for ever.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <typeparam name="T">What comes out; disposed of when it comes too late.</typeparam>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static T Run<T>(Func<T> action, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!cancellationToken.CanBeCanceled) return action();
        Task<T> running = Task.Run(action, CancellationToken.None);
        try
        {
            running.Wait(cancellationToken);
            return running.Result;
        }
        catch (AggregateException e)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerException!);
            throw;
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            _ = running.ContinueWith(
                static late =>
                {
                    if (late.IsCompletedSuccessfully) (late.Result as IDisposable)?.Dispose();
                    else _ = late.Exception;
                },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }
}

/// <summary>A stream whose bytes come when they come, read so that waiting for them can be cancelled.</summary>
/// <param name="inner">The stream; it is taken over.</param>
/// <param name="cancellationToken">Ends waiting.</param>
internal sealed class CancellableStream(Stream inner, CancellationToken cancellationToken) : Stream
{
    // Its own: a read that was given up may still be filled one day.
    private readonly byte[] _piece = new byte[256 << 10];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int most = Math.Min(buffer.Length, _piece.Length);
        int read = CancellableWait.Run(() => inner.Read(_piece, 0, most), cancellationToken);
        _piece.AsSpan(0, read).CopyTo(buffer);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // Closing a handle that is being read from may wait for the read.
        if (disposing && !cancellationToken.IsCancellationRequested) inner.Dispose();
        base.Dispose(disposing);
    }
}
