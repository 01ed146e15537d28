BeforeAll {
    . $PSScriptRoot/Support.ps1
    $gallery = Join-Path $TestDrive 'gallery'
    $null = New-Item $gallery -ItemType Directory
    foreach ($i in 1, 2, 10) { New-TestImage "$gallery/image$i.jpg" (100000 * $i) }

    # Waits for something that no event tells.
    function Wait-Until([scriptblock] $Condition, [int] $Seconds = 20) {
        $until = [datetime]::UtcNow.AddSeconds($Seconds)
        while (-not (& $Condition)) {
            if ([datetime]::UtcNow -gt $until) { throw "In vain: $Condition" }
            [System.Threading.Thread]::Sleep(5)
        }
    }

    $secret = ConvertTo-SecureString 'sesame' -AsPlainText -Force
}

Describe 'The Flute protocol' {
    It 'carries large images with their names and places' {
        $port = Get-FreePort
        $in = Join-Path $TestDrive 'in'
        $receiver = Start-Receiver @{ Protocol = 'Flute'; Port = $port; OutputDirectory = $in; IdleTimeout = 20 }
        $sent = Send-Gallery $gallery -Protocol Flute -Port $port
        $sent.Name | Should -Be 'image1.jpg', 'image2.jpg', 'image10.jpg'
        $sent.Protocol | Should -Be 'Flute', 'Flute', 'Flute'
        $received = Wait-Receiver $receiver
        ($received | Sort-Object Index).Name | Should -Be 'image1.jpg', 'image2.jpg', 'image10.jpg'
        foreach ($i in 1, 2, 10) { (Get-FileHash "$in/image$i.jpg").Hash | Should -Be (Get-FileHash "$gallery/image$i.jpg").Hash }
    }

    It 'serves receivers until they have everything, with a passphrase, and emits them' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Protocol = 'Flute'; Port = $port; IdleTimeout = 20; Passphrase = $secret }
        $all = Send-Gallery $gallery -Protocol Flute -Port $port -Receivers 1 -WaitTimeout 20 -Passphrase $secret
        $served = $all | Where-Object { $_ -is [GalleryPS.ServedReceiver] }
        $served.Images | Should -Be 3
        $served.Completed | Should -BeTrue
        $received = Wait-Receiver $receiver
        ($received | Measure-Object Bytes -Sum).Sum | Should -Be 1300000
        ($received | Sort-Object Index)[0].Data.Length | Should -Be 100000
        $text = $all | Out-String -Width 120
        $text | Should -Match '(?m)^\S+ \(127\.0\.0\.1\): 3 images, 0\.0.?% lost, \d+\.\d\d s(, limit: .+)?\s*$'
        $text | Should -Match 'Index\s+Bytes\s+Format\s+Size\s+Destination\s+Name'
    }

    It 'goes on where it stopped (<Name>)' -ForEach @(
        @{ Name = 'Flute'; Receive = @{ Protocol = 'Flute' }; Send = @{ Protocol = 'Flute'; Receivers = 1; WaitTimeout = 20 } }
        @{ Name = 'Tcp'; Receive = @{ Transport = 'Tcp' }; Send = @{ Transport = 'Tcp' } }
    ) {
        $in = Join-Path $TestDrive "resume-$Name"
        foreach ($there in 0, 2) {
            $port = Get-FreePort
            $receiver = Start-Receiver ($Receive + @{ Port = $port; OutputDirectory = $in; Resume = $true; IdleTimeout = 20 })
            $sent = Send-Gallery $gallery @Send -Port $port -Resume | Where-Object { $_ -is [GalleryPS.SentImage] }
            @($sent | Where-Object WasThere).Count | Should -Be $there
            $received = Wait-Receiver $receiver
            $received.Count | Should -Be 3
            @($received | Where-Object WasThere).Count | Should -Be $there
            (Get-FileHash "$in/*").Hash | Sort-Object | Should -Be ((Get-FileHash "$gallery/*").Hash | Sort-Object)
            if ($there -eq 0) { Get-ChildItem $in | Sort-Object Length | Select-Object -Last 1 | Remove-Item }
        }
    }

    It 'shows a bar for everything and one below it for each image, and takes them away' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Protocol = 'Flute'; Port = $port; IdleTimeout = 20 }
        $sender = [powershell]::Create()
        $null = $sender.AddScript("Import-Module '$moduleManifest'; Send-Gallery '$gallery' -Protocol Flute -Port $port -BitRate 15Mbps")
        $sender.Invoke().Count | Should -Be 3
        $null = Wait-Receiver $receiver
        foreach ($records in @($sender.Streams.Progress), @($receiver.Shell.Streams.Progress)) {
            $total = @($records | Where-Object { $_.Activity -in 'Sending', 'Receiving' })
            $total.Count | Should -BeGreaterThan 2
            $total.ParentActivityId | Sort-Object -Unique | Should -Be -1
            $shown = @($total | Where-Object RecordType -eq Processing)
            $shown.StatusDescription | Should -Match 'of 1,300,000 bytes'
            $percent = $shown.PercentComplete
            $percent | Should -Be ($percent | Sort-Object)
            $percent[-1] | Should -BeGreaterThan 40
            $shown.SecondsRemaining | Where-Object { $_ -ge 0 -and $_ -lt 60 } | Should -Not -BeNullOrEmpty

            $images = @($records | Where-Object ParentActivityId -eq $total[0].ActivityId)
            $images.Activity | Sort-Object -Unique | Should -BeIn 'image1.jpg', 'image2.jpg', 'image10.jpg'
            $images.Activity | Should -Contain 'image10.jpg'
            ($images | Where-Object RecordType -eq Processing).PercentComplete | Where-Object { $_ -gt 0 -and $_ -lt 100 } | Should -Not -BeNullOrEmpty
            foreach ($bar in $records | Group-Object ActivityId) {
                $bar.Group[-1].RecordType | Should -Be 'Completed' -Because "bar $($bar.Name) is taken away"
            }
        }
    }

    It 'refuses what cannot work, with an id' -ForEach @(
        @{ Parameters = @{ Transport = 'Tcp' } }
        @{ Parameters = @{ Receivers = 1; Repeat = 1 } }
        @{ Parameters = @{ Receivers = 1; FluteVersion = 1 } }
        @{ Parameters = @{ Fec = 'None'; Redundancy = 10 } }
    ) {
        { Send-Gallery $gallery -Protocol Flute @Parameters } | Should -Throw -ErrorId 'InvalidOptions*'
    }

    It 'says when nobody came' {
        { Send-Gallery $gallery -Protocol Flute -Port (Get-FreePort) -Receivers 1 -WaitTimeout 0.3 } | Should -Throw -ErrorId 'ReceiversMissing*'
    }

    It 'stops receiving within 200 ms in mid-transfer, leaves the group, and keeps no part of an image' -Skip:(-not $IsLinux) {
        $port = Get-FreePort
        $best = 1..3 | ForEach-Object {
            $in = Join-Path $TestDrive "stopped$_"
            $receiver = Start-Receiver @{ Protocol = 'Flute'; Transport = 'Multicast'; Address = '239.25.25.77'; Port = $port; ArrivalIP = '127.0.0.1'; OutputDirectory = $in }
            $sender = [powershell]::Create()
            $null = $sender.AddScript("Import-Module '$moduleManifest'; Send-Gallery '$gallery' -Protocol Flute -Transport Multicast -To 239.25.25.77 -OutboundIP 127.0.0.1 -Port $port -Receivers 1 -BitRate 5Mbps")
            $sending = $sender.BeginInvoke()
            Wait-Until { $receiver.Shell.Streams.Progress | Where-Object StatusDescription -Match '^0 images, [1-9]' }
            Select-String -Path /proc/net/igmp -Pattern '4D1919EF' -Quiet | Should -BeTrue
            (Measure-Command { $receiver.Shell.Stop() }).TotalMilliseconds
            Select-String -Path /proc/net/igmp -Pattern '4D1919EF' -Quiet | Should -BeFalse
            Get-ChildItem $in -Force | Should -BeNullOrEmpty
            $sender.Stop()
            $sending.IsCompleted | Should -BeTrue
        } | Measure-Object -Minimum
        $best.Minimum | Should -BeLessThan 200
    }

    It 'stops sending within 200 ms <When>, and receivers say what is missing' -ForEach @(
        @{ When = 'while it waits for receivers'; Receivers = 2; Seen = '^Waiting for receivers, 1 of 2'; Id = 'NothingOfSession'; Missing = 1 }
        @{ When = 'in mid-transfer'; Receivers = 1; Seen = '^Sending$'; Id = 'ImageIncomplete'; Missing = 'image1.jpg', 'image2.jpg', 'image10.jpg' }
    ) {
        $best = 1..3 | ForEach-Object {
            $port = Get-FreePort
            $receiver = Start-Receiver @{ Protocol = 'Flute'; Port = $port; IdleTimeout = 20 }
            $sender = [powershell]::Create()
            $null = $sender.AddScript("Import-Module '$moduleManifest'; Send-Gallery '$gallery' -Protocol Flute -Port $port -Receivers $Receivers -BitRate 5Mbps")
            $null = $sender.BeginInvoke()
            Wait-Until { $sender.Streams.Progress | Where-Object Activity -Match $Seen }
            (Measure-Command { $sender.Stop() }).TotalMilliseconds

            # They would be silent for 20 seconds otherwise.
            Wait-Receiver $receiver -Seconds 10 | Should -BeNullOrEmpty
            # What was announced only is told in one line: anybody can announce.
            $receiver.Shell.Streams.Error.FullyQualifiedErrorId | Should -Be (@("$Id,GalleryPS.Cmdlets.Commands.ReceiveGalleryCommand") * $Missing.Count)
            $receiver.Shell.Streams.Error.TargetObject | Should -Be $Missing
            if ($Id -eq 'NothingOfSession') { "$($receiver.Shell.Streams.Error)" | Should -BeLike '1 session announced 3 images, and nothing of them arrived.*' }
        } | Measure-Object -Minimum
        $best.Minimum | Should -BeLessThan 200
    }
}
