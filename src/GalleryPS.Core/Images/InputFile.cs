using GalleryPS.Network.Native;
using Microsoft.Win32.SafeHandles;
using static System.FormattableString;

namespace GalleryPS.Images;

/// <summary>
/// Opens what a user names for reading. Folders hold more than files: a named pipe would be waited for without end, and a
/// device may never end. Those are refused before they are opened, and any wait can be cancelled.
/// </summary>
internal static class InputFile
{
    /// <summary>Bytes of an image that comes through a pipe at most: what a receiver takes unless it is told otherwise.</summary>
    private const int MaxPipedBytes = 256 << 20;

    /// <summary>How much is read before it must have become an image.</summary>
    private const int HeaderBytes = 4 << 20;

    /// <summary>Opens a file, whose length is known and in which any place can be read.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="cancellationToken">Cancels before it is opened, and where opening may wait without end.</param>
    /// <exception cref="IOException">It is something else than a file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SafeFileHandle Open(string path, CancellationToken cancellationToken) => Wait(path, () => OpenNow(path), cancellationToken);

    /// <summary>
    /// Does something with a file, on this thread where its folder is on this machine: another thread would cost more than
    /// sending a small image. Where nobody knows whether the call will ever return, whoever cancels does not wait for it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="action">What to do.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static T Wait<T>(string path, Func<T> action, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string full = Path.GetFullPath(path);
        bool isLocal = FileSystems.IsKnownLocal(Path.GetDirectoryName(full.AsSpan())) || !MayHang(Path.GetDirectoryName(full) ?? path, cancellationToken);
        return isLocal ? action() : CancellableWait.Run(action, cancellationToken);
    }

    private static bool MayHang(string folder, CancellationToken cancellationToken) => CancellableWait.Run(() => FileSystems.MayHang(folder), cancellationToken);

    /// <summary>The same where it is already known that no call waits, as in <see cref="Wait"/>.</summary>
    /// <inheritdoc cref="Open"/>
    public static SafeFileHandle OpenNow(string path)
    {
        if (FileKinds.Of(path) is not FileKind.File and var kind) throw new IOException(Refusal(kind));
        return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>The same as a stream.</summary>
    /// <inheritdoc cref="Open"/>
    public static FileStream OpenStream(string path, CancellationToken cancellationToken) =>
        new(Open(path, cancellationToken), FileAccess.Read, bufferSize: 0);

    /// <summary>Refuses what is not a file, without opening it; what is not there is no matter here.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.UnreadableImage"/>.</exception>
    public static void Check(string path)
    {
        if (FileKinds.Of(path) is not FileKind.File and var kind) throw Unreadable(path, new IOException(Refusal(kind)));
    }

    /// <summary>Opens a file, or a pipe, whose bytes come when they come.</summary>
    /// <inheritdoc cref="Open"/>
    public static Stream OpenFileOrPipe(string path, CancellationToken cancellationToken)
    {
        if (path == ImageFiles.StandardInput) return new CancellableStream(Console.OpenStandardInput(), cancellationToken);
        if (FileKinds.Of(path) != FileKind.Pipe) return OpenStream(path, cancellationToken);
        FileStream pipe = CancellableWait.Run(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0), cancellationToken);
        return new CancellableStream(pipe, cancellationToken);
    }

    /// <summary>
    /// Whether the path is not one of a file but of something that is open already: standard input, or what a shell puts in
    /// place of <c>&lt;(command)</c>.
    /// </summary>
    public static bool IsOpenPipe(string path) => IsOpenPipe(path, Path.GetFullPath(path));

    /// <summary>The same, when the full path is known.</summary>
    public static bool IsOpenPipe(string path, string full)
    {
        if (path == ImageFiles.StandardInput) return true;
        bool open = full.StartsWith("/dev/fd/", StringComparison.Ordinal) || (full.StartsWith("/proc/", StringComparison.Ordinal) && full.Contains("/fd/", StringComparison.Ordinal));
        return open && FileKinds.Of(full) == FileKind.Pipe;
    }

    /// <summary>Reads an image that comes through an open pipe, to its end.</summary>
    /// <param name="path">As the user named it.</param>
    /// <param name="cancellationToken">Ends waiting for more.</param>
    /// <param name="name">What to call the image.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.NotAnImage"/>, <see cref="ErrorIds.ImageTooLarge"/> or <see cref="ErrorIds.UnreadableImage"/>.</exception>
    public static ReadOnlyMemory<byte> ReadPipe(string path, CancellationToken cancellationToken, out string name)
    {
        name = path == ImageFiles.StandardInput ? "standard-input" : $"pipe-{Path.GetFileName(path)}";
        try
        {
            using Stream pipe = OpenFileOrPipe(path, cancellationToken);
            using var all = new MemoryStream();
            byte[] piece = new byte[64 << 10];
            while (pipe.Read(piece) is > 0 and var read)
            {
                bool isOpen = all.Length < HeaderBytes;
                all.Write(piece, 0, read);
                if (all.Length > MaxPipedBytes) throw TooLong(path);

                // A stream without end that is no image need not fill the memory first.
                if (isOpen && all.Length >= HeaderBytes && ImageHeader.TryRead(all.GetBuffer().AsSpan(0, (int)all.Length), out _) != ImageHeaderResult.Ok) break;
            }

            ReadOnlyMemory<byte> data = all.GetBuffer().AsMemory(0, (int)all.Length);
            ImageFormat format = ImageHeader.DetectFormat(data.Span);
            if (format != ImageFormat.Unknown) name += ImageHeader.DefaultExtension(format);
            return data;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, e);
        }
    }

    /// <summary>The error for an image that cannot be read.</summary>
    public static GalleryException Unreadable(string path, Exception e) => new(
        ErrorIds.UnreadableImage, e is UnauthorizedAccessException ? GalleryErrorCategory.PermissionDenied : GalleryErrorCategory.ReadError,
        $"{path} cannot be read: {e.Message}", path, "Check that it is a file, that it exists and that you may read it.", e);

    private static string Refusal(FileKind kind) => kind switch
    {
        FileKind.Pipe => "It is a named pipe, not a file.",
        FileKind.Socket => "It is a socket, not a file.",
        FileKind.Folder => "It is a folder, not a file.",
        _ => "It is a device, not a file.",
    };

    private static GalleryException TooLong(string path) => new(
        ErrorIds.ImageTooLarge, GalleryErrorCategory.LimitsExceeded, Invariant($"More than {MaxPipedBytes:N0} bytes come through {path}."), path,
        "Store the image in a file first; files may be of any size.");
}
