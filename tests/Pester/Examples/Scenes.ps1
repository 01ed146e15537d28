# What the examples of the help need around them, by page and number; for the README by the number of the line in its blocks
# of PowerShell, and Pictures for the table of transports. An example without an entry stands alone.
#   Before   what was done in the same session before
#   Here     what runs in other windows of this host; There: on the other host. Receivers and servers are started before the
#            example, senders when it is ready to receive
#   Stop     examples that run until Ctrl+C: Emitted, when something came out; Peers, when the others are done
#   Check    what must be true of $Output afterwards; without it there must be some
#   Lines    how many lines of the README belong together; without it each is an example
#   Needs    a program that not every machine has
$multicast = 'Receive-Gallery -Transport Multicast -ArrivalIP eth1'
$flute = 'Receive-Gallery -Protocol Flute -Transport Multicast -ArrivalIP eth1 -OutputDirectory'
$passphrase = "(ConvertTo-SecureString 'harbour' -AsPlainText)"
$capture = 'Start-GalleryCapture ./running.pcap -Interface eth1'
$servers = '1..3 | ForEach-Object { Start-GalleryServer "server$_" -Address "192.168.56.$(103 + $_)" }'
$pics = 'Copy-Item ./pictures ./pics -Recurse'
$stopServers = 'Get-GalleryServer | Stop-GalleryServer'

