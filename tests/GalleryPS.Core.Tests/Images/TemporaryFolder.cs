namespace GalleryPS.Tests.Images;

/// <summary>A folder for one test, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => FullPath = Directory.CreateTempSubdirectory("gallery-test-").FullName;

    public string FullPath { get; }

    public string this[string relative] => Path.Combine(FullPath, relative.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>Makes files of one byte, and the folders they lie in.</summary>
    public void Touch(params string[] relative)
    {
        foreach (string path in relative.Select(name => this[name]))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, [1]);
        }
    }

    /// <summary>Names of everything in the folder, hidden files included.</summary>
    public string[] Names() =>
        [.. Directory.EnumerateFileSystemEntries(FullPath).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    /// <summary>Takes rights away from a folder, or gives them back; nothing happens on Windows.</summary>
    public void SetMode(string relative, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(this[relative], mode);
    }

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
