using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace GalleryPS.Network;

/// <summary>
/// What a <see cref="TcpConnection"/> reads and writes when it is encrypted. Reading goes on in one task at a time, so that whoever
/// waits can give up without breaking the stream; an idle connection holds no buffer. An end without close_notify (RFC 8446
/// section 6.1) is a connection that broke: somebody on the way cannot make an image shorter, or an end of transmission of it.
/// </summary>
internal sealed class TlsChannel : IDisposable
{
    private const int RecordBytes = 16 << 10;
    private const byte Handshaking = 22;

    // An alert of TLS in plain text.
    private static readonly byte[] UnexpectedMessage = [21, 3, 3, 0, 2, 2, 10];
    private static readonly TimeSpan LastWrite = TimeSpan.FromMilliseconds(100);
    private readonly Socket _socket;
    private readonly IPEndPoint _peer;
    private readonly SocketStream _inner;
    private readonly SslStream _stream;
    private readonly Func<Task> _authenticate;
    private readonly bool _isServer;
    private readonly Lock _lock = new();
    private Task? _handshake;
    private Task<SocketError>? _reading;
    private Task? _writing;
    private byte[] _buffer = [];
    private int _start, _end;
    private bool _over, _closed, _wentAway;
    private volatile bool _awaitsHello;

    /// <summary>The side that was connected to. It begins when somebody reads or sends.</summary>
    public TlsChannel(Socket socket, IPEndPoint peer, TlsServer server)
        : this(socket, peer) => (_isServer, _authenticate) = (true, () => Accept(server));

    /// <summary>The side that connected.</summary>
    public TlsChannel(Socket socket, IPEndPoint peer, TlsTarget target, CancellationToken cancellationToken)
        : this(socket, peer) => _authenticate = () => _stream.AuthenticateAsClientAsync(target.Client.For(target.Host, Reject), cancellationToken);

    private TlsChannel(Socket socket, IPEndPoint peer)
    {
        (_socket, _peer, _inner, _authenticate) = (socket, peer, new SocketStream(socket, () => BecomesQuiet?.Invoke()), static () => Task.CompletedTask);
        _stream = new SslStream(_inner, leaveInnerStreamOpen: true);

        // A handshake is a conversation: what is said must not wait for more.
        SocketErrors.Prefer(() => socket.NoDelay = true);
    }

    /// <summary>Why there is no TLS, for a user; null when something else broke, or nothing.</summary>
    public GalleryException? Failure { get; private set; }

    /// <summary>Is called whenever <see cref="IsQuiet"/> may have become true: TLS reads when it likes, not when its user does.</summary>
    public Action? BecomesQuiet { get; set; }

    /// <summary>Whether everything that came was taken, and more is waited for.</summary>
    public bool IsQuiet => !IsDone(Reading()) && (_inner.IsQuiet || (_awaitsHello && !_socket.Poll(0, SelectMode.SelectRead)));

    /// <summary>Makes the connection an encrypted one; a second call only waits for that.</summary>
    /// <exception cref="SocketException">It is none, and cannot be used.</exception>
    public Task Handshake()
    {
        lock (_lock) return _handshake ??= Task.Run(Shake);
    }

    public bool WaitToRead(TimeSpan longest) => IsDone(Reading()) || Task.WaitAny([Reading()], longest) == 0;

    public int Read(Span<byte> buffer, out SocketError error)
    {
        error = Reading().GetAwaiter().GetResult();
        return error == SocketError.Success ? Take(buffer) : 0;
    }

    public async ValueTask WaitToReadAsync(CancellationToken cancellationToken)
    {
        SocketError error = await Reading().WaitAsync(cancellationToken).ConfigureAwait(false);
        if (error != SocketError.Success) throw new SocketException((int)error);
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        return Take(buffer.Span);
    }

