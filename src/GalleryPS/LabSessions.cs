using System.Diagnostics;
using System.Management.Automation;

namespace GalleryPS.Cmdlets;

/// <summary>
/// Script blocks on hosts of labs: each host gets a PowerShell process of its own there, as a job does, and what comes back is what is
/// left of the objects. Invoke-Command knows how to bring $using: variables, arguments and all streams across.
/// </summary>
internal static class LabSessions
{
    // In PowerShell, because the types are newer than what this is compiled against.
    private const string Run = """
        param($cmdlet, $starts, $script, $arguments)
        $names, $runspaces = @{}, @()
        try {
            $runspaces = @(foreach ($name in $starts.Keys) {
                $there = $starts[$name]
                $instance = [System.Management.Automation.Runspaces.PowerShellProcessInstance]::new()
                $own = $instance.Process.StartInfo
                $own.Arguments = ''
                $own.ArgumentList.Clear()
                foreach ($argument in $there.ArgumentList) { $own.ArgumentList.Add($argument) }
                $own.FileName, $own.WorkingDirectory = $there.FileName, $there.WorkingDirectory
                foreach ($variable in $there.Environment.Keys) { $own.Environment[$variable] = $there.Environment[$variable] }
                $runspace = [runspacefactory]::CreateOutOfProcessRunspace($null, $instance)
                $names[$runspace.InstanceId] = $name
                $runspace.OpenAsync()
                $runspace
            })
            while ($runspaces.RunspaceStateInfo.State -match 'BeforeOpen|Opening') { [System.Threading.Thread]::Sleep(10) }
            $sessions = foreach ($runspace in $runspaces) { [System.Management.Automation.Runspaces.PSSession]::Create($runspace, $names[$runspace.InstanceId], $cmdlet) }
            Microsoft.PowerShell.Core\Invoke-Command -Session $sessions -ScriptBlock $script -ArgumentList $arguments | & {
                process {
                    if ($name = $names[$_.RunspaceId]) { $_ | Microsoft.PowerShell.Utility\Add-Member PSComputerName $name -Force }
                    $_
                }
            }
        }
        finally { foreach ($runspace in $runspaces) { $runspace.Dispose() } }
        """;

    /// <summary>Runs a script block on all hosts at the same time; what comes back goes to the cmdlet's output.</summary>
    public static bool Invoke(PSCmdlet cmdlet, Lab lab, IReadOnlyList<LabHost> hosts, ScriptBlock script, object?[] arguments, CancellationToken cancellationToken)
    {
        string folder = cmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath;
        (string program, string[] first) = OwnShell();
        var starts = new System.Collections.Specialized.OrderedDictionary();
        foreach (LabHost host in hosts)
        {
            ProcessStartInfo start = lab.StartInfo(host, program, [.. first, "-NoLogo", "-NoProfile", "-s"], folder);

            // Hosts have a way out, but nobody is there: what waits for a name server would wait for long.
            start.Environment["POWERSHELL_TELEMETRY_OPTOUT"] = start.Environment["POWERSHELL_UPDATECHECK_OPTOUT"] = "1";
            starts.Add(host.Name, start);
        }

        // In the runspace of the cmdlet and on its thread: what comes is handed on at once.
        using PowerShell shell = PowerShell.Create(RunspaceMode.CurrentRunspace).AddScript(Run, useLocalScope: true)
            .AddArgument(cmdlet).AddArgument(starts).AddArgument(script).AddArgument(arguments);
        using CancellationTokenRegistration end = cancellationToken.UnsafeRegister(static running => ((PowerShell)running!).Stop(), shell);
        shell.Streams.Error.DataAdded += (_, e) => cmdlet.WriteError(shell.Streams.Error[e.Index]);
        shell.Streams.Warning.DataAdded += (_, e) => cmdlet.WriteWarning(shell.Streams.Warning[e.Index].Message);
        shell.Streams.Verbose.DataAdded += (_, e) => cmdlet.WriteVerbose(shell.Streams.Verbose[e.Index].Message);
        shell.Streams.Information.DataAdded += (_, e) => cmdlet.WriteInformation(shell.Streams.Information[e.Index]);
        using var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, e) => cmdlet.WriteObject(output[e.Index]);
        try
        {
            shell.Invoke(null, output, null);
        }
        catch (RuntimeException e) when (!cancellationToken.IsCancellationRequested)
        {
            // What a script block throws there ends it there, and not the pipeline here.
            cmdlet.WriteError(e.ErrorRecord);
        }

        return true;
    }

    // The PowerShell that runs this: as a program, or as a library that dotnet runs.
    private static (string Program, string[] First) OwnShell()
    {
        string process = Environment.ProcessPath!;
        bool library = Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return library ? (process, [Path.Combine(AppContext.BaseDirectory, "pwsh.dll")]) : (process, []);
    }
}
