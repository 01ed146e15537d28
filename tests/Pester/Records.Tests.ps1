# What scripts write down of the objects: JSON, CSV and lists stay short, and the bytes are there for whoever names them.
BeforeDiscovery {
    $kinds = 'ReceivedImage', 'SentImage', 'ShownImage', 'ReceivedMessage', 'SentMessage', 'ServerReply', 'Server', 'ServerConnection', 'Interface',
        'Packet', 'TrafficEstimate', 'TrafficCount', 'TrafficCount#Flow', 'TrafficComparison', 'LayerComparison', 'TrafficInterval', 'Terminal'
    $bytes = 'ReceivedImage', 'ReceivedMessage', 'ServerReply'
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Traffic.Support.ps1
    $picture = Join-Path $TestDrive 'picture.bmp'
    New-TestPicture $picture 100 100
    $all = [System.IO.File]::ReadAllBytes($picture)
    $message = [byte[]] (0..255 * 20)
    $objects = @{}

    # Durations are seconds in the JSON, addresses are text. Gives what was read back.
    function Assert-Written($Object, [string] $Json) {
        $read = $Json | ConvertFrom-Json -DateKind String
        foreach ($property in $Object.PSObject.Properties) {
            switch ($property.Value) {
                { $_ -is [timespan] } { $read.($property.Name) | Should -Be $_.TotalSeconds -Because $property.Name }
                { $_ -is [ipaddress] -or $_ -is [System.Net.IPEndPoint] } { $read.($property.Name) | Should -BeExactly "$_" -Because $property.Name }
            }
        }

        $read
    }

    function Add-Object($Object) { $objects[$Object.PSObject.TypeNames[0] -replace '^GalleryPS\.'] = $Object }

    $port = Get-FreePort
    $receiver = Start-Receiver @{ Port = $port; IdleTimeout = 10 }
    Add-Object (Send-Gallery $picture -Port $port)
    Add-Object (Wait-Receiver $receiver)[0]
    $receiver = Start-Receiver @{ Port = $port; IdleTimeout = 10; OutputDirectory = "$TestDrive/stored" }
    $null = Send-Gallery $picture -Port $port
    $stored = @(Wait-Receiver $receiver)[0]

    $receiver = Start-Receiver @{ Address = '127.0.0.1'; Port = $port; Count = 1; IdleTimeout = 15 } 'param($p) Receive-GalleryMessage @p -Verbose'
    Add-Object (Send-GalleryMessage -To 127.0.0.1 -Bytes $message -Port $port)
    Add-Object (@(Wait-Receiver $receiver)[0])

    $server = Start-GalleryServer recorded -Port 0 -Address 127.0.0.1 -Gallery $picture
    Add-Object ($server | Connect-GalleryServer)
    Add-Object $server
    $until = [datetime]::UtcNow.AddSeconds(10)
    while ($server.Log.Count -eq 0 -and [datetime]::UtcNow -lt $until) { [System.Threading.Thread]::Sleep(5) }
    Add-Object $server.Log[0]
    Add-Object (Show-Gallery $picture -As Html -NoBrowser 6>$null)
    Add-Object (Get-GalleryInterface lo*)
    Add-Object (Get-GalleryTerminal)
    Add-Object @(Get-GalleryPacket $captures/tcp-ipv6.pcap)[0]
    Add-Object @(Measure-Gallery)[0]
    Add-Object @(Measure-GalleryCapture $captures/tcp-ipv6.pcap -ByFlow)[0]
    Add-Object (Measure-GalleryCapture $captures/tcp.pcap)
    $timed = Measure-GalleryCapture $captures/tcp.pcap -Timeline 0.001
    Add-Object $timed.Timeline[0]
    $comparison = Compare-GalleryTraffic $captures/tcp.pcap -Estimate (Measure-Gallery -Transport Tcp)
    Add-Object $comparison
    Add-Object $comparison.Layers[0]
}

AfterAll { Get-GalleryServer recorded | Stop-GalleryServer }

