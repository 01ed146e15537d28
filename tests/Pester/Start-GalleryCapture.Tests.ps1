BeforeDiscovery {
    $reason = if (-not $IsLinux) { 'the tests of capturing are for Linux' }
    elseif ((id -u) -ne 0) { 'capturing needs root' }
    elseif (-not (Get-Command tcpdump -ErrorAction Ignore)) { 'tcpdump is not installed' }
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $gallery = Join-Path $TestDrive 'gallery'
    $null = New-Item $gallery -ItemType Directory
    foreach ($i in 1..3) { New-TestImage "$gallery/image$i.jpg" (9000 * $i) }
}

Describe 'Start-GalleryCapture and Stop-GalleryCapture' {
    It 'capture exactly what is sent between them<Why>' -Skip:($null -ne $reason) -ForEach @{ Why = $reason ? " (skipped: $reason)" : '' } {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port }
        $capture = Start-GalleryCapture $TestDrive/a.pcap -Transport Unicast -Port $port
        $capture | Should -BeOfType GalleryPS.Capture
        $capture.Running | Should -BeTrue
        $capture.Interface | Should -Be lo
        $null = Send-Gallery $gallery -Port $port -EndDelay 0
        $null = Wait-Receiver $receiver
        $stopped = $capture | Stop-GalleryCapture
        $stopped.Running | Should -BeFalse
        $stopped.Packets | Should -Be 4
        $stopped.DroppedByKernel | Should -Be 0
        $stopped.Bytes | Should -Be (Get-Item $TestDrive/a.pcap).Length
        $estimate = Measure-Gallery $gallery -Transport Unicast -LinkLayer Loopback
        ($capture | Compare-GalleryTraffic -Estimate $estimate).Verdict | Should -Be Exact
    }

    It 'names the NIC, and where nothing was captured what to do<Why>' -Skip:($null -ne $reason) -ForEach @{ Why = $reason ? " (skipped: $reason)" : '' } {
        $said = @(Start-GalleryCapture $TestDrive/none.pcap -Transport Unicast -Port 9 -Verbose 4>&1)
        "$($said | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] })" | Should -Match 'lo \(this machine only\), which the traffic uses'
        $capture = $said | Where-Object { $_ -is [GalleryPS.Capture] }
        $capture.OnlyThisMachine | Should -BeTrue
        $capture | Out-String | Should -Match 'running on lo \(this machine only\)'
        $null = Stop-GalleryCapture $capture -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -Match 'no packet\. It was captured on lo \(this machine only\) with the filter .*-To .*-Interface'
        $estimate = Measure-Gallery $gallery -Transport Unicast
        ($capture | Compare-GalleryTraffic -Estimate $estimate).Reason | Should -Match 'no UDP datagram at all\. It was captured on lo'
    }

    It 'stops all that run<Why>' -Skip:($null -ne $reason) -ForEach @{ Why = $reason ? " (skipped: $reason)" : '' } {
        $null = 1..2 | ForEach-Object { Start-GalleryCapture $TestDrive/all$_.pcap -Interface lo -Filter 'port 9' }
        Stop-GalleryCapture -WhatIf | Should -BeNullOrEmpty
        @(Stop-GalleryCapture).Count | Should -Be 2
        @(Stop-GalleryCapture).Count | Should -Be 0
    }

    It 'tells that there is no such NIC, or that a filter cannot be read<Why>' -Skip:($null -ne $reason) -ForEach @{ Why = $reason ? " (skipped: $reason)" : '' } {
        { Start-GalleryCapture $TestDrive/b.pcap -Interface nosuchnic } | Should -Throw -ErrorId 'AddressNotLocal,*'
        { Start-GalleryCapture $TestDrive/b.pcap -Interface lo -Filter 'udp prt 1' } | Should -Throw -ErrorId 'InvalidOptions,*'
        Test-Path $TestDrive/b.pcap | Should -BeFalse
    }

    It 'tells how to install a tool that is missing' {
        { Start-GalleryCapture $TestDrive/b.pcap -Tool no-such-tool } | Should -Throw -ErrorId 'CaptureToolMissing,*'
    }

    It 'does not replace a file unless it is told to' {
        Set-Content $TestDrive/there.pcap 'precious'
        { Start-GalleryCapture $TestDrive/there.pcap -Interface lo -Tool /bin/false } | Should -Throw -ErrorId 'CannotWriteFile,*'
        Get-Content $TestDrive/there.pcap | Should -Be precious
    }
}
