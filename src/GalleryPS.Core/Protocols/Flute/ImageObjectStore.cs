using Flute;

namespace GalleryPS.Protocols.Flute;

/// <summary>Where arriving images are put together: beside their final place, or in memory, the large ones in a temporary file.</summary>
internal sealed class ImageObjectStore(ImageStore? store) : IObjectStore
{
    private const long InMemory = 4 << 20;

    public Stream Open(SessionId session, FdtFile file) =>
        store is not null ? store.Create()
        : (file.ContentLength ?? file.EffectiveTransferLength) <= InMemory ? new MemoryStream()
        : OpenTemporary();

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
}
