#!/usr/bin/env pwsh
#requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and packages GalleryPS.
.DESCRIPTION
    Clean     removes what was built.
    Build     builds the module into output/GalleryPS.
    Test      builds, then runs all tests: dotnet test, the image library's tests, and Pester against the module.
    TestModule  the same without dotnet test of the solution.
    Package   builds a complete module and packs it into output/GalleryPS.<version>.zip; refuses when a part is missing.
    Demo      builds and runs the demonstration of all four transports.
    Long      the tests that take longer than a coffee.
.EXAMPLE
    ./build.ps1
.EXAMPLE
    ./build.ps1 -Task Test
#>
[CmdletBinding()]
param(
    [ValidateSet('Clean', 'Build', 'Test', 'TestModule', 'Package', 'Demo', 'Long')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
$env:DOTNET_NOLOGO = '1'

$root = $PSScriptRoot
$output = Join-Path $root 'output'
$moduleOutput = Join-Path $output 'GalleryPS'
$leftOut = [System.Collections.Generic.List[string]]::new()

function Invoke-Tool([string] $Name, [string[]] $Arguments) {
    & $Name @Arguments | Out-Host
    if ($LASTEXITCODE -ne 0) { throw "$Name $($Arguments -join ' ') failed with exit code $LASTEXITCODE." }
}

function Clear-Output {
    if (Test-Path $output) { Remove-Item $output -Recurse -Force }
    Get-ChildItem (Join-Path $root 'src'), (Join-Path $root 'tests') -Recurse -Directory -Include bin, obj |
        Remove-Item -Recurse -Force
}

# The image library is an add-on: not every package registry carries SixLabors.ImageSharp.
function Build-Imaging([string] $Destination) {
    $project = Join-Path $root 'src/GalleryPS.Imaging/GalleryPS.Imaging.csproj'
    if (-not (Test-Path $project)) { return }
    $log = dotnet publish $project -c $Configuration -o $Destination 2>&1
    if ($LASTEXITCODE -eq 0) { return }
    if ($log -match 'NU1101|NU1102|NU1103|NU1301') {
        $leftOut.Add('GalleryPS.Imaging (the package SixLabors.ImageSharp cannot be restored here)')
        return
    }

    $log | Out-Host
    throw 'GalleryPS.Imaging does not build.'
}

function Build-Help {
    Invoke-Tool dotnet 'build', (Join-Path $root 'tools/HelpBuilder/HelpBuilder.csproj'), '-c', $Configuration, '-v', 'quiet'
}

function Build-Module {
    if (Test-Path $moduleOutput) { Remove-Item $moduleOutput -Recurse -Force }
    $null = New-Item $moduleOutput -ItemType Directory
    Copy-Item (Join-Path $root 'module/GalleryPS/*') $moduleOutput -Recurse
    Copy-Item (Join-Path $root 'LICENSE') $moduleOutput
    $bin = Join-Path $moduleOutput 'bin'
    Invoke-Tool dotnet 'publish', (Join-Path $root 'src/GalleryPS/GalleryPS.csproj'), '-c', $Configuration, '-o', $bin, '-v', 'quiet'
    Build-Imaging $bin
    Get-ChildItem $bin -Recurse -Include '*.deps.json', '*.pdb', '*.xml' | Remove-Item
    Build-Help
    Write-Host "Built $moduleOutput"
}

function Invoke-PesterTests {
    if (-not (Get-Module -ListAvailable Pester | Where-Object Version -GE '5.0')) {
        $leftOut.Add('the tests of the cmdlets (Pester 5 is not installed)')
        return
    }

    pwsh -NoProfile -NonInteractive -File (Join-Path $root 'tests/Pester/Invoke-Tests.ps1') | Out-Host
    if ($LASTEXITCODE -ne 0) { throw 'Pester tests failed.' }
}

function Invoke-DotnetTests([string] $Settings) {
    Invoke-Tool dotnet 'test', (Join-Path $root 'GalleryPS.sln'), '-c', $Configuration, '-m:1', '--settings', (Join-Path $root "tests/$Settings.runsettings")
}

function Invoke-ImagingTests([string] $Settings) {
    $project = Join-Path $root 'tests/GalleryPS.Imaging.Tests/GalleryPS.Imaging.Tests.csproj'
    if (-not (Test-Path $project) -or ($leftOut -match 'Imaging')) { return }
    Invoke-Tool dotnet 'test', $project, '-c', $Configuration, '--settings', (Join-Path $root "tests/$Settings.runsettings"), '--logger', 'trx', '--results-directory', (Join-Path $output 'TestResults')
}

function Invoke-Demo {
    Invoke-Tool dotnet 'run', '--project', (Join-Path $root 'src/GalleryPS.Cli'), '-c', $Configuration, '--', 'demo'
}

function New-Package {
    if ($leftOut.Count -gt 0) { throw "A package needs every part. Missing: $($leftOut -join '; ')." }
    $version = (Import-PowerShellDataFile (Join-Path $moduleOutput 'GalleryPS.psd1')).ModuleVersion
    $zip = Join-Path $output "GalleryPS.$version.zip"
    if (Test-Path $zip) { Remove-Item $zip }
    [System.IO.Compression.ZipFile]::CreateFromDirectory($moduleOutput, $zip, 'Optimal', $true)
    Write-Host "Packed $zip"
}

foreach ($one in $Task) {
    switch ($one) {
        'Clean' { Clear-Output }
        'Build' { Build-Module }
        'Test' { Build-Module; Invoke-DotnetTests 'default'; Invoke-ImagingTests 'default'; Invoke-PesterTests }
        'TestModule' { Build-Module; Invoke-ImagingTests 'default'; Invoke-PesterTests }
        'Long' { Build-Module; Invoke-DotnetTests 'long'; Invoke-ImagingTests 'long' }
        'Package' { Build-Module; New-Package }
        'Demo' { Invoke-Demo }
    }
}

foreach ($part in $leftOut) { Write-Warning "Left out: $part." }
