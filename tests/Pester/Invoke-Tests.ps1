# Runs the tests of the cmdlets against the built module, in this process: start it in a pwsh of its own.
[CmdletBinding()]
param(
    [string[]] $Path = $PSScriptRoot,
    [switch] $Long
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
Import-Module Pester -MinimumVersion 5.0
$results = Join-Path $PSScriptRoot '../../output/TestResults'
$null = New-Item $results -ItemType Directory -Force

$configuration = New-PesterConfiguration
$configuration.Run.Path = $Path
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.TestResult.Enabled = $true
$configuration.TestResult.OutputPath = Join-Path $results 'Pester.xml'
if (-not $Long) { $configuration.Filter.ExcludeTag = 'Long' }

$run = Invoke-Pester -Configuration $configuration
Write-Host "Pester: $($run.PassedCount) passed, $($run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount) failed, $($run.SkippedCount) skipped"
if ($run.Result -ne 'Passed') { exit 1 }
