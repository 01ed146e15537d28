BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Traffic.Support.ps1
}

Describe 'Compare-GalleryTraffic' {
    It 'finds UDP exact and TCP within its range' {
        $udp = Compare-GalleryTraffic $captures/unicast.pcap (Measure-Gallery $captures -Transport Unicast)
        $udp | Should -BeOfType GalleryPS.TrafficComparison
        $udp.Verdict | Should -Be Exact
        $udp.Layers.Difference | Select-Object -Unique | Should -Be 0
        (Measure-Gallery $captures -Transport Tcp | Compare-GalleryTraffic $captures/tcp.pcap).Verdict | Should -Be WithinRange
    }

    It 'says what is counted too, and leaves it out when a port is given' {
        $estimate = Measure-Gallery $captures -Transport Multicast
        $all = Compare-GalleryTraffic $captures/multicast.pcap $estimate
        $all.Verdict | Should -Be Differs
        $all.Reason | Should -Match 'IGMP is counted too: 3 frames'
        (Compare-GalleryTraffic $captures/multicast.pcap $estimate -Port 25000).Verdict | Should -Be Exact
    }

    It 'holds several predictions against one capture, or each against its own' {
        $estimates = Measure-Gallery $captures -Transport Unicast, Tcp
        (Compare-GalleryTraffic $captures/tcp.pcap, $captures/unicast.pcap ($estimates[1], $estimates[0])).Verdict | Should -Be WithinRange, Exact
        ($estimates | Compare-GalleryTraffic $captures/tcp.pcap).Verdict | Should -Be Differs, WithinRange
        { Compare-GalleryTraffic $captures/tcp.pcap, $captures/unicast.pcap, $captures/arp.pcap $estimates } | Should -Throw -ErrorId 'InvalidOptions,*'
    }

    It 'writes a report of one file' {
        $null = Measure-Gallery $captures -Transport Unicast | Compare-GalleryTraffic $captures/unicast.pcap -Html $TestDrive/report.html
        $html = Get-Content $TestDrive/report.html -Raw
        $html | Should -Match '5,008'
        [regex]::Matches($html, 'class="bar"').Count | Should -Be 16
        { Measure-Gallery $captures -Transport Unicast | Compare-GalleryTraffic $captures/unicast.pcap -Html $TestDrive/no/such/report.html } |
            Should -Throw -ErrorId 'CannotWriteFile,*'
    }

    It 'shows a table with verdict and reasons' {
        $text = Compare-GalleryTraffic $captures/arp.pcap (Measure-Gallery $captures -Transport Unicast) | Out-String
        $text | Should -Match '(?m)^Frames\s+6\s+exact\s+9\s+\+3\s+differs'
        $text | Should -Match 'ARP is counted too'
    }
}
