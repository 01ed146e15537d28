using System.Runtime.InteropServices;
using Xunit.Runner.InProc.SystemConsole;

namespace GalleryPS.TestSupport;

/// <summary>
/// Where every test project begins. As root on Linux it goes on in a network of its own, so that its fixed ports, its groups
/// and its network namespaces are in nobody's way: not in that of the machine, and not in that of a project beside it.
/// </summary>
internal static class EntryPoint
{
    private const string Marker = "GALLERY_TESTS_NETWORK";

    // Loopback, and a NIC with a gateway: what a machine has. Without iproute2 OwnNetwork makes both. No server for names, which would
    // be waited for. Where no network can be made it goes on in the machine's. Most programs that tests start live for a second: the
    // compiler's profiles, which pay off later, cost such a program a quarter of its time.
    private const string Script = $$"""
        export {{Marker}}=own DOTNET_TieredPGO=0
        unshare --net --mount true 2>/dev/null || exec "$@"
        exec unshare --net --mount --propagation private sh -c '
            mount --bind /dev/null /etc/resolv.conf
            command -v ip >/dev/null || { export {{Marker}}=bare; exec "$@"; }
            mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns
            ip link set lo up
            ip netns add outside && ip link add eth0 type veth peer name eth0 netns outside
            ip -n outside addr add 10.250.0.1/24 dev eth0 && ip -n outside link set eth0 up
            ip addr add 10.250.0.2/24 brd + dev eth0 && ip link set eth0 up && ip route add default via 10.250.0.1
            exec "$@"' sh "$@"
        """;

    public static Task<int> Main(string[] args)
    {
        string? network = Environment.GetEnvironmentVariable(Marker);
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && network is null) GoOn();
        if (network == "bare")
        {
            OwnNetwork.BringUp();
            Environment.SetEnvironmentVariable(Marker, "own");
        }

        return ConsoleRunner.Run(args);
    }

    /// <summary>Becomes the same program in another network; comes back only where there is no shell.</summary>
    private static void GoOn()
    {
        string[] self = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];
        _ = Replace("/bin/sh", ["sh", "-c", Script, "sh", Environment.ProcessPath, .. self[1..], null]);
    }

    // On Unix LPStr is UTF-8.
    [DllImport("libc", EntryPoint = "execv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Replace([MarshalAs(UnmanagedType.LPStr)] string path, [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments);
}
