<#
.SYNOPSIS
    Brings the lists of the public API (PublicAPI.Unshipped.txt) to what the libraries have.
.DESCRIPTION
    Builds each library with an empty list and writes down what the analyzer misses. What was released stands in
    PublicAPI.Shipped.txt, which only a release changes.
.EXAMPLE
    dotnet pwsh tools/Update-PublicApi.ps1
    All libraries.
.EXAMPLE
    dotnet pwsh tools/Update-PublicApi.ps1 Flute GalleryPS.Core
#>
[CmdletBinding()]
param([Parameter(ValueFromRemainingArguments)] [string[]] $Library)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$source = Join-Path $PSScriptRoot '../src'
if (-not $Library) { $Library = (Get-ChildItem $source -Filter PublicAPI.Unshipped.txt -Recurse -Depth 1).Directory.Name }
foreach ($name in $Library) {
    $folder = Join-Path $source $name
    $list = Join-Path $folder 'PublicAPI.Unshipped.txt'
    Set-Content $list '#nullable enable'
    $output = dotnet build $folder -c Release --no-incremental -nologo -p:TreatWarningsAsErrors=false -p:BuildProjectReferences=false
    if ($LASTEXITCODE -ne 0) {
        dotnet build $folder -c Release -nologo -v quiet -p:TreatWarningsAsErrors=false | Out-Null
        $output = dotnet build $folder -c Release --no-incremental -nologo -p:TreatWarningsAsErrors=false
        if ($LASTEXITCODE -ne 0) { $output | Out-Host; throw "$name does not build." }
    }

    # Libraries that it refers to are built with it, and may lack some of their own.
    [string[]] $missing = foreach ($line in $output -match "[\\/]$([regex]::Escape($name))\.csproj\]$") { if ($line -match "RS0016: Symbol '(.+)' is not part of the declared public API") { $Matches[1] } }
    [string[]] $unique = @($missing | Select-Object -Unique)
    [Array]::Sort($unique, [StringComparer]::Ordinal)
    Set-Content $list (@('#nullable enable') + $unique)
    "${name}: $($unique.Count)"
}
