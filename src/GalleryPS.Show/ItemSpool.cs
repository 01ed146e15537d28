namespace GalleryPS.Show;

/// <summary>
/// Keeps the bytes of images while they are shown: in memory up to a bound, then in temporary files, which go when this
/// is disposed of. A page can be reloaded at any time, so nothing may be forgotten; nor may it fill the memory.
/// </summary>
/// <param name="maxBytesInMemory">Bytes kept in memory.</param>
internal sealed class ItemSpool(long maxBytesInMemory = 256L << 20) : IDisposable
{
    private readonly Lock _lock = new();
    private long _inMemory;
    private int _files;
    private string? _folder;

    /// <summary>Keeps bytes.</summary>
    /// <param name="data">The bytes; they are not copied.</param>
    /// <returns>Opens them again.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.CannotWriteImage"/>.</exception>
    public Func<Stream> Keep(byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        string path;
        lock (_lock)
        {
            if (_inMemory + data.Length <= maxBytesInMemory)
            {
                _inMemory += data.Length;
                return () => new MemoryStream(data, writable: false);
            }

            try
            {
                _folder ??= Directory.CreateTempSubdirectory("gallery-").FullName;
                path = Path.Combine(_folder, (_files++).ToString(System.Globalization.CultureInfo.InvariantCulture));
                File.WriteAllBytes(path, data);
            }
            catch (Exception e) when (StorageErrors.IsExpected(e))
            {
                throw StorageErrors.Translate(e, _folder ?? Path.GetTempPath());
            }
        }

        return () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Removes the temporary files.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_folder is null) return;
            try
            {
                Directory.Delete(_folder, recursive: true);
            }
            catch (Exception e) when (StorageErrors.IsExpected(e))
            {
                // Somebody still reads one; the system's own cleaning of temporary files takes it.
            }

            _folder = null;
        }
    }
}
