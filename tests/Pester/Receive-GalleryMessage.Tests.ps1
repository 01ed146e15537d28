BeforeAll {
    . $PSScriptRoot/Support.ps1
    $receive = 'param($p) Receive-GalleryMessage -Group 239.25.25.43 -ArrivalIP 127.0.0.1 -IdleTimeout 15 -Verbose @p'
    $send = @{ Group = '239.25.25.43'; OutboundIP = '127.0.0.1' }
}

Describe 'Receive-GalleryMessage' {
    BeforeEach { $port = Get-FreePort }

    It 'emits messages with what they are and who sent them' {
        $receiver = Start-Receiver @{ Port = $port; Count = 4 } $receive
        Send-GalleryMessage 'same', 'same', '{"name": "x", "list": [1, {"y": 2.5}], "seq": 7}' -Bytes ([byte[]](0, 1)) -Port $port @send | Out-Null
        $messages = Wait-Receiver $receiver
        $messages | ForEach-Object { $_ | Should -BeOfType GalleryPS.ReceivedMessage }
        $messages.Index | Should -Be 0, 1, 2, 3
        $messages.Kind | Should -Be Text, Text, Json, Binary
        $messages.IsDuplicate | Should -Be $false, $true, $false, $false
        $messages[0].Source.Address.ToString() | Should -Be 127.0.0.1
        $messages[0].Group.ToString() | Should -Be 239.25.25.43
        $messages[2].Value | Should -BeOfType pscustomobject
        $messages[2].Value.GetType().Name | Should -Be PSCustomObject
        $messages[2].Value | ConvertTo-Json -Compress | Should -Not -BeLike '*"value"*'
        $messages[2].Value.name | Should -Be x
        $messages[2].Value.list[1].y | Should -Be 2.5
        $messages[2].Sequence | Should -Be 7
        $messages[3].Text | Should -BeNullOrEmpty
        $messages[3].Data | Should -Be 0, 1
        $messages[0].Time | Should -BeGreaterThan ([datetimeoffset]::Now.AddMinutes(-1))
    }

    It 'tells of joining and leaving, and of each source' {
        $receiver = Start-Receiver @{ Port = $port; Count = 2; PassThru = $true; Statistics = $true } $receive
        Send-GalleryMessage '{"seq": 1}', '{"seq": 4}' -Port $port @send | Out-Null
        $all = Wait-Receiver $receiver
        $all[0] | Should -BeOfType GalleryPS.MembershipChange
        $all[0].Action, $all[-2].Action | Should -Be Joined, Left
        $all[0].Group.ToString() | Should -Be 239.25.25.43
        if ($IsLinux) { $all[0].Interface | Should -Be lo }
        $all[-1] | Should -BeOfType GalleryPS.SourceStatistics
        $all[-1].Received, $all[-1].Missing, $all[-1].OutOfOrder, $all[-1].Duplicates | Should -Be 2, 2, 0, 0
        "$($receiver.Shell.Streams.Verbose)" | Should -Match 'Joined 239\.25\.25\.43 on .*127\.0\.0\.1.* Left 239\.25\.25\.43 on '
    }

    It 'takes deep JSON and names that PowerShell cannot tell apart without harm' {
        $receiver = Start-Receiver @{ Port = $port; Count = 2 } $receive
        $deep = ('[' * 10000) + (']' * 10000)
        Send-GalleryMessage $deep, '{"a": 1, "A": 2, "": 3}' -Port $port @send | Out-Null
        $messages = Wait-Receiver $receiver
        $messages.Kind | Should -Be Json, Json
        $messages[0].Bytes | Should -Be 20000
        $messages[0].Value.Count | Should -Be 1
        ($messages[0] | Out-String).Length | Should -BeLessThan 2000
        $messages[1].Value['A'] | Should -Be 2
        $messages[1].Value[''] | Should -Be 3
    }

    It 'receives on an address of this machine as well' {
        $receiver = Start-Receiver @{ Port = $port } 'param($p) Receive-GalleryMessage -BindIP 127.0.0.1 -BindPort $p.Port -Count 1 -IdleTimeout 15 -Verbose'
        Send-GalleryMessage hello -To 127.0.0.1 -Port $port | Out-Null
        (Wait-Receiver $receiver).Text | Should -Be hello
    }

    It 'ends after its time, and by Ctrl+C at once' {
        (Measure-Command { Receive-GalleryMessage -Group 239.25.25.43 -ArrivalIP 127.0.0.1 -Port $port -Duration 300ms }).TotalSeconds | Should -BeGreaterOrEqual 0.3
        $receiver = Start-Receiver @{ Port = $port } $receive
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $receiver.Shell.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 2
    }
}

Describe 'Errors of Receive-GalleryMessage' {
    It 'is <Id> for <Call>' -ForEach @(
        @{ Id = 'AddressNotLocal'; Call = 'Receive-GalleryMessage -Group 203.0.113.5' }
        @{ Id = 'AddressNotLocal'; Call = 'Receive-GalleryMessage -ArrivalIP no-such-nic' }
        @{ Id = 'AddressFamilyMismatch'; Call = 'Receive-GalleryMessage -Source ::1' }
        @{ Id = 'InvalidOptions'; Call = 'Receive-GalleryMessage -Port 0' }
    ) {
        { & ([scriptblock]::Create($Call)) } | Should -Throw -ErrorId "$Id,GalleryPS.Cmdlets.Commands.ReceiveGalleryMessageCommand"
    }

    It 'gives up when nothing comes' {
        Receive-GalleryMessage -Group 127.0.0.1 -Port (Get-FreePort) -IdleTimeout 0.1 -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ReceiverTimedOut,*'
        $problems[0].CategoryInfo.Category | Should -Be OperationTimeout
    }
}
