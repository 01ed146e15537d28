# What scripts write down of the objects: JSON, CSV and lists stay short, and the bytes are there for whoever names them.
BeforeDiscovery {
    $kinds = 'ReceivedImage', 'SentImage', 'ShownImage', 'ReceivedMessage', 'SentMessage', 'ServerReply', 'Server', 'ServerConnection', 'Interface',
        'Packet', 'TrafficEstimate', 'TrafficCount#Flow', 'LayerComparison', 'TrafficInterval', 'Terminal'
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
    Add-Object @((Measure-GalleryCapture $captures/tcp.pcap -Timeline 0.001).Timeline)[0]
    Add-Object @((Compare-GalleryTraffic $captures/tcp.pcap -Estimate (Measure-Gallery -Transport Tcp)).Layers)[0]
}

AfterAll { Get-GalleryServer recorded | Stop-GalleryServer }

Describe 'A <_>' -ForEach $kinds {
    It 'is short JSON, CSV, a short list and short XML' {
        $object = $objects[$_]
        $object | Should -Not -BeNullOrEmpty
        $json = $object | ConvertTo-Json -WarningVariable warnings -WarningAction SilentlyContinue
        # What a gallery sent holds its images, which are three levels deep.
        if ($_ -ne 'ServerReply' -and $_ -ne 'Server') { $warnings | Should -BeNullOrEmpty }
        $json.Length | Should -BeLessThan 5000
        { $json | ConvertFrom-Json } | Should -Not -Throw
        ($object | ConvertTo-Csv | Out-String -Width 100000).Length | Should -BeLessThan 2500
        ($object | Format-List * | Out-String -Width 100).Length | Should -BeLessThan 5000
        ($object | ConvertTo-Csv | ConvertFrom-Csv).PSObject.Properties.Name | Should -Not -Contain 'Data'
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
