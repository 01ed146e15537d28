using System.Diagnostics;

namespace GalleryPS.Show.Tests;

/// <summary>Programs of others that check what ours made.</summary>
internal static class Tools
{
    /// <summary>Runs a program that is not everywhere; the test is skipped by name where it is not.</summary>
    public static byte[] Run(string program, string package, byte[] input, params string[] arguments)
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
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        });
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        feed.Wait(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} failed: {errors.Result}");
        return output.ToArray();
    }

    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
