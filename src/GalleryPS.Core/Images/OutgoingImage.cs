using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace GalleryPS.Images;

/// <summary>An image that is about to be sent: its header is read, its bytes can be read in pieces.</summary>
internal sealed class OutgoingImage : IDisposable
{
    /// <summary>What is no larger is <see cref="Loaded"/> as a whole: every image that fits into a datagram.</summary>
    private const int LoadedBytes = 64 << 10;
    private readonly SafeFileHandle? _file;
    private readonly ReadOnlyMemory<byte> _memory;
    private byte[]? _rented;

    private OutgoingImage(string name, string path, long length, ImageInfo info, SafeFileHandle? file, ReadOnlyMemory<byte> memory) =>
        (Name, Path, Length, OriginalLength, Info, _file, _memory) = (name, path, length, length, info, file, memory);

    public string Name { get; }

    public string Path { get; }

    public long Length { get; }

    public ImageInfo Info { get; }

    /// <summary>Bytes of the file this was made of.</summary>
    public long OriginalLength { get; private init; }

    /// <summary>Opens a file and looks whether it is an image.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NotAnImage"/> or <see cref="ErrorIds.UnreadableImage"/>.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static OutgoingImage FromFile(string path, CancellationToken cancellationToken = default)
    {
        try
        {
            string full = System.IO.Path.GetFullPath(path);
            if (InputFile.IsOpenPipe(path, full))
            {
                ReadOnlyMemory<byte> data = InputFile.ReadPipe(path, cancellationToken, out string pipe);
                return FromMemory(pipe, data, path);
            }

            return InputFile.Wait(full, () => Open(full, path), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw InputFile.Unreadable(path, e);
        }
    }

    private static OutgoingImage Open(string full, string path)
    {
        SafeFileHandle file = InputFile.OpenNow(full);
        byte[]? rented = null;
        try
        {
            string name = System.IO.Path.GetFileName(full);
            long length = RandomAccess.GetLength(file);
            ImageInfo? info;
            if (length <= LoadedBytes)
            {
                rented = ArrayPool<byte>.Shared.Rent((int)Math.Max(length, 1));

                // As many as there are: whoever writes the file may have made it shorter.
                length = new HandleStream(file, length).ReadAtLeast(rented.AsSpan(0, (int)length), (int)length, throwOnEndOfStream: false);
                info = ImageHeader.TryRead(rented.AsSpan(0, (int)length), out ImageInfo found) == ImageHeaderResult.Ok ? found : null;
            }
            else
            {
                info = ReadInfo(file, length);
            }

            return new OutgoingImage(name, full, length, info ?? throw NotAnImage(name, path), file, default) { _rented = rented };
        }
        catch
        {
            file.Dispose();
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
            throw;
        }
    }

    /// <summary>Looks whether bytes are an image.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NotAnImage"/>.</exception>
    public static OutgoingImage FromMemory(string name, ReadOnlyMemory<byte> data) => FromMemory(name, data, name);

    private static OutgoingImage FromMemory(string name, ReadOnlyMemory<byte> data, string path) =>
        ImageHeader.TryRead(data.Span, out ImageInfo info) == ImageHeaderResult.Ok
            ? new OutgoingImage(name, path, data.Length, info, null, data)
            : throw NotAnImage(name, path);

    /// <summary>The same image once more, to be read on its own.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.UnreadableImage"/>: its file has gone meanwhile.</exception>
    public OutgoingImage Again(CancellationToken cancellationToken) =>
        _file is null ? new OutgoingImage(Name, Path, Length, Info, null, _memory) { OriginalLength = OriginalLength } : FromFile(Path, cancellationToken);

    /// <summary>Encodes it anew so that it has at most so many bytes.</summary>
    /// <exception cref="GalleryException">It cannot be read or decoded, or it fits in no way.</exception>
    public OutgoingImage Fit(IImageFitter fitter, int maxBytes, CancellationToken cancellationToken)
    {
        if (Length > Array.MaxLength)
        {
            throw new GalleryException(ErrorIds.ImageTooLarge, GalleryErrorCategory.LimitsExceeded, $"{Name} is too large to be decoded.", Path);
        }

        FittedImage fitted = fitter.Fit(Name, Loaded ?? ReadAll(), maxBytes, cancellationToken);
        var info = new ImageInfo(ImageFormat.Jpeg, fitted.Width, fitted.Height);
        return new OutgoingImage(Name, Path, fitted.Data.Length, info, null, fitted.Data) { OriginalLength = Length };
    }

    /// <summary>Reads bytes from an offset.</summary>
    /// <returns>How many were read; 0 at the end.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.UnreadableImage"/>.</exception>
    public int Read(Span<byte> buffer, long offset)
    {
        if (Loaded is { } loaded)
        {
            ReadOnlySpan<byte> rest = loaded.Span[(int)Math.Min(offset, loaded.Length)..];
            if (rest.Length > buffer.Length) rest = rest[..buffer.Length];
            rest.CopyTo(buffer);
            return rest.Length;
        }

        try
        {
            return RandomAccess.Read(_file!, buffer, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GalleryException(
                ErrorIds.UnreadableImage, GalleryErrorCategory.ReadError, $"{Path} cannot be read: {e.Message}", Path, null, e);
        }
    }

    /// <summary>The bytes, when they are in memory for good, with whoever sends them; else nothing.</summary>
    public ReadOnlyMemory<byte>? InMemory => _file is null ? _memory : (ReadOnlyMemory<byte>?)null;

    /// <summary>The bytes, when they are in memory until this is disposed of; else nothing.</summary>
    public ReadOnlyMemory<byte>? Loaded => _rented is null ? InMemory : _rented.AsMemory(0, (int)Length);

    public void Dispose()
    {
        _file?.Dispose();
        if (Interlocked.Exchange(ref _rented, null) is { } rented) ArrayPool<byte>.Shared.Return(rented);
    }

    private ReadOnlyMemory<byte> ReadAll()
    {
        byte[] all = GC.AllocateUninitializedArray<byte>((int)Length);
        int read = 0;
        while (read < all.Length && Read(all.AsSpan(read), read) is > 0 and var more) read += more;
        return all.AsMemory(0, read);
    }

    private static ImageInfo? ReadInfo(SafeFileHandle file, long length)
    {
        // Most headers lie in the first 4 KB; a stream is only made for those that do not.
        Span<byte> start = stackalloc byte[4096];
        int read = RandomAccess.Read(file, start, 0);
        switch (ImageHeader.TryRead(start[..read], out ImageInfo info))
        {
            case ImageHeaderResult.Ok:
                return info;
            case ImageHeaderResult.NotAnImage:
                return null;
        }

        if (read == length) return null;
        using var stream = new HandleStream(file, length);
        return ImageHeader.TryRead(stream, out info) ? info : null;
    }

    private static GalleryException NotAnImage(string name, string path) => new(
        ErrorIds.NotAnImage, GalleryErrorCategory.InvalidData,
        $"{name} is not an image of a known format (JPEG, PNG, GIF, BMP, WebP, TIFF).", path,
        "Send image files only; convert others first.");

    /// <summary>A seekable view that leaves the handle open.</summary>
    private sealed class HandleStream(SafeFileHandle file, long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int read = RandomAccess.Read(file, buffer, Position);
            Position += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Current => Position + offset,
            SeekOrigin.End => length + offset,
            _ => offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
