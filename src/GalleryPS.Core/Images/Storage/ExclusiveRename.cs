using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using GalleryPS.Network.Native;

namespace GalleryPS.Images.Storage;

/// <summary>
/// Renames a file without ever overwriting another one. The file system decides in one step whether the name is free,
/// so two processes cannot both get it; <see cref="File.Move(string, string, bool)"/> looks first and renames then on
/// Unix, and loses images when two processes store at once.
/// </summary>
internal static class ExclusiveRename
{
    /// <summary>Renames within one directory.</summary>
    /// <param name="from">Full path of the file.</param>
    /// <param name="to">Full path it should get.</param>
    /// <returns>False when the name is taken.</returns>
    /// <exception cref="IOException">The system refused for another reason.</exception>
    /// <exception cref="UnauthorizedAccessException">Rights are missing.</exception>
    public static bool TryMove(string from, string to)
    {
        if (OperatingSystem.IsWindows()) return TryMoveWindows(from, to);
        return TryLink(from, to) ?? TryReserve(from, to);
    }

    /// <summary>
    /// A second name for the file, then the first one goes: the new name shows the whole file from its first moment on.
    /// </summary>
    /// <returns>Null where it does not work: FAT and some network and shared folders have no hard links.</returns>
    [UnsupportedOSPlatform("windows")]
    internal static bool? TryLink(string from, string to)
    {
        if (LibC.Link(from, to) != 0) return Marshal.GetLastPInvokeError() == LibC.FileExists ? false : null;
        File.Delete(from);
        return true;
    }

    /// <summary>
    /// Takes the name with an empty file, then renames over that one. For a moment the empty file is to be seen.
    /// </summary>
    internal static bool TryReserve(string from, string to)
    {
        try
        {
            new FileStream(to, FileMode.CreateNew, FileAccess.Write).Dispose();
        }
        catch (Exception e) when (StorageErrors.IsCollision(e, to))
        {
            return false;
        }

        try
        {
            File.Move(from, to, overwrite: true);
            return true;
        }
        catch
        {
            File.Delete(to);
            throw;
        }
    }

    private static bool TryMoveWindows(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: false);
            return true;
        }
        catch (Exception e) when (StorageErrors.IsCollision(e, to))
        {
            return false;
        }
    }
}
