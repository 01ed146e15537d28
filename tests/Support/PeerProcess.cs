using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace GalleryPS.TestSupport;

/// <summary>A program at one end of a transmission, on this machine or on a host of a lab.</summary>
public sealed partial class PeerProcess : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly StringBuilder _errors = new();
    private bool _ended;

    private PeerProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <summary>Lines of standard output so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    /// <summary>Standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_lines) return _errors.ToString();
        }
    }

    /// <summary>Starts <c>gallery</c> with <c>--json</c>.</summary>
    /// <param name="host">Where; null for this machine.</param>
    /// <param name="arguments">Verb and options.</param>
    public static PeerProcess Gallery(TestHost? host, params string[] arguments) =>
        Start(host, "dotnet", [Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. arguments, "--json"]);

    /// <summary>
    /// Starts <c>gallery</c> with <c>--json</c> and a small young generation. How much the collector lets come together before it
    /// looks depends on the processor's cache otherwise: who measures memory wants the same everywhere.
    /// </summary>
    /// <param name="host">Where; null for this machine.</param>
    /// <param name="arguments">Verb and options.</param>
    public static PeerProcess FrugalGallery(TestHost? host, params string[] arguments) =>
        Start(host, "env", ["DOTNET_GCgen0size=1000000", "dotnet", Path.Combine(AppContext.BaseDirectory, "gallery.dll"), .. arguments, "--json"]);

    /// <summary>Starts one of the small foreign programs in tests/peers.</summary>
    public static PeerProcess Python(TestHost? host, string script, params string[] arguments) =>
        Start(host, "python3", ["-u", Path.Combine(AppContext.BaseDirectory, "peers", script), .. arguments]);

    /// <summary>Starts any program.</summary>
    public static PeerProcess Start(TestHost? host, string program, IEnumerable<string> arguments) =>
        Start(host?.StartInfo(program, arguments) ?? new ProcessStartInfo(program, arguments));

    /// <summary>Runs the PowerShell of the tool manifest to its end.</summary>
    /// <param name="folder">The folder of the solution.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="arguments">What it is told: a script, or a command.</param>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static string Pwsh(string folder, TimeSpan patience, params string[] arguments)
    {
        using PeerProcess process = Start(new ProcessStartInfo("dotnet", ["pwsh", .. arguments]) { WorkingDirectory = folder });
        int code = process.WaitForExit(patience);
        string output = string.Join('\n', process.Lines);
        return code == 0 ? output : throw new InvalidOperationException($"pwsh {string.Join(' ', arguments)} failed ({code}).\n{output}\n{process.Errors}");
    }

    /// <summary>Starts any program.</summary>
    public static PeerProcess Start(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        start.UseShellExecute = false;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = new Process { StartInfo = start };
        var peer = new PeerProcess(process);
        process.OutputDataReceived += (_, e) => peer.Take(e.Data, isError: false);
        process.ErrorDataReceived += (_, e) => peer.Take(e.Data, isError: true);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return peer;
    }

    /// <summary>Waits for a line of standard output.</summary>
    public PeerProcess WaitForLine(Func<string, bool> wanted, string what) => WaitFor(() => _lines.Exists(l => wanted(l)), what);

    private PeerProcess WaitFor(Func<bool> come, string what)
    {
        long until = Stopwatch.GetTimestamp() + (long)(Patience.TotalSeconds * Stopwatch.Frequency);
        lock (_lines)
        {
            while (!come())
            {
                if (_ended || Stopwatch.GetTimestamp() > until)
                {
                    throw new InvalidOperationException($"{what} did not come.\n{string.Join('\n', _lines)}\n{_errors}");
                }

                Monitor.Wait(_lines, 200);
            }
        }

        return this;
    }

    /// <summary>Waits for a line of standard error.</summary>
    public PeerProcess WaitForError(Func<string, bool> wanted, string what) => WaitFor(() => _errors.ToString().Split('\n').Any(wanted), what);

    /// <summary>Waits until the program says that it is ready: bound, joined or listening.</summary>
    public PeerProcess WaitForReady() => WaitForEvent("Ready");

    /// <summary>Waits for an event of <c>gallery --json</c>, or the same line of a foreign program.</summary>
    public PeerProcess WaitForEvent(string name, int count = 1) => WaitForLine(
        _ => _lines.Count(l => l.Contains($"\"Event\":\"{name}\"", StringComparison.Ordinal)) >= count, $"{count} x {name}");

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public int WaitForExit(TimeSpan? patience = null)
    {
        if (!_process.WaitForExit(patience ?? Patience))
        {
            throw new InvalidOperationException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} does not end.\n{string.Join('\n', Lines)}\n{Errors}");
        }

        _process.WaitForExit(); // and until its output is read
        return _process.ExitCode;
    }

    /// <summary>The events of <c>gallery --json</c> of one kind.</summary>
    public IReadOnlyList<JsonElement> Events(string name) =>
        [.. Lines.Where(static l => l.StartsWith('{')).Select(static l => JsonDocument.Parse(l).RootElement)
            .Where(e => e.GetProperty("Event").GetString() == name)];

    /// <summary>
    /// Sends SIGTERM. Unlike SIGINT it also reaches programs when the tests run in the background of a shell, which
    /// makes everything below it ignore SIGINT.
    /// </summary>
    public void Terminate() => Kill(_process.Id, 15);

    /// <summary>Sends SIGINT, which a program for Windows sees as Ctrl+C.</summary>
    public void Interrupt() => Kill(_process.Id, 2);

    /// <summary>Ends it at once.</summary>
    public void Kill() => _process.Kill(entireProcessTree: true);

    public void Dispose()
    {
        try
        {
            if (!_process.HasExited) Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself just now.
        }

        _process.Dispose();
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_process.StartInfo.FileName} {_process.Id}");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private void Take(string? line, bool isError)
    {
        lock (_lines)
        {
            if (line is null) _ended |= !isError;
            else if (isError) _errors.AppendLine(line);
            else _lines.Add(line);
            Monitor.PulseAll(_lines);
        }
    }
}
