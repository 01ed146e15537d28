using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>Where a datagram came from and how.</summary>
/// <param name="Source">Who sent it.</param>
/// <param name="Destination">The address it was sent to.</param>
/// <param name="InterfaceIndex">The NIC it came in on; 0 when the system does not tell.</param>
/// <param name="Length">Bytes of payload.</param>
internal readonly record struct Arrival(IPEndPoint Source, IPAddress Destination, int InterfaceIndex, int Length);

/// <summary>One bound socket of a receiver with what it accepts.</summary>
/// <param name="Socket">The socket.</param>
/// <param name="Nic">The NIC it stands for.</param>
/// <param name="Accepts">Whether a datagram sent to this address on this NIC is meant for it.</param>
/// <param name="Leave">Leaves the groups; null where none were joined.</param>
internal sealed record ReceivingSocket(Socket Socket, Nic Nic, Func<IPAddress, int, bool> Accepts, Action? Leave);

/// <summary>Receives datagrams on one socket or several; each is read by the thread that asks for it.</summary>
internal sealed class DatagramReceiver : IDisposable
{
    // Cancelling is looked at this often; it bounds the time to the prompt.
    private const int PollMicroseconds = 50_000;
    private readonly HashSet<IPAddress> _sources;
    private bool _disposed;

    public DatagramReceiver(IReadOnlyList<ReceivingSocket> sockets, IReadOnlyList<IPAddress> sources, IPAddress? group)
    {
        Sockets = sockets;
        _sources = [.. sources];
        Group = group;
    }

    public IReadOnlyList<ReceivingSocket> Sockets { get; }

    /// <summary>The joined group, or null.</summary>
    public IPAddress? Group { get; }

    /// <summary>Where the sockets are bound.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. Sockets.Select(static s => (IPEndPoint)s.Socket.LocalEndPoint!)];

    /// <summary>Takes the next datagram out of one of the sockets.</summary>
    /// <param name="from">One of <see cref="Sockets"/>; no two threads share one.</param>
    /// <param name="buffer">Room for a whole datagram: 65,535 bytes.</param>
    /// <param name="onFiltered">Told of each datagram thrown away because its sender or destination was not asked for.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The datagram's length and where it came from.</returns>
    public Arrival Receive(ReceivingSocket from, byte[] buffer, Action? onFiltered, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!from.Socket.Poll(PollMicroseconds, SelectMode.SelectRead)) continue;
            if (TryReceive(from, buffer, out Arrival arrival)) return arrival;
            if (arrival.Source is not null) onFiltered?.Invoke();
        }
    }

    /// <summary>Takes a datagram that is there.</summary>
    /// <param name="from">One of <see cref="Sockets"/>.</param>
    /// <param name="buffer">Room for a whole datagram: 65,535 bytes.</param>
    /// <param name="arrival">The datagram's length and where it came from; without a source when there was none after all.</param>
    /// <returns>Whether there was one that is wanted.</returns>
    public bool TryReceive(ReceivingSocket from, byte[] buffer, out Arrival arrival)
    {
        SocketFlags flags = SocketFlags.None;
        EndPoint source = new IPEndPoint(from.Socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        arrival = default;
        int length;
        IPPacketInformation how;
        try
        {
            length = from.Socket.ReceiveMessageFrom(buffer, 0, buffer.Length, ref flags, ref source, out how);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock
            or SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.MessageSize)
        {
            // A datagram that vanished between poll and read (bad checksum), an ICMP message, or one that no
            // datagram of ours can be: none of them is a reason to stop.
            return false;
        }

        var sender = (IPEndPoint)source;
        if (sender.Address.IsIPv4MappedToIPv6) sender = new IPEndPoint(sender.Address.MapToIPv4(), sender.Port);
        IPAddress destination = Hosts.Normal(how.Address);
        arrival = new Arrival(sender, destination, how.Interface, length);
        return IsWanted(from, sender, destination, how.Interface);
    }

    /// <summary>Whether what came was meant for a socket, from a sender that is accepted.</summary>
    public bool IsWanted(ReceivingSocket socket, IPEndPoint source, IPAddress destination, int interfaceIndex) =>
        socket.Accepts(destination, interfaceIndex) && (_sources.Count == 0 || _sources.Contains(WithoutZone(source.Address)));

    /// <summary>Whether a datagram is meant for this receiver and comes from somebody who was asked for.</summary>
    public bool Takes(ReceivingSocket from, in Arrival arrival) => IsWanted(from, arrival.Source, arrival.Destination, arrival.InterfaceIndex);

    /// <summary>Leaves the groups; the sockets stay readable until they are closed.</summary>
    public void Leave()
    {
        foreach (ReceivingSocket socket in Sockets) socket.Leave?.Invoke();
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (ReceivingSocket socket in Sockets) socket.Socket.Dispose();
    }

    internal static IPAddress WithoutZone(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;

    /// <summary>Opens a socket, lets the caller set it up, and closes it again if that fails.</summary>
    public static ReceivingSocket Open(AddressFamily family, Func<Socket, ReceivingSocket> setUp)
    {
        Socket socket = DatagramSockets.Create(family);
        try
        {
            SocketErrors.Require("limit the time of a read", family, () => socket.ReceiveTimeout = PollMicroseconds / 1000);
            DatagramSockets.AskForReceiveBuffer(socket);
            return setUp(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens one socket per item; if one fails, the ones before are closed.</summary>
    public static List<ReceivingSocket> OpenAll<T>(IEnumerable<T> items, Func<T, ReceivingSocket> open)
    {
        var sockets = new List<ReceivingSocket>();
        try
        {
            foreach (T item in items) sockets.Add(open(item));
            return sockets;
        }
        catch
        {
            foreach (ReceivingSocket socket in sockets) socket.Socket.Dispose();
            throw;
        }
    }
}
