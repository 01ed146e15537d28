using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace GalleryPS.Network.Groups;

/// <summary>Memberships of programs on this machine, as Linux lists them in /proc.</summary>
internal static class LocalMembers
{
    /// <summary>Whether any program on this machine is a member of a group on a NIC.</summary>
    /// <param name="nic">Index of the NIC.</param>
    /// <param name="group">The group.</param>
    public static bool Has(int nic, IPAddress group) => Look(nic, group) == true;

    /// <summary>Whether it is certain that no program on this machine is a member of a group on a NIC.</summary>
    /// <param name="nic">Index of the NIC.</param>
    /// <param name="group">The group.</param>
    public static bool HasNot(int nic, IPAddress group) => OperatingSystem.IsLinux() && Look(nic, group) == false;

    private static bool? Look(int nic, IPAddress group)
    {
        bool six = group.AddressFamily == AddressFamily.InterNetworkV6;
        try
        {
            string[] lines = File.ReadAllLines(six ? "/proc/self/net/igmp6" : "/proc/self/net/igmp");
            return six ? InIPv6(lines, nic, group) : InIPv4(lines, nic, group);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A line per NIC that begins with its index, then indented lines that begin with a group in the machine's byte order.</summary>
    internal static bool InIPv4(IEnumerable<string> lines, int nic, IPAddress group)
    {
        string wanted = BitConverter.ToUInt32(group.GetAddressBytes()).ToString("X8", CultureInfo.InvariantCulture);
        bool here = false;
        foreach (string line in lines)
        {
            if (line.Length == 0) continue;
            if (!char.IsWhiteSpace(line[0])) here = int.TryParse(line.Split('\t', ' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index == nic;
            else if (here && line.AsSpan().TrimStart().StartsWith(wanted, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>A line per membership: index, name, group.</summary>
    internal static bool InIPv6(IEnumerable<string> lines, int nic, IPAddress group)
    {
        string wanted = Convert.ToHexString(group.GetAddressBytes());
        foreach (string line in lines)
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length >= 3 && int.TryParse(columns[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index == nic
                && columns[2].Equals(wanted, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
