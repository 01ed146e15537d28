using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;
using static System.FormattableString;

namespace GalleryPS.Protocols;

/// <summary>Where a <see cref="DatagramListener"/> tells what happens.</summary>
/// <param name="Membership">How a membership is told.</param>
/// <param name="Report">Takes what happens while it listens.</param>
/// <param name="Failed">Is told why a socket cannot be read any more.</param>
/// <param name="Now">The time of day.</param>
internal sealed record ListenerNews(Func<MembershipChange, GalleryEvent> Membership, Action<GalleryEvent> Report, Action<GalleryException> Failed, Func<DateTimeOffset> Now);

/// <summary>What a receiver does with what comes to one socket; called on the thread that reads the socket.</summary>
internal interface ISocketIntake
{
    /// <summary>Waits until there is room for more.</summary>
    /// <returns>How many milliseconds to wait for datagrams.</returns>
    int WaitForRoom() => ReadingThreads.PollMilliseconds;

    /// <summary>Takes one that was meant for the socket, from a sender that is accepted.</summary>
    void Take(in Datagram datagram);

    /// <summary>Counts one that was not.</summary>
    void LeaveOut(IPAddress source, IPAddress destination);

    /// <summary>Nothing more is there at the moment.</summary>
    /// <param name="count">How many came together; 0 when none came in time.</param>
    void Flush(int count);

    /// <summary>The socket is not read any more.</summary>
    void End()
    {
    }
}

/// <summary>
/// The bound and joined sockets of a receiver of datagrams, a thread for each that reads it, one that keeps them with the
/// NICs of this machine, and what there is to say of them.
/// </summary>
internal sealed class DatagramListener : IDisposable
{
    private readonly DatagramReceiver _receiver;
    private readonly Transport _transport;
    private readonly int _receiveBuffer;
    private readonly ListenerNews _news;
    private readonly KernelDrops _drops = new();
    private readonly ReadingThreads _threads;
    private readonly NicChanges _changes;
    private volatile Dictionary<int, string> _nicNames = [];
    private readonly bool _portable;
    private string _name = "";
    private Func<ReceivingSocket, ISocketIntake>? _intake;
    private Func<Socket, DatagramReader>? _reader;

    /// <param name="receiver">The sockets; they are disposed of together with this.</param>
    /// <param name="transport">The transport.</param>
    /// <param name="receiveBuffer">Bytes the system shall hold for each socket.</param>
    /// <param name="portable">Never use what only some systems have.</param>
    /// <param name="news">Where it tells what happens.</param>
    public DatagramListener(DatagramReceiver receiver, Transport transport, int receiveBuffer, bool portable, ListenerNews news)
    {
        (_receiver, _transport, _receiveBuffer, _portable, _news, _threads) = (receiver, transport, receiveBuffer, portable, news, new ReadingThreads(news.Failed));
        try
        {
            foreach (ReceivingSocket socket in receiver.Sockets) Prepare(socket);
            NameNics();
            Ready = new ReadyEvent(
                transport, receiver.EndPoints, receiver.Group, [.. receiver.Sockets.Select(static s => s.Nic).Where(static n => !n.IsDefault).Select(static n => n.Name).Distinct(StringComparer.Ordinal)]);
            _changes = NicChanges.Open(portable);
        }
        catch
        {
            // Whatever is refused: the port must be free again.
            receiver.Dispose();
            throw;
        }
    }

    /// <summary>Where it is bound and joined.</summary>
    public ReadyEvent Ready { get; }

    /// <summary>How many sockets there are.</summary>
    public int Sockets => _receiver.Sockets.Count;

    /// <summary>Cancelled when reading has to end.</summary>
    public CancellationToken Stopping => _threads.Stopping;

    /// <summary>Datagrams the system dropped because a buffer was full; null where it does not tell, and before <see cref="Leave"/>.</summary>
    public long? Dropped { get; private set; }

    /// <summary>Name of the NIC of an index, or null.</summary>
    public string? NicName(int index) => _nicNames.GetValueOrDefault(index);

    /// <summary>What to tell at the beginning: for each socket its membership or binding, and its buffer.</summary>
    /// <param name="purpose">What is waited for, such as "UDP".</param>
    /// <param name="joined">When the groups were joined.</param>
    public IEnumerable<GalleryEvent> Opening(string purpose, DateTimeOffset joined)
    {
        foreach (ReceivingSocket socket in _receiver.Sockets)
        {
            yield return _receiver.Group is not null
                ? _news.Membership(Membership(socket, socket.Nic, MembershipAction.Joined, joined))
                : new NoticeEvent(
                    $"Bound to {socket.Socket.LocalEndPoint}, waiting for {purpose} {_transport.ToString().ToLowerInvariant()}{(socket.Nic.IsDefault ? "" : $" on {socket.Nic}")}.");
            yield return new NoticeEvent(Invariant($"The receive buffer has {DatagramSockets.Granted(socket.Socket):N0} bytes."));
        }
    }

