using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>
/// One receiver of <see cref="PlainStreamSender"/>: a connection for each image and one for the end. Who has several of them
/// lets each work through a queue of its own, so that none waits for another.
/// </summary>
internal sealed class StreamDestination : IDisposable
{
    private const int ChunkBytes = 256 << 10;
    private const int MostWaiting = 16;
    private const int ProgressMilliseconds = 1000;

    // What is smaller goes into the system's buffers at once, unless the receiver stands still.
    private const int SmallBytes = 1 << 20;
    private readonly TcpConnectOptions _options;
    private readonly Pacer _pacer;
    private readonly SentConnections _sent;
    private readonly TimeProvider _time;
    private readonly bool _retry, _resume;
    private readonly Reachability _reach;
    private readonly SendingWatch _watch;
    private readonly BlockingCollection<(OutgoingImage? Image, int Index)> _queue = new(MostWaiting);
    private Thread? _thread;
    private volatile OutgoingImage? _current;
    private int _currentIndex;
    private long _done;

    public StreamDestination(IPEndPoint to, TcpConnectOptions options, Pacer pacer, TimeProvider time, bool retry, bool resume)
    {
        (To, _options, _pacer, _time, _retry, _resume) = (to, options, pacer, time, retry, resume);
        _sent = new SentConnections(time);
        _reach = new Reachability(to);
        _watch = new SendingWatch([], SendingWatch.DefaultPatience, time);
    }

    public IPEndPoint To { get; }

    /// <summary>Whether it gets nothing more: it could not be reached at the first image.</summary>
    public bool IsGivenUp => !_retry && _reach.NeverWorked;

    /// <summary>Sends an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="index">Its place in the gallery.</param>
    /// <param name="cancellationToken">Breaks the connection off.</param>
    public IEnumerable<GalleryEvent> Send(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        if (IsGivenUp) return [];

        // Who sends slowly, because it was asked to or the receiver is slow, tells how far it is. Where several go side by side each has its own thread anyway.
        return (_pacer.IsUnlimited && image.Length < SmallBytes) || _thread is not null
            ? Try(image.Name, () => SendImage(image, index, cancellationToken), cancellationToken)
            : SendWithProgress(image, index, cancellationToken);
    }

    /// <summary>Sends the end of transmission, and waits a little for the receiver to close.</summary>
    public IEnumerable<GalleryEvent> End(CancellationToken cancellationToken)
    {
        foreach (GalleryEvent galleryEvent in IsGivenUp ? [] : Try("The end of transmission", () => SendEnd(cancellationToken), cancellationToken)) yield return galleryEvent;
        _sent.WaitForAll(TimeSpan.FromSeconds(2), cancellationToken);
        foreach (GalleryException late in _sent.Failures()) yield return new ErrorEvent(late);
        if (_reach.Rest() is { } rest) yield return rest;
    }

    /// <summary>Puts an image, or with none the end, behind what it has to send already.</summary>
    /// <param name="image">The image; it is disposed of when it was sent.</param>
    /// <param name="index">Its place in the gallery.</param>
    /// <param name="report">Gets what happens, on another thread.</param>
    /// <param name="stopping">Breaks it off.</param>
    /// <returns>False when there is no room at the moment; the image is still the caller's.</returns>
    public bool TryEnqueue(OutgoingImage? image, int index, Action<GalleryEvent> report, CancellationToken stopping)
    {
        if (!_queue.TryAdd((image, index))) return false;
        if (_thread is null)
        {
            var thread = new Thread(() => Work(report, stopping)) { IsBackground = true, Name = $"TCP to {To}" };
            thread.Start();
            _thread = thread;
        }

        if (image is null) _queue.CompleteAdding();
        return true;
    }

    /// <summary>How far it is with the image that it is sending; null when it sends none.</summary>
    public ImageProgress? Current => _current is { } image ? new ImageProgress(_currentIndex, $"{image.Name} to {To}", Interlocked.Read(ref _done), image.Length) : null;

    /// <summary>Whether it has worked through everything, the end included.</summary>
    public bool IsDone => _thread is null || !_thread.IsAlive;

    public void Dispose()
    {
        _thread?.Join();
        while (_queue.TryTake(out (OutgoingImage? Image, int Index) left)) left.Image?.Dispose();
        _queue.Dispose();
        _sent.Dispose();
    }

    private IEnumerable<GalleryEvent> SendWithProgress(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long start = _time.GetTimestamp();
        var events = new ConcurrentQueue<GalleryEvent>();
        var sending = Task.Run(
            () =>
            {
                foreach (GalleryEvent galleryEvent in Try(image.Name, () => SendImage(image, index, stop.Token), stop.Token)) events.Enqueue(galleryEvent);
            },
            CancellationToken.None);
        try
        {
            while (Task.WaitAny([sending], ProgressMilliseconds, CancellationToken.None) < 0)
            {
                while (events.TryDequeue(out GalleryEvent? galleryEvent)) yield return galleryEvent;
                long done = Interlocked.Read(ref _done);
                double rate = done * 8 / _time.GetElapsedTime(start).TotalSeconds;
                yield return new ProgressEvent(_pacer.IsUnlimited ? "Sending" : "Sending slowly", done, image.Length, rate)
                {
                    TimeLeft = rate > 0 ? TimeSpan.FromSeconds(Math.Min((image.Length - done) * 8 / rate, TimeSpan.MaxValue.TotalSeconds / 2)) : null,
                    Images = [new ImageProgress(index, image.Name, done, image.Length)],
                };
            }
        }
        finally
        {
            // Nobody wants to see the rest: the image is not read any more once this returns.
            if (!sending.IsCompleted)
            {
                stop.Cancel();
                Task.WaitAny([sending], CancellationToken.None);
            }
        }

        sending.GetAwaiter().GetResult();
        while (events.TryDequeue(out GalleryEvent? last)) yield return last;
    }

