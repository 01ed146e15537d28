namespace GalleryPS.Tests.Images;

/// <summary>
/// A file of any length that exists only where a test has put bytes, and counts what is read: so that "reads only
/// what is needed" and "the work is bounded" are numbers and not timings.
/// </summary>
internal sealed class CountingStream(long length, Func<long, byte> content) : Stream
{
    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public static CountingStream Of(byte[] data) => new(data.Length, offset => data[offset]);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = (int)Math.Clamp(length - Position, 0, buffer.Length);
        for (int i = 0; i < count; i++)
            buffer[i] = content(Position++);
        BytesRead += count;
        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
