#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Holds GalleryPS against other programs that bring files to several hosts, and writes the table into the README.
.DESCRIPTION
    Each program sends the two sample galleries from one host to three others: first over a good network, then over one that loses
    5 % of the packets to each host. Counted is what arrived whole (by SHA-256), whether under its name, and what that cost on the
    sender's link; of two tries the better one, where the first does not bring everything. Then each sends to the receiver of the exercises, which is plain Python, and that is asked what it got.
    netcat and UDPcast send one stream, so they get an archive of tar. What is not installed is named and has no figures.

    Needs root on Linux; from Debian: python3, uftp, udpcast, netcat-openbsd; of rt-libflute (https://github.com/5G-MAG/rt-libflute) the two example
    programs, built from source, on the path. Build the solution first. Takes about three minutes.
.EXAMPLE
    tests/bench/compare.ps1
.EXAMPLE
    tests/bench/compare.ps1 -Program UFTP, UDPcast -PassThru
#>
[CmdletBinding()]
param(
    # Those to try; only when all are tried is the table written.
    [string[]] $Program = '*',

    # Emits the figures as objects, and writes nothing.
    [switch] $PassThru
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Split-Path (Split-Path $PSScriptRoot)
Import-Module (Join-Path $root 'output/GalleryPS')
$gallery = Join-Path $root 'src/GalleryPS.Cli/bin/Release/net10.0/gallery'
$python = "python3 $root/tests/peers/plain.py"
$receivers = 'h2', 'h3', 'h4'
$udp = 'multicast --address 239.25.25.25 --arrival-ip eth0'

# What runs on each receiver, in the folder that it fills, and on the sender, in the folder with the images. All use port 25000 and
# group 239.25.25.25 where they let one choose, so that the receiver of the exercises hears them.
$programs = @(
    @{ Name = 'GalleryPS, Plain'; Needs = $gallery; Version = "$gallery --version"
        Receive = "$gallery receive --transport $udp --output-directory ."
        Send = "$gallery send --transport multicast --to 239.25.25.25 --outbound-ip eth0 *" }
    @{ Name = 'GalleryPS, Flute'; Needs = $gallery; Version = "$gallery --version"
        Receive = "$gallery receive --transport $udp --protocol flute --output-directory ."
        Send = "$gallery send --transport multicast --to 239.25.25.25 --outbound-ip eth0 --protocol flute --receivers 3 *" }
    @{ Name = 'plain Python'; Needs = 'python3'; Version = 'python3 --version'
        Receive = "$python receive multicast 239.25.25.25 25000 . --nic {address}"
        Send = "$python send multicast 239.25.25.25 25000 * --nic 10.77.0.1" }
    @{ Name = 'UFTP'; Needs = 'uftp'; Version = 'dpkg-query -W -f "\${Version}" uftp'
        Receive = 'uftpd -d -U {number} -I eth0 -D $PWD -p 25000 -M 239.25.25.25'
        Send = 'uftp -R 100000 -I eth0 -p 25000 -M 239.25.25.25 *' }
    @{ Name = 'UDPcast'; Needs = 'udp-sender'; Version = 'dpkg-query -W -f "\${Version}" udpcast'
        Receive = 'udp-receiver --nokbd --interface eth0 --portbase 25000 --mcast-rdv-address 239.25.25.25 | tar xf -'
        Send = 'tar cf - * | udp-sender --nokbd --interface eth0 --portbase 25000 --mcast-rdv-address 239.25.25.25 --min-receivers 3' }
    @{ Name = 'netcat'; Needs = 'nc'; Version = 'dpkg-query -W -f "\${Version}" netcat-openbsd'; Exercise = 'tcp'
        Receive = 'nc -l 25000 | tar xf -'
        Send = 'for host in h2 h3 h4; do tar cf - * | nc -N $host 25000; done'
        Plainly = 'for host in h2 h3 h4; do for image in * /dev/null; do nc -N $host 25000 < $image; done; done' }
    # Its sender repeats its table until it is ended.
    @{ Name = 'rt-libflute'; Needs = 'flute-transmitter'; Version = 'flute-transmitter --version'
        Receive = 'flute-receiver -i 0.0.0.0 -m 239.25.25.25 -p 25000 -o .'
        Send = 'timeout 3 flute-transmitter -m 239.25.25.25 -p 25000 -r 0 *' }
)

function Get-SentBytes { [long] (Invoke-GalleryLabCommand h1 -FilePath cat -ArgumentList /sys/class/net/eth0/statistics/tx_bytes | Select-Object -Last 1) }

# Runs one transfer: what arrived, under which names, in what time, at what cost.
function Measure-Transfer([string] $Receive, [string] $Send, [string] $Images) {
    $into = New-Item (Join-Path $work ([guid]::NewGuid().ToString('N'))) -ItemType Directory
    foreach ($name in $receivers) {
        $null = New-Item (Join-Path $into $name) -ItemType Directory
        $number = $name.Substring(1)
        $line = $Receive.Replace('{address}', "10.77.0.$number").Replace('{number}', $number)
        Invoke-GalleryLabCommand $name -FilePath sh -ArgumentList '-c', "cd $into/$name && (timeout 20 setsid sh -c '$line' </dev/null >$into/$name.log 2>&1; echo >$into/$name.end) >/dev/null 2>&1 &"
    }

    # No two programs say alike when they listen: all have their port open in the end.
    $until = [datetime]::UtcNow.AddSeconds(10)
    foreach ($name in $receivers) {
        while (-not (Invoke-GalleryLabCommand $name -FilePath ss -ArgumentList '-lntuH' | Select-String ':25000\b') -and [datetime]::UtcNow -lt $until) { Start-Sleep -Milliseconds 100 }
    }

    $before = Get-SentBytes
    $clock = [Diagnostics.Stopwatch]::StartNew()
    Invoke-GalleryLabCommand h1 -FilePath sh -ArgumentList '-c', "cd $Images && timeout 20 sh -c '$Send' </dev/null >$into/sender.log 2>&1; true"
    $elapsed = $clock.Elapsed
    $sent = (Get-SentBytes) - $before
    $until = [datetime]::UtcNow.AddSeconds(3)
    while (@(Get-Item $into/*.end).Count -lt 3 -and [datetime]::UtcNow -lt $until) { Start-Sleep -Milliseconds 100 }
    foreach ($name in 'h1', 'h2', 'h3', 'h4') { Invoke-GalleryLabCommand $name -FilePath sh -ArgumentList '-c', 'kill -9 $(ss -lntupH | grep -o "pid=[0-9]*" | cut -d= -f2) 2>/dev/null; true' }
    $wanted = Get-ChildItem $Images -File
    $hashes = @{}
    $wanted | Get-FileHash | ForEach-Object { $hashes[$_.Hash] = Split-Path $_.Path -Leaf }
    $whole = @(Get-ChildItem $receivers.ForEach({ Join-Path $into $_ }) -File -Recurse | Get-FileHash | Where-Object { $hashes[$_.Hash] })
    [pscustomobject]@{
        Whole = @($whole | Group-Object { "$((Split-Path $_.Path) -replace '.*/(h\d).*', '$1') $($_.Hash)" }).Count
        All = 3 * $wanted.Count
        Names = $whole.Count -gt 0 -and @($whole | Where-Object { $hashes[$_.Hash] -ne (Split-Path $_.Path -Leaf) }).Count -eq 0
        Cost = $sent / ($wanted | Measure-Object Length -Sum).Sum
        Elapsed = $elapsed
    }
}

function Format-Whole($Transfer) { $Transfer.Whole -eq $Transfer.All ? 'all' : "$($Transfer.Whole) of $($Transfer.All)" }

$work = (New-Item (Join-Path ([IO.Path]::GetTempPath()) "compare-$PID") -ItemType Directory -Force).FullName
$samples = Join-Path $root 'output/GalleryPS/samples'
try {
    $chosen = $programs | Where-Object { $name = $_.Name; $Program | Where-Object { $name -like $_ } }
    $figures = [ordered]@{}
    foreach ($one in $chosen) {
        $figures[$one.Name] = [ordered]@{ Program = $one.Name; Version = 'not installed' }
        if (Get-Command $one.Needs -CommandType Application -ErrorAction Ignore) { $figures[$one.Name].Version = "$(sh -c $one.Version)" -replace '^(gallery|Python) ' -replace '[-+].*' }
    }

    foreach ($loss in 0, 5) {
        $lab = New-GalleryLab -Hosts 4 -LossPercent $loss
        foreach ($one in $chosen | Where-Object { $figures[$_.Name].Version -ne 'not installed' }) {
            $figure = $figures[$one.Name]
            foreach ($size in 'small', 'large') {
                $transfer = Measure-Transfer $one.Receive $one.Send "$samples/$size"
                if ($transfer.Whole -lt $transfer.All) { $transfer = $transfer, (Measure-Transfer $one.Receive $one.Send "$samples/$size") | Sort-Object Whole | Select-Object -Last 1 }
                Write-Verbose "$($one.Name), $size, $loss %: $transfer"
                $figure["$size$loss"] = $transfer
            }

            if ($loss -eq 0) {
                $receive = $one.Contains('Exercise') ? "$python receive tcp 0.0.0.0 25000 ." : "$python receive multicast 239.25.25.25 25000 . --nic {address}"
                $figure.Exercise = Measure-Transfer $receive ($one['Plainly'] ?? $one.Send) "$samples/small"
                Write-Verbose "$($one.Name), to the exercise's receiver: $($figure.Exercise)"
            }
        }
        $lab | Remove-GalleryLab
    }

    if ($PassThru -or $Program -ne '*') { return $figures.Values | ForEach-Object { [pscustomobject] $_ } }
    $installed = @($figures.Values | Where-Object Version -NE 'not installed')
    $rows = [ordered]@{
        'six images of up to 60 KB, at three receivers' = { Format-Whole $_.small0 }
        'the same, and 5 % of the packets lost' = { Format-Whole $_.small5 }
        'three images of 0.4 to 1.3 MB' = { Format-Whole $_.large0 }
        'those, and 5 % of the packets lost' = { Format-Whole $_.large5 }
        'bytes on the sender''s link per byte of images' = { [math]::Max($_.small0.Cost, $_.large0.Cost).ToString('0.0', [cultureinfo]::InvariantCulture) }
        'images keep their names' = { $_.small0.Names ? 'yes' : 'no' }
        'the Python receiver of the exercise understands it' = { $_.Exercise.Whole -gt 0 ? 'yes' : 'no' }
    }
    $table = @("| | $($installed.ForEach({ "$($_.Program) $($_.Version)" }) -join ' | ') |", "|---|$('---|' * $installed.Count)")
    $table += foreach ($row in $rows.GetEnumerator()) { "| $($row.Key) | $(($installed | ForEach-Object $row.Value) -join ' | ') |" }
    $missing = @($figures.Values | Where-Object Version -EQ 'not installed').ForEach({ $_.Program })
    if ($missing) { $table += '', "Not installed where this was made, and so without figures: $($missing -join ', ')." }
    $readme = Join-Path $root 'README.md'
    $text = Get-Content $readme -Raw
    Set-Content $readme ([regex]::Replace($text, '(?s)(?<=<!-- compared -->\n).*?(?=<!-- /compared -->)', { ($table -join "`n") + "`n" })) -NoNewline
    $table
}
finally {
    Get-GalleryLab | Remove-GalleryLab
    Remove-Item $work -Recurse -Force
}
