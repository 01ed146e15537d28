using System.Net;
using System.Net.Sockets;
using GalleryPS.Network;

namespace GalleryPS.Protocols.Plain;

/// <summary>How far a connection is.</summary>
internal enum ConnectionState
{
    /// <summary>Its sender has more to say.</summary>
    Open,

    /// <summary>Its sender closed: the image is whole.</summary>
    Whole,

    /// <summary>It failed or is not wanted; nothing of it is kept.</summary>
    Failed,
}

/// <summary>One accepted connection: one image, or with no bytes an end of transmission.</summary>
internal sealed class IncomingConnection : IDisposable
{
    // Less than that may be anybody's; nobody is waited for who has sent no more in a while.
    private const int Begun = 1024;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(1.5), TimeToBegin = TimeSpan.FromSeconds(0.2);
    private readonly TcpConnection _connection;
    private readonly ReceiveOptions _options;
    private readonly Inbox _inbox;
    private readonly Transmissions _transmissions;
    private readonly TimeProvider _time;
    private readonly ImageSpool _spool;
    private readonly IPEndPoint _host;
    private readonly long _accepted;
    private ImageFormat _format;
    private bool _came;
    private long _length, _lastBytes, _drained, _finished, _rateSince, _rateLength;
    private int _state;
    private TaskCompletionSource? _moved;

    public IncomingConnection(TcpConnection connection, ReceiveOptions options, Inbox inbox, Transmissions transmissions)
    {
        (_connection, _options, _inbox, _transmissions, _time) = (connection, options, inbox, transmissions, inbox.Clock.Time);
        _host = new IPEndPoint(connection.Peer.Address, 0);
        _spool = new ImageSpool(inbox.Store);
        _accepted = _lastBytes = _rateSince = _time.GetTimestamp();
        connection.OnQuiet(Move);
    }

    // What whoever reads it does, and whether somebody else has ended it meanwhile.
    private enum Doing
    {
        Working,
        Waiting,
        GivenUp,
    }

    public IPEndPoint Peer => _connection.Peer;

    public bool IsEnd => Length == 0;

    /// <summary>Bytes so far.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <summary>Whether it has brought so little that it may be anybody's.</summary>
    public bool HasHardlyBegun => Length < Begun;

    /// <summary>Whether it may be ended to make room for another one.</summary>
    public bool IsWorthless => HasHardlyBegun && !IsGivenUp && _time.GetElapsedTime(_accepted) > TimeToBegin;

    /// <summary>Whether it has been open for a while and has brought next to nothing: whatever it is, no image of a sender that has ended.</summary>
    public bool IsSilent => HasHardlyBegun && _time.GetElapsedTime(_accepted) > LongestSilence;

    public bool IsFinished => Volatile.Read(ref _finished) != 0;

