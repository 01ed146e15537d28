# An option is declared once, in its record. What cmdlets, the command line and the help pages make of it is held against that.
BeforeDiscovery {
    $verbs = @(
        @{ Cmdlet = 'Send-Gallery'; Verb = 'send' }
        @{ Cmdlet = 'Receive-Gallery'; Verb = 'receive' }
        @{ Cmdlet = 'Send-GalleryMessage'; Verb = 'message', 'send' }
        @{ Cmdlet = 'Receive-GalleryMessage'; Verb = 'message', 'receive' }
        @{ Cmdlet = 'Start-GalleryServer'; Verb = 'serve' }
        @{ Cmdlet = 'Connect-GalleryServer'; Verb = 'connect' }
        @{ Cmdlet = 'Show-Gallery'; Verb = 'show' }
        @{ Cmdlet = 'Export-Gallery'; Verb = 'export' }
        @{ Cmdlet = 'Measure-Gallery'; Verb = 'measure' }
        @{ Cmdlet = 'Measure-GalleryCapture'; Verb = 'count' }
        @{ Cmdlet = 'Get-GalleryPacket'; Verb = 'packets' }
        @{ Cmdlet = 'Compare-GalleryTraffic'; Verb = 'compare' }
        @{ Cmdlet = 'Start-GalleryCapture'; Verb = 'capture' }
        @{ Cmdlet = 'New-GalleryLab'; Verb = 'lab' }
        @{ Cmdlet = 'Invoke-GalleryExperiment'; Verb = 'experiment' }
        @{ Cmdlet = 'Test-GalleryNetwork'; Verb = 'doctor' }
    )
}

BeforeAll {
    . $PSScriptRoot/Support.ps1

    # Of the configuration that was built last, as the module is.
    $gallery = (Get-Item (Join-Path $PSScriptRoot '../../src/GalleryPS.Cli/bin/*/net10.0/gallery.dll') | Sort-Object LastWriteTime)[-1].FullName
    $pages = Join-Path $PSScriptRoot '../../docs/en-US'
}

Describe 'The options of <Cmdlet>' -ForEach $verbs {
    BeforeAll {
        $command = Get-Command $Cmdlet
        $record = $command.ImplementingType.GetField('_options', 'NonPublic, Instance').FieldType
        $options = [GalleryPS.OptionDescription]::Of($record)
        $words = @($Verb)
        $help = dotnet $gallery @words --help | Out-String -Width 4096
        $page = Get-Content (Join-Path $pages "$Cmdlet.md") -Raw
    }

    It 'are all there' { $options.Count | Should -BeGreaterThan 1 }

    It 'are parameters of the cmdlet, with the same other names' {
        foreach ($option in $options) {
            $parameter = $command.Parameters[$option.Name]
            $parameter | Should -Not -BeNullOrEmpty -Because $option.Name
            $missing = $option.Aliases | Where-Object { $_ -notin $parameter.Aliases }
            $missing | Should -BeNullOrEmpty -Because $option.Name
        }
    }

    It 'have their ranges from the record alone' {
        foreach ($option in $options) {
            $attributes = $command.Parameters[$option.Name].Attributes
            $attributes | Where-Object { $_ -is [ValidateRange] } | Should -BeNullOrEmpty -Because $option.Name
            foreach ($held in $attributes | Where-Object { $_.GetType().Name -like 'InRangeAttribute*' }) { $held.Option.Range | Should -Be $option.Range -Because $option.Name }
        }
    }

    It 'have their defaults from the record' {
        $cmdletInstance = [Activator]::CreateInstance($command.ImplementingType)
        foreach ($option in $options | Where-Object { -not $_.IsRequired -and $_.ValueType -ne [GalleryPS.Passphrase] }) {
            $actual = $command.ImplementingType.GetProperty($option.Name).GetValue($cmdletInstance)
            if ($actual -is [switch]) { $actual = [bool] $actual }
            "$actual" | Should -Be "$($option.Default)" -Because $option.Name
        }
    }

    It 'are options of the command line, with the same other names and the sentence' {
        foreach ($option in $options | Where-Object { -not ($Cmdlet -eq 'Start-GalleryCapture' -and $_.Name -eq 'Path') }) {
            $names = @(@($option.Name) + $option.Aliases | ForEach-Object { '--' + [GalleryPS.OptionDescription]::KebabCase($_) })
            $line = $help -split "`n" | Where-Object { ($_ -split '[\s,]+') -contains $names[0] }
            @($line).Count | Should -Be 1 -Because "$($names[0]) of $Verb"
            foreach ($name in $names) { ($line -split '[\s,]+') | Should -Contain $name }
            $line | Should -Match ([regex]::Escape($option.Summary.TrimEnd('.')))
        }
    }

    It 'have a section in the help page, which gives the same default' {
        foreach ($option in $options) {
            $section = [regex]::Match($page, "(?ms)^### -$($option.Name)`$.*?^DefaultValue: (?<default>.*?)`$")
            $section.Success | Should -BeTrue -Because $option.Name
            $said = $section.Groups['default'].Value.Trim("'")
            if ($null -ne $option.DefaultText -and $option.ValueType -ne [bool]) { $said | Should -Be $option.DefaultText -Because $option.Name }
        }
    }
}
