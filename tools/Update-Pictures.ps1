#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Makes the pictures of the documentation anew: the exported page, on a desk, on a phone and on paper, a contact
    sheet, the report of an experiment, and the recording of two terminals. Needs Chromium, ImageMagick, pdftoppm and tcpdump; the page names the host it was made on, so build.ps1 runs this under the name of another one.
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
    $report = Join-Path $folder 'report.html'
    $null = Invoke-GalleryExperiment (Join-Path $root 'output/GalleryPS/samples/small') -Transport Unicast, Broadcast, Multicast, Tcp -Receivers 3 -Html $report
    $browser = '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', "--user-data-dir=$folder/profile", '--virtual-time-budget=2000'
    foreach ($look in @{ Name = 'page'; Of = $page; Size = '1280,800'; Dark = 0 }, @{ Name = 'page-phone'; Of = $page; Size = '500,860'; Dark = 1 }, @{ Name = 'report'; Of = $report; Size = '1100,860'; Dark = 0 }) {
        $arguments = $browser + "--window-size=$($look.Size)", "--screenshot=$folder/$($look.Name).png"
        if ($look.Dark) { $arguments += '--blink-settings=preferredColorScheme=0' }
        chromium @arguments "file://$($look.Of)" 2>$null
        convert (Join-Path $folder "$($look.Name).png") -strip -quality 82 (Join-Path $images "$($look.Name).jpg")
    }

    chromium @browser --no-pdf-header-footer "--print-to-pdf=$folder/print.pdf" "file://$page" 2>$null
    pdftoppm -r 75 -f 1 -l 1 -singlefile -png (Join-Path $folder 'print.pdf') (Join-Path $folder 'print')
    convert (Join-Path $folder 'print.png') -strip -gravity north -crop 620x440+0+0 +repage -bordercolor '#bbb' -border 1 -quality 82 (Join-Path $images 'print.jpg')
}
finally { Remove-Item $folder -Recurse -Force }
& (Join-Path $PSScriptRoot 'Update-Recording.ps1')
