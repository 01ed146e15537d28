# What comes out of a cmdlet goes into the others: the objects themselves, and what is left of them behind jobs and files.
BeforeDiscovery {
    $kinds = 'sent', 'received', 'stored', 'shown', 'shownStored', 'files', 'bag', 'table'
    . $PSScriptRoot/Needs.ps1
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $gallery = New-Item (Join-Path $TestDrive 'gallery [1]') -ItemType Directory
    foreach ($side in 10, 80, 30) { New-TestPicture "$gallery/picture-$side [a].bmp" $side $side }
    $images = Get-ChildItem -LiteralPath $gallery | Sort-Object Length
    $sizes = @($images | ForEach-Object Length)
    $total = ($sizes | Measure-Object -Sum).Sum

    function Get-Sent { Send-Gallery -LiteralPath $gallery -Port 9 -EndDelay 0 | Sort-Object Bytes }

    # Images as Receive-Gallery emits them, in memory or stored.
    function Get-Received([string] $Directory) {
        $port = Get-FreePort
        $parameters = @{ Port = $port; IdleTimeout = 10 }
        if ($Directory) { $parameters.OutputDirectory = $Directory }
        $receiver = Start-Receiver $parameters
        Send-Gallery -LiteralPath $gallery -Port $port | Out-Null
        Wait-Receiver $receiver | Sort-Object Bytes
    }

    function Get-Shown { Show-Gallery -LiteralPath $gallery -As Html -NoBrowser 6>$null | Sort-Object Bytes }

    function Get-Objects([string] $Kind) {
        switch ($Kind) {
            'sent' { Get-Sent }
            'received' { Get-Received }
            'stored' { Get-Received (Join-Path $TestDrive "stored-$([guid]::NewGuid())") }
            'shown' { Get-Shown }
            'shownStored' { Get-Objects stored | Show-Gallery -As Html -NoBrowser 6>$null }
            'files' { $images }
            'bag' { $images | ForEach-Object { [pscustomobject]@{ Path = $_.FullName; Remark = 'x' } } }
            'table' { $images | ForEach-Object { @{ Path = $_.FullName } } }
        }
    }

    function ConvertTo-Clixml($Objects) {
        $file = Join-Path $TestDrive "$([guid]::NewGuid()).xml"
        $Objects | Export-Clixml $file
        Import-Clixml $file
    }
}

Describe 'Images that are <_>' -ForEach $kinds {
    BeforeAll { $objects = @(Get-Objects $_) }

    It 'are measured' {
        $estimate = $objects | Measure-Gallery -Transport Tcp
        $estimate.Images | Should -Be 3
        $estimate.ImageBytes | Should -Be $total
    }

    It 'are exported' {
        $file = $objects | Export-Gallery -OutputPath (Join-Path $TestDrive "$_.html") -Force
        $file.Length | Should -BeGreaterThan $total
    }

    It 'are shown' {
        $shown = $objects | Show-Gallery -As Html -NoBrowser 6>$null
        $shown.Bytes | Sort-Object | Should -Be $sizes
    }

    It 'are sent' {
        $sent = $objects | Send-Gallery -Port 9 -EndDelay 0
        $sent.Bytes | Sort-Object | Should -Be $sizes
        $sent.Destination.Port | Select-Object -Unique | Should -Be 9
    }

    It 'are the same behind a file' {
        $left = ConvertTo-Clixml $objects
        ($left | Measure-Gallery -Transport Unicast -ErrorAction Stop).ImageBytes | Should -Be $total
        ($left | Send-Gallery -Port 9 -EndDelay 0).Bytes | Sort-Object | Should -Be $sizes
    }
}

