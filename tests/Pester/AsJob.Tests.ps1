# Cmdlets that run as jobs, from start to each of their ends.
BeforeDiscovery { $can = $IsLinux -and (id -u) -eq 0 -and (Get-Command tcpdump -ErrorAction Ignore) }

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $samples = Join-Path (Split-Path $moduleManifest) 'samples/small'

    # Waits until the job listens; it says so on its verbose stream.
    function Wait-Ready($Job) {
        $until = [datetime]::UtcNow.AddSeconds(20)
        while (-not ($Job.Verbose | Where-Object Message -Match '^(Bound|Joined|Listening)')) {
            if ($Job.State -notin 'NotStarted', 'Running' -or [datetime]::UtcNow -gt $until) { throw "The job is $($Job.State): $($Job.Error) $($Job.JobStateInfo.Reason)" }
            [System.Threading.Thread]::Sleep(5)
        }
    }
}

Describe '-AsJob' {
    AfterEach { $job | Remove-Job -Force -ErrorAction Ignore }

    It 'receives in the background; Receive-Job gives the images, in the folder of the call' {
        Push-Location $TestDrive
        try { $job = Receive-Gallery -Transport Multicast -ArrivalIP 127.0.0.1 -Port 25321 -OutputDirectory ./in -AsJob -Verbose }
        finally { Pop-Location }
        $job | Should -BeOfType System.Management.Automation.Job2
        $job.Name | Should -Be 'Receive-Gallery'
        Wait-Ready $job
        $job.State | Should -Be 'Running'
        $null = Send-Gallery $samples -Transport Multicast -OutboundIP 127.0.0.1 -Port 25321 -EndDelay 0.2
        $null = Wait-Job $job -Timeout 20
        $job.State | Should -Be 'Completed'
        $images = Receive-Job $job
        $images.Count | Should -Be 6
        $images[0] | Should -BeOfType GalleryPS.ReceivedImage
        (Get-ChildItem (Join-Path $TestDrive in)).Count | Should -Be 6
    }

    It 'is stopped at once, with the group left and the port free' {
        $job = Receive-Gallery -Transport Multicast -Address 239.77.1.2 -ArrivalIP 127.0.0.1 -Port 25322 -AsJob -Verbose
        Wait-Ready $job
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-Job $job
        $job.State | Should -Be 'Stopped'
        $clock.ElapsedMilliseconds | Should -BeLessThan 2000
        if ($IsLinux) { Get-Content /proc/net/igmp -Raw | Should -Not -Match '02014DEF' }
        $socket = [System.Net.Sockets.UdpClient]::new(25322)
        $socket.Dispose()
    }

    It 'fails with the error of a wrong call' {
        $job = Receive-Gallery -Transport Multicast -Address 192.0.2.1 -AsJob
        $null = Wait-Job $job -Timeout 20
        $job.State | Should -Be 'Failed'
        $job.JobStateInfo.Reason.ErrorRecord.FullyQualifiedErrorId | Should -BeLike 'AddressNotMulticast*'
        { Receive-Job $job -ErrorAction Stop } | Should -Throw '*192.0.2.1*'
    }

    It 'receives messages' {
        $job = Receive-GalleryMessage -Address 239.77.1.3 -ArrivalIP 127.0.0.1 -Port 25323 -Count 1 -AsJob -Verbose
        Wait-Ready $job
        $null = Send-GalleryMessage 'hello' -To 239.77.1.3 -OutboundIP 127.0.0.1 -Port 25323
        $null = Wait-Job $job -Timeout 20
        $job.State | Should -Be 'Completed'
        (Receive-Job $job).Text | Should -Be 'hello'
    }

    It 'sends in the background what a call names, and what the pipeline brought' {
        $port = Get-FreePort -Tcp
        foreach ($send in { Send-Gallery $samples -Transport Tcp -Port $port -EndDelay 0 -AsJob }, { Get-ChildItem $samples | Send-Gallery -Transport Tcp -Port $port -EndDelay 0 -AsJob }) {
            $receiver = Start-Receiver @{ Transport = 'Tcp'; Port = $port; Verbose = $true }
            $job = & $send
            $null = Wait-Job $job -Timeout 20
            $job.State | Should -Be 'Completed'
            $sent = Receive-Job $job
            $sent[0] | Should -BeOfType GalleryPS.SentImage
            $sent.Count | Should -Be 6
            (Wait-Receiver $receiver).Bytes | Should -Be $sent.Bytes
        }
    }

    It 'sends nothing when the pipeline brought nothing' {
        $job = @() | Send-Gallery -Port 25324 -EndDelay 0 -AsJob
        $null = Wait-Job $job -Timeout 20
        $job.State | Should -Be 'Completed'
        Receive-Job $job | Should -BeNullOrEmpty
    }

    It 'stops a sender that would go on for ever' {
        $job = Send-Gallery $samples -Transport Multicast -Protocol Flute -OutboundIP 127.0.0.1 -Port 25325 -Carousel -AsJob
        $until = [datetime]::UtcNow.AddSeconds(20)
        while ($job.State -eq 'NotStarted' -and [datetime]::UtcNow -lt $until) { [System.Threading.Thread]::Sleep(5) }
        $job.State | Should -Be 'Running'
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-Job $job
        $job.State | Should -Be 'Stopped'
        $clock.ElapsedMilliseconds | Should -BeLessThan 2000
    }

    It 'serves the page as long as the job lives' {
        $job = Get-ChildItem $samples | Show-Gallery -NoBrowser -AsJob
        $until = [datetime]::UtcNow.AddSeconds(20)
        while ($job.Output.Count -lt 6 -and $job.State -in 'NotStarted', 'Running' -and [datetime]::UtcNow -lt $until) { [System.Threading.Thread]::Sleep(5) }
        $job.State | Should -Be 'Running'
        $job.Output.View | Select-Object -Unique | Should -Be 'Browser'
        $url = [regex]::Match("$($job.Information)", 'http://\S+').Value
        (Invoke-WebRequest "${url}images/5").StatusCode | Should -Be 200
        Stop-Job $job
        $job.State | Should -Be 'Stopped'
        { Invoke-WebRequest $url -TimeoutSec 5 } | Should -Throw
    }

    It 'leaves the terminal to the shell' {
        { Show-Gallery $samples -As Terminal -AsJob } | Should -Throw -ErrorId 'InvalidOptions,*'
    }

    It 'plans an experiment' {
        $job = Get-ChildItem $samples | Invoke-GalleryExperiment -Transport Tcp, Multicast -Receivers 2 -Plan -AsJob
        $null = Wait-Job $job -Timeout 30
        $job.State | Should -Be 'Completed'
        (Receive-Job $job).Transport | Should -Be 'Tcp', 'Multicast'
    }

    It 'stops an experiment in the middle, and its hosts and what runs on them are gone' -Skip:(-not $can) {
        function Find-Child { @(Get-Process | Where-Object { $_.Parent.Id -eq $PID }).Id }
        $before = @(Get-GalleryLab).Name
        $children = Find-Child
        $job = Invoke-GalleryExperiment $samples -Transport Multicast -Receivers 1 -EndDelay 60 -AsJob
        $until = [datetime]::UtcNow.AddSeconds(20)
        while (-not ($lab = Get-GalleryLab | Where-Object Name -NotIn $before) -and $job.State -in 'NotStarted', 'Running' -and [datetime]::UtcNow -lt $until) { [System.Threading.Thread]::Sleep(20) }
        $lab | Should -Not -BeNullOrEmpty
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-Job $job
        $job.State | Should -Be 'Stopped'
        $clock.ElapsedMilliseconds | Should -BeLessThan 5000
        Get-GalleryLab | Where-Object Name -NotIn $before | Should -BeNullOrEmpty
        Find-Child | Where-Object { $_ -notin $children } | Should -BeNullOrEmpty
    }
}
