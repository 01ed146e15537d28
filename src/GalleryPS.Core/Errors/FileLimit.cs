using System.Globalization;

namespace GalleryPS;

/// <summary>
/// How many files and sockets the process may have open, as Linux tells it. The program has this file as well, for when it cannot
/// load the library: it needs no assembly but the runtime's own.
/// </summary>
internal static class FileLimit
{
    // What the runtime and the sockets of a few receivers need.
    private const int Enough = 256;

    /// <summary>Whether it is so low that what cannot be loaded or made may have failed because of it.</summary>
    /// <exception cref="IOException">The system does not tell.</exception>
    /// <exception cref="UnauthorizedAccessException">The system does not tell.</exception>
    public static bool IsLow()
    {
        const string Name = "Max open files";
        string limits = File.ReadAllText("/proc/self/limits");
        int at = limits.IndexOf(Name, StringComparison.Ordinal);
        if (at < 0) return false;
        string[] words = limits[(at + Name.Length)..].Split(' ', 2, StringSplitOptions.RemoveEmptyEntries);
        return int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int most) && most < Enough;
    }
}
