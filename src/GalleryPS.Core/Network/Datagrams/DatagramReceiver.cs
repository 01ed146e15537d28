using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>The sockets of a receiver of datagrams, and what it accepts.</summary>
internal sealed class DatagramReceiver : IDisposable
{
    private readonly HashSet<IPAddress> _sources;
    private readonly NicFollower _follower;
    private bool _disposed;

    /// <param name="sockets">The sockets.</param>
    /// <param name="sources">Accepted senders; empty for all.</param>
    /// <param name="group">The joined group, or null.</param>
    /// <param name="follower">Keeps up with the NICs of this machine.</param>
    public DatagramReceiver(IReadOnlyList<ReceivingSocket> sockets, IReadOnlyList<IPAddress> sources, IPAddress? group, NicFollower follower)
    {
        Sockets = sockets;
        Sources = sources;
        _sources = [.. sources];
        Group = group;
        _follower = follower;
    }

    /// <summary>The sockets of now; replaced as a whole when there are others.</summary>
    public IReadOnlyList<ReceivingSocket> Sockets { get; private set; }

    /// <summary>Accepted senders; empty for all.</summary>
    public IReadOnlyList<IPAddress> Sources { get; }

    /// <summary>The joined group, or null.</summary>
    public IPAddress? Group { get; }

    /// <summary>Where the sockets are bound.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. Sockets.Select(static s => (IPEndPoint)s.Socket.LocalEndPoint!)];

    /// <summary>Whether what came was meant for a socket, from a sender that is accepted.</summary>
    public bool IsWanted(ReceivingSocket socket, IPEndPoint source, IPAddress destination, int interfaceIndex) =>
        socket.Accepts(destination, interfaceIndex) && (_sources.Count == 0 || _sources.Contains(WithoutZone(source.Address)));

    /// <summary>Compares with the NICs that this machine has now: joins again, takes new ones, and knows today's addresses.</summary>
    /// <param name="all">The NICs of this machine.</param>
    /// <param name="gone">NICs that went away since, even if others have their numbers now.</param>
    /// <returns>What changed.</returns>
    public IReadOnlyList<NicNews> Follow(IReadOnlyList<Interface> all, IReadOnlySet<int> gone)
    {
        var sockets = Sockets.ToList();
        IReadOnlyList<NicNews> news = _follower.Follow(sockets, all, gone);
        if (!sockets.SequenceEqual(Sockets)) Sockets = sockets;
        return news;
    }

    /// <summary>Leaves the groups; the sockets stay readable until they are closed.</summary>
    public void Leave()
    {
        foreach (ReceivingSocket socket in Sockets) socket.Membership?.Leave();
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
            SocketErrors.Require("set the time-out of reading", family, () => socket.ReceiveTimeout = ReadingThreads.PollMilliseconds);
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
