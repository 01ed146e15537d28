using System.Management.Automation;
using System.Management.Automation.Runspaces;
using GalleryPS.Labs.Agents;

namespace GalleryPS.Cmdlets.Remoting;

/// <summary>
/// An agent on a machine that a session of PowerShell leads to, whatever carries that. What goes to the agent is the input of a
/// pipeline there, and what it says is the output. The session stays the user's.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="options">What is there, and whether to copy it.</param>
internal sealed class SessionChannel(PSSession session, ExperimentOptions options) : AgentChannel(session.ComputerName)
{
    // The pipeline's thread hands out what the program says as it comes, and another one meanwhile gives it the input. Without the
    // program, a PowerShell of its own loads the library of the module: in the session itself nothing may be left.
    private const string AgentScript = """
        param($path)
        $start = [System.Diagnostics.ProcessStartInfo] @{ UseShellExecute = $false; RedirectStandardInput = $true; RedirectStandardOutput = $true; RedirectStandardError = $true }
        if ($program = Get-Command $path -CommandType Application -ErrorAction Ignore | Select-Object -First 1) {
            $start.FileName = $program.Source
            $words = , 'agent'
        }
        elseif ($module = Get-Module GalleryPS -ListAvailable | Select-Object -First 1) {
            $library = (Join-Path $module.ModuleBase bin GalleryPS.Labs.dll).Replace("'", "''")
            $load = "`$null = [System.Reflection.Assembly]::LoadFrom('$library'); [GalleryPS.Labs.Agents.AgentHost]::Run()"
            $start.FileName = [System.Environment]::ProcessPath
            $words = @(if ((Split-Path $start.FileName -LeafBase) -eq 'dotnet') { Join-Path $PSHOME pwsh.dll }) + '-NoLogo', '-NoProfile', '-NonInteractive', '-Command', $load
        }
        else { throw "There is neither a program '$path' nor the module GalleryPS." }
        foreach ($word in $words) { $start.ArgumentList.Add($word) }
        $process = [System.Diagnostics.Process]::Start($start)
        $feeding = [powershell]::Create().AddScript({
            param($lines, $process)
            try { foreach ($line in $lines) { $process.StandardInput.WriteLine($line); $process.StandardInput.Flush() } }
            finally { $process.StandardInput.Close() }
        }).AddArgument($input).AddArgument($process)
        $null = $feeding.BeginInvoke()
        try { while ($null -ne ($line = $process.StandardOutput.ReadLine())) { $line } }
        finally { if (-not $process.WaitForExit(5000)) { $process.Kill() } }
        if ($said = $process.StandardError.ReadToEnd()) { Write-Error $said }
        """;

    private const string SystemScript = """
        param($folder)
        $there = Join-Path $folder .gallery-package
        if ($IsLinux) { uname -sm } elseif ($IsMacOS) { 'Darwin' } else { '' }
        if (Test-Path -LiteralPath $there) { Get-Content -LiteralPath $there }
        """;

    private const string PlaceScript = "param($folder) (New-Item -ItemType Directory -Force $folder).FullName";

    private const string CopyScript = "param($session, $from, $to) Copy-Item -LiteralPath $from -Destination $to -ToSession $session -ErrorAction Stop";

    private const string UnpackScript = """
        param($archive, $folder, $hash)
        tar -xf $archive -C $folder --strip-components=1
        if ($LASTEXITCODE -ne 0) { throw "tar ended with exit code $LASTEXITCODE" }
        Remove-Item -LiteralPath $archive
        Set-Content -LiteralPath (Join-Path $folder .gallery-package) $hash
        """;

    // One after the other: hosts may share a home directory, and then the second one finds what the first one got.
    private static readonly Lock Copying = new();
    private readonly PowerShell _shell = PowerShell.Create();
    private readonly PSDataCollection<string> _input = [];
    private readonly PSDataCollection<PSObject> _output = [];
    private IAsyncResult? _running;

    private string Program => options.RemotePath ?? (options.Deploy ? ".gallery/gallery" : "gallery");

    public override void Start(Action<string?> take, Action<string> hear, CancellationToken cancellationToken)
    {
        if (session.Runspace.RunspaceStateInfo.State != RunspaceState.Opened) throw Failed("has a session that is not open.");
        string program = options.Deploy ? Deploy() : Program;
        _shell.Runspace = session.Runspace;
        _shell.AddScript(AgentScript).AddArgument(program);
        _output.DataAdded += (_, _) =>
        {
            foreach (PSObject output in _output.ReadAll()) take(Text(output));
        };
        _shell.Streams.Error.DataAdded += (_, e) => hear(_shell.Streams.Error[e.Index].ToString());
        _running = _shell.BeginInvoke(_input, _output, new PSInvocationSettings(), _ =>
        {
            if (_shell.InvocationStateInfo.Reason is { } reason) hear(reason.Message);
            take(null);
        }, null);
    }

    public override void Write(string line)
    {
        try
        {
            _input.Add(line);
        }
        catch (InvalidOperationException e)
        {
            // It was ended.
            throw new IOException(e.Message, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        _input.Complete();
        if (_running is not null && !_running.AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(5))) _shell.Stop();
        _shell.Dispose();
        _input.Dispose();
        _output.Dispose();
    }

    private static string Text(PSObject? output) => output?.BaseObject as string ?? "";

    private string Deploy()
    {
        string program = Program, folder = Path.GetDirectoryName(program) ?? "";
        if (folder.Length == 0) throw new GalleryException(ErrorIds.InvalidOptions, GalleryErrorCategory.InvalidArgument, "To copy the program to a host, a folder must be named: -RemotePath .gallery/gallery", program);
        using Lock.Scope alone = Copying.EnterScope();
        string[] answers = There(SystemScript, folder);
        var package = AgentPackage.Find(options.PackagePath, answers.FirstOrDefault() ?? "", Host);
        string place = There(PlaceScript, folder)[0], hash = package.Hash;
        string copied = place + (package.Runtime.StartsWith("win", StringComparison.Ordinal) ? '\\' : '/') + Path.GetFileName(package.Path);
        program = place + copied[place.Length] + Path.GetFileName(program);
        if (answers.Contains(hash)) return program;
        using (var here = PowerShell.Create())
        {
            Run(here.AddScript(CopyScript).AddArgument(session).AddArgument(package.Path).AddArgument(copied));
        }

        There(UnpackScript, copied, place, hash);
        return program;
    }

    private string[] There(string script, params string[] arguments)
    {
        using var shell = PowerShell.Create();
        shell.Runspace = session.Runspace;
        shell.AddScript(script);
        foreach (string argument in arguments) shell.AddArgument(argument);
        return Run(shell);
    }

    private string[] Run(PowerShell shell)
    {
        try
        {
            string[] output = [.. shell.Invoke().Select(static o => Text(o))];
            return shell.HadErrors && shell.Streams.Error.Count > 0 ? throw Failed($"does not accept the program: {shell.Streams.Error[0]}") : output;
        }
        catch (RuntimeException e)
        {
            throw Failed($"does not accept the program: {e.Message}");
        }
    }

    private GalleryException Failed(string what) => new(
        ErrorIds.HostFailed, GalleryErrorCategory.ConnectionError, $"The host {Host} {TerminalText.Safe(what)}", Host, "Check the session (Get-PSSession), and that the disk there has room.");
}
