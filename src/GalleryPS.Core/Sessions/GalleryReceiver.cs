using GalleryPS.Events;
using GalleryPS.Protocols;
using GalleryPS.Sessions;
using static System.FormattableString;

namespace GalleryPS;

/// <summary>
/// Receives images until the end of transmission, a limit, or cancelling. Opening binds, joins or listens: what is sent
/// afterwards is not missed. Threads of its own read the network; <see cref="Receive"/> hands out what came, in order,
/// on the calling thread.
/// </summary>
public sealed class GalleryReceiver : ISession
{
    private readonly ReceiveOptions _options;
    private readonly Inbox _inbox;
    private readonly IImageReceiver _receiver;
    private bool _disposed;

    private GalleryReceiver(ReceiveOptions options, Inbox inbox, IImageReceiver receiver) => (_options, _inbox, _receiver) = (options, inbox, receiver);

    /// <summary>Where it is bound, joined or listening.</summary>
    public ReadyEvent Ready => _receiver.Ready;

    EventQueue ISession.Queue => _inbox.Queue;

    SessionClock ISession.Clock => _inbox.Clock;

    TimeSpan? ISession.Duration => _options.Until.Duration;

    TimeSpan? ISession.IdleTimeout => _options.Until.IdleTimeout;

    /// <summary>Resolves the addresses, and binds, joins or listens.</summary>
    /// <param name="options">How to receive.</param>
    /// <param name="cancellationToken">Ends looking up names.</param>
    /// <returns>A receiver that is ready; dispose of it.</returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public static GalleryReceiver Open(ReceiveOptions options, CancellationToken cancellationToken = default) =>
        Open(options, ProtocolContext.Default, cancellationToken);

    internal static GalleryReceiver Open(ReceiveOptions options, ProtocolContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var inbox = new Inbox(options, new SessionClock(context.Time));
        return new GalleryReceiver(options, inbox, ProtocolTable.Find(options.Protocol).OpenReceiver(options, inbox, context, cancellationToken));
    }

    /// <summary>
    /// Hands out what happens. When the token is cancelled the groups are left, the sockets closed, partial files removed,
    /// and the events end with the summary.
    /// </summary>
    /// <param name="cancellationToken">Stops receiving.</param>
    /// <returns>First a <see cref="ReadyEvent"/>, then whatever comes, last a <see cref="SummaryEvent"/>.</returns>
    public IEnumerable<GalleryEvent> Receive(CancellationToken cancellationToken = default) => SessionLoop.Run(this, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _inbox.Queue.Complete();
        _receiver.Dispose();
        _inbox.Dispose();
    }

    IEnumerable<GalleryEvent> ISession.Opening() => _receiver.Opening();

    void ISession.Start() => _receiver.Start();

    IEnumerable<GalleryEvent> ISession.Closing(StopReason reason)
    {
        if (reason == StopReason.Duration) yield return new NoticeEvent(Invariant($"Stopped after {_options.Until.Duration!.Value.TotalSeconds:0.###} s."));

        // Everybody who was asked for has ended; somebody else was in the middle of something and fell silent.
        if (reason == StopReason.IdleTimeout && _inbox.HasEnds) reason = StopReason.Completed;
        if (reason == StopReason.IdleTimeout) yield return new ErrorEvent(_receiver.ExplainNothingReceived() ?? TimedOut());
        foreach (GalleryEvent galleryEvent in _receiver.Closing()) yield return galleryEvent;
        if (reason != StopReason.IdleTimeout && DescribeLeftOut() is { } leftOut) yield return new WarningEvent(ErrorIds.NothingForThisReceiver, $"No image arrived. {leftOut}");
        yield return new SummaryEvent(_inbox.Summary() with { Dropped = _receiver.Dropped });
    }

    private GalleryException TimedOut() => new(
        ErrorIds.ReceiverTimedOut, GalleryErrorCategory.OperationTimeout,
        Invariant($"Nothing arrived for {_options.Until.IdleTimeout!.Value.TotalSeconds:0.###} s; {Counted.Of(_inbox.Images, "image")} and {Counted.Of(_inbox.Ends, _options.Senders, "end")} of transmission had arrived."),
        Ready.EndPoints[0],
        DescribeLeftOut() ?? (_inbox.Datagrams > 0
            ? "Address and port are right, because something arrived: check that the sender was not stopped, and uses the same protocol."
            : "Check that the sender uses the same transport, address and port, and that no firewall is in the way."));

    // Only where nothing else came: among images, what was left out is no riddle.
    private string? DescribeLeftOut()
    {
        if (_inbox.Images > 0) return null;
        string what = _options.Transport == Transport.Tcp ? "connection" : "datagram";
        string? others = _inbox.LeftOut.Describe(what, LeftOut.Accepted(Ready, _options.Addresses.Address, _options.Addresses.Source));
        string? noImages = _inbox.NotImages == 0 ? null : $"{Counted.Of(_inbox.NotImages, what)} {(_inbox.NotImages == 1 ? "was not an image" : "were not images")} of a known format.";
        return others is null ? noImages : noImages is null ? others : $"{others} {noImages}";
    }
}