Describe 'A <_>' -ForEach $kinds {
    It 'is short JSON, CSV, a short list and short XML' {
        $object = $objects[$_]
        $object | Should -Not -BeNullOrEmpty
        $json = $object | ConvertTo-Json -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -BeNullOrEmpty
        $json.Length | Should -BeLessThan 4000
        $json | Should -Not -Match '"(AddressFamily|Ticks|Data|Content)"'
        # Addresses as text, durations in seconds, also in what it holds.
        $read = Assert-Written $object $json
        foreach ($property in $object.PSObject.Properties | Where-Object Value -Is ([System.Collections.Generic.IReadOnlyList[ipaddress]])) {
            $read.($property.Name) | Should -BeExactly @($property.Value | ForEach-Object ToString) -Because $property.Name
        }
        # Enumerations by name.
        foreach ($name in 'Transport', 'Protocol', 'Format', 'Kind', 'Outcome', 'Action', 'View', 'Verdict') {
            if ($object.$name -is [enum]) { ($json | ConvertFrom-Json).$name | Should -Be "$($object.$name)" }
        }
        $csv = $object | ConvertTo-Csv | Out-String -Width 100000
        $csv.Length | Should -BeLessThan 2500
        $csv | Should -Not -Match 'System\.|List`|ReadOnly'
        ($object | Format-List * | Out-String -Width 100).Length | Should -BeLessThan 6000
        ($object | ConvertTo-Csv | ConvertFrom-Csv).PSObject.Properties.Name | Should -Not -Contain 'Data'
    }

    It 'is a record of text and numbers, living or behind a file' {
        $object = $objects[$_]
        $record = $object | ConvertTo-GalleryRecord
        $json = $record | ConvertTo-Json -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $json.Length | Should -BeLessThan 4000
        $json | Should -Not -Match '"(AddressFamily|Ticks)"'
        $read = Assert-Written $object $json
        foreach ($property in $object.PSObject.Properties) {
            switch ($property.Value) {
                { $_ -is [enum] } { $read.($property.Name) | Should -BeExactly "$_" -Because $property.Name }
                { $_ -is [DateTimeOffset] } { $read.($property.Name) | Should -BeExactly $_.ToString('O') -Because $property.Name }
            }
        }

        $csv = $record | ConvertTo-Csv | Out-String -Width 100000
        $csv.Length | Should -BeLessThan 2500
        $csv | Should -Not -Match 'System\.|\[\]"|"GalleryPS\.'

        $object | Export-Clixml "$TestDrive/record.xml"
        $left = Import-Clixml "$TestDrive/record.xml"
        $left | ConvertTo-GalleryRecord | ConvertTo-Json | Should -Be $json
        # Bytes of what was not stored are in the file, and nowhere else.
        ($left | ConvertTo-Csv | Out-String -Width 100000).Length | Should -BeLessThan 2600
        ($left | ConvertTo-Json -WarningAction SilentlyContinue).Length | Should -BeLessThan 14000
        ($left | Format-List * | Out-String -Width 100).Length | Should -BeLessThan 8000
    }
}