    private void Work(Action<GalleryEvent> report, CancellationToken stopping)
    {
        try
        {
            foreach ((OutgoingImage? image, int index) in _queue.GetConsumingEnumerable(stopping))
            {
                using (image)
                {
                    foreach (GalleryEvent galleryEvent in image is null ? End(stopping) : Send(image, index, stopping)) report(galleryEvent);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            report(new ErrorEvent(GalleryException.Unexpected(e)));
        }
    }

    // Waits for a network that is away for a moment: then there is no connection. Where several go side by side, the others do not wait as long for this one.
    // Tells of earlier images, too, that turned out not to have arrived.
    private IEnumerable<GalleryEvent> Try(string what, Func<GalleryEvent> send, CancellationToken cancellationToken)
    {
        GalleryEvent? result, galleryEvent;
        GalleryException? error;
        while ((result = TryOnce(what, send, out error, out SocketException? away, cancellationToken)) is null)
        {
            galleryEvent = null;
            bool again = away is not null && _watch.ShouldWait(away, _reach, others: _thread is not null, out galleryEvent);
            if (galleryEvent is not null) yield return galleryEvent;
            if (!again)
            {
                result = _reach.Fail(error!);
                break;
            }

            _watch.Wait(cancellationToken);
        }

        galleryEvent = error is null ? _watch.Succeed() : null;
        if (galleryEvent is not null) yield return galleryEvent;
        if (result is not null) yield return result;
        foreach (GalleryException late in _sent.Failures()) yield return new ErrorEvent(late);
    }

    private GalleryEvent? TryOnce(string what, Func<GalleryEvent> send, out GalleryException? error, out SocketException? away, CancellationToken cancellationToken)
    {
        (error, away) = (null, null);
        try
        {
            GalleryEvent galleryEvent = send();
            _reach.Succeed();
            return galleryEvent;
        }
        catch (SocketException e)
        {
            error = SocketErrors.Send(e, To, what);
            if (SocketErrors.MayPass(e)) away = e;
        }
        catch (GalleryException e)
        {
            error = e;
            if (e.Id == ErrorIds.AddressNotLocal) away = new SocketException((int)SocketError.AddressNotAvailable);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return null;
    }

    private SentEvent SendImage(OutgoingImage image, int index, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        if (_resume && ResumeQuestion.Ask(To, image, _options, _time, cancellationToken)) return Describe(image, index, image.Length, start, wasThere: true);
        TcpConnection connection = TcpConnection.Connect(To, _options, _time, cancellationToken);
        Interlocked.Exchange(ref _done, 0);
        (_currentIndex, _current) = (index, image);
        try
        {
            long sent = SendBytes(connection, image, cancellationToken);
            _sent.Add(connection, image.Name);
            return Describe(image, index, sent, start, wasThere: false);
        }
        catch (Exception e)
        {
            GalleryException? tls = e is SocketException broken && !cancellationToken.IsCancellationRequested ? connection.WhyNotSent(image.Name, broken.SocketErrorCode) : null;
            connection.Reset();
            if (tls is not null) throw tls;
            throw;
        }
        finally
        {
            _current = null;
        }
    }

    private SentEvent Describe(OutgoingImage image, int index, long bytes, long start, bool wasThere) => new(new SentImage
    {
        Index = index,
        Name = image.Name,
        Path = image.Path,
        Bytes = bytes,
        Format = image.Info.Format,
        Width = image.Info.Width,
        Height = image.Info.Height,
        Transport = Transport.Tcp,
        Protocol = Protocol.Plain,
        Destination = To,
        Datagrams = 0,
        Elapsed = _time.GetElapsedTime(start),
        WasThere = wasThere,
    });

    private EndEvent SendEnd(CancellationToken cancellationToken)
    {
        TcpConnection connection = TcpConnection.Connect(To, _options, _time, cancellationToken);
        connection.EndSending();
        _sent.Add(connection, "The end of transmission", failuresMatter: false);
        return new EndEvent(To, 0, 0);
    }

    private long SendBytes(TcpConnection connection, OutgoingImage image, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration closer = cancellationToken.UnsafeRegister(static c => ((TcpConnection)c!).Reset(), connection);
        try
        {
            long sent = SendContent(connection, image, cancellationToken);
            connection.EndSending();
            return sent;
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is SocketException or ObjectDisposedException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private long SendContent(TcpConnection connection, OutgoingImage image, CancellationToken cancellationToken)
    {
        if (image.Loaded is { } memory) return SendAll(connection, memory.Span, cancellationToken);
        byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Min(ChunkBytes, Math.Max(image.Length, 1)));
        try
        {
            long sent = 0;
            while (true)
            {
                int read = image.Read(buffer, sent);
                if (read == 0) return sent;
                sent += SendAll(connection, buffer.AsSpan(0, read), cancellationToken);

                // The file's end is known: asking once more for every image costs as much as a small image.
                if (sent == image.Length) return sent;
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int SendAll(TcpConnection connection, ReadOnlySpan<byte> bytes, CancellationToken cancellationToken)
    {
        int sent = 0;
        while (sent < bytes.Length)
        {
            _pacer.Wait(cancellationToken);
            int piece = _pacer.IsUnlimited ? bytes.Length - sent : Math.Min(bytes.Length - sent, 16 << 10);
            int now = connection.Send(bytes.Slice(sent, piece));
            _pacer.Sent(now);
            sent += now;
            Interlocked.Add(ref _done, now);
        }

        return sent;
    }
}
