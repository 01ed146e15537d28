# Finds and runs the tests of the cmdlets for GalleryPS.Pester.Tests, which starts this in a pwsh of its own: requests come and
# answers go as lines of JSON over a pipe, so that whatever tests write to the console is not in the way.
[CmdletBinding()]
param([Parameter(Mandatory)] [string] $Pipe)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'Results.psm1')
Import-Module Pester

$client = [System.IO.Pipes.NamedPipeClientStream]::new('.', $Pipe, 'InOut')
$client.Connect(10000)
$reader = [System.IO.StreamReader]::new($client)
$writer = [System.IO.StreamWriter]::new($client)

while ($line = $reader.ReadLine()) {
    $request = $line | ConvertFrom-Json
    $configuration = New-PesterConfiguration
    $configuration.Run.PassThru = $true
    $configuration.Run.Path = $request.File ? $request.File : $PSScriptRoot
    $configuration.Run.SkipRun = $request.FindOnly
    $configuration.Filter.Line = @($request.Lines | ForEach-Object { "$($request.File):$_" })
    $configuration.Output.Verbosity = 'None'
    $run = Invoke-Pester -Configuration $configuration
    $answer = @($run.Containers | ForEach-Object { ConvertTo-Answer $_ }) | ConvertTo-Json -AsArray -Compress -Depth 6
    $writer.WriteLine($answer)
    $writer.Flush()
}