Describe 'Objects of the pipeline' {
    It 'may name where each of them goes' {
        $receivers = foreach ($i in 0..2) { $port = Get-FreePort; @{ Port = $port; Receiver = (Start-Receiver @{ Port = $port; IdleTimeout = 10 }) } }
        $sent = 0..2 | ForEach-Object { [pscustomobject]@{ Path = $images[$_].FullName; To = '127.0.0.1'; Port = $receivers[$_].Port } } | Send-Gallery
        $sent.Count | Should -Be 3
        for ($i = 0; $i -lt 3; $i++) { (Wait-Receiver $receivers[$i].Receiver).Bytes | Should -Be $images[$i].Length }
    }

    It 'that are no images are errors, and the others go' {
        $sent = [pscustomobject]@{ Size = 1 }, $images[0] | Send-Gallery -Port 9 -EndDelay 0 -ErrorAction SilentlyContinue -ErrorVariable problems
        $sent.Bytes | Should -Be $sizes[0]
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'NoImagesFound*'
    }

    It 'that come out of a job are images' {
        $job = Start-Job { param($module, $gallery) Import-Module $module; Send-Gallery -LiteralPath $gallery -Port 9 -EndDelay 0 } -ArgumentList (Get-Module GalleryPS).Path.Replace('.psm1', '.psd1'), "$gallery"
        $left = $job | Receive-Job -Wait -AutoRemoveJob
        $left[0].PSObject.TypeNames[0] | Should -Be 'Deserialized.GalleryPS.SentImage'
        ($left | Measure-Gallery -Transport Tcp).ImageBytes | Should -Be $total
        ($left | Out-String) | Should -Match 'picture-80 \[a\].bmp'
    }
}

Describe 'Predictions, captures and servers' {
    It 'behind a file are taken for what they were' {
        $capture = Join-Path $PSScriptRoot '../GalleryPS.Traffic.Tests/Fixtures/unicast.pcap'
        $estimate = Measure-Gallery -Size 1000, 2000 -Transport Unicast
        $left = ConvertTo-Clixml $estimate
        $left.PSObject.TypeNames[0] | Should -Be 'Deserialized.GalleryPS.TrafficEstimate'
        $living, $dead = $estimate, $left | ForEach-Object { Compare-GalleryTraffic -Path $capture -Estimate $_ }
        ($dead.Layers | ConvertTo-Json) | Should -Be ($living.Layers | ConvertTo-Json)
        $count = ConvertTo-Clixml (Measure-GalleryCapture $capture)
        (Measure-GalleryCapture $count).Packets | Should -Be $count.Packets
    }

    It 'servers are asked, also behind a file' {
        $servers = 1, 2 | ForEach-Object { Start-GalleryServer "piped$_" -Port 0 -Address 127.0.0.1 -Greeting "from $_" }
        try {
            ($servers | Connect-GalleryServer -Select First).Text | Should -Be 'from 1'
            $replies = ConvertTo-Clixml $servers | Connect-GalleryServer -Select RoundRobin -Count 2
            $replies.Text | Sort-Object | Should -Be 'from 1', 'from 2'
            (Get-GalleryServer piped2 | Connect-GalleryServer).Text | Should -Be 'from 2'
            ConvertTo-Clixml $servers[0] | Stop-GalleryServer
            (Get-GalleryServer piped*).Name | Should -Be 'piped2'
        }
        finally { Get-GalleryServer piped* | Stop-GalleryServer }
    }

    It 'a server on every address is asked on this machine' {
        $server = Start-GalleryServer everywhere -Port 0 -Greeting here
        try { ($server | Connect-GalleryServer).Text | Should -Be 'here' }
        finally { $server | Stop-GalleryServer }
    }
}

Describe 'What is left of objects behind a file' {
    It 'looks as they did' {
        $sent = Get-Sent
        $received = Get-Received
        $estimate = Measure-Gallery -Size 1000, 2000
        foreach ($objects in $sent, $received, (Get-Shown), $estimate, (Get-GalleryInterface lo*)) {
            $left = ConvertTo-Clixml $objects
            @($left)[0].PSObject.TypeNames[0] | Should -BeLike 'Deserialized.GalleryPS.*'
            ($left | Out-String) | Should -Be ($objects | Out-String)
        }
    }
}

