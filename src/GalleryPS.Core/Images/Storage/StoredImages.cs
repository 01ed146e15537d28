using System.Security.Cryptography;

namespace GalleryPS.Images.Storage;

/// <summary>Finds files of a folder by length and checksum. A file is read when somebody asks for one of its length, and once only.</summary>
internal sealed class StoredImages
{
    private readonly Dictionary<long, List<string>> _byLength = [];
    private readonly Dictionary<string, (DateTime Written, byte[] Sha256)> _known = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly HashSet<string> _added = new(StringComparer.Ordinal);

    /// <summary>Lists what is in a folder.</summary>
    /// <param name="directory">The folder.</param>
    public StoredImages(string directory)
    {
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles())
        {
            if (!file.Name.StartsWith('.')) List(file.FullName, file.Length);
        }
    }

    /// <summary>A file was stored.</summary>
    public void Add(string path, long length)
    {
        lock (_lock)
        {
            _added.Add(path);
            List(path, length);
        }
    }

    /// <summary>Whether a file was there before any was added.</summary>
    public bool WasThere(string path)
    {
        lock (_lock) return !_added.Contains(path);
    }

    private void List(string path, long length)
    {
        lock (_lock)
        {
            if (!_byLength.TryGetValue(length, out List<string>? paths)) _byLength[length] = paths = [];
            paths.Add(path);
        }
    }

    /// <summary>A file that is the image; null when there is none.</summary>
    public string? Find(long length, ReadOnlySpan<byte> sha256, CancellationToken cancellationToken)
    {
        foreach (string path in OfLength(length))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var file = new FileInfo(path);
                if (!file.Exists || file.LinkTarget is not null || file.Length != length) continue;
                if (!_known.TryGetValue(path, out (DateTime Written, byte[] Sha256) known) || known.Written != file.LastWriteTimeUtc)
                {
                    using var content = new FileStream(path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });
                    _known[path] = known = (file.LastWriteTimeUtc, SHA256.HashData(content));
                }

                if (sha256.SequenceEqual(known.Sha256)) return path;
            }
            catch (Exception e) when (StorageErrors.IsExpected(e))
            {
                // What cannot be read is not there.
            }
        }

        return null;
    }

    private string[] OfLength(long length)
    {
        lock (_lock)
        {
            return _byLength.TryGetValue(length, out List<string>? paths) ? [.. paths] : [];
        }
    }
}
