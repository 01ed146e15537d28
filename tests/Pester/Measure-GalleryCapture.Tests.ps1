BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Traffic.Support.ps1
}

Describe 'Measure-GalleryCapture' {
    It 'counts what tshark counted' {
        $expected = Get-Content $captures/expected.json -Raw | ConvertFrom-Json
        foreach ($name in 'tcp.pcap', 'tcp-offload.pcapng', 'unicast-ipv6.pcap', 'vlan.pcap', 'cooked-v2.pcap', 'truncated.pcap') {
            $count = Measure-GalleryCapture $captures/$name
            $count | Should -BeOfType GalleryPS.TrafficCount
            $count.Frames | Should -Be $expected.$name.Frames -Because $name
            $count.LinkBytes | Should -Be $expected.$name.LinkBytes -Because $name
            $count.NetworkBytes | Should -Be $expected.$name.NetworkBytes -Because $name
        }
    }

    It 'has a line for every protocol' {
        $count = Measure-GalleryCapture $captures/multicast.pcap
        $count.Lines.Protocol | Should -Be UDP, IGMP
        $count | Out-String | Should -Match '(?m)^IGMP\s+3\s+3\s+0'
        $count | Out-String | Should -Match '(?m)^All\s+9\s+9\s+4'
    }

    It 'counts flow by flow' {
        $flows = Measure-GalleryCapture $captures/tcp.pcap -ByFlow
        $flows.Count | Should -Be 4
        ($flows | Measure-Object Packets -Sum).Sum | Should -Be 34
        $flows[0].Destination.Port | Should -Be 25000
        $flows | Out-String -Width 120 | Should -Match '(?m)^\S+:\d+ -> \S+:25000 TCP\r?\n +12 packets, 12 datagrams; payload 3,992'
    }

    It 'takes files, captures and wildcards' {
        (Get-ChildItem $captures -Filter tcp*.pcap | Measure-GalleryCapture).Count | Should -Be 2
        (Measure-GalleryCapture $captures/cooked-v*.pcap).Frames | Should -Be 6, 6
    }

    It 'counts over time' {
        $count = Measure-GalleryCapture $captures/unicast.pcap -Timeline 10ms
        ($count.Timeline | Measure-Object LinkBytes -Sum).Sum | Should -Be $count.LinkBytes
        $count.Timeline[0].Length | Should -Be ([timespan]::FromMilliseconds(10))
    }

    It 'selects by port, address and transport' {
        (Measure-GalleryCapture $captures/multicast.pcap -Port 25000).Frames | Should -Be 6
        (Measure-GalleryCapture $captures/multicast.pcap -Address 224.1.1.5).Frames | Should -Be 6
        (Measure-GalleryCapture $captures/multicast.pcap -Transport Tcp).Frames | Should -Be 0
    }

    It 'counts a damaged file up to the damage and says where it is' {
        $count = Measure-GalleryCapture $captures/cut-off.pcap -ErrorAction SilentlyContinue -ErrorVariable problems
        $count.Frames | Should -Be 5
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'UnreadableCapture,*'
        "$($problems[0])" | Should -Match 'offset 5070'
    }

    It 'goes on after a file that is none' {
        Set-Content $TestDrive/letter.pcap 'Dear reader'
        $counts = "$TestDrive/letter.pcap", "$TestDrive/nothing.pcap", "$captures/tcp.pcap" |
            Measure-GalleryCapture -ErrorAction SilentlyContinue -ErrorVariable problems
        @($counts).Count | Should -Be 1
        $problems.FullyQualifiedErrorId | Should -BeLike 'UnreadableCapture,*'
        @($problems).Count | Should -Be 2
    }
}
