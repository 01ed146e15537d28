using System.Diagnostics;
using System.Text;

namespace GalleryPS.Labs;

/// <summary>
/// The process that keeps a lab: a shell in namespaces of its own (mounts, networks, host name), which reads its commands from us. When
/// our end closes, which the kernel sees to even when this process is killed, it ends what runs on the hosts and takes the lab with it.
/// </summary>
internal sealed class LabKeeper : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly Lock _lock = new();
    private int _commands;

    private LabKeeper(Process process) => _process = process;

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it is there.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts the shell.</summary>
    /// <param name="mark">What its processes carry in their environment, for those who look for what is left over.</param>
    /// <exception cref="GalleryException"><see cref="ErrorIds.LabToolMissing"/> or <see cref="ErrorIds.NotPrivileged"/>.</exception>
    public static LabKeeper Start(string mark)
    {
        LabTools.Require("setsid", "unshare", "nsenter", "mount", "ip", "nft", "tc", "stat", "awk", "hostname");

        // A session of its own keeps the terminal's Ctrl+C away.
        var start = new ProcessStartInfo("setsid", ["unshare", "--mount", "--net", "--uts", "--propagation", "private", "--", "/bin/sh"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        start.Environment[LabRegistry.Variable] = mark;
        start.Environment["LC_ALL"] = "C";
        var keeper = new LabKeeper(Process.Start(start)!);
        try
        {
            keeper.Run(LabScript.Keeper, "start");
            return keeper;
        }
        catch
        {
            keeper.Dispose();
            throw;
        }
    }

    /// <summary>Runs commands in the namespace of the switches; returns when they are done.</summary>
    /// <param name="script">Commands for /bin/sh; the first that fails ends them.</param>
    /// <param name="what">What they are for, to go behind "could not".</param>
    /// <returns>What they wrote.</returns>
    /// <exception cref="GalleryException"><see cref="ErrorIds.LabFailed"/>.</exception>
    public string Run(string script, string what)
    {
        lock (_lock)
        {
            string done = FormattableString.Invariant($"@{++_commands} ");
            bool first = _commands == 1;

            // What the first ones set is for the shell itself; all others have one of their own, in which a failure ends them.
            _process.StandardInput.Write(first ? script : $"(set -e\n{script}\n)\n");
            _process.StandardInput.Write($"echo \"{done}$?\"\n");
            _process.StandardInput.Flush();
            var said = new StringBuilder();
            while (_process.StandardOutput.ReadLineAsync().WaitAsync(Patience).GetAwaiter().GetResult() is { } line)
            {
                if (!line.StartsWith(done, StringComparison.Ordinal))
                {
                    said.AppendLine(line);
                    continue;
                }

                if (line[done.Length..] == "0") return said.ToString();
                break;
            }

            string text = said.ToString().ReplaceLineEndings(" ").Trim();
            throw new GalleryException(
                ErrorIds.LabFailed, GalleryErrorCategory.ResourceUnavailable, $"The lab could not {what}: {text}", null,
                "Check that this system allows network namespaces (a container needs --privileged).");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        if (!_process.WaitForExit(Patience)) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
