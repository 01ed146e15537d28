BeforeAll {
    . $PSScriptRoot/Support.ps1
    $loopback = @{ OutboundIP = '127.0.0.1'; Group = '239.25.25.41' }
    $receive = 'param($p) Receive-GalleryMessage -Group 239.25.25.41 -ArrivalIP 127.0.0.1 -IdleTimeout 15 -Verbose @p'
}

Describe 'Send-GalleryMessage' {
    BeforeEach { $port = Get-FreePort }

    It 'sends text, JSON, bytes and files exactly as they are, in the order of the command line' {
        [System.IO.File]::WriteAllBytes("$TestDrive/m.bin", [byte[]](1..16))
        $receiver = Start-Receiver @{ Port = $port; Count = 6 } $receive
        $sent = Send-GalleryMessage -Bytes ([byte[]](0, 255)) -Text 'one', 'zwölf' -InputObject ([ordered]@{ a = 1; b = 'x' }), @(1, 2) -Path "$TestDrive/*.bin" -Port $port @loopback
        $received = Wait-Receiver $receiver
        $hex = $received.ForEach({ [convert]::ToHexString($_.Data) })
        $hex | Should -Be '00FF', '6F6E65', '7A77C3B66C66', ([convert]::ToHexString([System.Text.Encoding]::UTF8.GetBytes('{"a":1,"b":"x"}'))), '5B312C325D', '0102030405060708090A0B0C0D0E0F10'
        $received.Kind | Should -Be Binary, Text, Text, Json, Json, Binary
        $sent | ForEach-Object { $_ | Should -BeOfType GalleryPS.SentMessage }
        $sent.Index | Should -Be 0, 1, 2, 3, 4, 5
        $sent.Bytes | Should -Be 2, 3, 6, 15, 5, 16
        $sent[0].Destination.ToString() | Should -Be "239.25.25.41:$port"
    }

    It 'takes text, byte arrays, messages, files and objects from the pipeline' {
        Set-Content "$TestDrive/file.txt" 'content' -NoNewline
        $message = [GalleryPS.ReceivedMessage]::new([byte[]](9, 9), 'Binary')
        $receiver = Start-Receiver @{ Port = $port; Count = 6 } $receive
        $all = 'text', ([byte[]](1, 2)), ([byte[]](3, 4)), $message, (Get-Item "$TestDrive/file.txt"), [pscustomobject]@{ x = 1 }
        $all | Send-GalleryMessage -Port $port @loopback | Out-Null
        (Wait-Receiver $receiver).ForEach({ [convert]::ToHexString($_.Data) }) | Should -Be '74657874', '0102', '0304', '0909', '636F6E74656E74', '7B2278223A317D'
    }

    It 'makes one message of bytes that come one by one' {
        $receiver = Start-Receiver @{ Port = $port; Count = 1 } $receive
        [byte[]](7, 8, 9) | Send-GalleryMessage -Port $port @loopback | Out-Null
        [convert]::ToHexString((Wait-Receiver $receiver).Data) | Should -Be '070809'
    }

    It 'repeats and keeps the interval' {
        $time = Measure-Command { $script:sent = Send-GalleryMessage a, b -Repeat 3 -Interval 0.1 -Port $port @loopback }
        $sent.Text | Should -Be a, a, a, b, b, b
        $sent.Repetition | Should -Be 1, 2, 3, 1, 2, 3
        $time.TotalSeconds | Should -BeGreaterThan 0.45
    }

    It 'sends to hosts and broadcast addresses as well, and under all names of the parameter' {
        (Send-GalleryMessage x -To 127.0.0.1 -ToPort $port).Destination.ToString() | Should -Be "127.0.0.1:$port"
        (Send-GalleryMessage x -Destination 127.255.255.255 -Port $port).Destination.ToString() | Should -Be "127.255.255.255:$port"
        (Send-GalleryMessage x -ComputerName localhost -Port $port).Datagrams | Should -Be 1
        (Send-GalleryMessage x -McastIP 239.25.25.41, 239.25.25.42 -McastPort $port -OutboundIP 127.0.0.1).Count | Should -Be 2
    }

    It 'waits for the group, or for a time' -Skip:(-not $IsLinux) {
        { Send-GalleryMessage x -WaitForGroup 0.2 -Port $port @loopback } | Should -Throw -ErrorId 'NobodyJoined,*'
        $receiver = Start-Receiver @{ Port = $port; Count = 1 } $receive
        (Send-GalleryMessage x -WaitForGroup 10s -Port $port @loopback).Bytes | Should -Be 1
        Wait-Receiver $receiver | Out-Null
        (Measure-Command { Send-GalleryMessage x -Delay 300ms -Port $port @loopback }).TotalSeconds | Should -BeGreaterOrEqual 0.3
    }
}

Describe 'Errors of Send-GalleryMessage' {
    It 'is <Id> for <Call>' -ForEach @(
        @{ Id = 'InvalidOptions'; Call = 'Send-GalleryMessage' }
        @{ Id = 'AddressNotMulticast'; Call = 'Send-GalleryMessage x -Group 127.0.0.1 -WaitForGroup 1' }
        @{ Id = 'AddressNotFound'; Call = 'Send-GalleryMessage x -Group 1.2.3' }
        @{ Id = 'AddressNotLocal'; Call = 'Send-GalleryMessage x -OutboundIP 203.0.113.5' }
    ) {
        { & ([scriptblock]::Create($Call)) } | Should -Throw -ErrorId "$Id,GalleryPS.Cmdlets.Commands.SendGalleryMessageCommand"
    }

    It 'goes on after a message that is too large or a file that is not there' {
        $sent = Send-GalleryMessage -Bytes (, [byte[]]::new(65508)) -Path "$TestDrive/none.bin" -Text after -To 127.0.0.1 -Port 9 -ErrorAction SilentlyContinue -ErrorVariable problems
        $sent.Text | Should -Be after
        $problems.FullyQualifiedErrorId | Should -Be 'MessageTooLarge,GalleryPS.Cmdlets.Commands.SendGalleryMessageCommand', 'UnreadableMessage,GalleryPS.Cmdlets.Commands.SendGalleryMessageCommand'
        $problems[0].CategoryInfo.Category | Should -Be LimitsExceeded
    }
}

Describe 'Send-GalleryMessage -WhatIf' {
    It 'sends nothing' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Address = '127.0.0.1'; Port = $port; Count = 1 } 'param($p) Receive-GalleryMessage @p -Verbose'
        Send-GalleryMessage never -To 127.0.0.1 -Port $port -WhatIf | Should -BeNullOrEmpty
        Send-GalleryMessage sent -To 127.0.0.1 -Port $port | Out-Null
        (Wait-Receiver $receiver).Text | Should -Be sent
    }
}
