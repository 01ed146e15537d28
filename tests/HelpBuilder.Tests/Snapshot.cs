using System.Diagnostics;
using GalleryPS.TestSupport;

namespace GalleryPS.HelpBuilder.Tests;

/// <summary>Texts held against the ones in Fixtures; a text that differs is left beside the expected one.</summary>
internal static class Snapshot
{
    public static void Check(string name, string actual)
    {
        string expected = Path.Combine(Repository.Root, "tests/HelpBuilder.Tests/Fixtures", name);
        string text = string.Join('\n', actual.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).Trim() + "\n";
        if (File.Exists(expected) && File.ReadAllText(expected).ReplaceLineEndings("\n") == text) return;
        string received = Path.ChangeExtension(expected, ".received.txt");
        File.WriteAllText(received, text);
        Assert.Fail($"{name} differs; what came out is in {received}.");
    }

    public static string RunPowerShell(string script)
    {
        var start = new ProcessStartInfo("dotnet", ["pwsh", "-NoProfile", "-NonInteractive", "-Command", script])
        {
            WorkingDirectory = Repository.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }
}