    /// <summary>Completes when it may have nothing more to read, or is done, after this was asked for.</summary>
    public Task NextMove
    {
        get
        {
            if (Volatile.Read(ref _moved) is { } there) return there.Task;
            var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _moved, made, null) ?? made).Task;
        }
    }

    /// <summary>Whether it is one of a host.</summary>
    public bool IsOf(IPAddress host) => _host.Address.Equals(host);

    /// <summary>Whether <see cref="TryGiveUp"/> has ended it.</summary>
    public bool IsGivenUp => Volatile.Read(ref _state) == (int)Doing.GivenUp;

    /// <summary>Whether it goes on without its sender: what came is not read or not handed over yet, or it is done and about to leave.</summary>
    public bool GoesOnWithoutSender => !WaitsForSender || IsFinished || IsGivenUp;

    private bool WaitsForSender
    {
        get
        {
            try
            {
                return Volatile.Read(ref _state) == (int)Doing.Waiting && _connection.IsQuiet;
            }
            catch (ObjectDisposedException)
            {
                return true; // it has ended just now
            }
        }
    }

    /// <summary>
    /// Whether a later connection of the same host may be presented before this one. A sender closes one connection
    /// before it opens the next, so when the later one arrived while this one had nothing to read, they are of different senders.
    /// </summary>
    public bool MayBeOvertakenBy(IncomingConnection later) => IsFinished || Volatile.Read(ref _drained) > later._accepted || WaitsForSender;

    /// <summary>Reads what is there, on the calling thread, as long as it comes at once.</summary>
    /// <param name="buffer">Room to read into.</param>
    /// <param name="patience">How many microseconds to wait when there is nothing; asked when that is so.</param>
    /// <param name="upTo">Stop after so many bytes although there are more, so that a large image does not hold up other senders.</param>
    /// <param name="portable">Use what works everywhere.</param>
    public ConnectionState Read(byte[] buffer, Func<int> patience, long upTo, bool portable)
    {
        while (Length < upTo)
        {
            int read = _connection.TryRead(buffer, portable, out SocketError error);
            if (error == SocketError.WouldBlock && !_connection.WaitToRead(patience())) return ConnectionState.Open;
            if (error is SocketError.WouldBlock or SocketError.TimedOut or SocketError.Interrupted) continue;
            if (error != SocketError.Success) return Broken(new SocketException((int)error));
            if (read == 0) return ConnectionState.Whole;
            if (Take(buffer.AsSpan(0, read)) == ConnectionState.Failed) return ConnectionState.Failed;
        }

        return ConnectionState.Open;
    }

    /// <summary>Waits without a thread until there is something to read.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="SocketException">The connection failed, or was given up.</exception>
    public async Task Wait(CancellationToken cancellationToken)
    {
        long now = _time.GetTimestamp();
        if (_connection.IsQuiet) Volatile.Write(ref _drained, now);
        if (Interlocked.CompareExchange(ref _state, (int)Doing.Waiting, (int)Doing.Working) != (int)Doing.Working) throw new SocketException((int)SocketError.OperationAborted);
        Move();
        await _connection.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        if (Interlocked.CompareExchange(ref _state, (int)Doing.Working, (int)Doing.Waiting) != (int)Doing.Waiting) throw new SocketException((int)SocketError.OperationAborted);
    }

    /// <summary>Reads what is there.</summary>
    public async Task<ConnectionState> Read(byte[] buffer, CancellationToken cancellationToken)
    {
        do
        {
            int read = await _connection.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read == 0) return ConnectionState.Whole;
            if (Take(buffer.AsSpan(0, read)) == ConnectionState.Failed) return ConnectionState.Failed;
        }
        while (_connection.HasMore);
        return ConnectionState.Open;
    }

    /// <summary>The connection broke.</summary>
    public ConnectionState Broken(Exception e)
    {
        // Somebody who broke off before the first byte (a port scan) sent no image.
        if (!IsEnd) return Cut(SocketErrors.Reset(e, Peer, $"An image was cut off after {Counted.Of(Length, "byte")} and discarded"));
        if (_connection.TlsFailure is { } failure) _inbox.WithoutTls(failure);
        return ConnectionState.Failed;
    }

    /// <summary>Gives it up when it took too long to begin, was silent for too long, or was too slow.</summary>
    /// <returns>Whether it was given up now. Whoever reads it is told by an exception.</returns>
    public bool CheckTime()
    {
        LimitOptions limits = _options.Limits;
        if (IsEnd) return _time.GetElapsedTime(_accepted) >= limits.FirstByteTimeout && TryGiveUp(null);
        if (_time.GetElapsedTime(Volatile.Read(ref _lastBytes)) >= limits.StallTimeout)
        {
            return TryGiveUp(SocketErrors.TimedOut(Peer, $"An image was left out after {Counted.Of(Length, "byte")}"));
        }

        TimeSpan since = _time.GetElapsedTime(_rateSince);
        if (since < limits.StallTimeout) return false;
        double rate = (Length - _rateLength) * 8 / since.TotalSeconds;
        (_rateSince, _rateLength) = (_time.GetTimestamp(), Length);
        return !limits.MinimumBitRate.IsUnlimited && rate < limits.MinimumBitRate.BitsPerSecond && TryGiveUp(new GalleryException(
            ErrorIds.ConnectionTimedOut, GalleryErrorCategory.OperationTimeout,
            $"An image was left out after {Counted.Of(Length, "byte")}: {Peer} sent fewer than {limits.MinimumBitRate}.", Peer, "Lower the limit (-MinimumBitRate) if you trust the sender."));
    }

    /// <summary>Ends it, unless something is being done with what it brought.</summary>
    /// <param name="why">What to tell when it has brought more than next to nothing; null for nothing.</param>
    public bool TryGiveUp(GalleryException? why)
    {
        if (Interlocked.CompareExchange(ref _state, (int)Doing.GivenUp, (int)Doing.Waiting) != (int)Doing.Waiting) return false;
        if (why is not null && !HasHardlyBegun) Cut(why);
        else Abort();
        return true;
    }

    /// <summary>Hands the image, or the end of transmission, to the inbox.</summary>
    /// <param name="urgent">False when more may come at once; the caller flushes the queue.</param>
    public void Deliver(bool urgent)
    {
        if (IsEnd)
        {
            _transmissions.Ended(_host, Peer);
            return;
        }

        ImageHeaderResult header = _spool.ReadHeader(out ImageInfo info);
        if (header == ImageHeaderResult.Ok) _format = info.Format;
        if (header == ImageHeaderResult.NotAnImage || _format == ImageFormat.Unknown)
        {
            _inbox.NotAnImage(Peer, _spool.Length, "A connection");
            return;
        }

        // The wire cannot tell an image from the start of one: a sender that dies closes its connections like one that is done.
        if (header == ImageHeaderResult.NeedMoreData || _spool.CheckEnd() == ImageCompleteness.Truncated)
        {
            _inbox.AddPartial(_spool, Arrived(), new GalleryException(
                ErrorIds.ImageTruncated, GalleryErrorCategory.InvalidData,
                $"A {_format.ToString().ToUpperInvariant()} image from {Peer} ends after {Counted.Of(_spool.Length, "byte")}, in the middle: its sender was stopped, or has only a part of it.", Peer,
                "Send it again. -KeepPartial keeps what arrived, beside the images."));
            return;
        }

        ArrivedImage arrived = Arrived();
        if (!_came) _transmissions.ImageArrived(_host);
        if (_spool.Writer is { } writer) _inbox.Add(writer, arrived);
        else _inbox.Add(_spool.ToArray(), arrived, urgent: urgent);
    }

    // Of a part of an image width and height may not be known.
    private ArrivedImage Arrived() => new(_spool.ReadHeader(out ImageInfo info) == ImageHeaderResult.Ok ? info : new ImageInfo(_format, 0, 0), _spool.Length, Peer, 0, _time.GetElapsedTime(_accepted), null);

    /// <summary>Marks the connection as done, whatever became of it.</summary>
    public void Finish()
    {
        Volatile.Write(ref _finished, 1);
        Move();
    }

    /// <summary>Closes with a reset, so that the sender knows that the image was not taken.</summary>
    public void Abort() => _connection.Reset();

    public void Dispose()
    {
        if (_came) _transmissions.Went(_host);
        _came = false;
        _connection.Dispose();
        _spool.Dispose();
    }

    private void Move() => Interlocked.Exchange(ref _moved, null)?.SetResult();

    private ConnectionState Take(ReadOnlySpan<byte> bytes)
    {
        Volatile.Write(ref _lastBytes, _time.GetTimestamp());
        _inbox.Touch();
        try
        {
            bool signatureKnown = _spool.Length >= ImageHeader.SignatureLength;
            long length = _spool.Length + bytes.Length;
            long limit = _inbox.Store is null ? Math.Min(_options.Limits.MaxImageBytes, Array.MaxLength) : _options.Limits.MaxImageBytes;
            if (length > limit) return Fail(ReceiveAddresses.TooLarge(Peer, length, limit));
            _spool.Append(bytes);
            Volatile.Write(ref _length, length);
            if (!signatureKnown) _format = ImageHeader.DetectFormat(_spool.Start);
            if (!signatureKnown && length >= ImageHeader.SignatureLength && _format == ImageFormat.Unknown && !_spool.Start.IsEmpty)
            {
                if (TlsSide.IsTls(_spool.Start)) _inbox.WithoutTls(TlsErrors.Unexpected(Peer, "A sender was turned away"));
                else _inbox.NotAnImage(Peer, length, "A connection");
                Abort();
                return ConnectionState.Failed;
            }

            if (length >= Begun && !_came)
            {
                _transmissions.ImageArrived(_host, open: true);
                _came = true;
            }

            return ConnectionState.Open;
        }
        catch (GalleryException e)
        {
            return Fail(e);
        }
    }

    // With an image of which a part came; only where somebody wants it.
    private ConnectionState Cut(GalleryException error)
    {
        if (!_options.KeepPartial || _format == ImageFormat.Unknown) return Fail(error);
        _inbox.AddPartial(_spool, Arrived(), error);
        Abort();
        return ConnectionState.Failed;
    }

    private ConnectionState Fail(GalleryException error)
    {
        _inbox.Fail(error);
        Abort();
        return ConnectionState.Failed;
    }
}
