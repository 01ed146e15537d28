BeforeAll {
    . $PSScriptRoot/Support.ps1
    $gallery = Join-Path $TestDrive 'gallery'
    $null = New-Item $gallery -ItemType Directory
    foreach ($i in 1..2) { New-TestImage "$gallery/image$i.jpg" (1000 * $i) }
}

Describe 'Measure-Gallery' {
    It 'predicts all four transports' {
        $all = Measure-Gallery $gallery -Receivers 3
        $all | Should -BeOfType GalleryPS.TrafficEstimate
        $all.Transport | Should -Be Unicast, Broadcast, Multicast, Tcp
        $all.ImageBytes | Should -Be 3000, 3000, 3000, 3000
        # 1000, 2000 in two fragments, and the empty end: four frames a receiver.
        $all[0].Frames | Should -Be 12
        $all[1].Frames | Should -Be 4
        $all[2].LinkBytes | Should -Be (1042 + 1514 + (14 + 20 + 528) + 42)
        $all[2].BytesPerReceiver | Should -Be ($all[2].LinkBytes / 3)
        $all[0].PacketsLow | Should -Be $all[0].PacketsHigh
        $all[3].PacketsLow | Should -BeLessThan $all[3].PacketsHigh
    }

    It 'knows that a greeting of 19 bytes is 9 packets, and three are 27' {
        (Measure-Gallery -Size 19 -Transport Tcp -NoEndOfTransmission).Packets | Should -Be 9
        (Measure-Gallery -Bytes 19 -Transport Tcp -NoEndOfTransmission).Packets | Should -Be 9
        (Measure-Gallery -Size 19 -Transport Tcp -NoEndOfTransmission -Receivers 3).Packets | Should -Be 27
    }

    It 'takes MTU, IP version, tag, timestamps and link layer into account' {
        $plain = Measure-Gallery $gallery -Transport Unicast
        (Measure-Gallery $gallery -Transport Unicast -Mtu 600).Packets | Should -BeGreaterThan $plain.Packets
        (Measure-Gallery $gallery -Transport Unicast -IPv6).NetworkBytes | Should -Be ($plain.NetworkBytes + 4 * 20 + 2 * 8)
        (Measure-Gallery $gallery -Transport Unicast -VlanTag).LinkBytes | Should -Be ($plain.LinkBytes + 4 * 4)
        (Measure-Gallery $gallery -Transport Unicast -LinkLayer Loopback).Packets | Should -Be 3
        $with, $without = $true, $false | ForEach-Object { Measure-Gallery -Size 100 -Transport Tcp -NoEndOfTransmission -TcpTimestamps:$_ }
        $with.TransportBytes - $without.TransportBytes | Should -Be (2 * 8 + 7 * 12)
        (Measure-Gallery $gallery -IPv6).Transport | Should -Be Unicast, Multicast, Tcp
    }

    It 'gives one object per image' {
        $each = Measure-Gallery $gallery -Transport Multicast -PerImage
        $each.Image | Should -Be image1.jpg, image2.jpg
        $each.Packets | Should -Be 1, 2
    }

    It 'takes files from the pipeline, and the samples without any' {
        (Get-ChildItem $gallery | Measure-Gallery -Transport Tcp).Images | Should -Be 2
        (Measure-Gallery -Transport Unicast).Images | Should -BeGreaterOrEqual 6
    }

    It 'tells which image no datagram can carry, and leaves it out of UDP' {
        $large = Join-Path $TestDrive 'large'
        $null = New-Item $large -ItemType Directory
        New-TestImage "$large/a.jpg" 65507
        New-TestImage "$large/b.jpg" 65508
        $estimates = Measure-Gallery $large -ErrorAction SilentlyContinue -ErrorVariable problems
        @($problems).Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ImageTooLargeForDatagram,*'
        $problems[0].CategoryInfo.Category | Should -Be LimitsExceeded
        $estimates.Images | Should -Be 1, 1, 1, 2
    }

    It 'refuses what is impossible' {
        { Measure-Gallery $gallery -Mtu 20 } | Should -Throw -ErrorId 'InvalidOptions,*'
        { Measure-Gallery $gallery -IPv6 -Transport Broadcast } | Should -Throw -ErrorId 'AddressFamilyMismatch,*'
    }

    It 'has a table that puts the transports side by side' {
        $text = Measure-Gallery $gallery | Out-String -Width 90
        $text | Should -Match 'Transport\s+To\s+Packets\s+Payload\s+\+IP\s+\+Link\s+Wire\s+Overhead'
        $text | Should -Match 'Tcp\s+1\s+~'
    }
}
