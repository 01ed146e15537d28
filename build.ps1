#!/usr/bin/env pwsh
#requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and packages GalleryPS.
.DESCRIPTION
    Clean     removes what was built.
    Build     builds the module into output/GalleryPS.
    Test      runs all tests, as "dotnet test" does.
    Package   builds the module and packs it into output/GalleryPS.<version>.zip.
    Demo      builds the module; its cmdlets then send the sample gallery with all four transports to three receivers each.
    Long      the tests that take longer than a coffee.
.EXAMPLE
    ./build.ps1 -Task Demo
.EXAMPLE
    ./build.ps1 -Task Test -Configuration Debug
#>
[CmdletBinding()]
param(
    [ValidateSet('Clean', 'Build', 'Test', 'Package', 'Demo', 'Long')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$env:DOTNET_NOLOGO = '1'
$output = Join-Path $PSScriptRoot 'output'
$module = Join-Path $output 'GalleryPS'

# src/GalleryPS/Module.targets says what the module consists of.
function Build-Module { dotnet build (Join-Path $PSScriptRoot 'src/GalleryPS') -c $Configuration -v quiet }

function Invoke-Tests([string] $Settings) {
    dotnet test (Join-Path $PSScriptRoot 'GalleryPS.sln') -c $Configuration --settings (Join-Path $PSScriptRoot "tests/$Settings.runsettings")
}

# In a process of its own: this one keeps no file of the module open.
function Start-Demo { dotnet (Join-Path $PSHOME 'pwsh.dll') -NoProfile -File (Join-Path $PSScriptRoot 'examples/Demo.ps1') }

function New-Package {
    $version = (Import-PowerShellDataFile (Join-Path $module 'GalleryPS.psd1')).ModuleVersion
    $zip = Join-Path $output "GalleryPS.$version.zip"
    if (Test-Path $zip) { Remove-Item $zip }
    [System.IO.Compression.ZipFile]::CreateFromDirectory($module, $zip, 'Optimal', $true)
    Write-Host "Packed $zip"
}

function Clear-Output {
    Get-Item $output, (Join-Path $PSScriptRoot 'src/*/*'), (Join-Path $PSScriptRoot 'tests/*/*'), (Join-Path $PSScriptRoot 'tests/*/*/*') -ErrorAction Ignore |
        Where-Object Name -In bin, obj, output | Remove-Item -Recurse -Force
}

switch ($Task) {
    'Clean' { Clear-Output }
    'Build' { Build-Module }
    'Test' { Invoke-Tests 'default' }
    'Package' { Build-Module; New-Package }
    'Demo' { Build-Module; Start-Demo }
    'Long' { Invoke-Tests 'long' }
}
