using GalleryPS.TestSupport;

namespace GalleryPS.Show.Tests;

/// <summary>A folder that goes with its test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = TestGallery.NewFolder();

    public string Path(string name) => System.IO.Path.Combine(_path, name);

    public string File(string name, byte[] data)
    {
        System.IO.File.WriteAllBytes(Path(name), data);
        return Path(name);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
