using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>How a sender's sockets are made.</summary>
/// <param name="Transport">The transport.</param>
/// <param name="Configure">Sets a socket up, before it is bound.</param>
/// <param name="Connected">
/// Whether there is a connected socket for each destination. Where the system does not say which datagram an answer is about,
/// it is the one that the socket is connected to.
/// </param>
internal sealed record OutboundSockets(Transport Transport, Action<Socket, Nic> Configure, bool Connected);

/// <summary>What became of one NIC of several.</summary>
/// <param name="Nic">The NIC.</param>
/// <param name="Error">Why it does not send; null when it does again.</param>
/// <param name="Missed">Datagrams that did not leave on it meanwhile.</param>
internal readonly record struct OutboundNews(Nic Nic, SocketException? Error, long Missed);

/// <summary>
/// A NIC that is sent on, with its sockets. A NIC that is deleted and made again is another one to the system, and sockets that
/// were told to use the old one send nothing any more: they are told of the new one.
/// </summary>
internal sealed class OutboundNic : IDisposable
{
    private const int MostTries = 8, RenewMilliseconds = 50;
    private readonly OutboundSockets _make;
    private readonly IReadOnlyList<IPEndPoint> _destinations;
    private readonly HashSet<IPEndPoint> _failing = [];
    private List<OutboundSocket> _sockets;
    private long _lastRenewal = Environment.TickCount64 - RenewMilliseconds;

    /// <exception cref="GalleryException">The system refuses.</exception>
    public OutboundNic(Nic nic, IReadOnlyList<IPEndPoint> destinations, OutboundSockets make)
    {
        (Nic, _destinations, _make) = (nic, destinations, make);
        _sockets = Open(nic);
    }

    /// <summary>The NIC.</summary>
    public Nic Nic { get; private set; }

    /// <summary>Its sockets.</summary>
    public IReadOnlyList<OutboundSocket> Sockets => _sockets;

    /// <summary>Datagrams that did not leave on it, since it last worked and in all.</summary>
    public (long Now, long Total) Missed { get; private set; }

    /// <summary>Whether the system says that it is down or has no carrier: then it takes what is sent, and throws it away.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether something did not leave on it, and nothing has since.</summary>
    public bool IsFailing => _failing.Count > 0;

    /// <summary>Sends datagrams of one length that lie one after the other.</summary>
    /// <exception cref="SocketException">They did not leave.</exception>
    public void Send(ReadOnlySpan<byte> payload, int length, IPEndPoint to, SocketAddress address, bool segment)
    {
        try
        {
            SocketFor(to).Send(payload, length, address, segment);
        }
        catch (SocketException e) when (SocketErrors.MayPass(e) && TryRenew())
        {
            SocketFor(to).Send(payload, length, address, segment);
        }
    }

    /// <summary>Something left on it.</summary>
    /// <returns>Whether that was not so before.</returns>
    public bool Succeed(IPEndPoint to)
    {
        if (_failing.Count == 0) return false;
        _failing.Remove(to);
        return _failing.Count == 0;
    }

    /// <summary>Something did not leave on it.</summary>
    /// <returns>Whether that was not so before.</returns>
    public bool Fail(IPEndPoint to, int datagrams, SocketException error)
    {
        bool first = _failing.Count == 0;
        Missed = ((first ? 0 : Missed.Now) + datagrams, Missed.Total + datagrams);

        // A NIC whose queue is full sends as fast as it can: what it misses counts, but it has not failed.
        if (first && error.SocketErrorCode == SocketError.NoBufferSpaceAvailable) return false;
        _failing.Add(to);
        return first;
    }

    public void Dispose()
    {
        foreach (OutboundSocket socket in _sockets) socket.Socket.Dispose();
    }

    // Looking at the NICs costs more than sending: not with every datagram that fails.
    private bool TryRenew()
    {
        if (Nic.IsDefault || Environment.TickCount64 - _lastRenewal < RenewMilliseconds) return false;
        _lastRenewal = Environment.TickCount64;
        try
        {
            AddressFamily family = _destinations[0].AddressFamily;
            IReadOnlyList<Interface> all = Interfaces.List();
            Interface? nic = all.FirstOrDefault(n => n.IPv4.Concat(n.IPv6).Contains(Nic.Address)) ?? all.FirstOrDefault(n => n.Name == Nic.Name);
            if (nic is null || NicResolver.AddressOf(nic, family) is not { } own) return false;
            if (Nic.Address is { } before && nic.IPv4.Concat(nic.IPv6).Contains(before)) own = before;
            var now = new Nic(nic.Name, nic.Index, own);
            if (now == Nic && _sockets.Count > 0) return false;

            // Receivers know a sender by its address and port, so these are kept where they can be. An IPv6 socket that is bound
            // to its NIC cannot be bound to another one by everybody: it is made again.
            if (Equals(own, Nic.Address) && family == AddressFamily.InterNetwork && _sockets.Count > 0)
            {
                foreach (OutboundSocket socket in _sockets) _make.Configure(socket.Socket, now);
            }
            else
            {
                int port = _sockets.Count > 0 ? ((IPEndPoint)_sockets[0].Socket.LocalEndPoint!).Port : 0;
                Dispose();
                _sockets = [];
                _sockets = Open(now, _make.Connected || !Equals(own, Nic.Address) ? 0 : port);
            }

            Nic = now;
            return true;
        }
        catch (GalleryException)
        {
            return false;
        }
    }

