using GalleryPS.TestSupport;

namespace GalleryPS.Traffic.Tests;

/// <summary>What a test needs of the machine; without it the test skips and says why.</summary>
internal static class Needs
{
    public static void Lab()
    {
        if (NetworkLab.Missing is { } reason) Assert.Skip(reason);
    }

    public static void Programs(params string[] names)
    {
        foreach (string name in names)
        {
            if (Find(name) is null) Assert.Skip($"{name} is not installed");
        }
    }

    public static void Root()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) Assert.Skip("capturing needs root on Linux");
    }

    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':')
        .Where(folder => folder.Length != 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
