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
    private readonly TcpConnection _connection;
    private readonly ReceiveOptions _options;
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(1.5);
    private readonly Inbox _inbox;
    private readonly Transmissions _transmissions;
    private readonly TimeProvider _time;
    private readonly ImageSpool _spool;
    private readonly IPEndPoint _host;
    private bool _came;
    private readonly long _accepted;
    private long _lastBytes;
    private long _drained;
    private long _finished;

    public IncomingConnection(TcpConnection connection, ReceiveOptions options, Inbox inbox, Transmissions transmissions)
    {
        (_connection, _options, _inbox, _transmissions, _time) = (connection, options, inbox, transmissions, inbox.Clock.Time);
        _host = new IPEndPoint(connection.Peer.Address, 0);
        _spool = new ImageSpool(inbox.Store);
        _accepted = _lastBytes = _time.GetTimestamp();
    }

    public IPEndPoint Peer => _connection.Peer;

    public bool IsEnd => _spool.Length == 0;

    /// <summary>Whether it has been open for a while without a byte: whatever it is, no image of a sender that has ended.</summary>
    public bool IsSilent => IsEnd && _time.GetElapsedTime(_accepted) > LongestSilence;

    public bool IsFinished => Volatile.Read(ref _finished) != 0;

    /// <summary>
    /// Whether a later connection of the same host may be presented before this one. A sender closes one connection
    /// before it opens the next, so when the later one arrived while this one had nothing to read, they are of different senders.
    /// </summary>
    public bool MayBeOvertakenBy(IncomingConnection later) => IsFinished || Volatile.Read(ref _drained) > later._accepted;

    /// <summary>Reads what is there, waiting at most so long for more.</summary>
    /// <param name="buffer">Room to read into.</param>
    /// <param name="microseconds">How long to wait when there is nothing.</param>
    /// <param name="upTo">
    /// Stop after so many bytes although there are more, so that a large image does not hold up other senders. Whoever
    /// gives a limit is alone with the connection: when it was empty need not be known.
    /// </param>
    public ConnectionState Read(byte[] buffer, int microseconds, long upTo = long.MaxValue)
    {
        bool alone = upTo != long.MaxValue;
        while (_spool.Length < upTo)
        {
            if (!alone && !_connection.WaitToRead(0)) Volatile.Write(ref _drained, _time.GetTimestamp());
            if (!_connection.WaitToRead(microseconds)) return StillOpen();

            int read = _connection.Read(buffer, out SocketError error);
            if (error is SocketError.WouldBlock or SocketError.TimedOut or SocketError.Interrupted) continue;
            if (error != SocketError.Success)
            {
                // Somebody who broke off before the first byte (a port scan) sent no image.
                if (_spool.Length == 0) return ConnectionState.Failed;
                return Fail(SocketErrors.Reset(
                    new SocketException((int)error), Peer, $"An image was cut off after {Counted.Of(_spool.Length, "byte")} and discarded"));
            }

            if (read == 0) return ConnectionState.Whole;
            _lastBytes = _time.GetTimestamp();
            _inbox.Touch();
            if (Take(buffer.AsSpan(0, read)) == ConnectionState.Failed) return ConnectionState.Failed;
        }

        return ConnectionState.Open;
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

        if (!_spool.TryReadHeader(out ImageInfo info))
        {
            _inbox.NotAnImage(Peer, _spool.Length, "A connection");
            return;
        }

        var arrived = new ArrivedImage(info, _spool.Length, Peer, 0, _time.GetElapsedTime(_accepted), null);
        if (_spool.Writer is { } writer) _inbox.Add(writer, arrived);
        else _inbox.Add(_spool.ToArray(), arrived, urgent: urgent);
    }

    /// <summary>Marks the connection as done, whatever became of it.</summary>
    public void Finish() => Volatile.Write(ref _finished, 1);

    /// <summary>Closes with a reset, so that the sender knows that the image was not taken.</summary>
    public void Abort() => _connection.Reset();

    public void Dispose()
    {
        if (_came) _transmissions.Went(_host);
        _came = false;
        _connection.Dispose();
        _spool.Dispose();
    }

    private ConnectionState Take(ReadOnlySpan<byte> bytes)
    {
        try
        {
            bool signatureKnown = _spool.Length >= ImageHeader.SignatureLength;
            long length = _spool.Length + bytes.Length;
            long limit = _inbox.Store is null ? Math.Min(_options.Limits.MaxImageBytes, Array.MaxLength) : _options.Limits.MaxImageBytes;
            if (length > limit) return Fail(ReceiveAddresses.TooLarge(Peer, length, limit));
            _spool.Append(bytes);
            if (!signatureKnown && length >= ImageHeader.SignatureLength && ImageHeader.DetectFormat(_spool.Start) == ImageFormat.Unknown
                && !_spool.Start.IsEmpty)
            {
                _inbox.NotAnImage(Peer, length, "A connection");
                Abort();
                return ConnectionState.Failed;
            }

            if (!signatureKnown && length >= ImageHeader.SignatureLength)
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

    private ConnectionState StillOpen() => _time.GetElapsedTime(_lastBytes) < _options.Limits.StallTimeout
        ? ConnectionState.Open
        : Fail(SocketErrors.TimedOut(Peer, $"An image was left out after {Counted.Of(_spool.Length, "byte")}"));

    private ConnectionState Fail(GalleryException error)
    {
        _inbox.Fail(error);
        Abort();
        return ConnectionState.Failed;
    }
}
