using System.Diagnostics;
using System.Net;
using GalleryPS.Protocols.Flute;
using GalleryPS.Protocols.Plain;
using GalleryPS.Sessions;

namespace GalleryPS;

/// <summary>
/// Receives images until the end of transmission, a limit, or cancelling. Opening binds, joins or listens: what is sent
/// afterwards is not missed. Threads of its own read the network; <see cref="Receive"/> hands out what came, in order,
/// on the calling thread.
/// </summary>
public abstract class GalleryReceiver : IDisposable
{
    private static readonly TimeSpan Forever = TimeSpan.FromDays(1);
    private readonly ReceiveOptions _options;
    private bool _disposed;

    private protected GalleryReceiver(ReceiveOptions options, Inbox inbox) => (_options, Inbox) = (options, inbox);

    /// <summary>Where it is bound, joined or listening.</summary>
    public abstract ReadyEvent Ready { get; }

    private protected Inbox Inbox { get; }

    /// <summary>Resolves the addresses, and binds, joins or listens.</summary>
    /// <param name="options">How to receive.</param>
    /// <param name="cancellationToken">Ends looking up names.</param>
    /// <returns>A receiver that is ready; dispose of it.</returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public static GalleryReceiver Open(ReceiveOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Protocol == Protocol.Flute) return FluteGalleryReceiver.Open(options, cancellationToken);
        return options.Transport == Transport.Tcp
            ? PlainStreamReceiver.Open(options, cancellationToken)
            : PlainDatagramReceiver.Open(options, cancellationToken);
    }

    /// <summary>
    /// Hands out what happens. When the token is cancelled the groups are left, the sockets closed, partial files removed,
    /// and the events end with the summary.
    /// </summary>
    /// <param name="cancellationToken">Stops receiving.</param>
    /// <returns>First a <see cref="ReadyEvent"/>, then whatever comes, last a <see cref="SummaryEvent"/>.</returns>
    public IEnumerable<GalleryEvent> Receive(CancellationToken cancellationToken = default)
    {
        long started = Stopwatch.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenRegistration wake = Inbox.Queue.WakeOn(cancellationToken);
        bool clean = false;
        try
        {
            yield return Ready;
            foreach (GalleryEvent story in Opening()) yield return story;
            Inbox.Touch();
            Start(stop.Token);
            while (true)
            {
                TakeResult result = Inbox.Queue.TryTake(Patience(started), out GalleryEvent? next, cancellationToken);
                if (result == TakeResult.Taken)
                {
                    yield return next!;
                    continue;
                }

                if (result is TakeResult.Completed or TakeResult.Cancelled) break;
                if (_options.Until.Duration is { } duration && Stopwatch.GetElapsedTime(started) >= duration)
                {
                    yield return new NoticeEvent($"{duration.TotalSeconds:0.###} s are over.");
                    break;
                }

                if (_options.Until.IdleTimeout is { } idle && Inbox.Idle >= idle)
                {
                    yield return new ErrorEvent(TimedOut(idle));
                    break;
                }
            }

            Inbox.Queue.Complete();
            stop.Cancel();
            foreach (GalleryEvent story in Closing()) yield return story;
            yield return new SummaryEvent(Inbox.Summary(Stopwatch.GetElapsedTime(started)) with { Dropped = Dropped });
            clean = true;
        }
        finally
        {
            if (!clean)
            {
                Inbox.Queue.Complete();
                stop.Cancel();
            }

            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Dispose(true);
        Inbox.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Leaves the groups, closes the sockets, waits for the threads.</summary>
    /// <param name="disposing">Always true.</param>
    protected abstract void Dispose(bool disposing);

    /// <summary>Starts the threads that read.</summary>
    private protected abstract void Start(CancellationToken cancellationToken);

    /// <summary>What to tell at the beginning.</summary>
    private protected abstract IEnumerable<GalleryEvent> Opening();

    /// <summary>Stops the threads, leaves and closes, and tells so.</summary>
    private protected abstract IEnumerable<GalleryEvent> Closing();

    /// <summary>Datagrams the system dropped, or null.</summary>
    private protected virtual long? Dropped => null;

    private TimeSpan Patience(long started)
    {
        TimeSpan patience = Forever;
        if (_options.Until.Duration is { } duration) patience = Least(patience, duration - Stopwatch.GetElapsedTime(started));
        if (_options.Until.IdleTimeout is { } idle) patience = Least(patience, idle - Inbox.Idle);

        // A wait that ends a hair too early would spin; one millisecond more does no harm.
        return patience > TimeSpan.Zero ? patience + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private protected virtual GalleryException TimedOut(TimeSpan idle) => new(
        ErrorIds.ReceiverTimedOut, GalleryErrorCategory.OperationTimeout,
        $"Nothing came for {idle.TotalSeconds:0.###} s; {Inbox.Images} images and {Inbox.Ends} of {_options.Senders} ends of transmission had arrived.",
        Ready.EndPoints[0],
        Inbox.Datagrams > 0
            ? "Something came, so address and port are right: check that the sender was not stopped, and uses the same protocol."
            : "Check that the sender uses the same transport, address and port, and that no firewall is in the way.");

    /// <summary>Describes endpoints for a sentence.</summary>
    private protected static string List(IEnumerable<IPEndPoint> endPoints) => string.Join(", ", endPoints);
}
