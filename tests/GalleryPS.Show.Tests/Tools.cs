using System.Diagnostics;

namespace GalleryPS.Show.Tests;

/// <summary>Programs of others that check what ours made.</summary>
internal static class Tools
{
    // There may be several, and only the system's own has the system's packages.
    private static readonly Lazy<string?> PythonWithPillow = new(static () => FindAll("python3").FirstOrDefault(static python =>
    {
        using Process process = Process.Start(new ProcessStartInfo(python, ["-c", "import PIL"]) { UseShellExecute = false, RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }));

    /// <summary>Runs a program that is not everywhere; the test is skipped by name where it is not.</summary>
    public static byte[] Run(string program, string package, byte[] input, params string[] arguments) =>
        Run(program, package, input, arguments, mayFail: false);

    /// <summary>The same, of a program that may not like what it gets: then it says nothing.</summary>
    public static byte[] Try(string program, string package, byte[] input, params string[] arguments) =>
        Run(program, package, input, arguments, mayFail: true);

    private static byte[] Run(string program, string package, byte[] input, string[] arguments, bool mayFail)
    {
        string? path = Find(program);
        if (path is null) Assert.Skip($"{program} is not installed (Debian's package {package}).");
        using Process process = Process.Start(new ProcessStartInfo(path!, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task feed = Task.Run(() =>
        {
            try
            {
                process.StandardInput.BaseStream.Write(input);
                process.StandardInput.Close();
            }
            catch (IOException) when (mayFail)
            {
                // It had seen enough.
            }
        });
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        feed.Wait(TestContext.Current.CancellationToken);
        if (mayFail && process.ExitCode != 0) return [];
        Assert.True(process.ExitCode == 0, $"{program} failed: {errors.Result}");
        return output.ToArray();
    }

    /// <summary>Runs a Python script that uses Pillow.</summary>
    public static byte[] Python(string script, byte[] input)
    {
        if (PythonWithPillow.Value is null) Assert.Skip("Pillow is not installed (Debian's package python3-pil).");
        return Run(PythonWithPillow.Value!, "python3-pil", input, "-c", script);
    }

    public static string? Find(string program) => FindAll(program).FirstOrDefault();

    private static IEnumerable<string> FindAll(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .Where(File.Exists);
}
