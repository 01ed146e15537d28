using System.Net;
using GalleryPS.Network;
using static System.FormattableString;

namespace GalleryPS.Protocols;

/// <summary>
/// The bound and joined sockets of a receiver of datagrams, a thread for each that reads it, and what there is to say of them.
/// </summary>
internal sealed class DatagramListener : IDisposable
{
    private readonly DatagramReceiver _receiver;
    private readonly Transport _transport;
    private readonly KernelDrops _drops;
    private readonly ReadingThreads _threads;
    private readonly Dictionary<int, string> _nicNames = [];

    /// <param name="receiver">The sockets; they are disposed of together with this.</param>
    /// <param name="transport">The transport.</param>
    /// <param name="receiveBuffer">Bytes the system shall hold for each socket.</param>
    /// <param name="failed">Is told why a socket cannot be read any more.</param>
    public DatagramListener(DatagramReceiver receiver, Transport transport, int receiveBuffer, Action<GalleryException> failed)
    {
        (_receiver, _transport, _threads) = (receiver, transport, new ReadingThreads(failed));
        try
        {
            foreach (ReceivingSocket socket in receiver.Sockets) DatagramSockets.AskForReceiveBuffer(socket.Socket, receiveBuffer);
            _drops = new KernelDrops(receiver.Sockets.Select(static s => s.Socket));
            foreach (Interface nic in Interfaces.List()) _nicNames[nic.Index] = nic.Name;
            Ready = new ReadyEvent(
                transport, receiver.EndPoints, receiver.Group, [.. receiver.Sockets.Select(s => NicOf(s)?.Name).OfType<string>().Distinct(StringComparer.Ordinal)]);
        }
        catch
        {
            // A system that does not tell its NICs: the port must be free again.
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

    /// <summary>Whether a datagram was meant for a socket, and comes from a sender that is accepted.</summary>
    public bool IsWanted(ReceivingSocket socket, in Datagram datagram) => _receiver.IsWanted(socket, datagram.Source, datagram.Destination, datagram.InterfaceIndex);

    /// <summary>What to tell at the beginning: for each socket its membership or binding, and its buffer.</summary>
    /// <param name="membership">How a membership is told.</param>
    /// <param name="purpose">What is waited for, such as "UDP".</param>
    /// <param name="joined">When the groups were joined.</param>
    public IEnumerable<GalleryEvent> Opening(Func<MembershipChange, GalleryEvent> membership, string purpose, DateTimeOffset joined)
    {
        foreach (ReceivingSocket socket in _receiver.Sockets)
        {
            yield return _receiver.Group is not null
                ? membership(Membership(socket, MembershipAction.Joined, joined))
                : new NoticeEvent(
                    $"Bound to {socket.Socket.LocalEndPoint}, waiting for {purpose} {_transport.ToString().ToLowerInvariant()}{(socket.Nic.IsDefault ? "" : $" on {socket.Nic}")}.");
            yield return new NoticeEvent(Invariant($"The receive buffer has {DatagramSockets.Granted(socket.Socket):N0} bytes."));
        }
    }

    /// <summary>Starts a thread per socket.</summary>
    /// <param name="name">Names the threads.</param>
    /// <param name="read">Reads a socket until <see cref="Stopping"/> is cancelled.</param>
    public void Start(string name, Action<ReceivingSocket> read)
    {
        foreach (ReceivingSocket socket in _receiver.Sockets)
        {
            Run($"{name} {socket.Socket.LocalEndPoint}", $"Receiving on {socket.Nic}", socket.Nic.Name, () => read(socket));
        }
    }

    /// <summary>Starts another thread that ends with those.</summary>
    public void Run(string name, string what, object target, Action work) => _threads.Run(name, what, target, work);

    /// <summary>Ends the threads.</summary>
    public void StopReading() => _threads.Stop();

    /// <summary>Leaves the groups, after what was dropped was counted: a closed socket has no counter.</summary>
    /// <param name="membership">How a membership is told.</param>
    /// <param name="left">When that is.</param>
    public IEnumerable<GalleryEvent> Leave(Func<MembershipChange, GalleryEvent> membership, DateTimeOffset left)
    {
        Dropped = _drops.Count();
        _receiver.Leave();
        return _receiver.Group is null ? [] : _receiver.Sockets.Select(socket => membership(Membership(socket, MembershipAction.Left, left)));
    }

    /// <summary>A warning of what the system dropped.</summary>
    /// <param name="consequence">What that means, after a colon or a full stop.</param>
    /// <param name="option">The option that makes the sender slower.</param>
    public WarningEvent DroppedWarning(string consequence, string option) => new(
        ErrorIds.DatagramsDropped,
        $"The system dropped {Counted.Of(Dropped ?? 0, "datagram")} because the receive buffer was full{consequence} Send slower ({option}), or allow larger buffers (Linux: sysctl net.core.rmem_max).");

    public void Dispose()
    {
        _threads.Dispose();
        _receiver.Leave();
        _receiver.Dispose();
    }

    private MembershipChange Membership(ReceivingSocket socket, MembershipAction action, DateTimeOffset time)
    {
        Nic? nic = NicOf(socket);
        return new MembershipChange
        {
            Action = action,
            Group = _receiver.Group!,
            Port = ((IPEndPoint)socket.Socket.LocalEndPoint!).Port,
            Interface = nic?.Name,
            InterfaceAddress = nic?.Address,
            Sources = _receiver.Sources,
            Time = time,
        };
    }

    // Joined on the default NIC: the system took the one that its routes name for the group.
    private Nic? NicOf(ReceivingSocket socket) =>
        !socket.Nic.IsDefault ? socket.Nic : _receiver.Group is { } group ? Routes.To(group) : null;
}
