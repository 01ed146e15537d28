using System.Security.Cryptography;
using GalleryPS.TestSupport;

namespace GalleryPS.Windows.Tests;

/// <summary>The archives of gallery as a program that needs nothing else, for each system that can be had here.</summary>
public sealed class PublishTests(WindowsRoom room)
{
    [Fact]
    [Trait("Category", "Long")]
    public void ArchivesHaveTheSameBytesEachTimeAndTheirProgramsRun()
    {
        IReadOnlyDictionary<string, string> first = Publish(), second = Publish();
        Assert.Equal(3, first.Count);
        Assert.Equal(first, second);

        string unpacked = room.NewFolder();
        foreach (string archive in first.Keys) NetworkLab.Execute(archive.EndsWith(".zip", StringComparison.Ordinal) ? "python3" : "tar", Unpack(archive, unpacked));
        string linux = Path.Combine(Directory.GetDirectories(unpacked, "*-linux-x64").Single(), "gallery");
        using PeerProcess demo = PeerProcess.Start(room.Linux, "env", ["-i", linux, "demo", "--json"]);
        Expect.Exit(0, demo);
        Assert.All(demo.Events("Transport"), static t => Assert.Equal(18, t.GetProperty("Intact").GetInt32()));

        using PeerProcess windows = room.Start(Path.Combine(Directory.GetDirectories(unpacked, "*-win-x64").Single(), "gallery.exe"), ["demo", "--json"]);
        Expect.Exit(0, windows);
        Assert.Equal(4, windows.Events("Transport").Count);
        Assert.All(windows.Events("Transport"), static t => Assert.Equal(18, t.GetProperty("Intact").GetInt32()));

        // That of another processor is at least a program for it: ELF, 64 bit, AArch64.
        byte[] arm = File.ReadAllBytes(Path.Combine(Directory.GetDirectories(unpacked, "*-linux-arm64").Single(), "gallery"));
        Assert.Equal("7F454C4602B700", Convert.ToHexString([.. arm[..5], .. arm[18..20]]));
        CopiedOverSshToWindows(Path.GetDirectoryName(first.Keys.First())!);
    }

    /// <summary>Copies the programs to a machine with Linux and one with Windows, over OpenSSH, and runs an experiment there.</summary>
    private void CopiedOverSshToWindows(string archives)
    {
        Assert.SkipWhen(SshLab.Missing is not null, SshLab.Missing ?? "");
        Assert.SkipUnless(File.Exists("/usr/bin/bsdtar"), "bsdtar, which is the tar of Windows, is not installed (Debian's package libarchive-tools).");
        string home = room.NewFolder(), shell = Path.Combine(home, "shell"), wine = room.AnotherWindows(out string prefix);
        File.Copy("/usr/bin/bsdtar", Path.Combine(prefix, "drive_c", "windows", "system32", "tar.exe"));

        // As the server of Windows does, it hands the command to cmd; and Wine does not wait for a program of Linux.
        File.WriteAllText(shell, $"""
            #!/bin/sh
            cd '{home}'
            printf '@echo off\r\n%s\r\n' "$SSH_ORIGINAL_COMMAND" > $$.bat
            {wine} cmd /c $$.bat
            code=$?
            while [ -n "$(pgrep -x tar.exe)" ]; do sleep 0.1; done
            exit $code

            """);
        NetworkLab.Execute("chmod", ["+x", shell]);
        using SshLab lab = SshLab.Create(machines: 2, shell: shell);
        string place = Path.GetFileName(home);
        using PeerProcess experiment = lab.StartGallery(
            "experiment", room.NewGallery(40_000, 3_000), "--host-name", "h2,h3", "--key-file-path", lab.Key, "--deploy", "--package-path", archives,
            "--remote-path", $"{place}/gallery", "--transport", "multicast", "--end-delay", "0");
        experiment.WaitForExit();
        string linux = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), place);
        if (Directory.Exists(linux)) Directory.Delete(linux, recursive: true);
        Expect.Exit(0, experiment);
        Assert.Equal(2, experiment.Events("Experiment").Single().GetProperty("ImagesComplete").GetInt32());
        Assert.Equal(1, experiment.Events("Experiment").Single().GetProperty("Receivers").GetInt32());
        Assert.True(File.Exists(Path.Combine(home, place, "gallery.exe")));
    }

    private static string[] Unpack(string archive, string folder) =>
        archive.EndsWith(".zip", StringComparison.Ordinal) ? ["-m", "zipfile", "-e", archive, folder] : ["-xzf", archive, "-C", folder];

    /// <summary>Builds the archives.</summary>
    /// <returns>The hash of each, by its path.</returns>
    private static Dictionary<string, string> Publish()
    {
        string output = Path.Combine(Repository.Root, "output");
        foreach (string old in Directory.Exists(output) ? Directory.GetFiles(output, "gallery-*") : []) File.Delete(old);
        PeerProcess.Pwsh(Repository.Root, TimeSpan.FromMinutes(20), "./build.ps1", "-Task", "Publish");
        return Directory.GetFiles(output, "gallery-*").Where(static f => f.EndsWith(".zip", StringComparison.Ordinal) || f.EndsWith(".tar.gz", StringComparison.Ordinal))
            .ToDictionary(static f => f, static f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));
    }
}
