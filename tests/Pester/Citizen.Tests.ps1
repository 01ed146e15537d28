# The module among others: names, strict scripts, cultures, runspaces, odd paths.
BeforeAll {
    . $PSScriptRoot/Support.ps1
    $samples = Join-Path (Split-Path $moduleManifest) 'samples/small'
    $odd = (New-Item (Join-Path $TestDrive 'a [b] c') -ItemType Directory).FullName
    Copy-Item (Join-Path $samples '*.jpg') -Destination $TestDrive
    Get-ChildItem $TestDrive -Filter *.jpg | ForEach-Object { [IO.File]::Move($_.FullName, (Join-Path $odd $_.Name)) }
}

Describe 'The module as a good citizen' {
    It 'names what means the same alike: no parameter is called as an alias of another one elsewhere' {
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters + 'WhatIf', 'Confirm'
        $parameters = Get-Command -Module GalleryPS | ForEach-Object {
            $command = $_
            $command.Parameters.Values | Where-Object Name -NotIn $common | ForEach-Object { [pscustomobject]@{ Command = $command.Name; Name = $_.Name; Aliases = $_.Aliases } }
        }

        # An alias that is a name elsewhere says that both mean nearly the same. These pairs differ for a reason; another one needs one too.
        $known = @{
            'Path Capture' = 'a file; the capture that runs'
            'Path LiteralPath' = 'a capture that is really called so is taken as it is; one parameter does'
            'Path OutputPath' = 'the file of a capture, which gets a name by itself; the file that is asked for'
            'Lab InputObject' = 'where a command runs; whatever comes down the pipe'
            'ComputerName HostName' = 'the same, the other way round'
            'Capture InputObject' = 'the capture that runs, by name; whatever comes down the pipe'
            'InputObject Lab' = 'what is removed; where a command runs'
            'To ComputerName' = 'an address that packets go to; a host that takes part'
            'HostName ComputerName' = 'a host that is reached by SSH, as PowerShell itself calls it; a host that takes part'
            'ComputerName To' = 'the same, the other way round'
            'ConnectTimeout Timeout' = 'for a connection; for an answer of the terminal'
            'Size Bytes' = 'sizes of images; the content of a message'
            'ArrivalIP Interface' = 'NICs by address or name, several; the NIC that is captured or looked at'
            'OutboundIP Interface' = 'the same for sending'
            'Interface ArrivalIP' = 'the same, the other way round'
            'Interface OutboundIP' = 'the same, the other way round'
        }
        $names = $parameters.Name | Sort-Object -Unique
        $found = foreach ($parameter in $parameters) { $parameter.Aliases | Where-Object { $_ -in $names } | ForEach-Object { "$($parameter.Name) $_" } }
        $found | Sort-Object -Unique | Should -Be ($known.Keys | Sort-Object)
    }

    It 'asks with -WhatIf and -Confirm wherever something is sent, written, started or ended' {
        # The others read, predict, draw, or receive into the pipe. A doctor sends probes, as Test-Connection does; a command
        # on a host of a lab asks for itself, as with Invoke-Command.
        $asking = Get-Command -Module GalleryPS | Where-Object { $_.Parameters.ContainsKey('WhatIf') } | ForEach-Object Name | Sort-Object
        $asking | Should -Be @(
            'Compare-GalleryTraffic', 'Connect-GalleryServer', 'Export-Gallery', 'Get-GalleryPacket', 'Invoke-GalleryExperiment',
            'New-GalleryLab', 'Receive-Gallery', 'Remove-GalleryLab', 'Send-Gallery', 'Send-GalleryMessage', 'Start-GalleryCapture',
            'Start-GalleryServer', 'Stop-GalleryCapture', 'Stop-GalleryServer')
    }

    It 'takes the usual names of an option wherever there is that option' {
        $usual = @{
            To = 'Connect-GalleryServer', 'Send-Gallery', 'Send-GalleryMessage', 'Start-GalleryCapture', 'Test-GalleryNetwork'
            Group = 'Receive-Gallery', 'Receive-GalleryMessage', 'Send-Gallery', 'Send-GalleryMessage', 'Start-GalleryCapture', 'Test-GalleryNetwork'
            McastIP = 'Receive-Gallery', 'Receive-GalleryMessage', 'Send-Gallery', 'Send-GalleryMessage', 'Start-GalleryCapture', 'Test-GalleryNetwork'
            BindIP = 'Receive-Gallery', 'Receive-GalleryMessage', 'Start-GalleryServer', 'Test-GalleryNetwork'
            Interface = 'Receive-Gallery', 'Receive-GalleryMessage', 'Send-Gallery', 'Send-GalleryMessage', 'Start-GalleryCapture', 'Test-GalleryNetwork'
            OutboundIP = 'Send-Gallery', 'Send-GalleryMessage', 'Start-GalleryCapture', 'Test-GalleryNetwork'
            ArrivalIP = 'Receive-Gallery', 'Receive-GalleryMessage', 'Start-GalleryCapture', 'Test-GalleryNetwork'
            Capture = 'Compare-GalleryTraffic', 'Get-GalleryPacket', 'Measure-GalleryCapture', 'Stop-GalleryCapture'
            InputObject = 'ConvertTo-GalleryRecord', 'Export-Gallery', 'Invoke-GalleryExperiment', 'Invoke-GalleryLabCommand', 'Measure-Gallery', 'Remove-GalleryLab', 'Send-Gallery', 'Send-GalleryMessage', 'Show-Gallery', 'Stop-GalleryCapture', 'Stop-GalleryServer'
            LiteralPath = 'Compare-GalleryTraffic', 'Export-Gallery', 'Get-GalleryPacket', 'Invoke-GalleryExperiment', 'Measure-Gallery', 'Measure-GalleryCapture', 'Send-Gallery', 'Send-GalleryMessage', 'Show-Gallery'
            FullName = 'Compare-GalleryTraffic', 'Export-Gallery', 'Get-GalleryPacket', 'Invoke-GalleryExperiment', 'Measure-Gallery', 'Measure-GalleryCapture', 'Send-Gallery', 'Send-GalleryMessage', 'Show-Gallery'
            OutputPath = 'Export-Gallery', 'Start-GalleryCapture'
            Timeout = 'Connect-GalleryServer', 'Get-GalleryTerminal'
            TimeoutSeconds = 'Connect-GalleryServer', 'Get-GalleryTerminal'
            ConnectTimeout = 'Connect-GalleryServer', 'Send-Gallery'
            Bytes = 'Measure-Gallery', 'Send-GalleryMessage'
            HostName = 'Invoke-GalleryExperiment', 'Invoke-GalleryLabCommand'
        }
        foreach ($name in $usual.Keys) {
            $having = Get-Command -Module GalleryPS | Where-Object { $_.Parameters.Values | Where-Object { $name -in @($_.Name) + $_.Aliases } }
            $having.Name | Sort-Object | Should -Be $usual[$name] -Because "-$name"
        }
    }

    It 'has approved verbs and singular nouns' {
        foreach ($command in Get-Command -Module GalleryPS) {
            $command.Verb | Should -BeIn (Get-Verb).Verb
            $command.Noun | Should -Not -Match 's$'
        }
    }

    It 'works in strict scripts in <_>, with spaces and brackets in paths' -ForEach 'en-US', 'de-DE', 'tr-TR' {
        $culture = $_
        $said = [powershell]::Create().AddScript({
            param($Module, $Folder, $Culture)
            Set-StrictMode -Version Latest
            $ErrorActionPreference = 'Stop'
            [cultureinfo]::CurrentCulture = [cultureinfo]::CurrentUICulture = $Culture
            Import-Module $Module
            $null = Measure-Gallery -LiteralPath $Folder -Transport multicast -OutVariable kept
            "kept $($kept.Count) $($kept[0].Images) $($kept[0].Transport)"
            "text $(($kept | Format-List * | Out-String).Length -gt 100) $(($kept | ConvertTo-GalleryRecord | ConvertTo-Csv).Count)"
            $first = Send-Gallery -LiteralPath $Folder -Transport multicast -OutboundIP 127.0.0.1 -Port 25311 -BitRate 1.5Gbps -EndDelay 0 | Select-Object -First 1
            "first $($first.Index) $($first.Bytes)"
            Set-Location -LiteralPath $Folder
            "sheet $((Export-Gallery -LiteralPath $Folder './o [1].html' -Force).Name)"
        }).AddArgument($moduleManifest).AddArgument($odd).AddArgument($culture).Invoke()
        $said | Should -Be 'kept 1 6 Multicast', 'text True 2', 'first 0 56618', 'sheet o [1].html'
    }

    It 'works in runspaces side by side' {
        $module, $folder = $moduleManifest, $odd
        $counts = 1..4 | ForEach-Object -Parallel {
            Import-Module $using:module
            (Measure-Gallery -LiteralPath $using:folder -Transport Multicast).Packets
        }
        $counts | Should -Be (241, 241, 241, 241)
    }
}
