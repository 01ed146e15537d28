using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using GalleryPS.Messages;
using GalleryPS.Network;
using GalleryPS.Sessions;

namespace GalleryPS;

/// <summary>
/// Receives messages until a limit or cancelling. Opening binds and joins: what is sent afterwards is not missed. A thread
/// per NIC reads the network; <see cref="Receive"/> hands out what came, in order, on the calling thread.
/// </summary>
public sealed class MessageReceiver : IDisposable
{
    // Some tenths of a second of small messages at full rate: what a busy machine may be late.
    private const int ReceiveBuffer = 16 << 20;
    private const int MostQueued = 65_536;
    private static readonly TimeSpan Forever = TimeSpan.FromDays(1);
    private readonly MessageReceiveOptions _options;
    private readonly DatagramReceiver _receiver;
    private readonly IReadOnlyList<IPAddress> _sources;
    private readonly KernelDrops _drops;
    private readonly SourceLedger _ledger = new();
    private readonly EventQueue _queue = new(MostQueued);
    private readonly Dictionary<int, string> _nicNames = [];
    private readonly List<Thread> _threads = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly DateTimeOffset _joined;
    private long _lastActivity = Stopwatch.GetTimestamp();
    private long _bytes, _filtered;
    private int _messages;
    private bool _portable, _failed, _disposed;

