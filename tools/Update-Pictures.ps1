#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Makes the pictures of the documentation anew: the exported page, on a desk and on a phone, a contact sheet, and the recording of two
    terminals. Needs Chromium and ImageMagick; the page names the host it was made on, so build.ps1 runs this under the name of another one.
#>
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$root = Split-Path $PSScriptRoot
$images = Join-Path $root 'docs/images'
Import-Module (Join-Path $root 'output/GalleryPS') -Force
$folder = New-Item (Join-Path ([IO.Path]::GetTempPath()) "pictures-$PID") -ItemType Directory -Force
try {
    $page = (Export-Gallery (Join-Path $root 'output/GalleryPS/samples/small') (Join-Path $folder 'gallery.html') -Title 'Six samples').FullName
    $null = Export-Gallery (Join-Path $root 'output/GalleryPS/samples/small') (Join-Path $images 'sheet.jpg') -Title 'Six samples' -Force
    foreach ($look in @{ Name = 'page'; Size = '1280,800'; Dark = 0 }, @{ Name = 'page-phone'; Size = '500,860'; Dark = 1 }) {
        $arguments = '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', "--user-data-dir=$folder/profile", "--window-size=$($look.Size)",
            '--virtual-time-budget=2000', "--screenshot=$folder/$($look.Name).png"
        if ($look.Dark) { $arguments += '--blink-settings=preferredColorScheme=0' }
        chromium @arguments "file://$page" 2>$null
        convert (Join-Path $folder "$($look.Name).png") -strip -quality 82 (Join-Path $images "$($look.Name).jpg")
    }
}
finally { Remove-Item $folder -Recurse -Force }
& (Join-Path $PSScriptRoot 'Update-Recording.ps1')
