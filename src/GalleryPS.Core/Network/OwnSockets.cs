using System.Globalization;

namespace GalleryPS.Network;

/// <summary>Whether a port that is taken is taken by this very process: a server, a receiver or a show that runs in it.</summary>
internal static class OwnSockets
{
    /// <summary>Looks for a socket of this process that is bound to a port.</summary>
    /// <param name="tcp">TCP, else UDP.</param>
    /// <param name="port">The port.</param>
    /// <returns>False also where the system does not tell (it is told on Linux).</returns>
    public static bool Use(bool tcp, int port)
    {
        if (!OperatingSystem.IsLinux()) return false;
        try
        {
            string name = tcp ? "tcp" : "udp";
            HashSet<string> inodes = [.. Bound($"/proc/self/net/{name}", port), .. Bound($"/proc/self/net/{name}6", port)];
            return inodes.Count > 0 && Directory.EnumerateFileSystemEntries("/proc/self/fd")
                .Any(f => new FileInfo(f).LinkTarget is { } link && link.StartsWith("socket:[", StringComparison.Ordinal) && inodes.Contains(link[8..^1]));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Columns: number, local address:port in hexadecimal, ..., the tenth the inode.
    private static IEnumerable<string> Bound(string table, int port)
    {
        if (!File.Exists(table)) yield break;
        string wanted = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (string line in File.ReadLines(table))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > 9 && columns[1].EndsWith(wanted, StringComparison.Ordinal)) yield return columns[9];
        }
    }
}
