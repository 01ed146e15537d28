using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace GalleryPS.Network.Native;

/// <summary>
/// Tells folders whose files are on another machine, or are made by a program: there every call may wait without end, and nothing
/// but the end of the process ends it.
/// </summary>
internal static unsafe partial class FileSystems
{
    private const int MostFolders = 256, Room = 256;
    private static readonly ConcurrentDictionary<string, bool> Known = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, bool>.AlternateLookup<ReadOnlySpan<char>> KnownSpans = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    // f_type of struct statfs (statfs(2)): NFS, SMB, CIFS, SMB2, FUSE, 9P, Ceph, AFS, Coda, Lustre, autofs, VirtualBox' shared folders.
    private static readonly HashSet<uint> Remote =
    [
        0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x65735546, 0x01021997, 0x00C36400, 0x5346414F, 0x73757245, 0x0BD00BD0, 0x0187, 0x786F4256,
    ];

    /// <summary>Whether calls for what is in a folder may wait without end. Asking for it may, the first time.</summary>
    /// <param name="folder">Its full path.</param>
    public static bool MayHang(string folder) => Known.TryGetValue(folder, out bool known) ? known : Learn(folder, Ask(folder));

    /// <summary>Whether it is known already that calls for what is in a folder do not wait.</summary>
    /// <param name="folder">Its full path.</param>
    public static bool IsKnownLocal(ReadOnlySpan<char> folder) => KnownSpans.TryGetValue(folder, out bool mayHang) && !mayHang;

    private static bool Learn(string folder, bool mayHang)
    {
        if (Known.Count >= MostFolders) Known.Clear();
        Known[folder] = mayHang;
        return mayHang;
    }

    private static bool Ask(string folder)
    {
        if (OperatingSystem.IsLinux())
        {
            // On 64-bit systems f_type is a long; all known types have 32 bits.
            byte* result = stackalloc byte[Room];
            new Span<byte>(result, Room).Clear();
            return Query(folder, result) == 0 && Remote.Contains(*(uint*)result);
        }

        try
        {
            return folder.StartsWith(@"\\", StringComparison.Ordinal) || (Path.GetPathRoot(folder) is { Length: > 0 } root && new DriveInfo(root).DriveType == DriveType.Network);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Query(string path, byte* result);
}
