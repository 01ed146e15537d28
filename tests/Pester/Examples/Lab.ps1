# Two hosts on a link, as the examples of the help have them: 192.168.56.103 is this one, and the other has the addresses .104 to
# .106 and the names server1 to server3. Hosts are network namespaces, and their NIC is eth1. Dot-source it.

$hostScript = Join-Path $PSScriptRoot 'Host.ps1'

function Invoke-Ip([string] $Arguments) {
    $out = & ip ($Arguments -split ' ') 2>&1
    if ($LASTEXITCODE -ne 0) { throw "ip ${Arguments}: $out" }
}

# Starts PowerShell on a host; its /etc/hosts has the names.
function Start-ExampleHost([string] $Namespace, [string] $HostsFile, [string] $Module) {
    $start = [System.Diagnostics.ProcessStartInfo]::new('ip')
    $inner = 'mount --bind "$1" /etc/hosts; shift; exec "$@"'

    # As a .NET tool PowerShell is an assembly that dotnet runs.
    $shell = @([Environment]::ProcessPath) + @(if ([Environment]::GetCommandLineArgs()[0].EndsWith('.dll')) { Join-Path $PSHOME 'pwsh.dll' })
    $arguments = @('netns', 'exec', $Namespace, 'bash', '-c', $inner, 'bash', $HostsFile) + $shell + '-NoProfile', '-NonInteractive', '-File', $hostScript, '-Module', $Module
    foreach ($argument in $arguments) { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $null = $start.Environment.Remove('DISPLAY')
    $null = $start.Environment.Remove('WAYLAND_DISPLAY')
    $new = @{ Process = [System.Diagnostics.Process]::Start($start); Events = [System.Collections.Generic.List[object]]::new(); Next = $null; Namespace = $Namespace }
    $null = Wait-HostEvent $new '' 'started' 60
    $new
}

# Waits until a host says that something happened; what else it says is kept.
function Wait-HostEvent($ExampleHost, [string] $Id, [string[]] $Event, [int] $Seconds) {
    $until = [datetime]::UtcNow.AddSeconds($Seconds)
    while ($true) {
        $found = $ExampleHost.Events | Where-Object { $_.id -eq $Id -and $_.event -in $Event } | Select-Object -First 1
        if ($found) { return $found }
        $ExampleHost.Next ??= $ExampleHost.Process.StandardOutput.ReadLineAsync()
        if (-not $ExampleHost.Next.Wait([math]::Max(1, [int] ($until - [datetime]::UtcNow).TotalMilliseconds))) { throw "$Id is not $Event after $Seconds s." }
        $line = $ExampleHost.Next.Result
        $ExampleHost.Next = $null
        if ($null -eq $line) { throw 'The host has ended.' }
        if ($line.Contains([char] 1)) { $ExampleHost.Events.Add((ConvertFrom-Json $line.Substring($line.IndexOf([char] 1) + 1))) }
    }
}

function Send-HostCommand($ExampleHost, [hashtable] $Command) {
    $ExampleHost.Process.StandardInput.WriteLine(($Command | ConvertTo-Json -Compress))
    $ExampleHost.Process.StandardInput.Flush()
}

function New-ExampleLab([string] $Module, [string] $Folder) {
    $here, $there = "glx$($PID)a", "glx$($PID)b"
    Invoke-Ip "netns add $here"
    Invoke-Ip "netns add $there"
    Invoke-Ip "-n $here link add eth1 type veth peer name eth1 netns $there"
    foreach ($namespace in $here, $there) { foreach ($device in 'lo', 'eth1') { Invoke-Ip "-n $namespace link set $device up" } }
    Invoke-Ip "-n $here addr add 192.168.56.103/24 brd + dev eth1"
    foreach ($last in 104..106) { Invoke-Ip "-n $there addr add 192.168.56.$last/24 brd + dev eth1" }
    foreach ($namespace in $here, $there) { Invoke-Ip "-n $namespace route add default dev eth1" }
    $hosts = Join-Path $Folder 'hosts'
    Set-Content $hosts "127.0.0.1 localhost`n192.168.56.104 server1`n192.168.56.105 server2`n192.168.56.106 server3"
    @{ Here = Start-ExampleHost $here $hosts $Module; There = Start-ExampleHost $there $hosts $Module; Folder = $Folder }
}

function Remove-ExampleLab($Lab) {
    foreach ($one in $Lab.Here, $Lab.There) {
        $one.Process.StandardInput.Close()
        if (-not $one.Process.WaitForExit(10000)) { $one.Process.Kill($true) }
        Invoke-Ip "netns del $($one.Namespace)"
    }
}

# Runs an example with what it needs around it, and hands out what came of it and of the others.
function Invoke-Example($Lab, [string] $Id, [string] $Code, [hashtable] $Scene, [string] $Folder) {
    $peers = @(foreach ($place in 'Here', 'There') {
        $n = 0
        foreach ($script in @($Scene[$place])) {
            if ($script) { @{ Host = $Lab[$place]; Id = "$Id/$place$(($n++))"; Script = $script; IsFirst = $script -match 'Receive-|Start-GalleryServer'; Keep = $script -match 'Start-GalleryServer' } }
        }
    })
    $startPeer = {
        Send-HostCommand $args[0].Host @{ command = 'run'; id = $args[0].Id; script = $args[0].Script; folder = $Folder; before = ''; check = ''; keep = $args[0].Keep }
        if ($args[0].IsFirst) { $null = Wait-HostEvent $args[0].Host $args[0].Id 'ready', 'done' 30 }
    }
    foreach ($peer in $peers | Where-Object IsFirst) { & $startPeer $peer }
    Send-HostCommand $Lab.Here @{ command = 'run'; id = $Id; script = $Code; folder = $Folder; before = "$($Scene['Before'])"; check = "$($Scene['Check'])"; keep = $false }
    $late = @($peers | Where-Object { -not $_.IsFirst })
    if ($late) { $null = Wait-HostEvent $Lab.Here $Id 'ready', 'done' 30 }
    foreach ($peer in $late) { & $startPeer $peer }

    # Some examples run until Ctrl+C: they are stopped when the others are done, or when something came out.
    if ($Scene['Stop'] -eq 'Emitted') { $null = Wait-HostEvent $Lab.Here $Id 'emitted', 'done' 30 }
    $stopFirst = $Scene['Stop'] -ne 'Peers'
    if ($Scene['Stop'] -eq 'Emitted') { Send-HostCommand $Lab.Here @{ command = 'stop'; id = $Id } }
    $result = if ($stopFirst) { Wait-HostEvent $Lab.Here $Id 'done' 60 }
    $others = @(foreach ($peer in $peers) { Wait-HostEvent $peer.Host $peer.Id 'done' 60 })
    if (-not $stopFirst) {
        Send-HostCommand $Lab.Here @{ command = 'stop'; id = $Id }
        $result = Wait-HostEvent $Lab.Here $Id 'done' 30
    }

    # Servers outlast the script that started them, but not its runspace.
    foreach ($peer in $peers | Where-Object Keep) {
        Send-HostCommand $peer.Host @{ command = 'end'; id = $peer.Id }
        $null = Wait-HostEvent $peer.Host $peer.Id 'ended' 30
    }

    @{ Example = $result; Others = $others }
}
