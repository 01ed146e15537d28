using System.Globalization;
using GalleryPS.TestSupport;

namespace GalleryPS.Cli.Tests;

/// <summary>
/// Runs <c>gallery</c> while the system refuses one of its calls (strace makes it). Whatever is refused ends in one line with
/// an id of its own, or was not needed.
/// </summary>
internal static class Tracer
{
    /// <summary>Why it cannot be done here; null when it can.</summary>
    public static string? Missing { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static f => File.Exists(Path.Combine(f, "strace")))
        ? null : "strace is not installed.";

    /// <summary>Refuses a call.</summary>
    /// <param name="fault">The call, the error, and which one it is that is refused.</param>
    /// <param name="paths">Only calls about these files; none: all.</param>
    /// <param name="folder">Where the trace goes, and the program's temporary files.</param>
    /// <param name="arguments">The command line, without <c>--json</c>.</param>
    /// <param name="beside">Gets what was started, and starts the other end; null where there is none.</param>
    /// <returns>What came of it; null when there was no such call.</returns>
    public static Refusal? Refuse(Fault fault, IEnumerable<string> paths, string folder, string arguments, Func<PeerProcess, PeerProcess?>? beside = null)
    {
        string trace = Path.Combine(folder, "trace");
        File.Delete(trace);
        string[] only = [.. paths.SelectMany(static p => (string[])["-P", p])];
        using PeerProcess gallery = PeerProcess.Start(
            null, "env",
            [
                "DOTNET_EnableDiagnostics=0", $"TMPDIR={folder}", "strace", "-f", .. only.Length == 0 ? (string[])["--seccomp-bpf"] : [], "-o", trace, .. only,
                "-e", $"trace={fault.Call}",
                "-e", string.Create(CultureInfo.InvariantCulture, $"inject={fault.Call}:error={fault.Error}:when={fault.Nth}"),
                "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. arguments.Split(' '), "--json",
            ]);
        using PeerProcess? other = beside?.Invoke(gallery);
        int code = gallery.WaitForExit();
        return File.ReadAllText(trace).Contains("INJECTED", StringComparison.Ordinal) ? new Refusal(fault, code, gallery) : null;
    }
}

/// <summary>A call that is refused.</summary>
/// <param name="Call">The system call.</param>
/// <param name="Error">What it says.</param>
/// <param name="Nth">Which of them: 1, 2, ...</param>
internal sealed record Fault(string Call, string Error, int Nth);

/// <summary>What came of it.</summary>
internal sealed class Refusal
{
    public Refusal(Fault fault, int code, PeerProcess gallery)
    {
        (Code, Lines) = (code, gallery.Lines);
        string told = $"{fault}: exit {code}\n{string.Join('\n', gallery.Lines)}\n{gallery.Errors}";
        Assert.True(code is 0 or 1 or 2, told);
        Assert.False(told.Contains("Unexpected", StringComparison.Ordinal) || told.Contains("   at ", StringComparison.Ordinal), told);
        Assert.True(code == 0 || gallery.Events("Error").Count > 0 || gallery.Errors.StartsWith("error ", StringComparison.Ordinal), told);
        Told = told;
    }

    public int Code { get; }

    public IReadOnlyList<string> Lines { get; }

    /// <summary>All of it, for a test that fails.</summary>
    public string Told { get; }
}
