using System.Buffers;
using System.Buffers.Binary;

namespace GalleryPS.Traffic;

/// <summary>
/// A window over a stream that slides forward: records are parsed where they were read, and only one that straddles
/// the window's end is moved. Its size is fixed, so memory does not grow with the file.
/// </summary>
internal sealed class CaptureBuffer(Stream stream, int size, CancellationToken cancellationToken) : IDisposable
{
    private readonly byte[] _bytes = ArrayPool<byte>.Shared.Rent(size);
    private bool _disposed;
    private int _start;
    private int _end;
    private long _origin;
    private bool _ended;

    /// <summary>Position of <see cref="Available"/> in the (uncompressed) file.</summary>
    public long Offset => _origin + _start;

    /// <summary>Most bytes that can be asked for at once.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>What was read and not yet consumed.</summary>
    public ReadOnlySpan<byte> Available => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Makes at least <paramref name="count"/> bytes available, if the file has them.</summary>
    /// <returns>False when the file ends before.</returns>
    public bool Ensure(int count) => _end - _start >= count || Fill(count);

    /// <summary>Moves past bytes that are available.</summary>
    public void Advance(int count) => _start += count;

    /// <summary>Moves past bytes that need not be available, reading and dropping them.</summary>
    /// <returns>False when the file ends before.</returns>
    public bool Skip(long count)
    {
        while (count > 0)
        {
            if (_start == _end && !Fill(1)) return false;
            int step = (int)Math.Min(count, _end - _start);
            _start += step;
            count -= step;
        }

        return true;
    }

    /// <summary>A 32-bit number at a position of what is available.</summary>
    public uint UInt32(int position, bool bigEndian) => bigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(_start + position))
        : BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(_start + position));

    /// <summary>A 16-bit number at a position of what is available.</summary>
    public ushort UInt16(int position, bool bigEndian) => bigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(_start + position))
        : BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(_start + position));

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        stream.Dispose();
        ArrayPool<byte>.Shared.Return(_bytes);
    }

    private bool Fill(int count)
    {
        if (_ended || count > _bytes.Length) return false;
        int rest = _end - _start;
        _bytes.AsSpan(_start, rest).CopyTo(_bytes);
        _origin += _start;
        _start = 0;
        _end = rest;
        while (_end < count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = stream.Read(_bytes, _end, _bytes.Length - _end);
            if (read == 0)
            {
                _ended = true;
                return false;
            }

            _end += read;
        }

        return true;
    }
}
