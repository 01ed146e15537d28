using GalleryPS.TestSupport;

namespace GalleryPS.Windows.Tests;

/// <summary>The package that build.ps1 makes, as somebody with PowerShell on Windows gets it.</summary>
public sealed class PackageTests(WindowsRoom room)
{
    [Fact]
    [Trait("Category", "Long")]
    public void ItIsInstalledFromARepositoryAndItsCmdletsWork()
    {
        string repository = room.NewFolder(), gallery = room.NewGallery(30_000, 1_000), received = room.NewFolder(), port = WindowsRoom.NewPort();
        PeerProcess.Pwsh(Repository.Root, TimeSpan.FromMinutes(10), "./build.ps1", "-Task", "Package");
        string package = Directory.GetFiles(Path.Combine(Repository.Root, "output"), "GalleryPS.*.nupkg").Single();
        File.Copy(package, Path.Combine(repository, Path.GetFileName(package)));

        // What a Windows with PowerShell has, and its SDK has not: the module that installs others. It lies beside the pwsh of this repository.
        string pwsh = PeerProcess.Pwsh(Repository.Root, PeerProcess.Patience, "-NoProfile", "-Command", "$PSHOME").Trim();
        string modules = Path.GetFullPath(Path.Combine(pwsh, "..", "win", "Modules"));
        using PeerProcess receiver = PeerProcess.Gallery(room.Linux, "receive", "--transport", "tcp", "--address", room.Linux.IPv4, "--port", port, "-o", received, "--idle-timeout", "60");
        receiver.WaitForReady();
        using PeerProcess shell = room.BarePowerShell($$"""
            $env:PSModulePath += ';{{WindowsRoom.OnWindows(modules)}}'
            Register-PSResourceRepository -Name here -Uri '{{WindowsRoom.OnWindows(repository)}}' -Trusted
            Install-PSResource GalleryPS -Repository here -Scope CurrentUser
            $installed = Get-PSResource GalleryPS
            "repository $($installed.Repository)"
            $env:PSModulePath += ";$($installed.InstalledLocation)"
            $module = Import-Module GalleryPS -PassThru
            "version $($module.Version -eq $installed.Version) in $($module.ModuleBase.StartsWith($installed.InstalledLocation))"
            "missing $($module.ExportedCmdlets.Keys | Where-Object { -not (Get-Command $_ -Module GalleryPS) })"
            Send-Gallery '{{WindowsRoom.OnWindows(gallery)}}' -Transport Tcp -To {{room.Linux.IPv4}} -Port {{port}} | ForEach-Object { "sent $($_.Bytes)" }
            """);
        Expect.Exit(0, shell);
        Assert.Equal(["repository here", "version True in True", "missing ", "sent 30000", "sent 1000"], shell.Lines);
        Expect.Exit(0, receiver);
        Expect.SameFiles(gallery, received);
    }
}