    private OutboundSocket SocketFor(IPEndPoint to)
    {
        if (_sockets.Count == 0) throw new SocketException((int)SocketError.NetworkDown);
        if (!_make.Connected) return _sockets[0];
        foreach (OutboundSocket socket in _sockets)
        {
            if (socket.To!.Equals(to)) return socket;
        }

        throw new ArgumentException("It is not one of the destinations.", nameof(to));
    }

    private List<OutboundSocket> Open(Nic nic, int port = 0)
    {
        var sockets = new List<OutboundSocket>();
        try
        {
            IEnumerable<IPEndPoint?> each = _make.Connected ? _destinations.Distinct() : Enumerable.Repeat<IPEndPoint?>(null, 1);
            foreach (IPEndPoint? to in each)
            {
                Socket socket = DatagramSockets.Create(_destinations[0].AddressFamily, tellUnreachable: _make.Connected);
                sockets.Add(new OutboundSocket(socket, to, MostTries));
                _make.Configure(socket, nic);
                Bind(socket, nic, port);
                if (to is not null) Connect(socket, to);
            }

            return sockets;
        }
        catch
        {
            foreach (OutboundSocket socket in sockets) socket.Socket.Dispose();
            throw;
        }
    }

    // Bound to the NIC's address, so that receivers see it as the source.
    private void Bind(Socket socket, Nic nic, int port)
    {
        if (nic.Address is null) return;
        var local = new IPEndPoint(nic.Address, port);
        try
        {
            socket.Bind(local);
        }
        catch (SocketException e)
        {
            throw SocketErrors.Bind(e, local, _make.Transport);
        }
    }

    private static void Connect(Socket socket, IPEndPoint to)
    {
        try
        {
            socket.Connect(to);
        }
        catch (SocketException e)
        {
            throw SocketErrors.Send(e, to, "Sending");
        }
    }
}

/// <summary>One socket of a sender, with what it knows of itself.</summary>
/// <param name="socket">The socket.</param>
/// <param name="to">Where it is connected to; null where it sends to all destinations.</param>
/// <param name="mostTries">How often an answer to an earlier datagram may keep one from leaving.</param>
internal sealed class OutboundSocket(Socket socket, IPEndPoint? to, int mostTries)
{
    private int _segment;
    private bool _cannotSegment;

    public Socket Socket => socket;

    /// <summary>Where it is connected to, or null.</summary>
    public IPEndPoint? To => to;

    /// <summary>Sends datagrams of one length that lie one after the other; the last may be shorter.</summary>
    /// <exception cref="SocketException">They did not leave, or not all of them.</exception>
    public void Send(ReadOnlySpan<byte> payload, int length, SocketAddress address, bool segment)
    {
        if (payload.Length <= length)
        {
            // The system would cut a single one too if it was told of a shorter length before.
            if (_segment > 0 && _segment < payload.Length) SetSegment(0);
            SendOne(payload, address);
            return;
        }

        bool whole = segment && !_cannotSegment && TrySegment(length);
        if (whole)
        {
            try
            {
                SendOne(payload, address);
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.MessageSize or SocketError.InvalidArgument or SocketError.OperationNotSupported or SocketError.SocketError)
            {
                // A NIC or a tunnel that cannot, or that cannot send at all: one by one tells which.
                SetSegment(0);
            }
        }

        for (int offset = 0; offset < payload.Length; offset += length)
        {
            SendOne(payload.Slice(offset, Math.Min(length, payload.Length - offset)), address);
            _cannotSegment |= whole;
        }
    }

    // A socket that is told of unreachable ports and hosts reports an earlier datagram's when it sends, and then has not sent yet.
    private void SendOne(ReadOnlySpan<byte> payload, SocketAddress address)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                if (to is null) socket.SendTo(payload, SocketFlags.None, address);
                else socket.Send(payload, SocketFlags.None);
                return;
            }
            catch (SocketException e) when (tries < (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset ? mostTries : SocketErrors.MayPass(e) ? 2 : 0))
            {
                // The answer itself is kept for whoever asks.
                if (to is not null && e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset) WasRefused = true;
            }
        }
    }

    /// <summary>Whether a connected socket was told, while it sent, that nobody listens.</summary>
    public bool WasRefused { get; private set; }

    private bool TrySegment(int length)
    {
        if (_segment == length) return true;
        _cannotSegment = !SocketErrors.Prefer(() => socket.SetRawSocketOption(LibC.LevelUdp, LibC.UdpSegment, BitConverter.GetBytes(length)));
        if (!_cannotSegment) _segment = length;
        return !_cannotSegment;
    }

    private void SetSegment(int length)
    {
        SocketErrors.Prefer(() => socket.SetRawSocketOption(LibC.LevelUdp, LibC.UdpSegment, BitConverter.GetBytes(length)));
        _segment = length;
    }
}
