using System.Globalization;
using System.Net.Sockets;

namespace GalleryPS.Network;

/// <summary>
/// Counts the datagrams that the system threw away because a socket's buffer was full. Linux tells it per socket in the
/// last column of /proc/net/udp and udp6; elsewhere nobody knows.
/// </summary>
internal sealed class KernelDrops
{
    private readonly HashSet<string> _inodes = new(StringComparer.Ordinal);

    /// <summary>Counts those of a socket as well.</summary>
    public void Add(Socket socket)
    {
        if (!OperatingSystem.IsLinux()) return;

        // The link reads "socket:[12345]"; the number is the inode that /proc/net/udp lists.
        string? link = new FileInfo($"/proc/self/fd/{socket.Handle}").LinkTarget;
        if (link?.StartsWith("socket:[", StringComparison.Ordinal) == true) _inodes.Add(link[8..^1]);
    }

    /// <summary>The drops so far; null where the system does not tell.</summary>
    public long? Count()
    {
        if (_inodes.Count == 0) return null;
        long drops = 0;
        bool found = false;
        foreach (string table in (string[])["/proc/self/net/udp", "/proc/self/net/udp6"])
        {
            try
            {
                foreach (string line in File.ReadLines(table))
                {
                    string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    if (columns.Length < 13 || !_inodes.Contains(columns[9])) continue;
                    found |= long.TryParse(columns[^1], NumberStyles.None, CultureInfo.InvariantCulture, out long dropped);
                    drops += dropped;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // No such table (IPv6 switched off, or /proc hidden): what the other one says still counts.
            }
        }

        return found ? drops : null;
    }
}
