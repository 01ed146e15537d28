using System.Globalization;
using GalleryPS.TestSupport;

[assembly: Xunit.v3.Parallelization(MaxThreads = 2)]
[assembly: AssemblyFixture(typeof(GalleryPS.Windows.Tests.WindowsRoom))]

namespace GalleryPS.Windows.Tests;

/// <summary>
/// Two hosts on three switches, of which most tests use the first: one where programs for Windows run (Wine, with a Windows of its own that is made once for all
/// tests and thrown away), and one with Linux. What runs there is the code that Windows would run, against another
/// implementation of its system calls; Windows' own network stack is not in it.
/// </summary>
public sealed class WindowsRoom : IDisposable
{
    private static int _port = 26_000;
    private readonly NetworkLab? _network;
    private readonly string? _missing;
    private readonly string _prefix = "";

    public WindowsRoom()
    {
        _missing = Wine.Length == 0 ? "Wine is not installed (Debian's package wine64), or was not when this was built."
            : !File.Exists(Wine) ? $"{Wine} is gone since this was built."
            : NetworkLab.Missing;
        if (_missing is not null) return;
        Folder = TestGallery.NewFolder();
        _prefix = Directory.CreateDirectory(Path.Combine(Folder, "prefix")).FullName;
        _network = NetworkLab.Create(hosts: 2, networks: 3);
        try
        {
            Execute(Wine, "wineboot", "-i");
            Execute(Wine, "winecfg", "-v", "win10");

            // Documents and the like are links to the home of whoever runs the tests, where nothing of them belongs.
            foreach (string user in Directory.GetDirectories(Path.Combine(_prefix, "drive_c", "users")))
            {
                foreach (DirectoryInfo link in new DirectoryInfo(user).GetDirectories().Where(static d => d.LinkTarget is not null))
                {
                    link.Delete();
                    Directory.CreateDirectory(link.FullName);
                }
            }

            // Started once more, so that it knows all its services, and kept: one server for all programs, in the namespace
            // of the Windows host, because it is what looks at the NICs for them. Should the tests be killed, it ends by
            // itself. The first program starts the services, which keep its output open; so it is none of the tests'.
            Execute(Server, "-k");
            Execute(Server, "-w");
            Execute(Server, "-p120");
            Execute(Wine, "cmd", "/c", "exit");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The host with Windows.</summary>
    public TestHost Windows => Network[0];

    /// <summary>The host with Linux.</summary>
    public TestHost Linux => Network[1];

    private static string Wine { get; } = Repository.Metadata("Wine");

    // The program itself, not the script that some systems have in front of it: that one needs its own name.
    private static string Server { get; } = File.Exists("/usr/lib/wine/wineserver64") ? "/usr/lib/wine/wineserver64" : "wineserver";

    private string Folder { get; } = "";

    private NetworkLab Network
    {
        get
        {
            Assert.SkipWhen(_network is null, _missing ?? "");
            return _network!;
        }
    }

    /// <summary>Gives the host with Windows its NIC of a network again.</summary>
    public void Plug(int network) => Network.Plug(Windows, network);

    /// <summary>A port that no other test has.</summary>
    public static string NewPort() => Interlocked.Increment(ref _port).ToString(CultureInfo.InvariantCulture);

    /// <summary>What Windows calls a path of this machine.</summary>
    public static string OnWindows(string path) => @"Z:" + path.Replace('/', '\\');

    /// <summary>A new folder.</summary>
    public string NewFolder()
    {
        _ = Network;
        return Directory.CreateDirectory(Path.Combine(Folder, Guid.NewGuid().ToString("N"))).FullName;
    }

    /// <summary>A new gallery of images of these sizes.</summary>
    public string NewGallery(params int[] sizes)
    {
        string folder = NewFolder();
        TestGallery.Write(folder, sizes);
        return folder;
    }

    /// <summary>Another Windows, for a host of another lab: what looks at the NICs for the programs must be in the same network.</summary>
    /// <param name="prefix">Where it is.</param>
    /// <returns>What a shell runs a program there with.</returns>
    public string AnotherWindows(out string prefix)
    {
        prefix = Path.Combine(NewFolder(), "prefix");
        NetworkLab.Execute("cp", ["-a", _prefix, prefix]);
        return $"WINEPREFIX='{prefix}' WINEDEBUG=-all '{Wine}'";
    }

    /// <summary>Starts <c>gallery.exe --json</c> on the host with Windows.</summary>
    public PeerProcess Gallery(params string[] arguments) => Start(Repository.Metadata("Gallery"), [.. arguments, "--json"]);

    /// <summary>Starts <c>gallery.exe</c> as people see it.</summary>
    public PeerProcess GalleryForPeople(params string[] arguments) => Start(Repository.Metadata("Gallery"), arguments);

    /// <summary>Starts a script of PowerShell on the host with Windows, with the module imported.</summary>
    public PeerProcess PowerShell(string script) =>
        BarePowerShell($"Import-Module '{OnWindows(Path.Combine(Repository.Root, "output", "GalleryPS", "GalleryPS.psd1"))}'\n{script}");

    /// <summary>Starts a script of PowerShell on the host with Windows.</summary>
    public PeerProcess BarePowerShell(string script)
    {
        string file = Path.Combine(NewFolder(), "script.ps1");
        File.WriteAllText(file, $"$ErrorActionPreference = 'Stop'\n{script}\n");
        return Start(Repository.Metadata("Host"), [OnWindows(file)]);
    }

    public void Dispose()
    {
        if (_network is null) return;
        try
        {
            Execute(Server, "-k");
            Execute(Server, "-w");
        }
        catch (InvalidOperationException)
        {
            // It never ran, or has ended.
        }

        _network.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Starts a program for Windows.</summary>
    public PeerProcess Start(string program, string[] arguments) =>
        PeerProcess.Start(Windows, "env", [$"WINEPREFIX={_prefix}", "WINEDEBUG=-all", Wine, program, .. arguments]);

    // Without its output: what Wine leaves running in the background would hold the pipes open.
    private void Execute(string program, params string[] arguments) => NetworkLab.Run(
        _network![0], "env", [$"WINEPREFIX={_prefix}", "WINEDEBUG=-all", "timeout", "120", "sh", "-c", "exec \"$@\" > /dev/null 2>&1 < /dev/null", "sh", program, .. arguments]);
}
