#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Records two terminals into docs/images/recording.svg: a receiver, and a sender that also predicts.
.DESCRIPTION
    The commands run, each terminal in a PowerShell of its own, and what they write appears in the picture when it was written. The
    typing is made up, and so is the pause before the sender starts.
#>
$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$typing, $pause, $afterwards = 0.06, 0.6, 6.0

# Terminals as they are drawn: columns and the pixels of a cell.
$columns, $width, $height, $margin = 80, 8.43, 19, 16

# A PowerShell with the module, which waits for a line before it runs its command.
function Open-Terminal([string] $Command) {
    $script = "`$PSStyle.OutputRendering = 'Ansi'; `$ProgressPreference = 'Ignore'; Set-Location '$root/output/GalleryPS/samples'; Import-Module '$root/output/GalleryPS'; 'open'; `$null = [Console]::ReadLine(); $Command"
    $start = [Diagnostics.ProcessStartInfo]::new('dotnet', [string[]] ((Join-Path $PSHOME 'pwsh.dll'), '-NoProfile', '-Command', $script))
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $process = [Diagnostics.Process]::Start($start)
    if ($process.StandardOutput.ReadLine() -ne 'open') { throw "$Command does not start." }
    $process
}

# Lets it run; each line it writes is kept with its time.
function Start-Recording([Diagnostics.Process] $Process, [Diagnostics.Stopwatch] $Clock) {
    $Process.StandardInput.WriteLine()
    Start-ThreadJob {
        while ($null -ne ($line = ($using:Process).StandardOutput.ReadLine())) { [pscustomobject]@{ At = ($using:Clock).Elapsed.TotalSeconds; Text = $line } }
    }
}

function Wait-Recording($Recording) { @($Recording | Wait-Job -Timeout 30 | Receive-Job) }

# What appears at a time; the same times share their keyframes.
$times = [ordered]@{}
function Get-Appearance([double] $At) {
    $key = 'k' + [int] ($At * 100)
    $times[$key] = $At
    "style=""animation-name:$key"""
}

function Format-Text([string] $Text) { [Security.SecurityElement]::Escape($Text) }

# Headings are what PowerShell makes bold and green.
function Format-Line([string] $Text) {
    $heading = $false
    -join ($Text -split '(\e\[[\d;]*m)' | Where-Object { $_ } | ForEach-Object {
            if ($_ -match '^\e\[') { $heading = $_ -match '32' } elseif ($heading) { "<tspan class=""h"">$(Format-Text $_)</tspan>" } else { Format-Text $_ }
        })
}

# A terminal from a given row of the picture on: its title, then prompts and output, each at its time.
function Format-Terminal([string] $Title, [int] $Top, [int] $Rows, [object[]] $Entries) {
    $wide, $high = ($columns * $width + 2 * $margin), ($Rows * $height + 2 * $margin + 14)
    "<g transform=""translate(0 $Top)""><rect width=""$wide"" height=""$high"" rx=""8""/><text class=""t"" x=""$($wide / 2)"" y=""19"">$Title</text>"
    $row = 0
    foreach ($entry in $Entries) {
        $row++
        if (-not $entry.Text) { continue }
        $place = "x=""$margin"" y=""$($row * $height + 30)"""
        if (-not $entry.Contains('Typed')) { "<text class=""a"" $place $(Get-Appearance $entry.At)>$(Format-Line $entry.Text)</text>"; continue }
        $typed = for ($i = 0; $i -lt $entry.Text.Length; $i += 2) {
            $letters = Format-Text $entry.Text.Substring($i, [math]::Min(2, $entry.Text.Length - $i))
            "<tspan class=""a"" $(Get-Appearance ($entry.At + $i * $typing))>$letters</tspan>"
        }
        $prompt = $row -eq 1 ? 'class="p"' : "class=""p a"" $(Get-Appearance ($entry.At - $pause))"
        "<text $place><tspan $prompt>PS&gt; </tspan>$(-join $typed)</text>"
    }
    '</g>'
}

$receive = 'Receive-Gallery -Transport Multicast -ArrivalIP eth0'
$send = 'Send-Gallery small -Transport Multicast -OutboundIP eth0 -Interval 0.4'
$measure = 'Measure-Gallery small -Receivers 3'
$receiver, $sender, $meter = $receive, $send, $measure | ForEach-Object { Open-Terminal $_ }

# The clock of the picture stands while its terminals are typed into.
$clock = [Diagnostics.Stopwatch]::StartNew()
$received = Start-Recording $receiver $clock
while (-not (Select-String -Path /proc/net/igmp -Pattern '191919EF' -Quiet)) {
    if ($receiver.HasExited) { throw "$receive has ended." }
    [Threading.Thread]::Sleep(5)
}
$sendAt = $clock.Elapsed.TotalSeconds
$sent = Start-Recording $sender $clock
$receivedLines, $sentLines = (Wait-Recording $received), (Wait-Recording $sent)
$clock.Restart()
$measuredLines = Wait-Recording (Start-Recording $meter $clock)

$receiveTyped = 0.5
$sendTyped = $receiveTyped + $receive.Length * $typing + $pause
$run = $sendTyped + $send.Length * $typing + 0.2 - $sendAt
$measureTyped = $run + $pause + (@($receivedLines) + $sentLines | Measure-Object At -Maximum).Maximum
$measured = $measureTyped + $measure.Length * $typing + 0.2
$end = $measured + $measuredLines[-1].At + $afterwards

function Get-Shown($Lines, [double] $From) { $Lines | ForEach-Object { @{ At = $From + $_.At; Text = $_.Text.TrimEnd() } } }
$top = @(@{ Typed = $true; At = $receiveTyped; Text = $receive }) + (Get-Shown $receivedLines $run)
$bottom = @(@{ Typed = $true; At = $sendTyped; Text = $send }) + (Get-Shown $sentLines $run) + @(@{ Typed = $true; At = $measureTyped; Text = $measure }) + (Get-Shown $measuredLines $measured)
while (-not $top[-1].Text) { $top = $top[0..($top.Count - 2)] }
while (-not $bottom[-1].Text) { $bottom = $bottom[0..($bottom.Count - 2)] }
$second = $top.Count * $height + 2 * $margin + 24
$drawn = @(Format-Terminal 'receiver' 0 $top.Count $top) + (Format-Terminal 'sender' $second $bottom.Count $bottom)
$size = "$($columns * $width + 2 * $margin) $($second + $bottom.Count * $height + 2 * $margin + 14)"
$frames = $times.GetEnumerator() | ForEach-Object { "@keyframes $($_.Key){0%{opacity:0}$([math]::Round(100 * $_.Value / $end, 2))%,to{opacity:1}}" }
$style = @"
text{font:14px ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d8dee9;white-space:pre}
rect{fill:#1b1f27}.t{fill:#8b95a7;font-size:12px;text-anchor:middle}.p{fill:#7aa2f7}.h{fill:#9ece6a;font-weight:bold}
.a{animation:$([math]::Round($end, 1))s step-end infinite}@media(prefers-reduced-motion){.a{animation:none}}
"@
$svg = "<svg xmlns=""http://www.w3.org/2000/svg"" viewBox=""0 0 $size"" role=""img""><title>A receiver and a sender in two terminals</title><style>$style`n$($frames -join "`n")</style>`n$($drawn -join "`n")`n</svg>`n"
Set-Content (Join-Path $root 'docs/images/recording.svg') $svg -NoNewline
