namespace GalleryPS.Images.Headers;

/// <summary>
/// The bytes a header is read from: those in memory, or a window that moves over a stream. It lets each format be
/// read by one piece of code, which asks for bytes by their offset and learns when they are not there.
/// </summary>
internal ref struct HeaderSource
{
    /// <summary>Bytes of the window over a stream; no reader asks for more than that at once.</summary>
    public const int WindowLength = 512;

    private readonly ReadOnlySpan<byte> _data;
    private readonly Stream? _stream;
    private readonly Span<byte> _window;
    private readonly long _streamStart;
    private long _windowOffset;
    private int _windowFilled;

    /// <summary>Reads from memory.</summary>
    public HeaderSource(ReadOnlySpan<byte> data) => _data = data;

    /// <summary>Reads from a stream, where the image begins at its present position.</summary>
    /// <param name="stream">A stream that can seek.</param>
    /// <param name="window">Memory to read into, at least <see cref="WindowLength"/> bytes.</param>
    public HeaderSource(Stream stream, Span<byte> window)
    {
        _stream = stream;
        _window = window;
        _streamStart = stream.Position;
    }

    /// <summary>All bytes of the image.</summary>
    public readonly long Length => _stream is null ? _data.Length : _stream.Length - _streamStart;

    /// <summary>The bytes from <paramref name="offset"/> on, as many as are at hand, valid until the next call.</summary>
    /// <returns>None behind the end.</returns>
    public ReadOnlySpan<byte> From(long offset)
    {
        if (offset < 0 || offset >= Length) return default;
        if (_stream is null) return _data[(int)offset..];
        if (offset < _windowOffset || offset >= _windowOffset + _windowFilled) MoveWindow(offset);
        return _window[(int)(offset - _windowOffset).._windowFilled];
    }

    /// <summary>The first bytes, as many as there are up to <paramref name="count"/>.</summary>
    public ReadOnlySpan<byte> Start(int count)
    {
        if (_stream is null) return _data[..Math.Min(count, _data.Length)];
        MoveWindow(0);
        return _window[..Math.Min(count, _windowFilled)];
    }

    /// <summary>The <paramref name="count"/> bytes at <paramref name="offset"/>, valid until the next call.</summary>
    /// <returns>False when not all of them are there.</returns>
    public bool TryGet(long offset, int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (offset < 0) return false;
        if (_stream is null)
        {
            if (offset > _data.Length - count) return false;
            bytes = _data.Slice((int)offset, count);
            return true;
        }

        if (offset < _windowOffset || offset > _windowOffset + _windowFilled - count)
        {
            if (offset > _stream.Length - _streamStart - count) return false;
            MoveWindow(offset);
            if (_windowFilled < count) return false;
        }

        bytes = _window.Slice((int)(offset - _windowOffset), count);
        return true;
    }

    private void MoveWindow(long offset)
    {
        _stream!.Position = _streamStart + offset;
        _windowOffset = offset;
        _windowFilled = _stream.ReadAtLeast(_window, _window.Length, throwOnEndOfStream: false);
    }
}
