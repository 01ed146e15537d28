using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>Names of files may hold anything but a slash; on a screen they stay in their line and steer nothing.</summary>
public sealed class OddNamesTests : IDisposable
{
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(TestGallery.NewFolder(), "two\nlines\e[31m")).FullName;

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Theory]
    [InlineData("send --transport multicast --outbound-ip 127.0.0.1 --port 25965 --end-delay 0 --verbose")]
    [InlineData("send --transport multicast --outbound-ip 127.0.0.1 --port 25965 --end-delay 0 --protocol flute --verbose")]
    [InlineData("measure --transport unicast --per-image")]
    [InlineData("export --output-path sheet.html")]
    [InlineData("message send --group 239.25.25.25 --outbound-ip 127.0.0.1 --port 25966 --path")]
    public void NamesOfFilesStayInTheirLine(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows has no such names.");
        File.WriteAllBytes(Path.Combine(_folder, "a\tb\rc\u202Egpj.jpg"), TestGallery.Jpeg(5_000, seed: 1));
        File.WriteAllText(Path.Combine(_folder, "no\nimage\e]0;title\a.jpg"), "text");
        string what = command.StartsWith("message", StringComparison.Ordinal) ? Path.Combine(_folder, "nowhere\e[2J") : _folder;
        string[] words = command.Replace("sheet.html", Path.Combine(_folder, "sheet.html"), StringComparison.Ordinal).Split(' ');
        using PeerProcess run = PeerProcess.Start(null, "dotnet", [Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. words, what]);
        Assert.Equal(1, run.WaitForExit());
        string[] lines = [.. run.Lines, .. run.Errors.Split('\n')];
        Assert.All(lines, static line => Assert.DoesNotContain(line.TrimEnd('\r'), static c => char.IsControl(c) || c == '\u202E'));
        Assert.Single(lines, static line => line.StartsWith("error ", StringComparison.Ordinal));
    }
}
