BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Traffic.Support.ps1
}

Describe 'Get-GalleryPacket' {
    It 'explains every packet' {
        $packets = Get-GalleryPacket $captures/tcp.pcap
        $packets.Count | Should -Be 34
        $packets[0] | Should -BeOfType GalleryPS.Packet
        $packets[0].Explanation | Should -Be 'SYN: the sender asks for a connection for image 0.'
        $packets[0].Flags | Should -Be SYN
        ($packets | Where-Object IsEndOfTransmission).Count | Should -Be 6
    }

    It 'knows fragments, images and their bytes' {
        $parts = Get-GalleryPacket $captures/unicast.pcap -Image 1
        $parts.ImageOffset | Should -Be 0, 1472, 2952
        $parts[2].Explanation | Should -Be 'Last of 3 fragments of image 1.'
        $parts.Fragment.Datagram | Should -Be 2, 2, 2
    }

    It 'stores the images byte for byte' {
        $packets = Get-GalleryPacket $captures/multicast.pcap -OutputDirectory $TestDrive/carved
        $paths = ($packets | Where-Object Path).Path
        $paths.Count | Should -Be 3
        (Get-FileHash $paths).Hash | Should -Be (Get-FileHash $captures/image*.png).Hash
        Get-GalleryPacket $captures/multicast.pcap -OutputDirectory $TestDrive/never -WhatIf | Should -Not -BeNullOrEmpty
        Test-Path $TestDrive/never | Should -BeFalse
    }

    It 'shows the packets of a flow that comes down the pipeline' {
        $flow = Measure-GalleryCapture $captures/tcp.pcap -ByFlow | Select-Object -First 1
        $packets = $flow | Get-GalleryPacket
        $packets.Count | Should -Be $flow.Packets
        $packets.Flow | Select-Object -Unique | Should -Be $flow.Flow
    }

    It 'streams and stops early' {
        (Get-GalleryPacket $captures/tcp.pcap | Select-Object -First 2).Number | Should -Be 1, 2
        (Get-GalleryPacket $captures/tcp.pcap -First 3).Count | Should -Be 3
    }

    It 'hands out what comes before damage' {
        (Get-GalleryPacket $captures/cut-off.pcap -ErrorAction SilentlyContinue -ErrorVariable problems).Count | Should -Be 5
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'UnreadableCapture,*'
    }

    It 'shows the explanation on a line of its own' {
        Get-GalleryPacket $captures/greeting.pcap | Out-String -Width 160 | Should -Match '(?m)^ +4 +0\.004182  10\.78\.0\.2:25000 -> 10\.78\.0\.1:35156  TCP 85\r?\n +Bytes 0 to 18 of what the server says\.'
    }
}
