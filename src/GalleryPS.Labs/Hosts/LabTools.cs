namespace GalleryPS.Labs;

/// <summary>The programs that labs are made with.</summary>
internal static class LabTools
{
    /// <summary>Checks that programs are there.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.LabToolMissing"/>.</exception>
    public static void Require(params string[] programs)
    {
        string[] missing = [.. programs.Where(static p => Find(p) is null)];
        if (missing.Length == 0) return;
        throw new GalleryException(
            ErrorIds.LabToolMissing, GalleryErrorCategory.ResourceUnavailable,
            $"A lab needs {string.Join(", ", missing)}, which this machine does not have.", missing[0],
            "Debian, Ubuntu: sudo apt install iproute2 nftables util-linux mawk. Fedora: sudo dnf install iproute iproute-tc nftables util-linux gawk.");
    }

    /// <summary>Where a program is; null when it is not there.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Concat(["/usr/sbin", "/sbin", "/usr/bin", "/bin"]).Where(static folder => folder.Length > 0)
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