Describe 'Every type' {
    It 'has text and numbers for ConvertTo-Json in place of addresses and durations' {
        . $PSScriptRoot/../../tools/HelpBuilder/ObjectLists.ps1
        $outputs = (Get-Command -Module GalleryPS).OutputType.Type | Where-Object Namespace -EQ 'GalleryPS' | Sort-Object FullName -Unique
        $forgotten = foreach ($property in (@($outputs) + @(Get-InnerType $outputs)).GetProperties() | Where-Object DeclaringType -NotLike '*Text') {
            $types = @($property.PropertyType) + $property.PropertyType.GetGenericArguments()
            $ignored = $property.IsDefined([Newtonsoft.Json.JsonIgnoreAttribute], $true)
            if (-not $ignored -and $types.Where{ $_ -in [timespan], [ipaddress], [System.Net.IPEndPoint] }) { "$($property.DeclaringType).$($property.Name)" }
            if ($ignored -and -not $property.DeclaringType.BaseType.GetProperty($property.Name)) { "$($property.DeclaringType.BaseType).$($property.Name)" }
        }
        $outputs.Count | Should -BeGreaterThan 15
        $forgotten | Should -BeNullOrEmpty
    }

    It 'is to scripts what it was' {
        $objects.ReceivedImage.Source | Should -BeOfType ([System.Net.IPEndPoint])
        $objects.ReceivedImage.Source.Port | Should -BeGreaterThan 0
        $objects.ReceivedImage.Elapsed | Should -BeOfType ([timespan])
        $objects.Interface.IPv4[0] | Should -BeOfType ([ipaddress])
        # Also where the module is not imported.
        $objects.ReceivedImage | ForEach-Object -Parallel { $_.Source.GetType().Name } | Should -Be IPEndPoint
        $v6 = $objects['TrafficCount#Flow'] | ConvertTo-Json | ConvertFrom-Json
        $v6.Source | Should -Match '^\[fd78::1\]:\d+$'
    }
}

Describe 'What holds others' {
    It 'is a record that ConvertTo-Json writes in full' {
        $json = $timed | ConvertTo-GalleryRecord | ConvertTo-Json -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $read = $json | ConvertFrom-Json
        $read.Timeline.Count | Should -Be $timed.Timeline.Count
        $read.Timeline[0].Length | Should -Be 0.001
        $read.Lines[0].Protocol, $read.OnWireFrames | Should -Be TCP, $timed.OnWire.Frames
        $compared = $comparison | ConvertTo-GalleryRecord | ConvertTo-Json | ConvertFrom-Json
        $compared.Layers[0].Verdict | Should -BeExactly "$($comparison.Layers[0].Verdict)"
    }
}

Describe 'An address' {
    It 'can be read whatever its family' {
        ($objects.Interface | ConvertTo-GalleryRecord | ConvertTo-Json -Compress) | Should -BeLike '*"127.0.0.1"*'
        $flow = $objects['TrafficCount#Flow']
        $flow.Source.Address.AddressFamily | Should -Be InterNetworkV6
        ($flow | ConvertTo-GalleryRecord | ConvertTo-Json | ConvertFrom-Json).Source | Should -Match '^\[fd78::1\]:\d+$'
        ($objects.Interface | ConvertTo-Csv | ConvertFrom-Csv).IPv4 | Should -Be 127.0.0.1
    }
}

Describe 'The bytes of a <_>' -ForEach $bytes {
    It 'are there for whoever names them, also behind a file' {
        $object = $objects[$_]
        $expected = [convert]::ToHexString($_ -eq 'ReceivedMessage' ? $message : $all)
        if ($_ -eq 'ServerReply') { $object.Images[0].Data.Length | Should -Be $all.Length; $expected = [convert]::ToHexString($object.Data) }
        $object.Data.GetType() | Should -Be ([byte[]])
        [convert]::ToHexString($object.Data) | Should -Be $expected
        [convert]::ToHexString(($object | Select-Object Data).Data) | Should -Be $expected
        $object | Export-Clixml "$TestDrive/bytes.xml"
        $left = Import-Clixml "$TestDrive/bytes.xml"
        $left.Data.GetType() | Should -Be ([byte[]])
        [convert]::ToHexString($left.Data) | Should -Be $expected
    }
}

Describe 'An image that was stored' {
    It 'leaves its bytes in its file' {
        $stored | Export-Clixml "$TestDrive/stored.xml"
        (Get-Item "$TestDrive/stored.xml").Length | Should -BeLessThan 5000
        $left = Import-Clixml "$TestDrive/stored.xml"
        [convert]::ToHexString($left.Data) | Should -Be ([convert]::ToHexString($all))
        ($left | Measure-Gallery -Transport Tcp).ImageBytes | Should -Be $all.Length
    }
}