@{
    'Compare-GalleryTraffic/1' = @{ Needs = 'tcpdump'; Check = '$Output.Verdict -in "Exact", "WithinRange"' }
    'Compare-GalleryTraffic/2' = @{ Needs = 'tcpdump'; Check = '$Output.Count -eq 2 -and -not ($Output.Verdict -eq "Differs") -and (Test-Path ./report.html)' }
    'Compare-GalleryTraffic/3' = @{ Needs = 'tcpdump'; There = $multicast; Check = '$Output.Verdict -eq "Exact"' }
    'Connect-GalleryServer/1'  = @{ There = $servers; Check = '$Output.Text -like "Hello from server?"' }
    'Connect-GalleryServer/2'  = @{ There = $servers; Check = '($Output | Measure-Object Count -Sum).Sum -eq 10' }
    'Connect-GalleryServer/3'  = @{ There = $servers; Check = '$Output.ConnectTime -gt [timespan]::Zero' }
    'Connect-GalleryServer/4'  = @{ There = $servers; Check = '$Output.Count -eq 3 -and -not ($Output.Text -ne "Hello from server1")' }
    'Connect-GalleryServer/5'  = @{ Here = '5001..5002 | ForEach-Object { Start-GalleryServer "local$_" -Address 127.0.0.1 -Port $_ }'; Check = '($Output.Text | Sort-Object -Unique).Count -eq 2' }
    'Connect-GalleryServer/6'  = @{ There = 'Start-GalleryServer pictures -Gallery ./pictures -Address 192.168.56.104 -Port 5001'; Check = '$Output.Count -eq 6 -and (Get-ChildItem ./in).Count -eq 6' }
    'ConvertTo-GalleryRecord/1' = @{ Here = 'Send-Gallery'; Check = '$Output.Count -eq 6' }
    'ConvertTo-GalleryRecord/2' = @{ Check = '(Import-Csv ./estimates.csv).Count -eq 12' }
    'ConvertTo-GalleryRecord/3' = @{
        Needs = 'tcpdump'
        Before = "`$estimate = Measure-Gallery ./pictures -Transport Multicast; `$null = Start-GalleryCapture ./run.pcap -Interface eth1; `$null = Send-Gallery ./pictures -Transport Multicast -OutboundIP eth1; `$null = Stop-GalleryCapture"
        Check = '(Get-Content ./run.json -Raw | ConvertFrom-Json).Verdict -eq "Exact"'
    }
    'Export-Gallery/1'         = @{ Check = '$Output.Name -eq "gallery.html"' }
    'Export-Gallery/2'         = @{ Check = '$Output.Name -eq "sheet.png"' }
    'Export-Gallery/3'         = @{ There = 'Send-Gallery ./pictures -Transport Multicast -OutboundIP eth1'; Check = '$Output.Name -eq "gallery.webp"' }
    'Get-GalleryInterface/2'   = @{ Check = '$Output.Name -eq "eth1"' }
    'Get-GalleryInterface/3'   = @{ Check = '"$Output" -eq "192.168.56.255"' }
    'Get-GalleryLab/1'         = @{ Check = '$Output.Count -eq 2; Get-GalleryLab | Remove-GalleryLab' }
    'Get-GalleryLab/2'         = @{ Check = '$Output[-1].Name -eq "h2"; Get-GalleryLab | Remove-GalleryLab' }
    'Get-GalleryLab/3'         = @{ Check = '$Output[-1] -is [timespan]; Get-GalleryLab | Remove-GalleryLab' }
    'Get-GalleryPacket/1'      = @{ Needs = 'tcpdump'; Check = '$Output.Count -eq 10' }
    'Get-GalleryPacket/2'      = @{ Needs = 'tcpdump' }
    'Get-GalleryPacket/3'      = @{ Needs = 'tcpdump'; Check = '$Output.Count -eq 6 -and (Get-ChildItem ./carved).Count -eq 6' }
    'Get-GalleryPacket/4'      = @{ Needs = 'tcpdump'; Check = '($Output.Flow | Sort-Object -Unique).Count -eq 1' }
    'Get-GalleryServer/1'      = @{ Before = 'Start-GalleryServer server3 -Port 5013'; Check = "`$Output.Name -eq 'server3'; $stopServers" }
    'Get-GalleryServer/2'      = @{ Before = 'Start-GalleryServer server3 -Port 5013; $null = Connect-GalleryServer -To 127.0.0.1:5013'; Check = "`$Output.Count -eq 1; $stopServers" }
    'Get-GalleryServer/3'      = @{ Before = 'Start-GalleryServer server3 -Port 5013'; Check = "`$Output.Name -eq 'server3'; $stopServers" }
    'Get-GalleryTerminal/2'    = @{ Check = '$Output.Count -eq 6' }
    'Invoke-GalleryExperiment/1' = @{ Needs = 'tcpdump'; Check = '$Output.Count -eq 2 -and $Output[0].CapturedFrames -eq 3 * $Output[1].CapturedFrames' }
    'Invoke-GalleryExperiment/2' = @{ Needs = 'tcpdump'; Check = '$Output[0].ImagesLost -gt 0 -and $Output[1].ImagesComplete -eq 6 -and (Test-Path ./report.html)' }
    'Invoke-GalleryExperiment/3' = @{ Check = '$Output.Count -eq 60' }
    'Invoke-GalleryLabCommand/1' = @{ Check = '"$Output" -like "*10.77.0.3*"; Get-GalleryLab | Remove-GalleryLab' }
    'Invoke-GalleryLabCommand/2' = @{ Check = '$Output[-1].PSComputerName -like "h?"; Get-GalleryLab | Remove-GalleryLab' }
    'Invoke-GalleryLabCommand/3' = @{ Check = '"$Output" -like "*h2*"' }
    'Measure-Gallery/1'        = @{ Check = '$Output.Count -eq 4' }
    'Measure-Gallery/3'        = @{ Check = '$Output.Packets -eq 9' }
    'Measure-Gallery/4'        = @{ Needs = 'tcpdump'; Check = '$Output.Verdict -eq "Exact"' }
    'Measure-GalleryCapture/1' = @{ Needs = 'tcpdump' }
    'Measure-GalleryCapture/2' = @{ Needs = 'tcpdump'; Check = '$Output.Count -eq 5' }
    'Measure-GalleryCapture/3' = @{ Needs = 'tcpdump' }
    'New-GalleryLab/1'         = @{ Check = '"$Output" -eq "h2"' }
    'New-GalleryLab/2'         = @{ Check = '-not $Output' }
    'New-GalleryLab/3'         = @{ Check = '$Output.Hosts.Subnet[3] -eq 1; Get-GalleryLab | Remove-GalleryLab' }
    'README/Pictures'          = @{ Before = $pics; Check = '$Output.Count -eq 6' }
    'README/1'                 = @{ Before = 'Set-Location ./pictures'; There = 'Receive-Gallery -Transport Tcp -Address 0.0.0.0'; Check = '$Output.Sum -eq 349740' }
    'README/2'                 = @{ There = 'Send-Gallery ./pictures -Transport Tcp -To 192.168.56.103'; Check = '$Output.Count -gt 0 -and (Get-ChildItem ./in).Count -eq 6' }
    'README/3'                 = @{ Here = 'Send-Gallery'; Check = '(Import-Csv ./received.csv).Count -eq 6' }
    'README/4'                 = @{ There = 'Send-Gallery photos -Protocol Flute -Transport Multicast -To 239.1.1.5 -Receivers 1'; Check = '$Output.Count -eq 3' }
    'README/5'                 = @{ There = (1..3 | ForEach-Object { "$flute ./in$_ -Address 239.1.1.5" }); Check = '($Output | Where-Object Completed).Count -eq 3' }
    'README/6'                 = @{ There = 'Send-Gallery photos -Protocol Flute -Transport Multicast -To 239.1.1.5 -Receivers 1 -Resume'; Check = '$Output.Count -eq 3' }
    'README/7'                 = @{ There = (1..3 | ForEach-Object { "$flute ./in$_ -Address 239.1.1.5 -Resume" }); Check = '($Output | Where-Object Completed).Count -eq 3' }
    'README/8'                 = @{ There = 'Send-GalleryMessage one, two, three -To 239.1.2.3 -OutboundIP eth1'; Check = '$Output.Count -eq 4' }
    'README/9'                 = @{ There = 'Receive-GalleryMessage -Address 239.1.2.3 -ArrivalIP eth1 -Count 3'; Check = '"$($Output.Kind)" -eq "Text Json Binary"' }
    'README/10'                = @{ Lines = 3; Check = '($Output.Text -like "Hello from server*").Count -eq 5 -and -not (Get-GalleryServer)' }
    'README/13'                = @{ There = 'Send-Gallery ./pictures -Transport Multicast -OutboundIP eth1'; Check = '$Output.Count -eq 6' }
    'README/14'                = @{ Before = $pics; Check = '$Output.Count -eq 6' }
    'README/15'                = @{ Before = $pics; Check = '$Output.Name -eq "gallery.html"' }
    'README/16'                = @{ Before = $pics; Check = '$Output.Name -eq "sheet.png"' }
    'README/17'                = @{ Before = 'Copy-Item ./photos ./pics -Recurse'; There = 'Receive-Gallery -Transport Multicast'; Check = '$Output.Count -eq 3' }
    'Receive-Gallery/1'        = @{ Here = 'Send-Gallery'; Check = '$Output.Count -eq 6' }
    'Receive-Gallery/2'        = @{ There = 'Send-Gallery ./pictures -Transport Multicast -To 224.1.1.5 -OutboundIP eth1'; Check = '$Output.Count -eq 6' }
    'Receive-Gallery/3'        = @{ There = 'Send-Gallery ./pictures -Transport Tcp -To 192.168.56.103'; Check = '$Output.Count -eq 6 -and (Get-ChildItem ./in).Count -eq 6' }
    'Receive-Gallery/4'        = @{ There = (@('Send-Gallery ./pictures -Transport Multicast -OutboundIP eth1') * 2); Check = '$Output.Count -eq 12' }
    'Receive-Gallery/5'        = @{ There = 'Send-Gallery ./pictures -Transport Multicast -OutboundIP eth1'; Check = '$Output.Count -eq 6' }
    'Receive-Gallery/6'        = @{ There = 'Send-Gallery ./photos -Protocol Flute -Transport Multicast -OutboundIP eth1'; Check = '$Output.Count -eq 3' }
    'Receive-GalleryMessage/1' = @{ There = 'Send-GalleryMessage "hello" -OutboundIP eth1'; Stop = 'Emitted'; Check = '$Output.Text -eq "hello"' }
    'Receive-GalleryMessage/2' = @{ There = 'Send-GalleryMessage one, two, three -To 239.1.2.3 -OutboundIP eth1'; Check = '$Output.Count -eq 4' }
    'Receive-GalleryMessage/3' = @{ There = 'Send-GalleryMessage one -OutboundIP eth1'; Check = '$Output[0].Action -eq "Joined" -and $Output[-1].Action -eq "Left"' }
    'Receive-GalleryMessage/4' = @{ There = 'Send-GalleryMessage one -To 232.1.1.1 -OutboundIP eth1' }
    'Receive-GalleryMessage/5' = @{ There = '1..3 | ForEach-Object { @{ celsius = $_ } } | Send-GalleryMessage -OutboundIP eth1'; Check = '"$Output" -eq "1 2 3"' }
    'Remove-GalleryLab/1'      = @{ Check = '-not $Output.IsRunning' }
    'Remove-GalleryLab/2'      = @{ Before = '$null = New-GalleryLab -Hosts 1'; Check = '-not (Get-GalleryLab)' }
    'Remove-GalleryLab/3'      = @{ Before = '$null = New-GalleryLab -Hosts 1'; Check = '@(Get-GalleryLab).Count -eq 1; Get-GalleryLab | Remove-GalleryLab' }
    'Send-Gallery/1'           = @{ Here = 'Receive-Gallery'; Check = '$Output.Count -eq 6' }
    'Send-Gallery/2'           = @{ There = "$multicast -Address 224.1.1.5"; Check = '$Output.Count -eq 6' }
    'Send-Gallery/3'           = @{ There = 'Receive-Gallery -Transport Tcp -Address 192.168.56.104'; Check = '$Output.Sum -eq 349740' }
    'Send-Gallery/4'           = @{ There = $multicast }
    'Send-Gallery/5'           = @{ There = (104..106 | ForEach-Object { "Receive-Gallery -Address 192.168.56.$_" }); Check = '$Output.Count -eq 18' }
    'Send-Gallery/6'           = @{ There = (1..2 | ForEach-Object { "$flute ./in$_" }); Check = '($Output | Where-Object Completed).Count -eq 2' }
    'Send-Gallery/7'           = @{ Before = "function Read-Host { $passphrase }"; There = "$flute ./in3 -Passphrase $passphrase"; Stop = 'Peers'; Check = '$true' }
    'Send-Gallery/8'           = @{ There = 'Receive-Gallery -Address 192.168.56.104'; Check = '$Output.Count -eq 6' }
    'Send-GalleryMessage/1'    = @{ Check = '$Output.Bytes -eq 12' }
    'Send-GalleryMessage/2'    = @{ There = 'Receive-GalleryMessage -Address 239.1.2.3 -ArrivalIP eth1 -Count 3'; Check = '"$($Output.Kind)" -eq "Text Json Binary"' }
    'Send-GalleryMessage/3'    = @{ There = 'Receive-GalleryMessage -ArrivalIP eth1 -Count 2'; Check = '$Output.Count -eq 2' }
    'Send-GalleryMessage/4'    = @{ There = 'Receive-GalleryMessage -ArrivalIP eth1 -Count 1' }
    'Send-GalleryMessage/5'    = @{ There = 'Receive-GalleryMessage -ArrivalIP eth1 -Count 5'; Check = '$Output.Count -eq 5' }
    'Show-Gallery/1'           = @{ There = 'Send-Gallery ./pictures -Transport Multicast -OutboundIP eth1'; Check = '$Output.Count -eq 6' }
    'Show-Gallery/2'           = @{ Check = '$Output.Count -eq 6' }
    'Show-Gallery/3'           = @{ Stop = 'Emitted' }
    'Show-Gallery/4'           = @{ Here = 'Send-Gallery'; Check = '$Output.Sum -eq 349740' }
    'Start-GalleryCapture/1'   = @{ Needs = 'tcpdump'; There = $multicast; Check = '$Output[-1].Packets -gt 200' }
    'Start-GalleryCapture/2'   = @{ Needs = 'tcpdump'; There = 'Receive-Gallery -Transport Tcp -Address 192.168.56.104' }
    'Start-GalleryCapture/3'   = @{ Needs = 'tcpdump'; Check = '$Output.Running; $null = Stop-GalleryCapture' }
    'Start-GalleryServer/1'    = @{ Check = "`$Output.IsRunning; $stopServers" }
    'Start-GalleryServer/2'    = @{ Check = "`$Output.Count -eq 5; $stopServers" }
    'Start-GalleryServer/3'    = @{ Check = "`$Output.Images -eq 6; $stopServers" }
    'Start-GalleryServer/4'    = @{ Before = 'Start-GalleryServer server3 -Port 5013; $null = Connect-GalleryServer -To 127.0.0.1:5013'; Check = "`$Output.Count -eq 1; $stopServers" }
    'Stop-GalleryCapture/1'    = @{ Needs = 'tcpdump' }
    'Stop-GalleryCapture/2'    = @{ Needs = 'tcpdump'; Before = "`$null = $capture; `$null = Send-Gallery ./pictures -Transport Multicast -OutboundIP eth1 6>`$null" }
    'Stop-GalleryCapture/3'    = @{ Needs = 'tcpdump'; Before = "`$null = $capture"; Check = '$Output.DroppedByKernel -eq 0' }
    'Stop-GalleryServer/1'     = @{ Before = 'Start-GalleryServer server3 -Port 5013'; Check = '-not (Get-GalleryServer)' }
    'Stop-GalleryServer/2'     = @{ Before = 'Start-GalleryServer server3 -Port 5013'; Check = '-not (Get-GalleryServer)' }
    'Stop-GalleryServer/3'     = @{ Before = 'Start-GalleryServer server3 -Port 5013'; Check = '$Output.Name -eq "server3"' }
    'Test-GalleryNetwork/1'    = @{ Check = '$Output.Count -ge 14' }
    'Test-GalleryNetwork/2'    = @{ Check = '-not ($Output.Verdict -eq "Fail")' }
}
