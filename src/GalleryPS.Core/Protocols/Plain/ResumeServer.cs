using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;
using GalleryPS.Protocols.Flute;

namespace GalleryPS.Protocols.Plain;

/// <summary>Answers senders that ask whether an image is here (<see cref="ResumeQuestion"/>). It tells nothing to who cannot name an image by its checksum.</summary>
internal sealed class ResumeServer : IDisposable
{
    private const int MostConnections = 64;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly List<TcpAcceptor> _acceptors;
    private readonly StoredImages _images;
    private readonly Func<IPAddress, bool> _isWanted;
    private readonly Action<string, IPEndPoint> _found;
    private readonly TimeProvider _time;
    private readonly TlsServer? _tls;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<Task> _all;
    private int _connections;

    /// <param name="images">Where images are taken; listens beside each.</param>
    /// <param name="stored">What is there.</param>
    /// <param name="isWanted">Who is answered.</param>
    /// <param name="found">Is told which file a sender was told of.</param>
    /// <param name="time">The clock.</param>
    /// <param name="tls">What connections are encrypted with; null for plain text.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.PortInUse"/> and others.</exception>
    public ResumeServer(IEnumerable<IPEndPoint> images, StoredImages stored, Func<IPAddress, bool> isWanted, Action<string, IPEndPoint> found, TimeProvider time, TlsServer? tls = null)
    {
        (_images, _isWanted, _found, _time, _tls) = (stored, isWanted, found, time, tls);
        _acceptors = TcpAcceptor.ListenOnAll(images.Select(ResumeQuestion.Where), tls);
        _all = [.. _acceptors.Select(a => Task.Run(() => Accept(a)))];
    }

    /// <summary>Images are taken at another address too; where one cannot be asked, a sender says so.</summary>
    public void Follow(IPEndPoint images)
    {
        lock (_acceptors)
        {
            IPEndPoint where = ResumeQuestion.Where(images);
            if (_stop.IsCancellationRequested || _acceptors.Exists(a => a.EndPoint.Equals(where))) return;
            try
            {
                var acceptor = TcpAcceptor.Listen(where, _tls);
                _acceptors.Add(acceptor);
                _all.Add(Task.Run(() => Accept(acceptor)));
            }
            catch (GalleryException)
            {
                // Somebody else has the port.
            }
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        Task all;
        lock (_acceptors)
        {
            foreach (TcpAcceptor acceptor in _acceptors) acceptor.Dispose();
            all = Task.WhenAll(_all);
        }

        // Who is being answered goes on a moment longer than this.
        Task.WaitAny([all], CancellationToken.None);
    }

    private async Task Accept(TcpAcceptor acceptor)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                TcpConnection connection = await acceptor.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (_isWanted(DatagramReceiver.WithoutZone(connection.Peer.Address)) && Volatile.Read(ref _connections) < MostConnections)
                {
                    Interlocked.Increment(ref _connections);
                    _ = Answer(connection);
                }
                else
                {
                    connection.Reset();
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                if (!_stop.IsCancellationRequested) await Task.Delay(Pause, _time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task Answer(TcpConnection connection)
    {
        try
        {
            using TcpConnection own = connection;
            own.NoDelay = true;
            await own.SendAsync(ResumeQuestion.Greeting, _stop.Token).ConfigureAwait(false);
            using var patience = new StallWatch(ResumeQuestion.GreetingTimeout, _time, _stop.Token);
            patience.Restart();
            if (await new LineReader(own, ResumeQuestion.MaxLine).Read(patience.Token).ConfigureAwait(false) is not { } line
                || !ResumeQuestion.TryRead(line.Span, out long length, out byte[] sha256)) return;
            string? path = await Find(length, sha256).ConfigureAwait(false);
            await own.SendAsync(path is null ? "0\n"u8.ToArray() : "1\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
            if (path is not null) _found(path, own.Peer);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            // It went away, or asked nothing sensible.
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    // Files are read for one sender at a time.
    private async Task<string?> Find(long length, byte[] sha256)
    {
        await _turn.WaitAsync(_stop.Token).ConfigureAwait(false);
        try
        {
            return _images.Find(length, sha256, _stop.Token);
        }
        finally
        {
            _turn.Release();
        }
    }
}
