using System.Diagnostics;
using System.Text.RegularExpressions;

namespace GalleryPS.Labs.Agents;

/// <summary>
/// An agent on a machine that the system's OpenSSH client gets to. Nothing is asked, so that nothing waits for an answer for ever;
/// and a host whose key is not known is not talked to.
/// </summary>
/// <param name="destination">The host as ssh takes it: a name, user@name or ssh://user@name:port.</param>
/// <param name="options">How to get there, and what is there.</param>
internal sealed partial class SshChannel(string destination, ExperimentOptions options) : ProcessChannel(NameOf(destination), Command(destination, options, $"{Quoted(Program(options))} agent"))
{
    private const int Refused = 255;
    private const string Mark = ".gallery-package";

    // One after the other: machines may share a home directory, and then the second one finds what the first one got.
    private static readonly Lock Copying = new();

    /// <summary>What a host is called: without user and port.</summary>
    public static string NameOf(string destination)
    {
        string name = destination.StartsWith("ssh://", StringComparison.OrdinalIgnoreCase) ? PortAtEnd().Replace(destination[6..], "") : destination;
        return name[(name.LastIndexOf('@') + 1)..].Trim('[', ']');
    }

    public override void Start(Action<string?> take, Action<string> hear, CancellationToken cancellationToken)
    {
        if (options.Deploy && Deploy(cancellationToken).StartsWith("win", StringComparison.Ordinal)) StartInfo.ArgumentList[^1] = $"{OnWindows(Program(options))} agent";
        base.Start(take, hear, cancellationToken);
    }

    /// <summary>How to run a command there.</summary>
    internal static ProcessStartInfo Command(string destination, ExperimentOptions options, string command)
    {
        List<string> words = ["-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5", "-o", "LogLevel=ERROR"];
        if (options.UserName is { } user) words.AddRange(["-l", user]);
        if (options.KeyFilePath is { } key) words.AddRange(["-i", key, "-o", "IdentitiesOnly=yes"]);
        return new ProcessStartInfo("ssh", [.. words, "--", destination, command]);
    }

    /// <summary>A path as both shells of Linux and Windows take it.</summary>
    /// <exception cref="GalleryException"><see cref="ErrorIds.InvalidOptions"/>.</exception>
    internal static string Quoted(string path)
    {
        // A command starts in the home directory.
        if (path.StartsWith("~/", StringComparison.Ordinal)) path = path[2..];
        if (Plain().IsMatch(path)) return path;
        return path.AsSpan().ContainsAny("\"$`!%\n\r") ? throw OptionChecks.Invalid($"'{path}' cannot be the path of a program on another host.", path) : $"\"{path}\"";
    }

    /// <summary>A path as the shells of Windows take it: for cmd a slash in the name of a program begins its options.</summary>
    internal static string OnWindows(string path) => Quoted(path).Replace('/', '\\');

    private static string Program(ExperimentOptions options) => options.RemotePath ?? (options.Deploy ? ".gallery/gallery" : "gallery");

    // Gives the system of the host.
    private string Deploy(CancellationToken cancellationToken)
    {
        string program = Program(options), folder = program[..Math.Max(0, program.LastIndexOfAny(['/', '\\']))];
        if (folder.Length == 0) throw OptionChecks.Invalid("To copy the program to a host, a folder must be named: -RemotePath .gallery/gallery", program);

        using Lock.Scope alone = Copying.EnterScope();

        // Linux says what it is, and which archive is there already; Windows knows neither program.
        (int code, string output, string errors) = Run($"uname -sm && cat {Quoted($"{folder}/{Mark}")} 2>/dev/null || true", null, cancellationToken);
        if (code == Refused) throw Failed($"does not answer. {errors}");
        string[] answers = output.Split('\n', StringSplitOptions.TrimEntries);
        var package = AgentPackage.Find(options.PackagePath, answers[0], Host);
        string hash = package.Hash;
        if (answers.Contains(hash)) return package.Runtime;
        string place = Quoted(folder), windows = OnWindows(folder);
        string command = package.Runtime.StartsWith("win", StringComparison.Ordinal)
            ? $"cmd /c \"(if not exist {windows} mkdir {windows}) && tar -xf - -C {windows} --strip-components=1\""
            : $"mkdir -p {place} && tar -xzf - -C {place} --strip-components=1 && echo {hash} > {Quoted($"{folder}/{Mark}")}";
        (code, _, errors) = Run(command, package.Path, cancellationToken);
        if (code != 0) throw Failed($"does not accept the program. {errors}");
        return package.Runtime;
    }

    private (int Code, string Output, string Errors) Run(string command, string? input, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = Command(destination, options, command);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration ending = cancellationToken.Register(() => process.Kill());
        Task<string> output = process.StandardOutput.ReadToEndAsync(CancellationToken.None), errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            using Stream to = process.StandardInput.BaseStream;
            if (input is not null)
            {
                using FileStream file = File.OpenRead(input);
                file.CopyTo(to);
            }
        }
        catch (IOException)
        {
            // It ended before it took everything; its exit code and its words say why.
        }

        process.WaitForExit();
        cancellationToken.ThrowIfCancellationRequested();
        return (process.ExitCode, output.Result, TerminalText.Safe(string.Join(' ', errors.Result.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))));
    }

    private GalleryException Failed(string what) => new(
        ErrorIds.HostFailed, GalleryErrorCategory.ConnectionError, $"The host {Host} {what}".TrimEnd(), Host, "Check that 'ssh' connects without asking anything, and that the disk there has room.");

    [GeneratedRegex(@"^[\w./:\\+-]+$", RegexOptions.None, 1000)]
    private static partial Regex Plain();

    [GeneratedRegex(@":\d+/?$", RegexOptions.None, 1000)]
    private static partial Regex PortAtEnd();
}
