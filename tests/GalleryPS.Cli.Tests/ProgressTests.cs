using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>The line that tells how far it is: where somebody sits and looks, and nowhere else.</summary>
public sealed partial class ProgressTests : IDisposable
{
    private const int Columns = 70;
    private readonly string _folder = TestGallery.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ATerminalShowsAllAndTheImagesUnderWayInOneLineThatFits()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/python3"), "python3 is not installed, which makes the terminal");

        // A name that steers a terminal (title, new line) and one that is as wide as it is long.
        // The table comes once a second: it takes longer than that.
        string gallery = Gallery(2_000_000, "a\u001b]0;title\u0007\n.jpg", "b" + new string('\u5bbd', 40) + ".jpg");
        using PeerProcess sender = PeerProcess.Gallery(
            null, "send", gallery, "--protocol", "flute", "--port", "25611", "--carousel", "--bit-rate", "15Mbps", "--verbose");
        sender.WaitForLine(static l => l.Contains("FLUTE session", StringComparison.Ordinal), "the session");
        (string output, int code) = InTerminal("receive", "--protocol", "flute", "--port", "25611", "--idle-timeout", "20");
        Assert.Equal(0, code);
        string[] lines = [.. output.Split('\r').Where(static l => l.StartsWith("Receiving", StringComparison.Ordinal))];
        Assert.InRange(lines.Length, 2, 100);
        Assert.All(lines, static l => Assert.True(l.EnumerateRunes().Sum(static r => r.Value is < 0x1100 or 0x2026 ? 1 : 2) < Columns, l));
        Assert.All(lines, static l => Assert.DoesNotContain(l, char.IsControl));
        Assert.Contains(lines, static l => WithImage().IsMatch(l));
        Assert.DoesNotContain("\u001b]0;title", output, StringComparison.Ordinal);

        // What comes after it begins on a clean line.
        Assert.Matches(FirstImage(), output);
        sender.Terminate();
        Expect.Exit(0, sender);
        Assert.DoesNotContain("Mbps", sender.Errors, StringComparison.Ordinal);

        // It began before the receiver had its port.
        Assert.All(sender.Events("Warning"), static w => Assert.Equal(ErrorIds.NobodyListens, w.GetProperty("Id").GetString()));
        Assert.All(sender.Lines, static l => Assert.Contains(JsonDocument.Parse(l).RootElement.GetProperty("Event").GetString(), (string[])["Notice", "Warning", "Image", "End", "Summary"]));
    }

    [Fact]
    public void ASenderTellsItsTerminalTooAndAFileNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/python3"), "python3 is not installed, which makes the terminal");
        string gallery = Gallery(900_000, "one.jpg", "two.jpg");
        string[] send = ["send", gallery, "--protocol", "flute", "--port", "25612", "--bit-rate", "15Mbps"];
        (string output, int code) = InTerminal(send);
        Assert.Equal(0, code);
        Assert.Matches(SendingLine(), output);
        using PeerProcess plain = PeerProcess.Start(null, "dotnet", [Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. send]);
        Expect.Exit(0, plain);
        Assert.DoesNotContain("Mbps", plain.Errors + string.Join('\n', plain.Lines), StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^Receiving \d+ %, [^;]*% lost[^;]*; a\]0", RegexOptions.None, 1000)]
    private static partial Regex WithImage();

    [GeneratedRegex(@"\rSending \d+ %, [\d.]+ Mbps, 0:0\d left; one\.jpg \d+ %, two\.jpg \d+ %", RegexOptions.None, 1000)]
    private static partial Regex SendingLine();

    [GeneratedRegex(@"\r   [01]  +2,000,000 bytes", RegexOptions.None, 1000)]
    private static partial Regex FirstImage();

    private static (string Output, int Code) InTerminal(params string[] arguments)
    {
        using PeerProcess terminal = PeerProcess.Python(
            null, "terminal.py", ["--size", $"{Columns}x24", "--", "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. arguments]);
        Assert.True(terminal.WaitForExit() == 0, terminal.Errors);
        using JsonDocument json = JsonDocument.Parse(terminal.Lines[^1]);
        return (Encoding.UTF8.GetString(json.RootElement.GetProperty("Output").GetBytesFromBase64()), json.RootElement.GetProperty("Code").GetInt32());
    }

    private string Gallery(int bytes, params string[] names)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("N"))).FullName;
        for (int i = 0; i < names.Length; i++) File.WriteAllBytes(Path.Combine(folder, names[i]), TestGallery.Jpeg(bytes, i + 1));
        return folder;
    }
}
