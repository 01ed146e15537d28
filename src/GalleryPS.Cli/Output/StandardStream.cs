using System.Text;

namespace GalleryPS.Cli.Output;

/// <summary>
/// Standard output or standard error. What the system says against a write to standard output (its reader has ended, a full
/// disk behind a redirection) is told to <see cref="OutputReader"/>, so that it is never taken for trouble with an image, and
/// ends the verb; what cannot be written to standard error is lost, because there is no other place to say so.
/// </summary>
internal sealed class StandardStream : Stream
{
    private readonly Stream _inner;
    private readonly bool _mayBeLost;

    private StandardStream(Func<Stream> open, bool mayBeLost)
    {
        _mayBeLost = mayBeLost;
        try
        {
            _inner = open();
        }
        catch (Exception e) when (IsRefusal(e))
        {
            if (!mayBeLost) throw OutputReader.Refused(e);
            _inner = Null;
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Standard output, where results go.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteFile"/>: it cannot even be opened.</exception>
    public static Stream Output() => new StandardStream(OutputReader.Open, mayBeLost: false);

    /// <summary>The same for text; <see cref="Console.Out"/> is it from then on.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteFile"/>: it cannot even be opened.</exception>
    public static TextWriter OutputText()
    {
        Console.SetOut(Text(Output()));
        return Console.Out;
    }

    /// <summary>Standard error, for what is said beside the results; <see cref="Console.Error"/> is it from then on.</summary>
    public static TextWriter ErrorText()
    {
        Console.SetError(Text(new StandardStream(OpenError, mayBeLost: true)));
        return Console.Error;
    }

    // The console's stream takes a file descriptor of its own; where there is none left, that has to be said without.
    private static Stream OpenError()
    {
        try
        {
            return Console.OpenStandardError();
        }
        catch (IOException) when (!OperatingSystem.IsWindows())
        {
            return BareError.Open();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!_mayBeLost && OutputReader.HasGone) return;
        try
        {
            _inner.Write(buffer);
            if (!_mayBeLost) OutputReader.CheckReader();
        }
        catch (Exception e) when (IsRefusal(e))
        {
            if (!_mayBeLost) OutputReader.ReportFailure(e);
        }
    }

    public override void Flush()
    {
        try
        {
            _inner.Flush();
        }
        catch (Exception e) when (IsRefusal(e))
        {
            if (!_mayBeLost) OutputReader.ReportFailure(e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // As the console would have it, without a byte order mark in front.
    private static StreamWriter Text(Stream stream)
    {
        Encoding encoding = Console.OutputEncoding is UTF8Encoding ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) : Console.OutputEncoding;
        return new StreamWriter(stream, encoding) { AutoFlush = true };
    }

    private static bool IsRefusal(Exception error) => error is IOException or UnauthorizedAccessException or ObjectDisposedException;
}
