using System.Security.Cryptography;
using Flute;

namespace GalleryPS.Protocols.Flute;

/// <summary>Where arriving images are put together: beside their final place, or in memory, the large ones in a temporary file.</summary>
/// <param name="store">Where images are stored, or null.</param>
/// <param name="resume">Whether parts of images are kept, and found again.</param>
internal sealed class ImageObjectStore(ImageStore? store, bool resume) : IObjectStore
{
    // Of one image, and of all that are not handed over.
    private const long InMemory = 4 << 20, AllInMemory = 64 << 20;
    private readonly LeftImages? _left = resume && store is not null ? new LeftImages(store) : null;
    private long _inMemory;

    public Stream Open(SessionId session, FdtFile file)
    {
        long? length = file.ContentLength ?? (file.ContentEncoding is null ? file.TransferLength : null);
        if (_left is not null && file.ContentEncoding is null && IdentityOf(file) is { } image && file.Fec.ToOti(image.Length) is not { SourceBlocks: <= 1 }) return _left.Create(image);
        if (store is not null) return store.Create(length ?? 0);
        if (length is not <= InMemory) return OpenTemporary();
        if (Interlocked.Add(ref _inMemory, length.Value) <= AllInMemory) return new Memory(this, length.Value);
        Interlocked.Add(ref _inMemory, -length.Value);
        return OpenTemporary();
    }

    public Stream OpenTemporary() => TemporaryFile.Open();

    public LeftObject? Find(SessionId session, FdtFile file, FecOti oti)
    {
        if (_left is null || IdentityOf(file) is not { } image) return null;
        if (_left.FindWhole(image) is { } path) return new LeftObject { Path = path };
        if (file.ContentEncoding is not null || _left.FindParts(image, out List<(long Offset, long Length)> parts) is not { } content) return null;
        return new LeftObject { Content = content, Blocks = BlocksIn(parts, oti) };
    }

    public void Written(Stream content, long offset, ReadOnlySpan<byte> bytes)
    {
        if (content is ImageWriter { Journal: { } journal }) journal.Add(offset, bytes);
    }

    public void Spoilt(Stream content)
    {
        if (content is ImageWriter writer) writer.Spoil();
    }

    // Only what a checksum tells from everything else can be found again.
    private static ImageIdentity? IdentityOf(FdtFile file)
    {
        if (file.ContentLength is not { } length) return null;
        if (file.ContentSha256 is { } sha256) return new ImageIdentity(file.Name, length, HashAlgorithmName.SHA256, sha256);
        return file.ContentMd5 is { } md5 ? new ImageIdentity(file.Name, length, HashAlgorithmName.MD5, md5) : null;
    }

    // The blocks that the parts cover; they may have been those of a session that cut the image otherwise.
    private static List<int> BlocksIn(List<(long Offset, long Length)> parts, FecOti oti)
    {
        var merged = new List<(long From, long To)>();
        foreach ((long offset, long length) in parts.Order())
        {
            if (merged.Count > 0 && offset <= merged[^1].To) merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, offset + length));
            else merged.Add((offset, offset + length));
        }

        var blocks = new List<int>();
        for (int number = 0, part = 0; number < oti.SourceBlocks; number++)
        {
            long from = oti.OffsetOf(number), to = from + oti.BytesOf(number);
            while (part < merged.Count && merged[part].To < to) part++;
            if (part < merged.Count && merged[part].From <= from) blocks.Add(number);
        }

        return blocks;
    }

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