    public int Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
            return bytes.Length;
        }
        catch (Exception e) when (Error(e) is { } error)
        {
            throw new SocketException((int)error);
        }
    }

    public async ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await Handshake().WaitAsync(cancellationToken).ConfigureAwait(false);
        await Guarded(_stream.WriteAsync(bytes, cancellationToken).AsTask()).ConfigureAwait(false);
        return bytes.Length;
    }

    /// <summary>Takes a record, unless the one before is still on its way.</summary>
    public int TrySend(ReadOnlySpan<byte> bytes, out SocketError error)
    {
        error = SocketError.WouldBlock;
        if (_writing is { IsCompleted: false }) return 0;
        error = _writing?.Exception?.InnerException is { } failed ? Error(failed) ?? SocketError.ConnectionReset : SocketError.Success;
        if (error != SocketError.Success) return 0;
        byte[] record = bytes[..Math.Min(bytes.Length, RecordBytes)].ToArray();
        _writing = _stream.WriteAsync(record).AsTask();
        return record.Length;
    }

    public bool WaitToSend(TimeSpan longest) => _writing is not { } writing || Task.WaitAny([writing], longest) == 0;

    /// <summary>Tells that nothing more is sent.</summary>
    /// <exception cref="SocketException">The connection broke.</exception>
    public async Task EndSending(CancellationToken cancellationToken)
    {
        await Guarded(_stream.ShutdownAsync()).WaitAsync(cancellationToken).ConfigureAwait(false);
        _socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>The socket is about to be closed. Nothing more is written into what somebody broke off.</summary>
    public void Close(bool rightly)
    {
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
        }

        if (!rightly || _handshake is not { IsCompletedSuccessfully: true } || Failure is not null) return;
        try
        {
            if (_writing is { } last) Task.WaitAny([last], LastWrite);
            _ = _stream.ShutdownAsync().ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
        catch (Exception e) when (Error(e) is not null)
        {
            // It broke in the last moment.
        }
    }

    public void Dispose() => _stream.Dispose();

    private static bool IsDone(Task task) => task.IsCompleted;

    // What went wrong, as a socket would have it; null for what nobody foresaw.
    private static SocketError? Error(Exception e) => e switch
    {
        SocketException socket => socket.SocketErrorCode,
        IOException { InnerException: SocketException socket } => socket.SocketErrorCode,
        IOException or AuthenticationException => SocketError.ConnectionReset,
        ObjectDisposedException or OperationCanceledException => SocketError.OperationAborted,
        InvalidOperationException or NotSupportedException => SocketError.NotConnected,
        _ => null,
    };

    private static async Task Guarded(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException && Error(e) is { } error)
        {
            throw new SocketException((int)error);
        }
    }

    private async Task Shake()
    {
        try
        {
            await _authenticate().ConfigureAwait(false);
        }
        catch (Exception e) when (Error(e) is { } error)
        {
            if (e is not ObjectDisposedException && !_closed && !_wentAway) Failure ??= Explain(e);
            if (_isServer) LetHear();
            throw new SocketException((int)error);
        }
    }

    private GalleryException? Explain(Exception e)
    {
        string what = e is AuthenticationException or IOException { InnerException: not (null or SocketException) } ? $"and this side cannot agree on TLS: {Words(e)}" : "broke off the TLS handshake";
        return e switch
        {
            OperationCanceledException => _isServer ? TlsErrors.NoClient(_peer, "did not end its TLS handshake in time") : null,
            _ when _isServer => TlsErrors.NoClient(_peer, what, e),
            _ => TlsErrors.NoServer(_peer, what, e),
        };
    }

    private static string Words(Exception e) => (e.InnerException ?? e).Message.Split('\n')[0].Trim().TrimEnd('.');

    private async Task Accept(TlsServer server)
    {
        using var limit = new CancellationTokenSource(GalleryLimits.TlsHandshake, server.Time);
        using (var first = new CancellationTokenSource(GalleryLimits.TlsHello, server.Time))
        {
            byte[] start = new byte[1];
            int length = 0;
            try
            {
                _awaitsHello = true;
                BecomesQuiet?.Invoke();
                length = await _socket.ReceiveAsync(start, SocketFlags.Peek, first.Token).ConfigureAwait(false);
                _awaitsHello = false;
            }
            catch (OperationCanceledException)
            {
                Failure = TlsErrors.NoClient(_peer, "sent nothing in time, where TLS is expected");
            }

            if (length == 1 && start[0] != Handshaking) Failure = TlsErrors.NoClient(_peer, "does not speak TLS");
            _wentAway = length == 0 && Failure is null;
            if (length == 0 || Failure is not null) Refuse();
        }

        await _stream.AuthenticateAsServerAsync(server.For(Reject), limit.Token).ConfigureAwait(false);
    }

    // Who expects plain text learns at once what is wrong.
    private void Refuse()
    {
        _socket.Blocking = false;
        _socket.Send(UnexpectedMessage, SocketFlags.None, out _);
        throw new SocketException((int)SocketError.ConnectionReset);
    }

    // What was said last would be taken back if the connection were closed with something unread.
    private void LetHear() => SocketErrors.Prefer(() =>
    {
        _socket.Shutdown(SocketShutdown.Send);
        _socket.Blocking = false;
        byte[] scratch = new byte[RecordBytes];
        for (int i = 0; i < 16 && _socket.Poll(0, SelectMode.SelectRead) && _socket.Receive(scratch) > 0; i++)
        {
        }
    });

    private void Reject(string why, X509Certificate? shown) => Failure = TlsErrors.NotTrusted(_peer, why, shown);

    private Task<SocketError> Reading()
    {
        lock (_lock)
        {
            if (_reading is null) _reading = _handshake is { IsCompletedSuccessfully: true } ? ReadRecord() : Task.Run(ReadRecord);
            return _reading;
        }
    }

    private async Task<SocketError> ReadRecord()
    {
        try
        {
            await Handshake().ConfigureAwait(false);

            // An idle connection holds no buffer.
            await _stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            byte[] buffer = ArrayPool<byte>.Shared.Rent(RecordBytes);
            int read = await _stream.ReadAsync(buffer).ConfigureAwait(false);
            (_buffer, _start, _end) = (buffer, 0, read);
            _over = read == 0;
            return _over && _inner.Ended ? SocketError.ConnectionReset : SocketError.Success;
        }
        catch (Exception e) when (Error(e) is { } error)
        {
            if (Failure is null && !_closed && e is IOException { InnerException: not (null or SocketException) }) Failure = Explain(e);
            return error;
        }
    }

    private int Take(Span<byte> buffer)
    {
        int length = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, length).CopyTo(buffer);
        _start += length;
        if (_start < _end || _over) return length;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        lock (_lock) _reading = null;
        return length;
    }
}