Describe 'NICs' {
    It 'are received on' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port } 'param($p) Get-GalleryInterface lo* | Receive-Gallery @p -Transport Multicast -Address 239.25.25.31 -Verbose -IdleTimeout 10'
        $sent = Get-GalleryInterface lo* | Send-Gallery -LiteralPath $gallery -Transport Multicast -To 239.25.25.31 -Port $port
        $sent.Count | Should -Be 3
        @(Wait-Receiver $receiver).Count | Should -Be 3
    }
}

Describe 'A sender whose pipeline wants no more' {
    It 'ends the transmission' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port; IdleTimeout = 15 }
        $sent = Send-Gallery -LiteralPath $gallery -Port $port | Select-Object -First 2
        $sent.Count | Should -Be 2
        $received = @(Wait-Receiver $receiver)
        $received.Count | Should -Be 2
        $receiver.Shell.Streams.Error | Should -BeNullOrEmpty
    }

    It 'does so with Flute too' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port; IdleTimeout = 15; Protocol = 'Flute' }
        $sent = Send-Gallery -LiteralPath $gallery -Port $port -Protocol Flute | Select-Object -First 1
        @($sent).Count | Should -Be 1
        @(Wait-Receiver $receiver).Count | Should -Be 3
        $receiver.Shell.Streams.Error | Should -BeNullOrEmpty
    }
}

Describe 'A sender with Flute whose pipeline is stopped before all is sent' {
    It 'ends the session at once, however slow the rate' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port; IdleTimeout = 120; Protocol = 'Flute' }
        $begun = [datetime]::UtcNow
        { Send-Gallery -LiteralPath $gallery -Port $port -Protocol Flute -BitRate 10 -WarningAction Stop } | Should -Throw '*At 10bps, 3 images take *'
        Wait-Receiver $receiver | Should -BeNullOrEmpty
        @($receiver.Shell.Streams.Error).Count | Should -BeGreaterThan 0
        @($receiver.Shell.Streams.Error.FullyQualifiedErrorId) -like 'ReceiverTimedOut*' | Should -BeNullOrEmpty
        ([datetime]::UtcNow - $begun).TotalSeconds | Should -BeLessThan 60
    }
}

Describe 'A sender that is stopped with Ctrl+C' {
    It 'sends no end' {
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port; IdleTimeout = 2 }
        $shell = [powershell]::Create().AddScript({
            param($module, $gallery, $port)
            Import-Module $module
            Send-Gallery -LiteralPath $gallery -Port $port -Interval 60
        }).AddArgument($moduleManifest).AddArgument("$gallery").AddArgument($port)
        $null = $shell.BeginInvoke()
        $until = [datetime]::UtcNow.AddSeconds(20)
        while ($receiver.Output.Count -eq 0 -and [datetime]::UtcNow -lt $until) { [System.Threading.Thread]::Sleep(5) }
        $receiver.Output.Count | Should -Be 1
        $shell.Stop()
        @(Wait-Receiver $receiver).Count | Should -Be 1
        $receiver.Shell.Streams.Verbose.Message -match '^End of transmission' | Should -BeNullOrEmpty
        $receiver.Shell.Streams.Error.FullyQualifiedErrorId | Should -BeLike 'ReceiverTimedOut*'
    }
}

