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
    private ImageFormat _format;
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
                return Cut(SocketErrors.Reset(
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
        if (_spool.Writer is { } writer) _inbox.Add(writer, arrived);
        else _inbox.Add(_spool.ToArray(), arrived, urgent: urgent);
    }

    // Of a part of an image width and height may not be known.
    private ArrivedImage Arrived() => new(_spool.ReadHeader(out ImageInfo info) == ImageHeaderResult.Ok ? info : new ImageInfo(_format, 0, 0), _spool.Length, Peer, 0, _time.GetElapsedTime(_accepted), null);

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
            if (!signatureKnown) _format = ImageHeader.DetectFormat(_spool.Start);
            if (!signatureKnown && length >= ImageHeader.SignatureLength && _format == ImageFormat.Unknown && !_spool.Start.IsEmpty)
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
        : Cut(SocketErrors.TimedOut(Peer, $"An image was left out after {Counted.Of(_spool.Length, "byte")}"));

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
