#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Makes the pictures of the documentation anew: the exported page, on a desk, on a phone and on paper, a contact
    sheet, an image in a terminal, the report of an experiment, and the recording of two terminals. Needs Chromium, ImageMagick, pdftoppm, script and tcpdump; the page names the host it was made on, so build.ps1 runs this under the name of another one.
#>
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$root = Split-Path $PSScriptRoot
$images = Join-Path $root 'docs/images'
Import-Module (Join-Path $root 'output/GalleryPS') -Force

# What Show-Gallery draws with coloured half blocks in a terminal of 80 x 24 cells, as a page: cells of 9 x 18 pixels.
function Get-TerminalPage([string] $Image) {
    $show = "dotnet '$PSHOME/pwsh.dll' -NoProfile -Command `"Import-Module '$root/output/GalleryPS'; Show-Gallery '$Image' -As Terminal -Graphics Blocks -Interval 0.1 > /dev/null`""
    $text = (script -qefc "stty columns 80 rows 24; env -u NO_COLOR TERM=xterm-256color COLORTERM=truecolor $show" /dev/null) -join "`n"
    $screen = [regex]::Match($text, '(?s).*\e\[2J(?=\e\[\d+;\d+H.*▀)(.*?)\e\[\?25h').Groups[1].Value
    $front, $back, $ink = '#ccc', '#111', 1
    $cells = foreach ($part in [regex]::Matches($screen, '\e\[(?<code>[\d;]*)(?<end>[A-Za-z])|(?<text>[^\e]+)')) {
        if ($part.Groups['end'].Value -eq 'H') {
            $row, $column = $part.Groups['code'].Value -split ';'
            "</div><div style=""top:$(18 * ($row - 1))px;left:$(9 * ($column - 1))px"">"
        }
        elseif ($part.Groups['end'].Value -eq 'm') {
            switch -Regex ($part.Groups['code'].Value) {
                '^0?$' { $front, $back, $ink = '#ccc', '#111', 1 }
                '^2$' { $ink = 0.7 }
                '38;2;(\d+;\d+;\d+)' { $front = "rgb($($Matches[1] -replace ';', ','))" }
                '48;2;(\d+;\d+;\d+)' { $back = "rgb($($Matches[1] -replace ';', ','))" }
            }
        }
        elseif (-not $part.Groups['end'].Success) {
            foreach ($letters in [regex]::Matches($part.Value, '▀+|[^▀]+').Value) {
                $half = $letters[0] -eq '▀'
                $ground = $half ? "linear-gradient($front 50%,$back 50%)" : $back
                "<span style=""background:$ground;color:$front;opacity:$ink"">$([Security.SecurityElement]::Escape($half ? [string]::new([char] 0xA0, $letters.Length) : $letters))</span>"
            }
        }
    }
    $file = Join-Path $folder 'terminal.html'
    Set-Content $file "<!DOCTYPE html><meta charset=utf-8><style>body{margin:0;background:#111}div{position:absolute;white-space:pre;font:14.95px/18px 'DejaVu Sans Mono',monospace}span{display:inline-block;height:18px}</style><div>$(-join $cells)</div>"
    $file
}

$folder = New-Item (Join-Path ([IO.Path]::GetTempPath()) "pictures-$PID") -ItemType Directory -Force
try {
    $page = (Export-Gallery (Join-Path $root 'output/GalleryPS/samples/small') (Join-Path $folder 'gallery.html') -Title 'Six samples').FullName
    $null = Export-Gallery (Join-Path $root 'output/GalleryPS/samples/small') (Join-Path $images 'sheet.jpg') -Title 'Six samples' -Force
    $report = Join-Path $folder 'report.html'
    $null = Invoke-GalleryExperiment (Join-Path $root 'output/GalleryPS/samples/small') -Transport Unicast, Broadcast, Multicast, Tcp -Receivers 3 -Html $report
    $browser = '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', "--user-data-dir=$folder/profile", '--virtual-time-budget=2000'
    $terminal = Get-TerminalPage (Join-Path $root 'output/GalleryPS/samples/small/01-harbour.jpg')
    foreach ($look in @{ Name = 'terminal'; Of = $terminal; Size = '720,432'; Dark = 1 }, @{ Name = 'page'; Of = $page; Size = '1280,800'; Dark = 0 }, @{ Name = 'page-phone'; Of = $page; Size = '500,860'; Dark = 1 }, @{ Name = 'report'; Of = $report; Size = '1100,860'; Dark = 0 }) {
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
