BeforeAll {
    . $PSScriptRoot/Support.ps1
    $gallery = Join-Path $TestDrive 'gallery'
    $null = New-Item $gallery -ItemType Directory
    foreach ($i in 1, 2, 10) { New-TestImage "$gallery/image$i.jpg" (1000 * $i) }
}

Describe 'Send-Gallery' {
    It 'sends a folder in natural order and emits an object per image' {
        $sent = Send-Gallery $gallery -Port 9 -EndDelay 0
        $sent.Name | Should -Be 'image1.jpg', 'image2.jpg', 'image10.jpg'
        $sent.Index | Should -Be 0, 1, 2
        $sent.Bytes | Should -Be 1000, 2000, 10000
        $sent[0] | Should -BeOfType GalleryPS.SentImage
        $sent[0].Destination.ToString() | Should -Be '127.0.0.1:9'
        $sent[0].Datagrams | Should -Be 1
        $sent[0].Path | Should -Be (Join-Path $gallery 'image1.jpg')
    }

    It 'takes files from the pipeline' {
        (Get-ChildItem $gallery/*.jpg | Send-Gallery -Port 9 -EndDelay 0 | Measure-Object Bytes -Sum).Sum | Should -Be 13000
        ("$gallery/image2.jpg" | Send-Gallery -Port 9 -EndDelay 0).Bytes | Should -Be 2000
    }

    It 'takes wildcards, relative paths and paths of PowerShell drives' {
        (Send-Gallery "$gallery/image1*.jpg" -Port 9 -EndDelay 0).Bytes | Should -Be 1000, 10000
        (Send-Gallery TestDrive:/gallery -Port 9 -EndDelay 0).Count | Should -Be 3
        Push-Location $gallery
        try { (Send-Gallery ./image[12].jpg -Port 9 -EndDelay 0).Bytes | Should -Be 1000, 2000 } finally { Pop-Location }
    }

    It 'takes names literally where that is asked for' {
        New-TestImage "$TestDrive/odd[1].jpg" 1500
        (Send-Gallery -LiteralPath "$TestDrive/odd[1].jpg" -Port 9 -EndDelay 0).Bytes | Should -Be 1500
    }

    It 'sends the samples when nothing is named' {
        $sent = Send-Gallery -Port 9 -EndDelay 0
        $sent.Count | Should -Be (Get-ChildItem (Join-Path (Split-Path $moduleManifest) 'samples/small') -Filter *.jpg).Count
    }

    It 'sends nothing when an empty pipeline comes' {
        @() | Send-Gallery -Port 9 | Should -BeNullOrEmpty
    }

    It 'knows its parameters under their other names' {
        $port = Get-FreePort
        (Send-Gallery $gallery -ToIP 127.0.0.1 -ToPort $port -EndDelay 0)[0].Destination.Port | Should -Be $port
        (Send-Gallery $gallery -ComputerName localhost -EndDelay 0 -Port 9)[0].Destination.Address.ToString() | Should -Be '127.0.0.1'
        (Send-Gallery $gallery -Transport Multicast -McastIP 224.1.1.5 -McastPort $port -OutboundIP 127.0.0.1 -EndDelay 0)[0].Destination.ToString() |
            Should -Be "224.1.1.5:$port"
        (Send-Gallery $gallery -Destination 127.0.0.1 -EndDelay 0).Count | Should -Be 3
    }

    It 'takes durations as seconds, text and TimeSpan, and rates with units' {
        (Measure-Command { Send-Gallery $gallery -Port 9 -EndDelay 0.3 }).TotalSeconds | Should -BeGreaterOrEqual 0.3
        (Measure-Command { Send-Gallery $gallery -Port 9 -EndDelay '300ms' }).TotalSeconds | Should -BeGreaterOrEqual 0.3
        (Measure-Command { Send-Gallery $gallery -Port 9 -EndDelay ([timespan]::FromSeconds(0.3)) }).TotalSeconds | Should -BeGreaterOrEqual 0.3
        (Measure-Command { Send-Gallery $gallery -Port 9 -EndDelay 0 -Interval 0.2 }).TotalSeconds | Should -BeGreaterOrEqual 0.4
        # The last of the three images waits for the 3,000 bytes before it: 0.24 s at 100 kbit/s.
        (Measure-Command { Send-Gallery $gallery -Port 9 -EndDelay 0 -BitRate 100kbps }).TotalSeconds | Should -BeGreaterOrEqual 0.2
        { Send-Gallery $gallery -EndDelay soon } | Should -Throw '*not a duration*'
        { Send-Gallery $gallery -BitRate fast } | Should -Throw '*not a bit rate*'
    }

    It 'completes NIC addresses' {
        $matches = (TabExpansion2 'Send-Gallery -OutboundIP 127.').CompletionMatches
        $matches.CompletionText | Should -Contain '127.0.0.1'
    }

    It 'tells the story with -Verbose' {
        $story = Send-Gallery $gallery -Transport Multicast -OutboundIP 127.0.0.1 -EndDelay 0 -Verbose 4>&1 | Where-Object { $_ -is [System.Management.Automation.VerboseRecord] }
        "$story" | Should -Match 'Sending by UDP multicast to 239.25.25.25:25000'
        "$story" | Should -Match 'End of transmission 1 of 1'
    }

    It 'passes on what was received' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port }
        $image = [GalleryPS.ReceivedImage]::new([System.IO.File]::ReadAllBytes("$gallery/image1.jpg"))
        $image | Send-Gallery -Port $port -EndDelay 0 | Out-Null
        (Wait-Receiver $receiver).Bytes | Should -Be 1000
    }
}

Describe 'Errors of Send-Gallery' {
    It 'sends the others when one image is too large for a datagram' {
        $mixed = Join-Path $TestDrive 'mixed'
        $null = New-Item $mixed -ItemType Directory -Force
        New-TestImage "$mixed/1.jpg" 65507
        New-TestImage "$mixed/2.jpg" 65508
        Set-Content "$mixed/3.jpg" 'text'
        New-TestImage "$mixed/4.jpg" 1000
        $sent = Send-Gallery $mixed -Port 9 -EndDelay 0 -ErrorAction SilentlyContinue -ErrorVariable problems
        $sent.Bytes | Should -Be 65507, 1000
        $problems.Count | Should -Be 2
        $problems[0].FullyQualifiedErrorId | Should -Be 'ImageTooLargeForDatagram,GalleryPS.Cmdlets.Commands.SendGalleryCommand'
        $problems[0].CategoryInfo.Category | Should -Be 'LimitsExceeded'
        $problems[0].TargetObject | Should -Be "$mixed/2.jpg"
        $problems[0].Exception.Message | Should -Match '65,507'
        $problems[0].ErrorDetails.RecommendedAction | Should -Match '-Protocol Flute'
        $problems[1].FullyQualifiedErrorId | Should -BeLike 'NotAnImage,*'
        $problems[1].CategoryInfo.Category | Should -Be 'InvalidData'
    }

    It 'refuses at once what is no file, and sends the others' -Skip:(-not $IsLinux) {
        $odd = Join-Path $TestDrive 'odd'
        $null = New-Item $odd -ItemType Directory -Force
        New-TestImage "$odd/1.jpg" 1000
        mkfifo "$odd/0.jpg"
        $sent = Send-Gallery $odd -Port 9 -EndDelay 0 -ErrorAction SilentlyContinue -ErrorVariable problems
        $sent.Name | Should -Be '1.jpg'
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -Be 'UnreadableImage,GalleryPS.Cmdlets.Commands.SendGalleryCommand'
        $problems[0].Exception.Message | Should -BeLike '*0.jpg cannot be read: It is a named pipe, not a file.'
        (Measure-Gallery $odd -Transport Unicast -ErrorAction SilentlyContinue).Images | Should -Be 1
        { Export-Gallery "$odd/0.jpg" -OutputPath "$TestDrive/odd.html" -ErrorAction Stop } | Should -Throw -ErrorId 'UnreadableImage,*'
        { Send-GalleryMessage -Path "$odd/0.jpg" -OutboundIP 127.0.0.1 -ErrorAction Stop } | Should -Throw -ErrorId 'UnreadableMessage,*'
    }

    It 'keeps names of files in their line on the screen' -Skip:(-not $IsLinux) {
        $odd = Join-Path $TestDrive "two`nlines`e[31m"
        $null = [System.IO.Directory]::CreateDirectory($odd)
        New-TestImage "$odd/a`tb`rc$([char] 0x202E)gpj.jpg" 1000
        Set-Content -LiteralPath "$odd/no`nimage`e]0;title`a.jpg" 'text'
        $all = Send-Gallery -LiteralPath $odd -Port 9 -EndDelay 0 -Verbose -ErrorAction Continue *>&1
        $sent, $others = $all.Where({ $_ -is [GalleryPS.SentImage] }, 'Split')
        $sent.Name | Should -BeExactly "a`tb`rc$([char] 0x202E)gpj.jpg"
        $texts = @("$sent"; $others | ForEach-Object { "$_" }; ($sent | Format-Table | Out-String -Width 200) -split "`r?`n")
        $texts.Count | Should -BeGreaterThan 5
        $texts | ForEach-Object { $_ | Should -Not -Match "[\x00-\x1A\x7F\u202E]" }
        ($texts -join '') -replace "`e\[[0-9;]*m" | Should -Not -Match "`e"
        $texts | Where-Object { $_ -match 'a b c' } | Should -Not -BeNullOrEmpty
    }

    It 'is <Id> for <Call>' -ForEach @(
        @{ Id = 'AddressNotMulticast'; Call = 'Send-Gallery $gallery -Transport Multicast -To 10.1.1.1' }
        @{ Id = 'AddressIsMulticast'; Call = 'Send-Gallery $gallery -To 224.1.1.5' }
        @{ Id = 'AddressNotLocal'; Call = 'Send-Gallery $gallery -OutboundIP 203.0.113.7' }
        @{ Id = 'AddressFamilyMismatch'; Call = 'Send-Gallery $gallery -Transport Broadcast -To ::1' }
        @{ Id = 'AddressNotFound'; Call = 'Send-Gallery $gallery -To 1.2.3' }
        @{ Id = 'InvalidOptions'; Call = 'Send-Gallery $gallery -Transport Tcp -OutboundIP 127.0.0.1, ::1' }
    ) {
        { & ([scriptblock]::Create($Call)) } | Should -Throw -ErrorId "$Id,GalleryPS.Cmdlets.Commands.SendGalleryCommand"
    }

    It 'names a path that leads nowhere and goes on with the next' {
        $sent = Send-Gallery "$TestDrive/nowhere", $gallery, Env:/ -Port 9 -EndDelay 0 -ErrorAction SilentlyContinue -ErrorVariable problems
        $sent.Count | Should -Be 3
        $problems.FullyQualifiedErrorId | Should -Be (@('NoImagesFound,GalleryPS.Cmdlets.Commands.SendGalleryCommand') * 2)
        $problems[0].TargetObject | Should -Match 'nowhere'
    }

    It 'names -LiteralPath where brackets match nothing' {
        $null = [System.IO.Directory]::CreateDirectory("$TestDrive/[2026] trip")
        Send-Gallery "$TestDrive/[2026] trip" -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NoImagesFound,*'
        $problems[0].ErrorDetails.RecommendedAction | Should -Match '-LiteralPath'
    }

    It 'tells one error when nobody can be reached, and ends' {
        $problems = $null
        Send-Gallery $gallery -Transport Tcp -Port (Get-FreePort -Tcp) -EndDelay 0 -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ConnectionRefused,*'
    }

    It 'says when the port is one of this very session' -Skip:(-not $IsLinux) {
        $port = Get-FreePort -Tcp
        $server = Start-GalleryServer -Port $port -Address 127.0.0.1 -Greeting Hello
        try {
            $told = { Receive-Gallery -Transport Tcp -Port $port } | Should -Throw -ErrorId 'PortInUse,*' -PassThru
            $told.Exception.Message | Should -BeLike 'This session already uses TCP port*'
        }
        finally { $server | Stop-GalleryServer }
    }

    It 'tells that nobody listens' {
        $problems = $null
        Send-Gallery $gallery/image1.jpg -Transport Tcp -Port (Get-FreePort -Tcp) -EndDelay 0 -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ConnectionRefused,*'
        $problems[0].CategoryInfo.Category | Should -Be 'ConnectionError'
    }

    It 'fits what is too large into a datagram with -Fit, in the load context of the module' {
        New-TestPicture "$TestDrive/large.bmp" 400 300
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port }
        $sent = Send-Gallery "$TestDrive/large.bmp", "$gallery/image1.jpg" -Port $port -EndDelay 0.1 -Fit
        $sent[0].OriginalBytes | Should -Be (Get-Item "$TestDrive/large.bmp").Length
        $sent[0].Bytes | Should -BeLessOrEqual 65507
        $sent[0].Format | Should -Be 'Jpeg'
        $sent[1].OriginalBytes | Should -Be $sent[1].Bytes
        $received = Wait-Receiver $receiver
        $received.Bytes | Should -Be $sent.Bytes
        $received[0].Width, $received[0].Height | Should -Be 400, 300
        $library = [System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object { $_.Assemblies.GetName().Name -contains 'SixLabors.ImageSharp' }
        $library.Name | Should -Be 'GalleryPS'
        { Send-Gallery "$TestDrive/large.bmp" -Transport Tcp -Fit } | Should -Throw -ErrorId 'InvalidOptions,*'
    }
}

Describe 'What Send-Gallery asks and tells before it sends' {
    It 'sends nothing with -WhatIf, over <_>' -ForEach 'Unicast', 'Tcp' {
        $port = $_ -eq 'Tcp' ? (Get-FreePort -Tcp) : (Get-FreePort)
        $receiver = Start-Receiver @{ Port = $port; Transport = $_; IdleTimeout = 1 }
        Send-Gallery $gallery -Transport $_ -Port $port -WhatIf | Should -BeNullOrEmpty
        Wait-Receiver $receiver | Should -BeNullOrEmpty
        $receiver.Shell.Streams.Error.FullyQualifiedErrorId | Should -BeLike 'ReceiverTimedOut*'
    }

    It 'warns of a bit rate that takes minutes for an image, once, with the time' {
        $quiet = @{ Port = 9; EndDelay = 0; WarningAction = 'SilentlyContinue'; WarningVariable = 'warnings' }
        $group = @{ Transport = 'Multicast'; To = '239.25.25.32'; OutboundIP = '127.0.0.1'; EndDelay = 0; BitRate = 10 }
        # One datagram goes at once, whatever the rate; the second one waits.
        Send-Gallery $gallery/image1.jpg @quiet -BitRate 10 | Out-Null
        @($warnings.Message) -match 'bit rate' | Should -BeNullOrEmpty
        { Send-Gallery $gallery/image1.jpg, $gallery/image2.jpg @group -WarningAction Stop } | Should -Throw '*At 10bps, image2.jpg waits * A bit rate without a unit*'
        { Send-Gallery $gallery/image1.jpg -Transport Tcp -Port 9 -BitRate 10 -WarningAction Stop } | Should -Throw '*At 10bps, image1.jpg (1,000 bytes) takes 13.3 minutes.*'
        Send-Gallery $gallery/image1.jpg -Port 9 -EndDelay 0 -BitRate 10Mbps -WarningVariable none -WarningAction SilentlyContinue | Out-Null
        @($none.Message) -match 'bit rate' | Should -BeNullOrEmpty
    }

    It 'shows progress while it waits and while it sends slowly' {
        New-TestImage "$TestDrive/slow.jpg" 60000
        $port = Get-FreePort -Tcp
        $receiver = Start-Receiver @{ Port = $port; Transport = 'Tcp' }
        $shell = [powershell]::Create().AddScript({
            param($module, $path, $port)
            Import-Module $module
            Send-Gallery $path -Transport Tcp -Port $port -BitRate 200kbps -Delay 1.5 -EndDelay 0
        }).AddArgument($moduleManifest).AddArgument("$TestDrive/slow.jpg").AddArgument($port)
        $shell.Invoke().Bytes | Should -Be 60000
        $shell.HadErrors | Should -BeFalse
        (Wait-Receiver $receiver).Bytes | Should -Be 60000
        $progress = $shell.Streams.Progress
        ($progress | Where-Object Activity -EQ 'Waiting before the first image').SecondsRemaining | Should -Contain 2
        $slow = $progress | Where-Object { $_.Activity -eq 'Sending slowly' -and $_.RecordType -eq 'Processing' }
        $slow.Count | Should -BeGreaterThan 0
        $slow[0].PercentComplete | Should -BeGreaterThan 0
        $slow[0].PercentComplete | Should -BeLessThan 100
    }

    It 'shows how far each of several receivers is' {
        New-TestImage "$TestDrive/slow.jpg" 60000
        $receivers = foreach ($address in '127.0.0.1', '127.0.0.2') { Start-Receiver @{ Address = $address; Port = 25731; Transport = 'Tcp' } }
        $shell = [powershell]::Create().AddScript({
            param($module, $path)
            Import-Module $module
            Send-Gallery $path -Transport Tcp -To 127.0.0.1, 127.0.0.2 -Port 25731 -BitRate 200kbps -EndDelay 0
        }).AddArgument($moduleManifest).AddArgument("$TestDrive/slow.jpg")
        $shell.Invoke().Bytes | Should -Be 60000, 60000
        $receivers | ForEach-Object { (Wait-Receiver $_).Bytes | Should -Be 60000 }
        $under = $shell.Streams.Progress | Where-Object { $_.Activity -match '^slow\.jpg to 127\.0\.0\.[12]' -and $_.RecordType -eq 'Processing' }
        @($under.Activity | Sort-Object -Unique).Count | Should -Be 2
    }

    It 'takes -Interface for the NIC' {
        (Send-Gallery $gallery/image1.jpg -Transport Multicast -To 239.25.25.32 -Port 9 -Interface 127.0.0.1 -EndDelay 0).Datagrams | Should -Be 1
    }
}
