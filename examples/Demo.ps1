# Sends the sample gallery over loopback with each of the four transports to three receivers, and holds what arrived against
# the files: byte for byte. Run it with "build.ps1 -Task Demo".
[CmdletBinding()]
param(
    [ValidateRange(1, 100)] [int] $Receivers = 3,
    # The first of four ports.
    [int] $Port = 25100
)

$ErrorActionPreference = 'Stop'
$module = Join-Path $PSScriptRoot '../output/GalleryPS/GalleryPS.psd1'
Import-Module $module
$files = Get-ChildItem (Join-Path $PSScriptRoot '../output/GalleryPS/samples/small') -Filter *.jpg
$wanted = ($files | Get-FileHash).Hash
$hosts = 1..$Receivers | ForEach-Object { "127.0.0.$_" }

# Where each transport is sent to and received; a port of its own each.
$transports = [ordered] @{
    Unicast   = @{ Send = @{ To = $hosts }; Receive = { @{ Address = $hosts[$_] } } }
    Broadcast = @{ Send = @{ To = '127.255.255.255' }; Receive = { @{} } }
    Multicast = @{ Send = @{ To = '239.25.25.25'; OutboundIP = '127.0.0.1' }; Receive = { @{ Address = '239.25.25.25'; ArrivalIP = '127.0.0.1' } } }
    Tcp       = @{ Send = @{ To = $hosts }; Receive = { @{ Address = $hosts[$_] } } }
}

# A receiver in a thread of its own; it says on the verbose stream that it is ready.
function Start-Receiver([hashtable] $Parameters) {
    $job = Start-ThreadJob -ThrottleLimit 100 {
        param($module, $parameters)
        Import-Module $module
        Receive-Gallery @parameters -IdleTimeout 15 -Verbose
    } -ArgumentList $module, $Parameters
    while ($job.Verbose.Count -eq 0) {
        if ($job.State -notin 'NotStarted', 'Running') { throw "A receiver did not start: $($job.Error)" }
        Start-Sleep -Milliseconds 10
    }
    $job
}

$results = foreach ($transport in $transports.Keys) {
    $common = @{ Transport = $transport; Port = $Port++ }
    $jobs = 0..($Receivers - 1) | ForEach-Object { Start-Receiver ($common + (& $transports[$transport].Receive)) }
    $send = $transports[$transport].Send
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $sent = @(Send-Gallery $files @common @send)
    $intact = $jobs | ForEach-Object {
        $images = Receive-Job $_ -Wait 4>$null
        Remove-Job $_
        $hashes = $images | ForEach-Object { (Get-FileHash -InputStream ([System.IO.MemoryStream] $_.Data)).Hash }
        $hashes | Select-Object -Unique | Where-Object { $_ -in $wanted }
    }
    $clock.Stop()
    [pscustomobject]@{
        Transport = $transport
        To        = @($send.To)[0] + (@($send.To).Count -gt 1 ? " to .$Receivers" : '')
        Receivers = $Receivers
        Images    = $files.Count
        BytesSent = ($sent | Measure-Object Bytes -Sum).Sum
        Intact    = "$($intact.Count) of $($files.Count * $Receivers)"
        Seconds   = $clock.Elapsed.TotalSeconds
        Good      = $intact.Count -eq $files.Count * $Receivers
    }
}

$results | Format-Table Transport, To, Receivers, Images, @{ n = 'Bytes sent'; e = 'BytesSent'; f = 'N0' }, Intact, @{ n = 'Time'; e = { '{0:0.00} s' -f $_.Seconds }; a = 'Right' }
if ($results.Good -contains $false) { Write-Error 'Not everything arrived intact.' }
