using Microsoft.Win32.SafeHandles;

namespace GalleryPS;

/// <summary>
/// Recognises that the system gives the process no more file descriptors. Then anything may fail, in its own words: loading an
/// assembly says that there is no such file.
/// </summary>
internal static class Descriptors
{
    private const int OfProcess = 24, OfSystem = 23;

    // What loading an assembly may take at once.
    private const int Few = 4;

    /// <summary>Whether something failed for want of a file descriptor.</summary>
    /// <param name="error">What was thrown.</param>
    public static bool Lack(Exception error) => !OperatingSystem.IsWindows() && (
        error is IOException { HResult: OfProcess or OfSystem }
        || error.Message.Contains("EMFILE", StringComparison.Ordinal) || error.Message.Contains("ENFILE", StringComparison.Ordinal)
        || (error is IOException or BadImageFormatException or DllNotFoundException or OutOfMemoryException && NoneIsLeft())
        || (error is FileNotFoundException or FileLoadException or BadImageFormatException or DllNotFoundException or OutOfMemoryException && AreFew()));

    /// <summary>The error.</summary>
    /// <param name="error">What was thrown.</param>
    public static GalleryException NoneLeft(Exception error) => new(
        ErrorIds.TooManyOpenFiles, GalleryErrorCategory.ResourceUnavailable, "The system does not let this process open more files or sockets.", null,
        "Raise the limit (ulimit -n), or end other programs.", error);

    // Others may have closed some since one was missing.
    private static bool AreFew()
    {
        try
        {
            return FileLimit.IsLow();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // only Linux tells
        }
    }

    private static bool NoneIsLeft()
    {
        var open = new SafeFileHandle?[Few];
        try
        {
            for (int i = 0; i < open.Length; i++) open[i] = File.OpenHandle("/dev/null");
            return false;
        }
        catch (IOException e)
        {
            return e.HResult is OfProcess or OfSystem;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        finally
        {
            foreach (SafeFileHandle? handle in open) handle?.Dispose();
        }
    }
}
