using Flute;

namespace GalleryPS.Protocols.Flute;

/// <summary>Where arriving images are put together: beside their final place, or in memory, the large ones in a temporary file.</summary>
internal sealed class ImageObjectStore(ImageStore? store) : IObjectStore
{
    // Of one image, and of all that are not handed over.
    private const long InMemory = 4 << 20, AllInMemory = 64 << 20;
    private long _inMemory;

    public Stream Open(SessionId session, FdtFile file)
    {
        long? length = file.ContentLength ?? (file.ContentEncoding is null ? file.TransferLength : null);
        if (store is not null) return store.Create(length ?? 0);
        if (length is not <= InMemory) return OpenTemporary();
        if (Interlocked.Add(ref _inMemory, length.Value) <= AllInMemory) return new Memory(this, length.Value);
        Interlocked.Add(ref _inMemory, -length.Value);
        return OpenTemporary();
    }

    public Stream OpenTemporary() => new FileStream(
        Path.Combine(Path.GetTempPath(), $"gallery-{Guid.NewGuid():N}.part"),
        new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
        });

    /// <summary>An image in memory, counted until it is disposed of.</summary>
    private sealed class Memory(ImageObjectStore owner, long length) : MemoryStream
    {
        private bool _disposed;

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (_disposed) return;
            _disposed = true;
            Interlocked.Add(ref owner._inMemory, -length);
        }
    }
}
