using System.Globalization;

namespace GalleryPS.Labs.Doctor;

/// <summary>Sockets that are bound to a port on this machine, as Linux lists them in /proc.</summary>
/// <param name="Inode">The socket's number.</param>
/// <param name="Drops">Datagrams that the system dropped for it.</param>
/// <param name="Program">The program that has it, with its process id; null when that is not told.</param>
internal sealed record BoundSocket(string Inode, long Drops, string? Program)
{
    private const string Listening = "0A";

    /// <summary>Finds them.</summary>
    /// <param name="port">The port.</param>
    /// <param name="tcp">TCP sockets that listen, not UDP sockets.</param>
    public static IReadOnlyList<BoundSocket> On(int port, bool tcp)
    {
        var found = new List<BoundSocket>();
        string wanted = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (string table in tcp ? (string[])["tcp", "tcp6"] : ["udp", "udp6"])
        {
            foreach (string line in DoctorCase.Text($"/proc/self/net/{table}").Split('\n').Skip(1))
            {
                string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (columns.Length < 10 || !columns[1].EndsWith(wanted, StringComparison.OrdinalIgnoreCase) || (tcp && columns[3] != Listening)) continue;
                long drops = !tcp && long.TryParse(columns[^1], NumberStyles.None, CultureInfo.InvariantCulture, out long dropped) ? dropped : 0;
                found.Add(new BoundSocket(columns[9], drops, ProgramOf(columns[9])));
            }
        }

        return found;
    }

    private static string? ProgramOf(string inode)
    {
        string link = $"socket:[{inode}]";
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(static d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                if (!new DirectoryInfo(Path.Combine(process, "fd")).EnumerateFiles().Any(f => f.LinkTarget == link)) continue;
                string name = DoctorCase.Text(Path.Combine(process, "comm")).Trim();
                return $"{TerminalText.Safe(name)} (process {Path.GetFileName(process)})";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended, or it is somebody else's.
            }
        }

        return null;
    }
}
