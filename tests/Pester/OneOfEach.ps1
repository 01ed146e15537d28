# One object of every type that the cmdlets emit. Dot-source it after Support.ps1; also in a job.
function Get-OneOfEach([string] $Folder, [switch] $WithoutCapture) {
    $null = New-Item $Folder -ItemType Directory -Force
    $picture = "$Folder/picture.bmp"
    New-TestPicture $picture 20 10
    $port = Get-FreePort
    $receiver = Start-Receiver @{ Port = $port; OutputDirectory = "$Folder/in"; IdleTimeout = 20 }
    Send-Gallery $picture -Port $port -EndDelay 0
    $stored = Wait-Receiver $receiver
    $stored
    $stored | Show-Gallery -As Html -NoBrowser 6>$null

    $port = Get-FreePort
    $receiver = Start-Receiver @{ Port = $port; Protocol = 'Flute'; IdleTimeout = 20 }
    Send-Gallery $picture -Port $port -Protocol Flute -Receivers 1 | Where-Object { $_.PSObject.TypeNames -contains 'GalleryPS.ServedReceiver' }
    $null = Wait-Receiver $receiver

    Get-GalleryInterface lo* | Select-Object -First 1
    Get-GalleryTerminal
    Test-GalleryNetwork -Transport Unicast | Select-Object -First 1
    . $PSScriptRoot/Needs.ps1
    if ($canMakeLab) {
        $lab = New-GalleryLab -Hosts 2
        $lab
        $lab | Remove-GalleryLab
        if ($canCapture) { Invoke-GalleryExperiment $picture -Transport Multicast -Receivers 1 -EndDelay 0 }
    }
    $recorded = Join-Path $PSScriptRoot '../GalleryPS.Traffic.Tests/Fixtures/unicast.pcap'
    $estimate = Measure-Gallery -Size 1000, 2000 -Transport Unicast
    $estimate
    Measure-Gallery $picture -Transport Unicast -PerImage
    Measure-GalleryCapture $recorded
    Measure-GalleryCapture $recorded -ByFlow | Select-Object -First 1
    $comparison = Compare-GalleryTraffic $recorded -Estimate $estimate
    $comparison
    $comparison.Layers[0]
    Get-GalleryPacket $recorded | Select-Object -First 1

    $port = Get-FreePort
    $receiver = Start-Receiver @{ Address = '239.25.25.33'; ArrivalIP = '127.0.0.1'; Port = $port; Count = 1; Statistics = $true; PassThru = $true } 'param($p) Receive-GalleryMessage @p -Verbose'
    Send-GalleryMessage '{"seq":1}' -To 239.25.25.33 -OutboundIP 127.0.0.1 -Port $port
    Wait-Receiver $receiver | Sort-Object { $_.GetType().Name } | Group-Object { $_.GetType().Name } | ForEach-Object { $_.Group[0] }

    $server = Start-GalleryServer "one-of-each-$PID" -Port 0 -Address 127.0.0.1 -Greeting hello
    $server | Connect-GalleryServer
    $server | Stop-GalleryServer
    $server
    $server.Log[0]
    if (-not $WithoutCapture) { Start-GalleryCapture "$Folder/mine.pcap" -Interface lo -Filter 'port 9' | Stop-GalleryCapture }
}
