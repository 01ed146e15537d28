using System.Net;
using System.Net.Sockets;
using GalleryPS.Network.Native;

namespace GalleryPS.Network;

/// <summary>Sends datagrams to destinations, on one NIC or on several.</summary>
internal sealed class DatagramSender : IDisposable
{
    private const int LookMilliseconds = 200;
    private readonly List<OutboundNic> _nics;
    private readonly Queue<OutboundNews> _news = new();

    // The form in which the system takes an address; making it anew for each datagram costs as much as a small one.
    private readonly Dictionary<IPEndPoint, SocketAddress> _addresses;
    private long _lastLook = Environment.TickCount64 - LookMilliseconds;

    private DatagramSender(List<OutboundNic> nics, IReadOnlyList<IPEndPoint> destinations, bool watchesUnreachable)
    {
        (_nics, Destinations, WatchesUnreachable) = (nics, destinations, watchesUnreachable);
        _addresses = destinations.Distinct().ToDictionary(static d => d, static d => d.Serialize());
    }

    /// <summary>Where datagrams go.</summary>
    public IReadOnlyList<IPEndPoint> Destinations { get; }

    /// <summary>Whether hosts answer that nobody listens: to unicast only.</summary>
    public bool WatchesUnreachable { get; }

    /// <summary>The NICs they leave on.</summary>
    public IEnumerable<Nic> Nics => _nics.Select(static n => n.Nic);

    /// <summary>How many copies of a datagram leave for one destination: one per NIC.</summary>
    public int Copies => _nics.Count;

    /// <summary>Datagrams that did not leave on a NIC of several, for each that missed any.</summary>
    public IEnumerable<(Nic Nic, long Datagrams)> Missed => _nics.Where(static n => n.Missed.Total > 0).Select(static n => (n.Nic, n.Missed.Total));

    /// <summary>Opens the sockets of each NIC.</summary>
    /// <exception cref="GalleryException">The system refuses.</exception>
    public static DatagramSender Open(IReadOnlyList<IPEndPoint> destinations, IReadOnlyList<Nic> nics, OutboundSockets make)
    {
        var opened = new List<OutboundNic>();
        try
        {
            foreach (Nic nic in nics) opened.Add(new OutboundNic(nic, destinations, make));
            return new DatagramSender(opened, destinations, make.Transport == Transport.Unicast);
        }
        catch
        {
            foreach (OutboundNic nic in opened) nic.Dispose();
            throw;
        }
    }

    /// <summary>Sends one datagram to one destination on every NIC.</summary>
    /// <param name="payload">The datagram.</param>
    /// <param name="destination">One of <see cref="Destinations"/>.</param>
    /// <returns>How many NICs it left on; an error on one does not keep it from the others unless all fail.</returns>
    /// <exception cref="SocketException">No NIC took it.</exception>
    public int Send(ReadOnlySpan<byte> payload, IPEndPoint destination) => Send(payload, payload.Length, destination, segment: false);

    /// <summary>Sends datagrams that lie one after the other.</summary>
    /// <param name="payload">The datagrams; all have the same length, only the last may be shorter.</param>
    /// <param name="length">Their length.</param>
    /// <param name="destination">One of <see cref="Destinations"/>.</param>
    /// <param name="segment">Whether the system may cut them, where it can (Linux, UDP_SEGMENT).</param>
    /// <returns>How many NICs they left on.</returns>
    /// <exception cref="SocketException">No NIC took them.</exception>
    public int Send(ReadOnlySpan<byte> payload, int length, IPEndPoint destination, bool segment)
    {
        int sent = 0, datagrams = Math.Max(1, (payload.Length + Math.Max(1, length) - 1) / Math.Max(1, length));
        SocketException? error = null;
        SocketAddress to = _addresses[destination];
        if (_nics.Count > 1) LookForCarriers();
        foreach (OutboundNic nic in _nics)
        {
            try
            {
                if (nic.IsDown) throw new SocketException((int)SocketError.NetworkDown);
                nic.Send(payload, length, destination, to, segment);
                sent++;
                if (nic.Succeed(destination)) _news.Enqueue(new OutboundNews(nic.Nic, null, nic.Missed.Now));
            }
            catch (SocketException e)
            {
                error = e;
                if (_nics.Count > 1 && nic.Fail(destination, datagrams, e)) _news.Enqueue(new OutboundNews(nic.Nic, e, 0));
            }
        }

        return sent > 0 ? sent : throw error!;
    }

    /// <summary>What became of the NICs, where there are several, since the last call.</summary>
    public bool TryTake(out OutboundNews news) => _news.TryDequeue(out news);

    /// <summary>Where nobody listens, as far as hosts have answered by now; without waiting.</summary>
    public IEnumerable<(IPEndPoint To, bool QuotesNothing)> NobodyListens() => WatchesUnreachable ? _nics.SelectMany(static n => n.Sockets).SelectMany(UnreachablePorts.Take) : [];

    public void Dispose()
    {
        foreach (OutboundNic nic in _nics) nic.Dispose();
    }

    private void LookForCarriers()
    {
        if (Environment.TickCount64 - _lastLook < LookMilliseconds) return;
        _lastLook = Environment.TickCount64;
        if (!OperatingSystem.IsLinux() || LinuxNic.Ask() is not { } now) return;
        foreach (OutboundNic nic in _nics) nic.IsDown = now.IsUp(nic.Nic.Name) == false;
    }
}
