#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Runs the commands of the guides and puts what comes out below them.
.DESCRIPTION
    The blocks "powershell" of a file in docs/guide run one after the other in one session, in a folder of their own, with the module
    in output/GalleryPS. A block "text" that follows one is its output. Guides make labs and captures: that takes root on Linux, and
    tcpdump. What is only to be read stands in blocks of other languages.
.EXAMPLE
    tools/Update-Guides.ps1 exercises
.EXAMPLE
    tools/Update-Guides.ps1 -Check
#>
[CmdletBinding()]
param(
    [string[]] $Name = '*',

    # Changes nothing, and emits the names of the guides whose output is another one.
    [switch] $Check
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$env:PSModulePath = (Join-Path $root 'output') + [IO.Path]::PathSeparator + $env:PSModulePath

# A session as the reader has it, with numbers as in the guides and no colours.
function New-Session([string] $Folder) {
    $shell = [powershell]::Create()
    $null = $shell.AddScript("Set-Location '$Folder'; Import-Module GalleryPS; `$PSStyle.OutputRendering = 'PlainText'; `$WarningPreference = 'SilentlyContinue'").Invoke()
    $shell
}

# What comes out. Ports that the system chooses are others each time.
function Get-Output([powershell] $Shell, [string] $Code) {
    $Shell.Commands.Clear()
    $text = -join $Shell.AddScript("[cultureinfo]::CurrentCulture = 'en-US'`n$Code", $false).AddCommand('Out-String').AddParameter('Width', 100).Invoke()
    if ($Shell.HadErrors -and $Shell.Streams.Error.Count -gt 0) { throw "$($Shell.Streams.Error[0])" }
    ($text -replace "`r" -replace '[ \t]+(?=\n)' -replace '\n{3,}', "`n`n" -replace '(?<=\d\.\d+:)(3[2-9]|[456]\d)\d{3}\b', '40000').Trim("`n")
}

foreach ($guide in Get-ChildItem (Join-Path $root 'docs/guide') -Filter *.md | Where-Object { $file = $_; $Name | Where-Object { $file.BaseName -like $_ } }) {
    $folder = New-Item (Join-Path ([IO.Path]::GetTempPath()) "guide-$PID-$($guide.BaseName)") -ItemType Directory -Force
    try {
        Copy-Item (Join-Path $root 'output/GalleryPS/samples/small') (Join-Path $folder pictures) -Recurse
        Copy-Item (Join-Path $root 'output/GalleryPS/samples/large') (Join-Path $folder photos) -Recurse
        $shell = New-Session $folder
        $old = (Get-Content -LiteralPath $guide -Raw) -replace "`r"
        $new = [regex]::Replace($old, '(?ms)(?<=^```powershell\n)(?<code>.*?)\n```\n(?<shown>\n```text\n(?:(?!```).*?\n)??```\n)?', {
                param($match)
                $code = $match.Groups['code'].Value
                Write-Verbose "$($guide.Name): $($code.Split("`n")[0])"
                try { $output = Get-Output $shell $code }
                catch { throw "$($guide.Name): $($code.Split("`n")[0]) ...: $_" }
                $shown = $match.Groups['shown'].Success ? "`n``````text`n$output`n```````n" : ''
                "$code`n```````n$shown"
            })
    }
    finally {
        $null = Get-Output $shell 'Get-GalleryServer | Stop-GalleryServer; Get-GalleryLab | Remove-GalleryLab'
        $shell.Dispose()
        Remove-Item $folder -Recurse -Force
    }

    if ($new -ceq $old) { continue }
    if ($Check) { $guide.BaseName }
    else { Set-Content -LiteralPath $guide $new -NoNewline; Write-Host "Wrote $guide" }
}
