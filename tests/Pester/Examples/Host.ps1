# A host of the example lab: takes scripts as lines of JSON from standard input, runs each in a runspace of its own with the
# module loaded, and tells as lines of JSON when it is ready to receive, and what came out. Commands: run, stop, end. What a
# runspace has started ends with it: one that is to be kept lasts until it is told to end.
param([Parameter(Mandatory)] [string] $Module)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$runs = [System.Collections.Generic.Dictionary[string, object]]::new()
$kept = @{}

function Send-Event([hashtable] $Data) {
    # The mark tells events from what a script writes to the terminal.
    [Console]::Out.WriteLine([char] 1 + ($Data | ConvertTo-Json -Compress -Depth 4))
}

function Start-Run($Command) {
    $shell = [powershell]::Create()
    $start = "Import-Module '$Module'; Set-Location '$($Command.folder)'; `$VerbosePreference = 'Continue'; `$global:ErrorActionPreference = 'Continue'; $($Command.before)"
    $null = $shell.AddScript($start).Invoke()
    if ($shell.HadErrors) { throw "$($shell.Streams.Error)" }
    $shell.Commands.Clear()
    $shell.Streams.ClearStreams()
    $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $handle = $shell.AddScript($Command.script).BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $output)
    $runs[$Command.id] = @{ Shell = $shell; Handle = $handle; Output = $output; Ready = $false; Emitted = $false; Check = $Command.check; Keep = $Command.keep }
}

function Get-Errors($Shell) { @($Shell.Streams.Error | ForEach-Object { "$($_.FullyQualifiedErrorId.Split(',')[0]): $_" }) }

# What came out, with what the check says of it.
function Complete-Run([string] $Id, $Run) {
    $errors = try { $null = $Run.Shell.EndInvoke($Run.Handle); @() }
    catch [System.Management.Automation.PipelineStoppedException] { @() }
    catch { @("$($_.Exception.InnerException ?? $_.Exception)".Split("`n")[0]) }
    $errors = @($errors) + (Get-Errors $Run.Shell)
    $warnings = @($Run.Shell.Streams.Warning | ForEach-Object { "$_" })
    $checked = $true
    if ($Run.Check) {
        $Run.Shell.Commands.Clear()
        $Run.Shell.Streams.ClearStreams()
        $checked = "$($Run.Shell.AddScript("param(`$Output) $($Run.Check)").AddArgument(@($Run.Output)).Invoke())"
        if ($Run.Shell.HadErrors) { $checked = "$checked $(Get-Errors $Run.Shell)" }
    }

    $text = ($Run.Output | Out-String -Width 120).Trim()
    Send-Event @{ id = $Id; event = 'done'; count = $Run.Output.Count; text = $text.Substring(0, [math]::Min(2000, $text.Length)); errors = $errors; warnings = $warnings; checked = "$checked" }
    if ($Run.Keep) { $kept[$Id] = $Run.Shell } else { $Run.Shell.Dispose() }
    $null = $runs.Remove($Id)
}

Send-Event @{ id = ''; event = 'started' }

# Console.In would wait even when asked not to.
$commands = [System.IO.StreamReader]::new([Console]::OpenStandardInput())
$next = $commands.ReadLineAsync()
while ($true) {
    if ($next.Wait(10)) {
        if ($null -eq $next.Result) { break }
        $command = ConvertFrom-Json $next.Result
        if ($command.command -eq 'run') { Start-Run $command }
        elseif ($command.command -eq 'end') {
            $kept[$command.id].Dispose()
            $kept.Remove($command.id)
            Send-Event @{ id = $command.id; event = 'ended' }
        }
        elseif ($runs.ContainsKey($command.id)) { $null = $runs[$command.id].Shell.BeginStop($null, $null) }
        $next = $commands.ReadLineAsync()
    }

    foreach ($id in @($runs.Keys)) {
        $run = $runs[$id]
        if (-not $run.Ready -and ($run.Shell.Streams.Verbose.ReadAll() | Where-Object Message -Match '^(Bound|Joined|Listening)')) {
            $run.Ready = $true
            Send-Event @{ id = $id; event = 'ready' }
        }

        if (-not $run.Emitted -and $run.Output.Count -gt 0) {
            $run.Emitted = $true
            Send-Event @{ id = $id; event = 'emitted' }
        }

        if ($run.Handle.IsCompleted) { Complete-Run $id $run }
    }
}
