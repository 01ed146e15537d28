using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using GalleryPS.TestSupport;

namespace GalleryPS.Pester.Tests;

/// <summary>What Invoke-Tests.ps1 shall do: run a file, or those of its tests that begin at some lines; or only find the tests.</summary>
/// <param name="File">The file; null: all there are.</param>
/// <param name="Lines">The lines; none: all tests.</param>
/// <param name="FindOnly">Runs nothing.</param>
public sealed record PesterRequest(string? File, IReadOnlyList<int> Lines, bool FindOnly = false);

/// <summary>The pwsh did not answer.</summary>
public sealed class PesterShellException(string message) : Exception(message);

/// <summary>The pwsh of the tool manifest, with Pester on its module path, that runs Invoke-Tests.ps1.</summary>
public sealed class PesterShell : IDisposable
{
    private const int LastLines = 40;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private readonly NamedPipeServerStream _pipe;
    private readonly Process _process;
    private readonly Queue<string> _output = new();
    private StreamReader? _reader;

    private PesterShell(NamedPipeServerStream pipe, Process process)
    {
        (_pipe, _process) = (pipe, process);
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    /// <summary>The script it runs.</summary>
    public static string Script { get; } = Path.Combine(Repository.Root, "tests", "Pester", "Invoke-Tests.ps1");

    /// <summary>Starts it, and waits until it listens.</summary>
    /// <exception cref="PesterShellException">It ended, or did not come up.</exception>
    public static PesterShell Start()
    {
        string name = $"gallery-pester-{Guid.NewGuid():N}";
        var pipe = new NamedPipeServerStream(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        var start = new ProcessStartInfo("dotnet", ["pwsh", "-NoProfile", "-NonInteractive", "-File", Script, "-Pipe", name])
        {
            WorkingDirectory = Repository.Root,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PSModulePath"] = Path.Combine(AppContext.BaseDirectory, "Modules"),
                // Tests start further ones by their name, and those look for the runtime themselves.
                ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..")),
                ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
                ["POWERSHELL_UPDATECHECK"] = "Off",
            },
        };
        var shell = new PesterShell(pipe, Process.Start(start)!);
        try
        {
            shell.Await(pipe.WaitForConnectionAsync, StartLimit, CancellationToken.None);
            shell._reader = new StreamReader(pipe);
            return shell;
        }
        catch (PesterShellException)
        {
            shell.Dispose();
            throw;
        }
    }

    /// <summary>Has a request carried out.</summary>
    /// <returns>The test files it found or ran.</returns>
    /// <exception cref="PesterShellException">It ended, or did not answer in time.</exception>
    public IReadOnlyList<PesterFile> Ask(PesterRequest request, TimeSpan limit, CancellationToken cancellationToken)
    {
        lock (_output) _output.Clear();
        string? answer = null;
        Await(async ct =>
        {
            await _pipe.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(request) + "\n"), ct);
            answer = await _reader!.ReadLineAsync(ct);
        }, limit, cancellationToken);
        return JsonSerializer.Deserialize<List<PesterFile>>(answer ?? throw Ended("ended"))!;
    }

    /// <summary>Ends it, with everything it started.</summary>
    public void Dispose()
    {
        // At the end of its requests it ends by itself.
        _pipe.Dispose();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5))) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Await(Func<CancellationToken, Task> work, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(limit);
        Task task = work(stop.Token);
        try
        {
            if (Task.WaitAny(task, _process.WaitForExitAsync(CancellationToken.None)) == 0) task.GetAwaiter().GetResult();
            else throw Ended("ended");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Ended(e is IOException ? "ended" : $"did not answer within {limit.TotalMinutes:0} min");
        }
    }

    private PesterShellException Ended(string what)
    {
        lock (_output) return new($"pwsh {what}. It wrote last:\n{string.Join('\n', _output)}");
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_output)
        {
            _output.Enqueue(line);
            if (_output.Count > LastLines) _output.Dequeue();
        }
    }
}
