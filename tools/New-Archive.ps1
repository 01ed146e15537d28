#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Packs a folder into an archive (.zip or .tar.gz) that has the same bytes each time.
.DESCRIPTION
    The files are in the order of their names and have one time, one owner and one mode, whatever those of the folder are.
.PARAMETER Folder
    What to pack.
.PARAMETER Root
    The folder that everything is in when the archive is unpacked.
.PARAMETER Archive
    The file to write.
.PARAMETER Executable
    The files that are programs, by their paths in the folder.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Folder,
    [Parameter(Mandatory)] [string] $Root,
    [Parameter(Mandatory)] [string] $Archive,
    [string[]] $Executable = @()
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$time = [DateTimeOffset]::new(2000, 1, 1, 0, 0, 0, [TimeSpan]::Zero)
[string[]] $files = Get-ChildItem $Folder -Recurse -File -Force | ForEach-Object { [IO.Path]::GetRelativePath($Folder, $_.FullName).Replace('\', '/') }
[Array]::Sort($files, [StringComparer]::Ordinal)
$output = [IO.File]::Create($Archive)
try {
    if ($Archive -like '*.zip') {
        $zip = [IO.Compression.ZipArchive]::new($output, 'Create')
        foreach ($file in $files) {
            $entry = $zip.CreateEntry("$Root/$file", 'Optimal')
            $entry.LastWriteTime = $time
            $content = $entry.Open()
            $source = [IO.File]::OpenRead((Join-Path $Folder $file))
            $source.CopyTo($content)
            $source.Dispose()
            $content.Dispose()
        }
        $zip.Dispose()
    }
    else {
        $tar = [Formats.Tar.TarWriter]::new([IO.Compression.GZipStream]::new($output, [IO.Compression.CompressionLevel]::Optimal), $false)
        foreach ($file in $files) {
            $entry = [Formats.Tar.UstarTarEntry]::new('RegularFile', "$Root/$file")
            $entry.ModificationTime = $time
            $entry.Mode = $file -in $Executable ? [IO.UnixFileMode] 'UserRead, UserWrite, UserExecute, GroupRead, GroupExecute, OtherRead, OtherExecute' : [IO.UnixFileMode] 'UserRead, UserWrite, GroupRead, OtherRead'
            $entry.DataStream = [IO.File]::OpenRead((Join-Path $Folder $file))
            $tar.WriteEntry($entry)
            $entry.DataStream.Dispose()
        }
        $tar.Dispose()
    }
}
finally {
    $output.Dispose()
}
