namespace GalleryPS.Images.Storage;

/// <summary>A file in the system's folder for temporary files that is gone when it is closed, also when its process is killed.</summary>
internal static class TemporaryFile
{
    /// <summary>Opens a new one.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Rights are missing.</exception>
    public static FileStream Open()
    {
        var file = new FileStream(Path.Combine(Path.GetTempPath(), $"gallery-{Guid.NewGuid():N}.part"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
            BufferSize = 0,
        });
        if (!OperatingSystem.IsWindows()) File.Delete(file.Name);
        return file;
    }
}
