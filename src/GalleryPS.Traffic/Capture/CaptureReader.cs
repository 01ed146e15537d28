using System.Runtime.CompilerServices;

namespace GalleryPS.Traffic;

/// <summary>
/// Reads capture files frame by frame: pcap (both byte orders, micro- and nanoseconds) and pcapng, plain or
/// compressed with gzip or Zstandard, from a file or any stream. It never throws on what a file contains: at damage it stops,
/// and <see cref="Damage"/> says where and what.
/// </summary>
public sealed class CaptureReader : IDisposable
{
    /// <summary>Frames larger than this do not exist; Wireshark and tcpdump draw the line here as well.</summary>
    internal const int LargestFrame = 262144;

    // Small enough to stay in a processor's second-level cache between the copy from the kernel and the parsing;
    // large enough that system calls do not count.
    private const int BufferSize = 512 * 1024;

    private readonly CaptureBuffer _buffer;
    private readonly CaptureFormat _format;

    private CaptureReader(string name, CaptureBuffer buffer, CaptureFormat format)
    {
        Name = name;
        _buffer = buffer;
        _format = format;
    }

    /// <summary>Name for messages: the path, or what the caller called the stream.</summary>
    public string Name { get; }

    /// <summary>Whether it reads a file that can be read again; a pipe gives its bytes once.</summary>
    internal bool CanReadAgain { get; private init; }

    /// <summary>How many frames were read so far; the number of the current one, counted from 1.</summary>
    public long Number { get; private set; }

    /// <summary>What ended the reading before the file's end, or null.</summary>
    public GalleryException? Damage { get; private set; }

    /// <summary>What was passed over so far because it is not understood, in sentences.</summary>
    public IReadOnlyList<string> Notes => _format.Notes;

    /// <summary>Where the frames were captured, as far as the file was read; null when its format does not tell.</summary>
    internal IReadOnlyList<CapturedOn>? Interfaces => _format.Interfaces;

    /// <summary>The current frame.</summary>
    public CapturedFrame Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _format.Current;
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">Its path, or that of a pipe, through which a capture comes while it is made.</param>
    /// <param name="cancellationToken">Ends the reading, also where no frame comes for long.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.UnreadableCapture"/>: not there, not allowed, or no
    /// capture file at all.</exception>
    public static CaptureReader Open(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        Stream stream;
        try
        {
            stream = InputFile.OpenFileOrPipe(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new GalleryException(
                ErrorIds.UnreadableCapture,
                e is FileNotFoundException or DirectoryNotFoundException
                    ? GalleryErrorCategory.ObjectNotFound
                    : e is UnauthorizedAccessException ? GalleryErrorCategory.PermissionDenied : GalleryErrorCategory.ReadError,
                $"{path} cannot be opened: {e.Message}",
                path,
                "Check the path and its permissions.",
                e);
        }

        return Open(stream, path == ImageFiles.StandardInput ? "standard input" : path, cancellationToken);
    }

    /// <summary>Opens a stream, which need not be able to seek, and takes it over.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="cancellationToken">Ends the reading, also where no frame comes for long.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.UnreadableCapture"/>: no capture file.</exception>
    public static CaptureReader Open(Stream stream, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        bool canReadAgain = stream is FileStream { CanSeek: true };
        var buffer = new CaptureBuffer(stream, BufferSize, cancellationToken);
        try
        {
            if (Compression.Open(buffer) is { } unpacked) buffer = new CaptureBuffer(unpacked, BufferSize, cancellationToken);
            CaptureFormat format = CaptureFormat.Recognize(buffer)
                ?? throw Unreadable(name, 0, "it is not a pcap or pcapng file", null);
            return new CaptureReader(name, buffer, format) { CanReadAgain = canReadAgain };
        }
        catch (CaptureDamage damage)
        {
            buffer.Dispose();
            throw Unreadable(name, damage.Offset, damage.Message, damage);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            buffer.Dispose();
            throw Unreadable(name, 0, e.Message, e);
        }
        catch (Exception e) when (e is GalleryException or OperationCanceledException)
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Goes to the next frame.</summary>
    /// <returns>False at the end of the file, or at damage, which <see cref="Damage"/> then describes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Read()
    {
        if (Damage is not null) return false;
        try
        {
            if (!_format.Read()) return false;
            Number++;
            return true;
        }
        catch (CaptureDamage damage)
        {
            Damage = Unreadable(Name, damage.Offset, damage.Message, damage);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Damage = Unreadable(Name, _buffer.Offset, e.Message, e);
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private static GalleryException Unreadable(string name, long offset, string reason, Exception? inner) => new(
        ErrorIds.UnreadableCapture,
        GalleryErrorCategory.InvalidData,
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{name} is damaged or not a capture file: at offset {offset} {reason}."),
        name,
        "Everything before the offset was read. Capture again, or check how the file was copied.",
        inner);
}
