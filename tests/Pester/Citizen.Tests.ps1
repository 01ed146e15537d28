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
