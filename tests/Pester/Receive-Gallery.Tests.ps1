BeforeAll {
    . $PSScriptRoot/Support.ps1
    $gallery = Join-Path $TestDrive 'gallery'
    $null = New-Item $gallery -ItemType Directory
    foreach ($i in 1..3) { New-TestImage "$gallery/image$i.jpg" (20000 * $i) -Width (300 * $i) -Height 200 }
}

Describe 'Receive-Gallery' {
    It 'gets every byte over <Transport>' -ForEach @(
        @{ Transport = 'Unicast'; Receive = @{}; Send = @{} }
        @{ Transport = 'Broadcast'; Receive = @{}; Send = @{ To = '127.255.255.255' } }
        @{ Transport = 'Multicast'; Receive = @{ McastIP = '239.7.7.7'; ArrivalIP = '127.0.0.1' }; Send = @{ McastIP = '239.7.7.7'; OutboundIP = '127.0.0.1'; Ttl = 1 } }
        @{ Transport = 'Tcp'; Receive = @{ ListenIP = '0.0.0.0' }; Send = @{} }
    ) {
        $port = Get-FreePort -Tcp:($Transport -eq 'Tcp')
        $receiver = Start-Receiver (@{ Transport = $Transport; Port = $port; OutputDirectory = "$TestDrive/$Transport" } + $Receive)
        $null = Send-Gallery $gallery -Transport $Transport -Port $port @Send
        $images = Wait-Receiver $receiver
        $images.Count | Should -Be 3
        $images[0] | Should -BeOfType GalleryPS.ReceivedImage
        $images.Index | Should -Be 0, 1, 2
        $images.Bytes | Should -Be 20000, 40000, 60000
        $images.Width | Should -Be 300, 600, 900
        $images.Format | Should -Be Jpeg, Jpeg, Jpeg
        $images[0].Source | Should -BeOfType System.Net.IPEndPoint
        $images[0].Data.GetType() | Should -Be ([byte[]])
        (Get-FileHash $images.Path).Hash | Should -Be (Get-FileHash $gallery/*.jpg).Hash
    }

    It 'emits each image as it arrives, so that a pipeline can stop it' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port } 'param($p) Receive-Gallery @p -Verbose | Select-Object -First 2'
        $null = Send-Gallery $gallery -Port $port -EndDelay 0
        @(Wait-Receiver $receiver).Count | Should -Be 2
    }

    It 'filters like any pipeline' {
        $port = Get-FreePort -Tcp
        $receiver = Start-Receiver @{ Transport = 'Tcp'; Port = $port } 'param($p) Receive-Gallery @p -Verbose | Where-Object Width -gt 600'
        $null = Send-Gallery $gallery -Transport Tcp -Port $port
        (Wait-Receiver $receiver).Width | Should -Be 900
    }

    It 'tells the story with -Verbose' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Transport = 'Multicast'; Port = $port; ArrivalIP = '127.0.0.1' }
        $null = Send-Gallery $gallery -Transport Multicast -OutboundIP 127.0.0.1 -Port $port
        $null = Wait-Receiver $receiver
        $story = $receiver.Shell.Streams.Verbose.Message -join "`n"
        $story | Should -Match 'Joined 239.25.25.25 on lo'
        $story | Should -Match 'image-000.jpg \(20,000 bytes, 300x200\) from 127.0.0.1'
        $story | Should -Match 'End of transmission 1 of 1'
        $story | Should -Match 'Left 239.25.25.25 on lo'
    }

    It 'shows index, bytes, format, size and source by default, and never the bytes themselves' {
        $image = [GalleryPS.ReceivedImage]::new([byte[]]::new(12345))
        $text = $image | Out-String
        $text | Should -Match '(?m)^Index\s+Bytes\s+Format\s+Size\s+Source'
        ($image | Format-List | Out-String) | Should -Not -Match '(?m)^Data\b'
    }

    It 'stops within 200 ms and leaves nothing behind' {
        $port = Get-FreePort
        $best = 1..5 | ForEach-Object {
            $receiver = Start-Receiver @{ Transport = 'Multicast'; Port = $port; ArrivalIP = '127.0.0.1' }
            (Measure-Command { $receiver.Shell.Stop() }).TotalMilliseconds
        } | Measure-Object -Minimum
        $best.Minimum | Should -BeLessThan 200
        Select-String -Path /proc/net/igmp -Pattern '191919EF' -Quiet | Should -BeFalse
    } -Skip:(-not $IsLinux)

    It 'does not listen or write with -WhatIf' {
        Receive-Gallery -OutputDirectory "$TestDrive/whatif" -WhatIf | Should -BeNullOrEmpty
        "$TestDrive/whatif" | Should -Not -Exist
    }

    It 'numbers names that exist, and replaces them with -Force' {
        $port = Get-FreePort
        foreach ($force in $false, $false, $true) {
            $receiver = Start-Receiver @{ Port = $port; OutputDirectory = "$TestDrive/again"; Force = $force }
            $null = Send-Gallery $gallery/image1.jpg -Port $port -EndDelay 0
            $null = Wait-Receiver $receiver
        }
        (Get-ChildItem "$TestDrive/again").Name | Should -Be 'image-000-2.jpg', 'image-000.jpg'
    }
}

Describe 'Errors of Receive-Gallery' {
    It 'is <Id> for <Call>' -ForEach @(
        @{ Id = 'AddressNotMulticast'; Call = 'Receive-Gallery -Transport Multicast -McastIP 10.1.1.1' }
        @{ Id = 'AddressNotLocal'; Call = 'Receive-Gallery -BindIP 203.0.113.7' }
        @{ Id = 'AddressNotLocal'; Call = 'Receive-Gallery -Transport Multicast -ArrivalIP nosuchnic' }
        @{ Id = 'AddressFamilyMismatch'; Call = 'Receive-Gallery -Transport Multicast -ArrivalIP ::1' }
    ) {
        { & ([scriptblock]::Create($Call)) } | Should -Throw -ErrorId "$Id,GalleryPS.Cmdlets.Commands.ReceiveGalleryCommand"
    }

    It 'is PortInUse when another program has the port' {
        $socket = [System.Net.Sockets.Socket]::new('InterNetwork', 'Dgram', 'Udp')
        try {
            $socket.Bind([System.Net.IPEndPoint]::new([ipaddress]::Loopback, 0))
            { Receive-Gallery -Port $socket.LocalEndPoint.Port } | Should -Throw -ErrorId 'PortInUse,GalleryPS.Cmdlets.Commands.ReceiveGalleryCommand'
        }
        finally { $socket.Dispose() }
    }

    It 'is ReceiverTimedOut when nothing comes, and not terminating' {
        Receive-Gallery -Port (Get-FreePort) -IdleTimeout 0.1 -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -Be 'ReceiverTimedOut,GalleryPS.Cmdlets.Commands.ReceiveGalleryCommand'
        $problems[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
    }

    It 'ends quietly after -Duration' {
        Receive-Gallery -Port (Get-FreePort) -Duration 0.1 -ErrorVariable problems | Should -BeNullOrEmpty
        $problems | Should -BeNullOrEmpty
    }

    It 'warns of what is no image' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port }
        $udp = [System.Net.Sockets.UdpClient]::new()
        $null = $udp.Send([byte[]](1, 2, 3), 3, '127.0.0.1', $port)
        $null = Send-Gallery $gallery/image1.jpg -Port $port -EndDelay 0
        @(Wait-Receiver $receiver).Count | Should -Be 1
        $receiver.Shell.Streams.Warning[0].Message | Should -Match '3 bytes from 127.0.0.1:\d+ is not an image'
    }
}

Describe 'A receiver that waits' {
    It 'says where, until the first image: <Call>' -ForEach @(
        @{ Call = 'Receive-Gallery -IdleTimeout 20'; Send = 'Send-Gallery $path -EndDelay 0 -Port'; Activity = 'Waiting on 127.0.0.1:{0}'; Status = 'this machine only; Ctrl+C ends'; Verbose = ' (this machine only)' }
        @{ Call = 'Receive-Gallery 0.0.0.0 -IdleTimeout 20'; Send = 'Send-Gallery $path -EndDelay 0 -Port'; Activity = 'Waiting on 0.0.0.0:{0}'; Status = 'Ctrl+C ends'; Verbose = '' }
        @{ Call = 'Receive-GalleryMessage 127.0.0.1 -Count 1'; Send = 'Send-GalleryMessage x -To 127.0.0.1 -Port'; Activity = 'Waiting on 127.0.0.1:{0}'; Status = 'this machine only; Ctrl+C ends'; Verbose = ' (this machine only)' }
    ) {
        $port = Get-FreePort
        $path = "$TestDrive/waited.jpg"
        New-TestImage $path 500
        $receiver = Start-Receiver @{} "$Call -Port $port -Verbose"
        $null = & ([scriptblock]::Create("$Send $port"))
        @(Wait-Receiver $receiver).Count | Should -Be 1
        $activity = $Activity -f $port
        $progress = @($receiver.Shell.Streams.Progress | Where-Object Activity -EQ $activity)
        $progress.RecordType | Should -Be 'Processing', 'Completed'
        # The shell shows each in half of its window.
        $progress[0].StatusDescription | Should -Be $Status
        ($activity, $Status | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 36
        $receiver.Shell.Streams.Verbose.Message | Should -Contain "$activity$Verbose."
    }
}
