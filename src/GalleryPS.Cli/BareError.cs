using Microsoft.Win32.SafeHandles;

namespace GalleryPS.Cli;

/// <summary>
/// What is said when nothing can be loaded any more, for want of file descriptors above all. It needs no assembly but the
/// runtime's own and this one.
/// </summary>
internal static class BareError
{
    private const int StandardError = 2, TooManyOpenFiles = 24, Few = 4;

    /// <summary>Says why the program ends, in one line.</summary>
    /// <param name="error">What was thrown.</param>
    /// <returns>The exit code.</returns>
    public static int Write(Exception error)
    {
        try
        {
            using FileStream stream = Open();
            stream.Write(System.Text.Encoding.UTF8.GetBytes("error " + Text(error) + "\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There is no other place to say it.
        }

        return Runner.Failed;
    }

    /// <summary>Standard error, without the file descriptor that the console's stream would take for itself.</summary>
    /// <exception cref="IOException">It is closed.</exception>
    public static FileStream Open() => new(new SafeFileHandle(StandardError, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    private static string Text(Exception error) => IsForDescriptors(error)
        ? "TooManyOpenFiles: The system does not let this process open more files or sockets. Raise the limit (ulimit -n), or end other programs."
        : "Unexpected: This should not happen (" + error.GetType().Name + "): " + error.Message.ReplaceLineEndings(" ");

    /// <summary>Whether it failed because there are no more file descriptors, or not as many as loading something takes.</summary>
    private static bool IsForDescriptors(Exception error)
    {
        for (Exception? e = error; e is not null; e = e.InnerException)
        {
            if (e is IOException { HResult: TooManyOpenFiles } && !OperatingSystem.IsWindows()) return true;
        }

        var open = new SafeFileHandle?[Few];
        try
        {
            for (int i = 0; i < open.Length; i++) open[i] = File.OpenHandle(OperatingSystem.IsWindows() ? "NUL" : "/dev/null");

            // Some may have been closed since: whoever may have so few lacks them when something cannot be loaded.
            return OperatingSystem.IsLinux() && (error is FileNotFoundException or FileLoadException or BadImageFormatException or OutOfMemoryException) && FileLimit.IsLow();
        }
        catch (Exception)
        {
            return true;
        }
        finally
        {
            foreach (SafeFileHandle? handle in open) handle?.Dispose();
        }
    }
}