Describe 'What the module left running' {
    It 'ends with the module' {
        $shell = [powershell]::Create().AddScript({
            param($module)
            Import-Module $module
            $server = Start-GalleryServer removed -Port 0 -Address 127.0.0.1
            Remove-Module GalleryPS
            $server.IsRunning
        }).AddArgument($moduleManifest)
        $out = $shell.Invoke()
        $out | Should -Be $false
        Get-GalleryServer | Where-Object Name -EQ removed | Should -BeNullOrEmpty
    }

    It 'ends with the <By>: a capture' -Skip:(-not $canCapture) -ForEach @{ By = 'module' }, @{ By = 'runspace' } {
        $runspace = [runspacefactory]::CreateRunspace()
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        $capture = $shell.AddScript({ param($module, $file) Import-Module $module; Start-GalleryCapture $file -Interface lo -Filter 'port 9' }).AddArgument($moduleManifest).AddArgument("$TestDrive/by-$By.pcap").Invoke()[0]
        $capture.Running | Should -BeTrue
        if ($By -eq 'module') { [powershell]::Create($runspace).AddScript('Remove-Module GalleryPS').Invoke() }
        else { $runspace.Close() }
        $capture.Running | Should -BeFalse
        $runspace.Dispose()
    }

    It 'ends with the <By>: a show' -ForEach @{ By = 'module' }, @{ By = 'runspace' } {
        $runspace = [runspacefactory]::CreateRunspace()
        $runspace.Open()
        $shell = [powershell]::Create($runspace)
        $null = $shell.AddScript({ param($module, $gallery) Import-Module $module; Show-Gallery -LiteralPath $gallery -As Browser -NoBrowser }).AddArgument($moduleManifest).AddArgument("$gallery").Invoke()
        $port = [int] [regex]::Match("$($shell.Streams.Information)", 'http://localhost:(\d+)').Groups[1].Value
        $listens = { @([System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpListeners().Port) -contains $port }
        & $listens | Should -BeTrue
        if ($By -eq 'module') { [powershell]::Create($runspace).AddScript('Remove-Module GalleryPS').Invoke() }
        else { $runspace.Close() }
        & $listens | Should -BeFalse
        $runspace.Dispose()
    }

    It 'ends with its runspace, and what others started does not' {
        $mine = Start-GalleryServer mine -Port 0 -Address 127.0.0.1
        try {
            $runspace = [runspacefactory]::CreateRunspace()
            $runspace.Open()
            $shell = [powershell]::Create()
            $shell.Runspace = $runspace
            $theirs = $shell.AddScript({ param($module) Import-Module $module; Start-GalleryServer theirs -Port 0 -Address 127.0.0.1 }).AddArgument($moduleManifest).Invoke()[0]
            $theirs.IsRunning | Should -BeTrue
            $runspace.Close()
            $theirs.IsRunning | Should -BeFalse
            $mine.IsRunning | Should -BeTrue
        }
        finally { $mine | Stop-GalleryServer }
    }
}

Describe 'Completion' {
    It '<Line> suggests <Expected>' -ForEach @(
        @{ Line = 'Send-Gallery -FluteVersion '; Expected = '2' }
        @{ Line = 'Send-Gallery -BitRate '; Expected = '100Mbps' }
        @{ Line = 'Send-Gallery -Port '; Expected = '25000' }
        @{ Line = 'Send-GalleryMessage -Port '; Expected = '5007' }
        @{ Line = 'Connect-GalleryServer -Port '; Expected = '5000' }
        @{ Line = 'Measure-Gallery -Mtu '; Expected = '1500' }
        @{ Line = 'Start-GalleryCapture -Tool '; Expected = 'tcpdump' }
        @{ Line = 'Start-GalleryCapture -Filter '; Expected = 'igmp' }
        @{ Line = 'Measure-Gallery -FluteVersion '; Expected = '1' }
        @{ Line = 'Measure-Gallery -BitRate '; Expected = '100Mbps' }
        @{ Line = 'Receive-Gallery -MinimumBitRate '; Expected = '1Mbps' }
        @{ Line = 'Send-Gallery -Ttl '; Expected = '32' }
        @{ Line = 'Send-Gallery -Transport Multicast -To '; Expected = '239.25.25.25' }
        @{ Line = 'Send-Gallery -Transport Broadcast -To '; Expected = '127.255.255.255' }
        @{ Line = 'Send-GalleryMessage -To '; Expected = '224.1.1.1' }
    ) {
        $found = (TabExpansion2 $Line $Line.Length).CompletionMatches.ListItemText
        $found | Should -Contain $Expected
    }

    It 'suggests the flows of the capture that is named' {
        $capture = Resolve-Path (Join-Path $PSScriptRoot '../GalleryPS.Traffic.Tests/Fixtures/unicast.pcap')
        $line = "Get-GalleryPacket '$capture' -Flow "
        $matches = (TabExpansion2 $line $line.Length).CompletionMatches
        $matches.Count | Should -BeGreaterThan 0
        $matches[0].ListItemText | Should -BeIn (Measure-GalleryCapture $capture -ByFlow).Flow
    }

    It 'suggests the addresses of the capture that is named' {
        $capture = Resolve-Path (Join-Path $PSScriptRoot '../GalleryPS.Traffic.Tests/Fixtures/unicast.pcap')
        $line = "Measure-GalleryCapture '$capture' -Address "
        $found = (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText
        $found | Should -Be ((Measure-GalleryCapture $capture -ByFlow | ForEach-Object { $_.Source.Address, $_.Destination.Address }).IPAddressToString | Select-Object -Unique)
    }

    It 'suggests the servers of this session' {
        $server = Start-GalleryServer suggested -Port 0 -Address 127.0.0.1
        try {
            $line = 'Connect-GalleryServer -To '
            (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Contain "$($server.EndPoint)"
        } finally { $server | Stop-GalleryServer }
    }

    It 'has suggestions for every parameter but those that only the user knows' {
        # Paths are completed by PowerShell.
        $free = 'ArgumentList', 'Bytes', 'Certificate', 'CertificatePassword', 'CertificatePath', 'Columns', 'ComputerName', 'Count', 'Estimate', 'FilePath', 'First',
            'Gallery', 'Greeting', 'Height', 'HostName', 'HostOption', 'Hosts', 'Html', 'Image', 'InputObject', 'KeyFilePath', 'LiteralPath', 'LogSize',
            'LossBurst', 'LossPercent', 'MaxBytes', 'MaxConnections', 'MaxConnectionsPerHost', 'MaxGalleryBytes', 'MaxImageBytes', 'MaxImages', 'MaxSessions',
            'MinimumFreeSpace', 'Nic', 'OutputDirectory', 'OutputPath', 'PackagePath', 'Passphrase', 'Path', 'Receivers', 'Redundancy', 'RemotePath', 'Repeat',
            'ScriptBlock', 'Seed', 'Senders', 'SequenceProperty', 'Session', 'Size', 'SnapLength', 'Source', 'Text', 'ThumbnailSize', 'Thumbprint', 'Title', 'Tsi',
            'UserName', 'Width'
        $free += [System.Management.Automation.PSCmdlet]::CommonParameters
        $without = foreach ($command in Get-Command -Module GalleryPS) {
            foreach ($parameter in $command.Parameters.Values | Where-Object Name -NotIn $free) {
                $type = [Nullable]::GetUnderlyingType($parameter.ParameterType) ?? $parameter.ParameterType
                if ($type.IsArray) { $type = $type.GetElementType() }
                if ($type.IsEnum -or $type -in [switch], [bool], [timespan]) { continue }
                # A new lab or server has a new name; a page's port is any.
                if ("$command -$($parameter.Name)" -in 'New-GalleryLab -Name', 'Start-GalleryServer -Name', 'Show-Gallery -Port') { continue }
                if (-not ($parameter.Attributes | Where-Object { $_ -is [ArgumentCompleter] -or $_ -is [ValidateSet] })) { "$command -$($parameter.Name)" }
            }
        }
        $without | Should -BeNullOrEmpty
    }

    It 'suggests no file where there is no capture to stop' {
        $line = 'Stop-GalleryCapture '
        (TabExpansion2 $line $line.Length).CompletionMatches | Where-Object ResultType -In ProviderItem, ProviderContainer | Should -BeNullOrEmpty
    }
}
