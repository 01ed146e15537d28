using System.Net;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>The listening sockets of a receiver, a thread for each that accepts, and one that keeps them with the NICs of this machine.</summary>
internal sealed class StreamListener : IDisposable
{
    private readonly UnicastFollower _follower;
    private readonly List<ReceivingSocket> _sockets;
    private readonly ReadingThreads _threads;
    private readonly NicChanges _changes;
    private readonly Action<GalleryEvent> _report;

    /// <param name="options">Where to listen.</param>
    /// <param name="tls">What connections are encrypted with; null for plain text.</param>
    /// <param name="portable">Never use what only some systems have.</param>
    /// <param name="report">Takes what happens while it listens.</param>
    /// <param name="failed">Is told why a socket cannot be listened on any more.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.PortInUse"/>, <see cref="ErrorIds.AddressNotLocal"/> and others.</exception>
    public StreamListener(UnicastReceiveOptions options, TlsServer? tls, bool portable, Action<GalleryEvent> report, Action<GalleryException> failed)
    {
        (_report, _threads) = (report, new ReadingThreads(failed));
        _follower = new UnicastFollower(options, (where, wanted) => TcpAcceptor.Listen(where, tls).On(wanted));
        _changes = NicChanges.Open(portable);
        try
        {
            _sockets = DatagramReceiver.OpenAll(_follower.First, _follower.Bind);
        }
        catch
        {
            _changes.Dispose();
            throw;
        }

        EndPoints = [.. _sockets.Select(static s => ((ListeningSocket)s).Acceptor.EndPoint)];
    }

    /// <summary>Where it listened first.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; }

    /// <summary>Cancelled when accepting has to end.</summary>
    public CancellationToken Stopping => _threads.Stopping;

    /// <summary>Whether a thread is to go on accepting.</summary>
    public bool Accepts(ListeningSocket socket) => !Stopping.IsCancellationRequested && !socket.IsRetired;

    /// <summary>Starts a thread per socket, also for those that come later.</summary>
    /// <param name="accept">Accepts as long as the socket <see cref="Accepts"/>.</param>
    /// <param name="opened">Is told of a socket that came later.</param>
    public void Start(Action<ListeningSocket> accept, Action<IPEndPoint> opened)
    {
        foreach (ReceivingSocket socket in _sockets) Accept((ListeningSocket)socket, accept);
        _threads.Run("TCP NICs", "Following the NICs", "TCP", () => NicWatch.Run(_changes, Look, Stopping));

        void Look(IReadOnlyList<Interface> all, IReadOnlySet<int> gone)
        {
            foreach (NicNews news in _follower.Follow(_sockets, all, gone))
            {
                if (news is { IsNew: true, Socket: ListeningSocket socket })
                {
                    Accept(socket, accept);
                    opened(socket.Acceptor.EndPoint);
                }

                if (NicWatch.Describe(news) is { } galleryEvent) _report(galleryEvent);
            }
        }
    }

    /// <summary>Ends the threads.</summary>
    public void StopAccepting() => _threads.Stop();

    /// <summary>Closes.</summary>
    public void Close()
    {
        foreach (ReceivingSocket socket in _sockets) ((ListeningSocket)socket).Acceptor.Dispose();
    }

    public void Dispose()
    {
        _threads.Dispose();
        _changes.Dispose();
        Close();
    }

    private void Accept(ListeningSocket socket, Action<ListeningSocket> accept) => _threads.Run($"TCP {socket.Acceptor.EndPoint}", "Listening", socket.Acceptor.EndPoint, () =>
    {
        accept(socket);
        if (socket.IsRetired) socket.Acceptor.Dispose();
    });
}
