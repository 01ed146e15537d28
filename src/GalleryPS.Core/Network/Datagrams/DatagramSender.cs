using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>Sends datagrams to destinations, over one socket per outbound NIC.</summary>
internal sealed class DatagramSender : IDisposable
{
    private const int MostTries = 8;
    private readonly List<(Nic Nic, Socket Socket)> _sockets;

    // The form in which the system takes an address; making it anew for each datagram costs as much as a small one.
    private readonly Dictionary<IPEndPoint, SocketAddress> _addresses;

    public DatagramSender(List<(Nic, Socket)> sockets, IReadOnlyList<IPEndPoint> destinations)
    {
        _sockets = sockets;
        Destinations = destinations;
        _addresses = destinations.Distinct().ToDictionary(static d => d, static d => d.Serialize());
    }

    /// <summary>Where datagrams go.</summary>
    public IReadOnlyList<IPEndPoint> Destinations { get; }

    /// <summary>The NICs they leave on.</summary>
    public IEnumerable<Nic> Nics => _sockets.Select(static s => s.Nic);

    /// <summary>The sockets, one per NIC.</summary>
    public IEnumerable<Socket> Sockets => _sockets.Select(static s => s.Socket);

    /// <summary>How many copies of a datagram leave for one destination: one per NIC.</summary>
    public int Copies => _sockets.Count;

    /// <summary>Sends one datagram to one destination on every NIC.</summary>
    /// <param name="payload">The datagram.</param>
    /// <param name="destination">One of <see cref="Destinations"/>.</param>
    /// <returns>How many NICs it left on; an error on one does not keep it from the others unless all fail.</returns>
    /// <exception cref="SocketException">No NIC took it.</exception>
    public int Send(ReadOnlySpan<byte> payload, IPEndPoint destination)
    {
        int sent = 0;
        SocketException? error = null;
        SocketAddress to = _addresses[destination];
        foreach ((_, Socket socket) in _sockets)
        {
            try
            {
                SendOne(socket, payload, to);
                sent++;
            }
            catch (SocketException e)
            {
                error = e;
            }
        }

        return sent > 0 ? sent : throw error!;
    }

    // A socket that is told which ports are unreachable reports an earlier datagram's when it sends, and then has not sent yet.
    private static void SendOne(Socket socket, ReadOnlySpan<byte> payload, SocketAddress to)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                socket.SendTo(payload, SocketFlags.None, to);
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && tries < MostTries)
            {
                // The answer itself is kept for whoever asks.
            }
        }
    }

    public void Dispose()
    {
        foreach ((_, Socket socket) in _sockets) socket.Dispose();
    }

    /// <summary>
    /// Opens one socket per NIC. A socket of a chosen NIC is bound to that NIC's address, so that receivers see it as the source.
    /// </summary>
    public static DatagramSender Open(
        IReadOnlyList<IPEndPoint> destinations, IReadOnlyList<Nic> nics, Transport transport, Action<Socket, Nic> configure)
    {
        AddressFamily family = destinations[0].AddressFamily;
        var sockets = new List<(Nic, Socket)>();
        try
        {
            foreach (Nic nic in nics)
            {
                Socket socket = DatagramSockets.Create(family);
                sockets.Add((nic, socket));
                configure(socket, nic);
                if (nic.Address is null) continue;
                var local = new IPEndPoint(nic.Address, 0);
                try
                {
                    socket.Bind(local);
                }
                catch (SocketException e)
                {
                    throw SocketErrors.Bind(e, local, transport);
                }
            }

            return new DatagramSender(sockets, destinations);
        }
        catch
        {
            foreach ((_, Socket socket) in sockets) socket.Dispose();
            throw;
        }
    }
}
