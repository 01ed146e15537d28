using System.Net;
using GalleryPS.Events;
using GalleryPS.Messages;
using GalleryPS.Network;
using GalleryPS.Protocols;
using GalleryPS.Sessions;
using static System.FormattableString;

namespace GalleryPS;

/// <summary>
/// Receives messages until a limit or cancelling. Opening binds and joins: what is sent afterwards is not missed. A thread
/// per NIC reads the network; <see cref="Receive"/> hands out what came, in order, on the calling thread.
/// </summary>
public sealed class MessageReceiver : ISession, ISocketIntake
{
    // Some tenths of a second of small messages at full rate: what a busy machine may be late.
    private const int ReceiveBuffer = 16 << 20;
    private const int MostQueued = 65_536;
    private readonly MessageReceiveOptions _options;
    private readonly DatagramListener _listener;
    private readonly SourceLedger _ledger = new();
    private readonly EventQueue _queue = new(MostQueued);
    private readonly SessionClock _clock;
    private readonly Lock _lock = new();
    private readonly DateTimeOffset _joined;
    private readonly LeftOut _leftOut = new();
    private long _bytes;
    private int _messages;
    private bool _failed, _disposed;

    private MessageReceiver(MessageReceiveOptions options, DatagramReceiver receiver, Transport transport, ProtocolContext context)
    {
        (_options, _clock) = (options, new SessionClock(context.Time));
        _joined = _clock.Now;
        _listener = new DatagramListener(
            receiver, transport, ReceiveBuffer, context.Portable,
            new ListenerNews(static change => new MembershipEvent(change), galleryEvent => _queue.Add(galleryEvent), Fail, () => _clock.Now));
    }

    /// <summary>Where it is bound and joined.</summary>
    public ReadyEvent Ready => _listener.Ready;

    EventQueue ISession.Queue => _queue;

    SessionClock ISession.Clock => _clock;

    TimeSpan? ISession.Duration => _options.Until.Duration;

    TimeSpan? ISession.IdleTimeout => _options.Until.IdleTimeout;

    /// <summary>Resolves the addresses, binds and joins.</summary>
    /// <param name="options">How to receive.</param>
    /// <param name="cancellationToken">Ends looking up names.</param>
    /// <returns>A receiver that is ready; dispose of it.</returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public static MessageReceiver Open(MessageReceiveOptions options, CancellationToken cancellationToken = default) =>
        Open(options, ProtocolContext.Default, cancellationToken);

    /// <summary>
    /// Hands out what happens. When the token is cancelled the group is left, the socket closed, and the events end with
    /// the summary.
    /// </summary>
    /// <param name="cancellationToken">Stops receiving.</param>
    /// <returns>First a <see cref="ReadyEvent"/>, then whatever comes, last a <see cref="MessageSummaryEvent"/>.</returns>
    public IEnumerable<GalleryEvent> Receive(CancellationToken cancellationToken = default) => SessionLoop.Run(this, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _queue.Complete();
        _listener.Dispose();
        _queue.Dispose();
    }

    internal static MessageReceiver Open(MessageReceiveOptions options, ProtocolContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (DatagramReceiver receiver, Transport transport) = MessageAddresses.OpenReceiver(options, cancellationToken);
        return new MessageReceiver(options, receiver, transport, context);
    }

    IEnumerable<GalleryEvent> ISession.Opening() => _listener.Opening("UDP", _joined);

    void ISession.Start() => _listener.Start("Messages", _ => this);

    IEnumerable<GalleryEvent> ISession.Closing(StopReason reason)
    {
        if (reason == StopReason.IdleTimeout) yield return new ErrorEvent(TimedOut());
        _listener.StopReading();
        foreach (GalleryEvent left in _listener.Leave(_clock.Now)) yield return left;
        if (_listener.Dropped > 0) yield return _listener.DroppedWarning(": messages are missing.", "-Interval");
        if (reason != StopReason.IdleTimeout && DescribeLeftOut() is { } leftOut) yield return new WarningEvent(ErrorIds.NothingForThisReceiver, $"No message arrived. {leftOut}");
        if (_options.Statistics)
        {
            foreach (SourceStatistics source in _ledger.Statistics()) yield return new StatisticsEvent(source);
        }

        string why = reason != StopReason.Completed ? reason.ToString() : _failed ? "Failed" : "Count";
        yield return new MessageEndEvent(why, _messages);
        yield return new MessageSummaryEvent(new MessageSummary
        {
            Messages = _messages,
            Bytes = _bytes,
            Datagrams = _messages,
            Sources = _ledger.Sources,
            Duplicates = _ledger.Duplicates,
            Filtered = _leftOut.Total,
            Dropped = _listener.Dropped,
            Failed = _failed ? 1 : 0,
            Elapsed = _clock.Elapsed,
        });
    }

    void ISocketIntake.Take(in Datagram datagram)
    {
        byte[] data = datagram.Payload.ToArray();
        MessageKind kind = MessageContent.Classify(data);
        long? sequence = kind == MessageKind.Json ? MessageContent.SequenceOf(data, _options.SequenceProperty) : null;

        // Numbers, counters and the order in the queue are of all NICs together.
        lock (_lock)
        {
            if (_messages >= _options.Until.Count) return;
            DateTimeOffset now = _clock.Now;
            (bool duplicate, bool outOfOrder) = _ledger.Note(datagram.Source, data, kind, sequence, now);
            _bytes += data.Length;
            _queue.Add(
                new MessageReceivedEvent(new ReceivedMessage(data, kind, _options.JsonObjects)
                {
                    Index = _messages++,
                    Source = datagram.Source,
                    Group = datagram.Destination,
                    Time = now,
                    IsDuplicate = duplicate,
                    Sequence = sequence,
                    IsOutOfOrder = outOfOrder,
                    Interface = _listener.NicName(datagram.InterfaceIndex),
                }),
                data.Length,
                urgent: false);
            _clock.Touch();
        }
    }

    void ISocketIntake.LeaveOut(IPAddress source, IPAddress destination) => _leftOut.Add(source, destination);

    void ISocketIntake.Flush(int count)
    {
        if (count == 0) return;
        lock (_lock)
        {
            if (_messages >= _options.Until.Count) _queue.Complete();
            else _queue.Flush();
        }
    }

    private void Fail(GalleryException error)
    {
        _failed = true;
        _queue.Add(new ErrorEvent(error));
        _queue.Complete();
    }

    private GalleryException TimedOut() => new(
        ErrorIds.ReceiverTimedOut, GalleryErrorCategory.OperationTimeout,
        Invariant($"Nothing arrived for {_options.Until.IdleTimeout!.Value.TotalSeconds:0.###} s; {Counted.Of(_messages, "message")} had arrived."), Ready.EndPoints[0],
        DescribeLeftOut() ?? "Check that the sender uses the same address and port, and that no firewall is in the way.");

    private string? DescribeLeftOut() => _messages > 0 ? null : _leftOut.Describe(
        "datagram", LeftOut.Accepted(Ready, address: null, _options.Addresses.Source));
}
