namespace GalleryPS.Images.Storage;

/// <summary>Turns what the system says about writing into errors that a user can act on.</summary>
internal static class StorageErrors
{
    // What HResult holds: errno on Linux and macOS, HRESULT_FROM_WIN32 on Windows.
    private const int FileExistsErrno = 17;
    private const int TooManyFilesErrno = 24;
    private const int TooManyFilesWindows = unchecked((int)0x80070004);
    private const int NoSpaceErrno = 28;
    private const int LinuxQuotaErrno = 122;
    private const int FileExistsWindows = unchecked((int)0x80070050);
    private const int AlreadyExistsWindows = unchecked((int)0x800700B7);
    private const int DiskFullWindows = unchecked((int)0x80070070);
    private const int HandleDiskFullWindows = unchecked((int)0x80070027);

    /// <summary>True for exceptions that say something about the disk, not about our code.</summary>
    public static bool IsExpected(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>True when the process may open no more files.</summary>
    public static bool IsTooManyFiles(Exception e) => e is IOException { HResult: TooManyFilesErrno or TooManyFilesWindows };

    /// <summary>True when a name was taken: by a file, or by a directory, which Windows reports as a missing right.</summary>
    /// <param name="e">What creating or renaming threw.</param>
    /// <param name="target">The name.</param>
    public static bool IsCollision(Exception e, string target) => e switch
    {
        IOException { HResult: FileExistsErrno or FileExistsWindows or AlreadyExistsWindows } => true,
        UnauthorizedAccessException => Directory.Exists(target),
        _ => false,
    };

    /// <summary>Makes the error that is reported.</summary>
    /// <param name="e">What the system said.</param>
    /// <param name="path">The file or directory it is about.</param>
    public static GalleryException Translate(Exception e, string path)
    {
        string action = e switch
        {
            UnauthorizedAccessException => "Choose a directory that you may write to.",
            { HResult: NoSpaceErrno or LinuxQuotaErrno or DiskFullWindows or HandleDiskFullWindows } =>
                "Free some space there, or choose a directory on another disk.",
            _ when IsTooManyFiles(e) => "Raise the limit (ulimit -n), or end other programs.",
            _ => "Check the output directory, or choose another one.",
        };
        return new GalleryException(
            ErrorIds.CannotWriteImage,
            GalleryErrorCategory.WriteError,
            $"The image could not be written to '{path}': {e.Message}",
            path,
            action,
            e);
    }
}
