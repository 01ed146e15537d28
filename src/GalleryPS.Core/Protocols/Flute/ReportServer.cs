using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Flute;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Flute;

/// <summary>Something a receiver said on its connection.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Host">Who it is, when it joins.</param>
/// <param name="Report">Its report; null when it joins or leaves.</param>
/// <param name="IsBroken">Whether it leaves because its connection broke: it may open another one.</param>
internal readonly record struct ReportMessage(ReportConnection Connection, string? Host, ReceptionReport? Report, bool IsBroken = false);

/// <summary>A connection on which a receiver reports.</summary>
internal sealed class ReportConnection
{
    // What a receiver reports in a second or two; it waits when the sender is kept from looking at it for longer.
    private const int MostWaiting = 256;
    private readonly SemaphoreSlim _room = new(MostWaiting);
    private Task _sending = Task.CompletedTask;

    /// <summary>What the receiver is known by on all of its connections; null when it does not say.</summary>
    public string? Receiver { get; set; }

    /// <summary>How often it was told to report.</summary>
    public TimeSpan Pace { get; set; }

    /// <summary>Whether it can be told how often to report.</summary>
    public bool TakesPace { get; set; }

    /// <summary>Sends a line to the receiver; null as long as nothing may be said.</summary>
    public Func<byte[], Task>? Send { get; set; }

    /// <summary>Tells how often to report, if that is news. Nothing is told to one that has not taken the last word yet.</summary>
    public void SetPace(TimeSpan every)
    {
        if (every == Pace || Send is null || !_sending.IsCompleted) return;
        Pace = every;
        _sending = Send(ReportCodec.Pace(every));
    }

    /// <summary>Waits until there is room for another message.</summary>
    public Task WaitForRoom(CancellationToken cancellationToken) => _room.WaitAsync(cancellationToken);

    /// <summary>A message was looked at.</summary>
    public void Taken() => _room.Release();
}

/// <summary>The sender's end of the report channel: a TCP port where receivers report. Never more than reading is done for them.</summary>
internal sealed class ReportServer : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly TcpAcceptor _acceptor;
    private readonly TimeProvider _time;
    private readonly ulong _tsi;
    private readonly byte[]? _key;
    private readonly ConcurrentQueue<ReportMessage> _messages = new();
    private readonly CancellationTokenSource _stop = new();
    private int _connections;

    private ReportServer(TcpAcceptor acceptor, ulong tsi, byte[]? key, TimeProvider time) => (_acceptor, _tsi, _key, _time) = (acceptor, tsi, key, time);

    /// <summary>Takes what came and was not looked at yet.</summary>
    public bool TryTake(out ReportMessage message)
    {
        if (!_messages.TryDequeue(out message)) return false;
        if (message.Host is not null || message.Report is not null) message.Connection.Taken();
        return true;
    }

    /// <summary>Set when something came.</summary>
    public AutoResetEvent News { get; } = new(false);

    /// <summary>The last one whose MAC was wrong or missing; null when there was none.</summary>
    public IPAddress? NotAuthentic { get; private set; }

    /// <summary>The last one with whom there is no TLS, and why; null when there was none.</summary>
    public GalleryException? WithoutTls { get; private set; }

    /// <summary>The port.</summary>
    public int Port => _acceptor.EndPoint.Port;

    public static ReportServer Open(AddressFamily family, ulong tsi, byte[]? key, TimeProvider time, TlsServer? tls = null)
    {
        IPAddress any = family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        var server = new ReportServer(TcpAcceptor.Listen(new IPEndPoint(any, 0), tls), tsi, key, time);
        _ = server.AcceptAll();
        return server;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _acceptor.Dispose();
    }

    private async Task AcceptAll()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                TcpConnection connection = await _acceptor.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref _connections) > GalleryLimits.ReportClients)
                {
                    Interlocked.Decrement(ref _connections);
                    connection.Dispose();
                    continue;
                }

                _ = Serve(connection);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One that went away before it was accepted; or the end.
                if (_stop.IsCancellationRequested) return;

                // Whoever waits cannot be accepted as long as this process may open no more: asking again at once is in vain.
                if (e is not SocketException { SocketErrorCode: SocketError.ConnectionAborted or SocketError.ConnectionReset })
                {
                    await Task.Delay(Pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }

    private async Task Serve(TcpConnection connection)
    {
        bool joined = false, broken = false;
        var room = new ReportConnection();
        try
        {
            using TcpConnection own = connection;
            own.NoDelay = true;
            byte[] challenge = RandomNumberGenerator.GetBytes(16);
            using var codec = new ReportCodec(challenge, _key);
            await own.WaitForTls().ConfigureAwait(false);
            using var patience = new StallWatch(GalleryLimits.ReportGreeting, _time, _stop.Token);
            patience.Restart();
            room.Pace = DeliveryTracker.ReportEvery(Volatile.Read(ref _connections));
            await own.SendAsync(ReportCodec.Challenge(challenge, _tsi, wantsMac: _key is not null, room.Pace), patience.Token).ConfigureAwait(false);
            var lines = new LineReader(own);
            while (true)
            {
                ReadOnlyMemory<byte>? line = await lines.Read(joined ? _stop.Token : patience.Token).ConfigureAwait(false);
                if (line is null) return;
                if (!codec.TryRead(line.Value, out string? host, out ReceptionReport? report, out bool authentic) || (host is null) != joined)
                {
                    if (!authentic) NotAuthentic = DatagramReceiver.WithoutZone(own.Peer.Address);
                    return;
                }

                joined = true;
                if (host is not null) (room.Receiver, room.TakesPace, room.Send) = (codec.Receiver, codec.TakesPace, line => SendLine(own, line));
                await room.WaitForRoom(_stop.Token).ConfigureAwait(false);
                Enqueue(new ReportMessage(room, host is null ? null : $"{TerminalText.Safe(host)} ({DatagramReceiver.WithoutZone(own.Peer.Address)})", report));
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            // It went away, or said nothing sensible.
            broken = e is SocketException;
            if (connection.TlsFailure is { } failure) WithoutTls = failure;
        }
        finally
        {
            if (joined) Enqueue(new ReportMessage(room, null, null, broken));
            Interlocked.Decrement(ref _connections);
        }
    }

    // Whether the connection still stands is seen where it is read from.
    private async Task SendLine(TcpConnection connection, byte[] line)
    {
        try
        {
            await connection.SendAsync(line, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return;
        }
    }

    private void Enqueue(ReportMessage message)
    {
        _messages.Enqueue(message);
        News.Set();
    }
}

/// <summary>Takes lines out of a connection.</summary>
/// <param name="connection">The connection.</param>
/// <param name="maxLine">Bytes of a line at most.</param>
internal sealed class LineReader(TcpConnection connection, int maxLine = ReportCodec.MaxLine)
{
    private byte[] _buffer = new byte[Math.Min(4096, maxLine)];
    private int _start, _end;

    /// <summary>The next line without its end; valid until the next call. Null at the end of the connection.</summary>
    /// <exception cref="InvalidDataException">It is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> Read(CancellationToken cancellationToken)
    {
        int searched = _start;
        while (true)
        {
            int newline = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, searched + newline - _start);
                _start = searched + newline + 1;
                return line;
            }

            searched = _end;
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (searched, _end, _start) = (searched - _start, _end - _start, 0);
            }

            if (_end == _buffer.Length)
            {
                if (_end >= maxLine) throw new InvalidDataException("A line is too long.");
                Array.Resize(ref _buffer, _end * 2);
            }

            int read = await connection.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0) return null;
            _end += read;
        }
    }
}
