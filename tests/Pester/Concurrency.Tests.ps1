# Many at once in one process, and jobs that are stopped wherever they are.
BeforeAll {
    . $PSScriptRoot/Support.ps1
    $folder = (New-Item (Join-Path $TestDrive 'gallery') -ItemType Directory).FullName
    1..3 | ForEach-Object { New-TestPicture "$folder/$_.bmp" 60 40 }
    $hashes = (Get-ChildItem $folder | Get-FileHash).Hash | Sort-Object

    # A job in a runspace of this process, once it has said that it is where it is to be stopped.
    function Start-Stoppable([string] $Script, [hashtable] $With, [string] $Said) {
        $job = Start-ThreadJob -StreamingHost $null -ThrottleLimit 50 -ArgumentList $moduleManifest, $Script, $With -ScriptBlock {
            param($module, $script, $with)
            Import-Module $module
            & ([scriptblock]::Create($script)) $with
        }
        $until = [datetime]::UtcNow.AddSeconds(30)
        while (-not ($job.Verbose | Where-Object Message -Match $Said)) {
            # Asked once: it may go from one of these to the other in between.
            if ($job.State -notin 'Running', 'NotStarted' -or [datetime]::UtcNow -gt $until) { throw "The job is not there: $($job.State) $($job.Error) $($job.Verbose)" }
            [System.Threading.Thread]::Sleep(5)
        }
        $job
    }
}

Describe 'Twenty receivers in one process' -Tag Long {
    It 'get every image, each in a runspace of its own' {
        $port = Get-FreePort
        $sender = Start-ThreadJob -ArgumentList $moduleManifest, $folder, $port -ScriptBlock {
            param($module, $folder, $port)
            Import-Module $module
            Send-Gallery $folder -Protocol Flute -Transport Multicast -To 239.25.25.77 -OutboundIP 127.0.0.1 -Port $port -Receivers 20 -WaitTimeout 60
        }
        $received = 1..20 | ForEach-Object -ThrottleLimit 20 -Parallel {
            Import-Module $using:moduleManifest
            $images = Receive-Gallery -Protocol Flute -Transport Multicast -Address 239.25.25.77 -ArrivalIP 127.0.0.1 -Port $using:port -IdleTimeout 60 -OutputDirectory "$using:TestDrive/in$_"
            [pscustomobject]@{ Receiver = $_; Images = @($images).Count; Hashes = (Get-ChildItem "$using:TestDrive/in$_" | Get-FileHash).Hash | Sort-Object }
        }
        $sent = $sender | Receive-Job -Wait -AutoRemoveJob
        $received.Count | Should -Be 20
        foreach ($one in $received) { $one.Hashes | Should -Be $hashes -Because "receiver $($one.Receiver)" }
        @($sent | Where-Object { $_ -is [GalleryPS.ServedReceiver] -and $_.Completed }).Count | Should -Be 20
    }
}

Describe 'Two runspaces' {
    It 'each have a module of their own, and one list of servers' {
        $run = {
            param($module, $name)
            Import-Module $module
            $server = Start-GalleryServer $name -Address 127.0.0.1 -Port 0
            (Connect-GalleryServer "127.0.0.1:$($server.Port)" -Count 20).Text | Sort-Object -Unique
            $server | Stop-GalleryServer
        }
        $jobs = 'left', 'right' | ForEach-Object { Start-ThreadJob $run -ArgumentList $moduleManifest, $_ }
        $jobs | Receive-Job -Wait -AutoRemoveJob | Sort-Object | Should -Be 'Hello from left', 'Hello from right'
        Get-GalleryServer | Should -BeNullOrEmpty
    }
}

Describe 'Stop-Job' {
    It 'ends a cmdlet that is <Where>, and frees its port' -ForEach @(
        @{ Where = 'receiving datagrams'; Said = '^Bound'; Script = 'param($p) Receive-Gallery -Port $p.Port -Verbose'; Udp = $true }
        @{ Where = 'receiving connections'; Said = '^Listening'; Script = 'param($p) Receive-Gallery -Transport Tcp -Port $p.Port -Verbose' }
        @{ Where = 'receiving with TLS'; Said = '^Listening'; Script = 'param($p) Receive-Gallery -Transport Tcp -UseTls -Port $p.Port -Verbose' }
        @{ Where = 'in the middle of an image'; Said = '^Listening'; Half = $true; Script = 'param($p) Receive-Gallery -Transport Tcp -Port $p.Port -OutputDirectory $p.Folder -Verbose' }
        @{ Where = 'receiving with Flute'; Said = '^Bound'; Script = 'param($p) Receive-Gallery -Protocol Flute -Port $p.Port -Verbose'; Udp = $true }
        @{ Where = 'receiving messages'; Said = 'Bound|Joined'; Script = 'param($p) Receive-GalleryMessage -Address 127.0.0.1 -Port $p.Port -Verbose'; Udp = $true }
        @{ Where = 'waiting for receivers'; Said = '^Waiting for'; Script = 'param($p) Send-Gallery $p.Gallery -Protocol Flute -Port $p.Port -Receivers 3 -Verbose' }
        @{ Where = 'sending slowly'; Said = 'FLUTE session'; Script = 'param($p) Send-Gallery $p.Gallery -Protocol Flute -Port $p.Port -BitRate 1000 -WarningAction Ignore -Verbose' }
    ) {
        $port = Get-FreePort -Tcp:(-not $Udp)
        $with = @{ Port = $port; Gallery = $folder; Folder = "$TestDrive/half" }
        $job = Start-Stoppable $Script $with $Said
        if ($Half) {
            $client = [System.Net.Sockets.TcpClient]::new('127.0.0.1', $port)
            $client.GetStream().Write([System.IO.File]::ReadAllBytes("$folder/1.bmp"), 0, 4000)
        }
        try {
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $job | Stop-Job
            $job | Wait-Job -Timeout 10 | Should -Not -BeNullOrEmpty
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 3
            $job.State | Should -Be 'Stopped'
            if ($Said -notmatch 'Waiting|session') {
                $again = [System.Net.Sockets.Socket]::new('InterNetwork', ($Udp ? 'Dgram' : 'Stream'), ($Udp ? 'Udp' : 'Tcp'))
                try { if (-not $Udp) { $again.SetSocketOption('Socket', 'ReuseAddress', $true) }; $again.Bind([System.Net.IPEndPoint]::new([ipaddress]::Loopback, $port)) }
                finally { $again.Dispose() }
            }
            Get-ChildItem "$TestDrive/half" -Force -ErrorAction Ignore | Should -BeNullOrEmpty
        }
        finally {
            if ($Half) { $client.Dispose() }
            $job | Remove-Job -Force
        }
    }
}
