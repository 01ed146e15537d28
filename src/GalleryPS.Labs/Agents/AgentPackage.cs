using System.Security.Cryptography;

namespace GalleryPS.Labs.Agents;

/// <summary>An archive of the program 'gallery' for a system, to be copied to a host.</summary>
/// <param name="Path">The archive.</param>
/// <param name="Runtime">linux-x64, linux-arm64 or win-x64.</param>
public sealed record AgentPackage(string Path, string Runtime)
{
    /// <summary>SHA-256 of the archive, in hexadecimal: who has it needs no other copy.</summary>
    public string Hash
    {
        get
        {
            using FileStream file = File.OpenRead(Path);
            return Convert.ToHexString(SHA256.HashData(file));
        }
    }

    /// <summary>What system a host has.</summary>
    /// <param name="system">What "uname -sm" says there; empty on Windows, which has no such program.</param>
    /// <returns>The runtime; null for one that there is no program for.</returns>
    public static string? RuntimeOf(string system) => system?.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
    {
        [] => "win-x64",
        ["Linux", "x86_64"] => "linux-x64",
        ["Linux", "aarch64"] => "linux-arm64",
        _ => null,
    };

    /// <summary>Finds the archive for a host.</summary>
    /// <param name="folder">Where the archives are; null for the folder of this program.</param>
    /// <param name="system">What "uname -sm" says there.</param>
    /// <param name="host">The host.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.HostFailed"/>: there is none.</exception>
    public static AgentPackage Find(string? folder, string system, string host)
    {
        ArgumentNullException.ThrowIfNull(system);
        folder ??= AppContext.BaseDirectory;
        string runtime = RuntimeOf(system) ?? throw new GalleryException(
            ErrorIds.HostFailed, GalleryErrorCategory.NotImplemented, $"There is no program for {host}, which is {TerminalText.Safe(system)}.", host, "Build 'gallery' there, and name it with -RemotePath.");
        string? path = Directory.Exists(folder) ? Directory.GetFiles(folder, $"gallery-*-{runtime}.*").Where(static f => f.EndsWith(".tar.gz", StringComparison.Ordinal) || f.EndsWith(".zip", StringComparison.Ordinal))
            .OrderBy(static f => f, NaturalComparer.Instance).LastOrDefault() : null;
        return path is not null ? new AgentPackage(path, runtime) : throw new GalleryException(
            ErrorIds.HostFailed, GalleryErrorCategory.ObjectNotFound, $"In {folder} is no archive gallery-<version>-{runtime} to copy to {host}.", host,
            "Name the folder that has it with -PackagePath; 'build.ps1 -Task Publish' makes it.");
    }
}
