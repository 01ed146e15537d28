using static System.FormattableString;

namespace Flute;

/// <summary>
/// Reads from another stream up to a limit, and only so much at once: whoever reads structured data says when a part of it
/// is done. A part that takes more is refused before it is all there.
/// </summary>
internal sealed class LimitedStream(Stream inner, long limit, int limitAtOnce) : Stream
{
    private long _total;
    private int _atOnce;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _total;
        set => throw new NotSupportedException();
    }

    /// <summary>A part is done.</summary>
    public void NextPart() => _atOnce = 0;

    /// <exception cref="InvalidDataException">A limit was reached, or the stream below says so.</exception>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="InvalidDataException">A limit was reached, or the stream below says so.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        _total += read;
        _atOnce += read;
        if (_total > limit) throw new InvalidDataException(Invariant($"It has more than {limit:N0} bytes."));
        if (_atOnce > limitAtOnce) throw new InvalidDataException(Invariant($"A part of it has more than {limitAtOnce:N0} bytes."));
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