    /// <summary>Starts a thread per socket, also for those that come later.</summary>
    /// <param name="name">Names the threads.</param>
    /// <param name="intake">Makes what takes the datagrams of a socket.</param>
    /// <param name="most">Most buffers that are read at once.</param>
    /// <param name="bursts">Take the datagrams of a burst as one buffer, and tell how long they waited, where the system can.</param>
    public void Start(string name, Func<ReceivingSocket, ISocketIntake> intake, int most = DatagramReader.MostTogether, bool bursts = false)
    {
        (_name, _intake) = (name, intake);
        _reader = socket => DatagramReader.Open(socket, most, coalesce: bursts, _portable, timed: bursts);
        foreach (ReceivingSocket socket in _receiver.Sockets) Read(socket);
        _threads.Run($"{name} NICs", "Following the NICs", name, Follow);
    }

    /// <summary>Starts another thread that ends with those.</summary>
    public void Run(string name, string what, object target, Action work) => _threads.Run(name, what, target, work);

    /// <summary>Ends the threads.</summary>
    public void StopReading() => _threads.Stop();

    /// <summary>Leaves the groups, after what was dropped was counted: a closed socket has no counter.</summary>
    /// <param name="left">When that is.</param>
    public IEnumerable<GalleryEvent> Leave(DateTimeOffset left)
    {
        Dropped = _drops.Count();
        _receiver.Leave();
        return _receiver.Group is null
            ? []
            : _receiver.Sockets.Where(static s => !s.IsAway).Select(socket => _news.Membership(Membership(socket, socket.Nic, MembershipAction.Left, left)));
    }

    /// <summary>A warning of what the system dropped.</summary>
    /// <param name="consequence">What that means, after a colon or a full stop.</param>
    /// <param name="option">The option that makes the sender slower.</param>
    public WarningEvent DroppedWarning(string consequence, string option) => new(
        ErrorIds.DatagramsDropped,
        $"The system dropped {Counted.Of(Dropped ?? 0, "datagram")} because the receive buffer was full{consequence} Send more slowly ({option}), or allow larger buffers (Linux: sysctl net.core.rmem_max).");

    public void Dispose()
    {
        _threads.Dispose();
        _changes.Dispose();
        _receiver.Leave();
        _receiver.Dispose();
    }

    private void Prepare(ReceivingSocket socket)
    {
        DatagramSockets.AskForReceiveBuffer(socket.Socket, _receiveBuffer);
        _drops.Add(socket.Socket);
    }

    private void NameNics()
    {
        try
        {
            NameNics(Interfaces.List());
        }
        catch (GalleryException)
        {
            // A system that does not tell its NICs lets one receive all the same; only their names are not known.
        }
    }

    private void NameNics(IReadOnlyList<Interface> all) => _nicNames = all.GroupBy(static n => n.Index).ToDictionary(static n => n.Key, static n => n.First().Name);

    private void Read(ReceivingSocket socket) => Run($"{_name} {socket.Socket.LocalEndPoint}", $"Receiving on {socket.Nic}", socket.Nic.Name, () =>
    {
        using (DatagramReader reader = _reader!(socket.Socket)) Read(socket, reader, _intake!(socket));
        if (socket.IsRetired) socket.Socket.Dispose();
    });

    private void Read(ReceivingSocket socket, DatagramReader reader, ISocketIntake intake)
    {
        while (!Stopping.IsCancellationRequested && !socket.IsRetired)
        {
            int count = reader.Receive(intake.WaitForRoom());
            for (int i = 0; i < count; i++)
            {
                Datagram datagram = reader[i];
                if (_receiver.IsWanted(socket, datagram.Source, datagram.Destination, datagram.InterfaceIndex)) intake.Take(datagram);
                else intake.LeaveOut(datagram.Source.Address, datagram.Destination);
            }

            intake.Flush(count);
        }

        intake.End();
    }

    private void Follow() => NicWatch.Run(_changes, Look, Stopping);

    private void Look(IReadOnlyList<Interface> all, IReadOnlySet<int> gone)
    {
        NameNics(all);
        foreach (NicNews news in _receiver.Follow(all, gone)) Report(news);
    }

    private void Report(in NicNews news)
    {
        if (news is { IsNew: true, Socket: { } opened })
        {
            Prepare(opened);
            Read(opened);
        }

        GalleryEvent? galleryEvent = news.Change switch
        {
            NicChange.Taken when _receiver.Group is not null => _news.Membership(Membership(news.Socket!, news.Nic, MembershipAction.Joined, _news.Now())),
            NicChange.Lost when _receiver.Group is not null => _news.Membership(Membership(news.Socket!, news.Nic, MembershipAction.Lost, _news.Now())),
            _ => NicWatch.Describe(news),
        };
        if (galleryEvent is not null) _news.Report(galleryEvent);
    }

    private MembershipChange Membership(ReceivingSocket socket, Nic nic, MembershipAction action, DateTimeOffset time) => new()
    {
        Action = action,
        Group = _receiver.Group!,
        Port = ((IPEndPoint)socket.Socket.LocalEndPoint!).Port,
        Interface = nic.IsDefault ? null : nic.Name,
        InterfaceAddress = nic.Address,
        Sources = _receiver.Sources,
        Time = time,
    };
}
