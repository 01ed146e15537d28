using System.Formats.Tar;
using System.Text;
using GalleryPS.Network;

namespace GalleryPS.Servers;

/// <summary>What a server sends to every client.</summary>
internal sealed class Answer
{
    private readonly IReadOnlyList<string> _files;

    private Answer(ReadOnlyMemory<byte> greeting, IReadOnlyList<string> files) => (Greeting, _files) = (greeting, files);

    /// <summary>The greeting; empty for a gallery.</summary>
    public ReadOnlyMemory<byte> Greeting { get; }

    /// <summary>Whether it is a gallery.</summary>
    public bool IsGallery => _files.Count > 0;

    /// <summary>Images of the gallery.</summary>
    public int Images => _files.Count;

    /// <summary>A text.</summary>
    public static Answer FromText(string text) => new(Encoding.UTF8.GetBytes(text), []);

    /// <summary>The images that a path leads to.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NoImagesFound"/>, <see cref="ErrorIds.NotAnImage"/> or <see cref="ErrorIds.UnreadableImage"/>.</exception>
    public static Answer FromGallery(string path)
    {
        string[] files = [.. ImageFiles.Find([path])];
        foreach (string file in files)
        {
            // Before it is opened: a pipe would be waited for.
            InputFile.Check(file);
            OutgoingImage.FromFile(file).Dispose();
        }

        return new Answer(default, files);
    }

    /// <summary>Writes it; a gallery is a tar archive (POSIX.1-2001), which any client can take apart while it comes.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (!IsGallery)
        {
            await stream.WriteAsync(Greeting, cancellationToken).ConfigureAwait(false);
            return;
        }

        await using var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        foreach (string file in _files)
        {
            await using FileStream content = InputFile.OpenStream(file, cancellationToken);
            var entry = new PaxTarEntry(TarEntryType.RegularFile, Path.GetFileName(file))
            {
                // Nothing of this machine's users and rights is told.
                ModificationTime = new DateTimeOffset(File.GetLastWriteTimeUtc(file)),
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
                DataStream = content,
            };
            await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>A connection as a stream that gives up when the client takes nothing for too long, and counts what it took.</summary>
internal sealed class ClientStream(TcpConnection connection, TimeSpan stall, TimeProvider time, CancellationToken stop) : Stream
{
    private const int Piece = 256 << 10;
    private readonly StallWatch _watch = new(stall, time, stop);

    /// <summary>Bytes that the system took.</summary>
    public long Sent { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => Sent;

    public override long Position
    {
        get => Sent;
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            // In pieces: a call returns when the client has taken all of it, and patience is about the last bytes it took.
            _watch.Restart();
            int sent = await connection.SendAsync(buffer[..Math.Min(buffer.Length, Piece)], _watch.Token).ConfigureAwait(false);
            Sent += sent;
            buffer = buffer[sent..];
        }
    }

    /// <summary>Nothing more is sent.</summary>
    public async Task EndAsync()
    {
        _watch.Restart();
        await connection.EndSendingAsync(_watch.Token).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _watch.Dispose();
        base.Dispose(disposing);
    }
}