    private MessageReceiver(MessageReceiveOptions options, DatagramReceiver receiver, Transport transport, IReadOnlyList<IPAddress> sources)
    {
        (_options, _receiver, _sources, _joined) = (options, receiver, sources, DateTimeOffset.Now);
        _drops = new KernelDrops(receiver.Sockets.Select(static s => s.Socket));
        foreach (Interface nic in Interfaces.List()) _nicNames[nic.Index] = nic.Name;
        foreach (ReceivingSocket one in receiver.Sockets) DatagramSockets.AskForReceiveBuffer(one.Socket, ReceiveBuffer);
        Ready = new ReadyEvent(
            transport, receiver.EndPoints, receiver.Group,
            [.. receiver.Sockets.Select(s => NicOf(s)?.Name).OfType<string>().Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Where it is bound and joined.</summary>
    public ReadyEvent Ready { get; }

    /// <summary>Resolves the addresses, binds and joins.</summary>
    /// <param name="options">How to receive.</param>
    /// <param name="cancellationToken">Ends looking up names.</param>
    /// <returns>A receiver that is ready; dispose of it.</returns>
    /// <exception cref="GalleryException">The options cannot work.</exception>
    public static MessageReceiver Open(MessageReceiveOptions options, CancellationToken cancellationToken = default) =>
        Open(options, portable: false, cancellationToken);

    /// <summary>
    /// Hands out what happens. When the token is cancelled the group is left, the socket closed, and the events end with
    /// the summary.
    /// </summary>
    /// <param name="cancellationToken">Stops receiving.</param>
    /// <returns>First a <see cref="ReadyEvent"/>, then whatever comes, last a <see cref="MessageSummaryEvent"/>.</returns>
    public IEnumerable<GalleryEvent> Receive(CancellationToken cancellationToken = default)
    {
        long started = Stopwatch.GetTimestamp();
        using CancellationTokenRegistration wake = _queue.WakeOn(cancellationToken);
        string reason = "Failed";
        try
        {
            yield return Ready;
            foreach (GalleryEvent story in Opening()) yield return story;
            Interlocked.Exchange(ref _lastActivity, Stopwatch.GetTimestamp());
            Start();
            while (true)
            {
                TakeResult result = _queue.TryTake(Patience(started), out GalleryEvent? next, cancellationToken);
                if (result == TakeResult.Taken)
                {
                    yield return next!;
                    continue;
                }

                if (result is TakeResult.Completed or TakeResult.Cancelled)
                {
                    reason = result == TakeResult.Cancelled ? "Cancelled" : _failed ? "Failed" : "Count";
                    break;
                }

                if (_options.Until.Duration is { } duration && Stopwatch.GetElapsedTime(started) >= duration)
                {
                    reason = "Duration";
                    break;
                }

                if (_options.Until.IdleTimeout is { } idle && Idle >= idle)
                {
                    reason = "IdleTimeout";
                    yield return new ErrorEvent(TimedOut(idle));
                    break;
                }
            }

            foreach (GalleryEvent story in Closing(reason, started)) yield return story;
        }
        finally
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        StopReading();
        _receiver.Leave();
        _receiver.Dispose();
        _queue.Dispose();
        _stop.Dispose();
    }

    internal static MessageReceiver Open(MessageReceiveOptions options, bool portable, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (DatagramReceiver receiver, Transport transport, IReadOnlyList<IPAddress> sources) = MessageAddresses.OpenReceiver(options, cancellationToken);
        return new MessageReceiver(options, receiver, transport, sources) { _portable = portable };
    }

    private TimeSpan Idle => Stopwatch.GetElapsedTime(Interlocked.Read(ref _lastActivity));

    private IEnumerable<GalleryEvent> Opening()
    {
        foreach (ReceivingSocket one in _receiver.Sockets)
        {
            yield return _receiver.Group is not null
                ? Membership(one, MembershipAction.Joined, _joined)
                : new NoticeEvent($"Bound to {one.Socket.LocalEndPoint}, waiting for UDP {Ready.Transport.ToString().ToLowerInvariant()}.");
            yield return new NoticeEvent($"The receive buffer has {one.Socket.ReceiveBufferSize:N0} bytes.");
        }
    }

    private IEnumerable<GalleryEvent> Closing(string reason, long started)
    {
        StopReading();
        long? dropped = _drops.Count();
        _receiver.Leave();
        DateTimeOffset left = DateTimeOffset.Now;
        if (_receiver.Group is not null)
        {
            foreach (ReceivingSocket one in _receiver.Sockets) yield return Membership(one, MembershipAction.Left, left);
        }

        if (dropped > 0)
        {
            yield return new WarningEvent(
                ErrorIds.DatagramsDropped,
                $"The system threw {dropped} datagrams away because the receive buffer was full: messages are missing. Send slower (-Interval), or allow larger buffers (Linux: sysctl net.core.rmem_max).");
        }

        if (_options.Statistics)
        {
            foreach (SourceStatistics one in _ledger.Statistics()) yield return new StatisticsEvent(one);
        }

        yield return new MessageEndEvent(reason, _messages);
        yield return new MessageSummaryEvent(new MessageSummary
        {
            Messages = _messages,
            Bytes = _bytes,
            Datagrams = _messages,
            Sources = _ledger.Sources,
            Duplicates = _ledger.Duplicates,
            Filtered = _filtered,
            Dropped = dropped,
            Failed = _failed ? 1 : 0,
            Elapsed = Stopwatch.GetElapsedTime(started),
        });
    }

    private void Start()
    {
        foreach (ReceivingSocket socket in _receiver.Sockets)
        {
            var thread = new Thread(() => Read(socket)) { IsBackground = true, Name = $"Messages {socket.Socket.LocalEndPoint}" };
            _threads.Add(thread);
            thread.Start();
        }
    }

    private void StopReading()
    {
        _queue.Complete();
        _stop.Cancel();
        foreach (Thread thread in _threads) thread.Join();
        _threads.Clear();
    }

    private void Read(ReceivingSocket socket)
    {
        try
        {
            using DatagramBatch batch = DatagramBatch.Open(socket.Socket, _portable);
            while (true)
            {
                int count = batch.Receive(_stop.Token);

                // Numbers, counters and the order in the queue are of all NICs together.
                lock (_lock)
                {
                    if (Take(batch, count, socket)) _queue.Complete();
                    else _queue.Flush();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            if (_stop.IsCancellationRequested) return;
            _failed = true;
            _queue.Add(new ErrorEvent(new GalleryException(
                ErrorIds.NetworkFailure, GalleryErrorCategory.ConnectionError,
                $"Receiving on {socket.Nic} failed: {e.Message}", socket.Nic.Name, null, e)));
            _queue.Complete();
        }
    }

    private bool Take(DatagramBatch batch, int count, ReceivingSocket socket)
    {
        DateTimeOffset now = DateTimeOffset.Now;
        int before = _messages;
        for (int i = 0; i < count && !(_messages >= _options.Until.Count); i++)
        {
            Arrival arrival = batch.Arrival(i);
            if (!_receiver.Takes(socket, arrival))
            {
                _filtered++;
                continue;
            }

            byte[] data = batch.Payload(i).ToArray();
            MessageKind kind = MessageContent.Classify(data);
            long? sequence = kind == MessageKind.Json ? MessageContent.SequenceOf(data, _options.SequenceProperty) : null;
            (bool duplicate, bool outOfOrder) = _ledger.Note(arrival.Source, data, kind, sequence, now);
            _bytes += data.Length;
            _queue.Add(
                new MessageReceivedEvent(new ReceivedMessage(data, kind, _options.JsonObjects)
                {
                    Index = _messages++,
                    Source = arrival.Source,
                    Group = arrival.Destination,
                    Time = now,
                    IsDuplicate = duplicate,
                    Sequence = sequence,
                    IsOutOfOrder = outOfOrder,
                    Interface = _nicNames.GetValueOrDefault(arrival.InterfaceIndex),
                }),
                data.Length,
                urgent: false);
        }

        if (_messages > before) Interlocked.Exchange(ref _lastActivity, Stopwatch.GetTimestamp());
        return _messages >= _options.Until.Count;
    }

    private MembershipEvent Membership(ReceivingSocket socket, MembershipAction action, DateTimeOffset time)
    {
        Nic? nic = NicOf(socket);
        return new MembershipEvent(new MembershipChange
        {
            Action = action,
            Group = _receiver.Group!,
            Port = ((IPEndPoint)socket.Socket.LocalEndPoint!).Port,
            Interface = nic?.Name,
            InterfaceAddress = nic?.Address,
            Sources = _sources,
            Time = time,
        });
    }

    // Joined on the default NIC: the system took the one that its routes name for the group.
    private Nic? NicOf(ReceivingSocket socket) =>
        !socket.Nic.IsDefault ? socket.Nic : _receiver.Group is { } group ? Routes.To(group) : null;

    private TimeSpan Patience(long started)
    {
        TimeSpan patience = Forever;
        if (_options.Until.Duration is { } duration) patience = Least(patience, duration - Stopwatch.GetElapsedTime(started));
        if (_options.Until.IdleTimeout is { } idle) patience = Least(patience, idle - Idle);

        // A wait that ends a hair too early would spin; one millisecond more does no harm.
        return patience > TimeSpan.Zero ? patience + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private GalleryException TimedOut(TimeSpan idle) => new(
        ErrorIds.ReceiverTimedOut, GalleryErrorCategory.OperationTimeout,
        $"Nothing came for {idle.TotalSeconds:0.###} s; {_messages} messages had arrived.", Ready.EndPoints[0],
        "Check that the sender uses the same address and port, and that no firewall is in the way.");
}
