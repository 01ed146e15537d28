# Turns the help pages (docs/en-US/*.md) into the MAML file that Get-Help reads, and copies the about_ topics beside it.
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Pages,
    [Parameter(Mandatory)] [string] $Destination
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
Import-Module Microsoft.PowerShell.PlatyPS

$null = New-Item $Destination -ItemType Directory -Force
$commands = Get-ChildItem $Pages -Filter '*-*.md' | ForEach-Object { Import-MarkdownCommandHelp $_.FullName }
if (-not $commands) { throw "No help pages in $Pages." }
$scratch = Join-Path ([System.IO.Path]::GetTempPath()) "gallery-help-$PID"
try {
    $null = $commands | Export-MamlCommandHelp -OutputFolder $scratch -Force
    $maml = @(Get-ChildItem $scratch -Recurse -Filter '*.xml')
    if ($maml.Count -ne 1) { throw "Expected one MAML file, not $($maml.Count): the pages must all name the same external help file." }

    # Examples are fenced code in Markdown; in a terminal the fences would only be in the way.
    $text = (Get-Content $maml[0] -Raw) -replace '```powershell\r?\n', '' -replace '\r?\n```', ''
    Set-Content (Join-Path $Destination 'GalleryPS.dll-Help.xml') $text
}
finally {
    if (Test-Path $scratch) { Remove-Item $scratch -Recurse -Force }
}

Get-ChildItem $Pages -Filter 'about_*.md' | ForEach-Object {
    # An about_ topic is plain text: headings lose their marks, code its fences.
    $text = (Get-Content $_ -Raw) -replace '(?m)^#+ ', '' -replace '(?m)^```\w*\r?\n', ''
    Set-Content (Join-Path $Destination "$($_.BaseName).help.txt") $text
}
