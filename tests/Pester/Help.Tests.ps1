# The help that was built, as Get-Help shows it, against the cmdlets as they are.
BeforeDiscovery {
    $manifest = Import-PowerShellDataFile (Join-Path $PSScriptRoot '../../output/GalleryPS/GalleryPS.psd1')
    $cmdlets = $manifest.CmdletsToExport
    $topics = (Get-ChildItem (Join-Path $PSScriptRoot '../../docs/en-US') -Filter 'about_*.md').BaseName
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters
    $pages = Join-Path $PSScriptRoot '../../docs/en-US'

    # The types of PowerShell have names of their own in a syntax diagram.
    function Get-ShortName([type] $Type) {
        $plain = [Nullable]::GetUnderlyingType($Type) ?? $Type
        if ($plain.IsArray) { return "$(Get-ShortName $plain.GetElementType())[]" }
        "$plain" -replace '^.*\.', ''
    }

    # The properties that a page lists below the heading of a type: - Name, NameLow: what it is.
    function Get-ToldProperty([string] $Page, [string] $Type) {
        $section = [regex]::Match((Get-Content $Page -Raw).Replace("`r", ''), "(?ms)^### $([regex]::Escape($Type))\n(.*?)(?=^##)").Groups[1].Value
        [regex]::Matches($section, '(?m)^- ([\w, ]+): \S').ForEach({ $_.Groups[1].Value -split ', ' })
    }

    # What a diagram or the help says of a parameter: one line, easy to compare.
    function Format-Use([string] $Name, [bool] $Required, [string] $Position, [string] $Pipeline) {
        "-$Name, $($Required ? 'required' : 'optional'), $($Position.ToLowerInvariant()), pipeline: $($Pipeline.ToLowerInvariant())"
    }

    function Format-RealUse($Parameter) {
        $pipeline = @($Parameter.ValueFromPipelineByPropertyName ? 'ByPropertyName' : @()) + @($Parameter.ValueFromPipeline ? 'ByValue' : @())
        $position = $Parameter.Position -lt 0 ? 'named' : "$($Parameter.Position)"
        Format-Use $Parameter.Name $Parameter.IsMandatory $position ($pipeline ? "True ($($pipeline -join ', '))" : 'False')
    }

    function Format-ToldUse($Parameter) {
        Format-Use $Parameter.name ($Parameter.required -eq 'true') $Parameter.position $Parameter.pipelineInput
    }

    # Whether a page tells a default: 25000, 256MB, 0.5 s, Unicast, with or without words behind it.
    function Test-Default([string] $Told, $Value) {
        $first = ($Told -split '[ ,]')[0]
        if ($Value -is [timespan]) { return $first -eq $Value.TotalSeconds.ToString('0.###', [cultureinfo]::InvariantCulture) }
        if ($Value -is [System.Collections.ICollection]) { return $Told.StartsWith($Value -join ', ') }
        if ($Value -is [enum] -or $Value -is [string] -or $Value -is [switch] -or $Value -is [GalleryPS.BitRate]) { return $first -eq "$Value" }
        $number = 0.0
        [System.Management.Automation.LanguagePrimitives]::TryConvertTo[double]($first, [ref] $number) -and $number -eq $Value
    }

    # What a property holds before the cmdlet runs is not the default where that depends on the machine or on other parameters.
    $inWords = 'Connect-GalleryServer -Seed', 'Export-Gallery -As', 'Export-Gallery -Columns',
        'Send-Gallery -BitRate', 'Show-Gallery -Graphics', 'Start-GalleryServer -Name'
}

Describe 'Help of <_>' -ForEach $cmdlets {
    BeforeAll {
        $name = $_
        $command = Get-Command $name
        $help = Get-Help $name -Full
        $parameters = $command.Parameters.Values | Where-Object Name -NotIn $common
        $told = @($help.parameters.parameter)
    }

    It 'comes from a page, with a synopsis, a description and links' {
        Join-Path $pages "$name.md" | Should -Exist
        $help.Synopsis | Should -Not -Match "^\s*$name"
        ($help.description | Out-String).Trim() | Should -Not -BeNullOrEmpty
        @($help.relatedLinks.navigationLink).Count | Should -BeGreaterThan 1
    }

    It 'tells every parameter, and no other' {
        $told.name | Sort-Object | Should -Be ($parameters.Name | Sort-Object)
        foreach ($parameter in $told) { ($parameter.description | Out-String).Trim() | Should -Not -BeNullOrEmpty -Because "-$($parameter.name)" }
    }

    It 'has three examples at least, and an example value for each parameter that takes one' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 3
        foreach ($parameter in $parameters | Where-Object ParameterType -NE ([switch])) {
            ($told | Where-Object name -EQ $parameter.Name).description | Out-String -Width 10000 | Should -Match 'Example:\s' -Because "-$($parameter.Name)"
        }
    }

    It 'tells types, aliases, values and wildcards as they are' {
        foreach ($parameter in $parameters) {
            $page = $told | Where-Object name -EQ $parameter.Name
            $page.type.name | Should -Be (Get-ShortName $parameter.ParameterType) -Because "-$($parameter.Name)"
            $page.aliases | Should -Be ($parameter.Aliases ? $parameter.Aliases -join ', ' : 'none') -Because "-$($parameter.Name)"
            $page.globbing | Should -Be "$([bool]($parameter.Attributes | Where-Object { $_ -is [SupportsWildcards] }))" -Because "-$($parameter.Name)"
            $type = [Nullable]::GetUnderlyingType($parameter.ParameterType) ?? $parameter.ParameterType
            $type = $type.IsArray ? $type.GetElementType() : $type
            $set = $parameter.Attributes | Where-Object { $_ -is [ValidateSet] }
            $values = $set ? $set.ValidValues : $type.IsEnum ? [enum]::GetNames($type) : @()
            $listed = $page.PSObject.Properties['parameterValueGroup'] ? $page.parameterValueGroup.parameterValue : @()
            $listed -join ', ' | Should -Be ($values -join ', ') -Because "-$($parameter.Name)"
        }
    }

    It 'shows the parameter sets as they are' {
        $real = $command.ParameterSets | ForEach-Object { ($_.Parameters | Where-Object Name -NotIn $common | ForEach-Object { Format-RealUse $_ } | Sort-Object) -join "`n" } | Sort-Object
        $shown = $help.syntax.syntaxItem | ForEach-Object { ($_.parameter | ForEach-Object { Format-ToldUse $_ } | Sort-Object) -join "`n" } | Sort-Object
        $shown | Should -Be $real
    }

    It 'draws the diagrams that PowerShell itself draws' {
        $real = $command.ParameterSets | ForEach-Object { "$name $_" } | Sort-Object
        $page = (Get-Content (Join-Path $pages "$name.md") -Raw).Replace("`r", '')
        $section = [regex]::Match($page, '(?ms)^## SYNTAX$(.*?)^## ').Value
        $drawn = [regex]::Matches($section, '(?ms)^```\n(.*?)\n```').ForEach({ $_.Groups[1].Value -replace '\s+', ' ' }) | Sort-Object
        $drawn | Should -Be $real
    }

    It 'tells the defaults as they are' {
        $instance = [System.Activator]::CreateInstance($command.ImplementingType)
        try {
            foreach ($parameter in $parameters | Where-Object Name -NotIn WhatIf, Confirm) {
                $value = $command.ImplementingType.GetProperty($parameter.Name).GetValue($instance)
                if ($null -eq $value -or "$value" -eq '' -or "$name -$($parameter.Name)" -in $inWords) { continue }
                $default = ($told | Where-Object name -EQ $parameter.Name).defaultValue
                Test-Default $default $value | Should -BeTrue -Because "-$($parameter.Name) is $value, not $default"
            }
        }
        finally { if ($instance -is [System.IDisposable]) { $instance.Dispose() } }
    }

    It 'tells every property of what comes out, and no other' {
        foreach ($type in $command.OutputType.Type | Where-Object Namespace -EQ 'GalleryPS') {
            # The bytes are a property that the types file adds.
            $added = @((Get-TypeData $type.FullName).Members.Keys | Where-Object { $_ -eq 'Data' })
            $real = @($type.GetProperties() | Where-Object { $_.GetIndexParameters().Count -eq 0 } | ForEach-Object Name | Sort-Object -Unique) + $added | Sort-Object
            foreach ($page in $name, 'about_GalleryPS_Objects') {
                Get-ToldProperty (Join-Path $pages "$page.md") $type.FullName | Sort-Object | Should -Be $real -Because "$type in $page; Update-Pages.ps1 writes the lists"
            }
        }

        $outputs = @($help.returnValues.returnValue | ForEach-Object { "$($_.type.name)".Trim() })
        # A page says None where nothing comes out.
        $outputs | Sort-Object | Should -Be (@($command.OutputType.Name) -replace '^System\.Void$', 'None' | Sort-Object)
    }

    It 'names error ids that there are' {
        $ids = [GalleryPS.ErrorIds].GetFields().Name
        $notes = $help.alertSet | Out-String -Width 10000
        if ($name -notin 'Get-GalleryTerminal', 'ConvertTo-GalleryRecord') { $notes | Should -Match 'Error ids: ' }
        foreach ($match in [regex]::Matches($notes, 'Error ids: ([^\r\n]*)')) {
            $list = $match.Groups[1].Value -replace '\([^)]*\)' -replace 'Flute also' -replace 'Warnings:', ',' -replace '\.(?=\s|$)', ','
            $named = ($list -split '[,;]').Trim() | Where-Object { $_ }
            $named | Should -Not -BeNullOrEmpty
            $named | Where-Object { $_ -notin $ids } | Should -BeNullOrEmpty
        }
    }

    It 'is found by parameter and by example' {
        $first = $parameters | Select-Object -First 1
        (Get-Help $name -Parameter $first.Name | Out-String) | Should -Match "-$($first.Name)"
        (Get-Help $name -Examples | Out-String) | Should -Match '--- Example 1'
    }

    It 'can be read online' {
        $command.HelpUri | Should -Match "^https://.*/docs/en-US/$name\.md$"
        $hooks = [psobject].Assembly.GetType('System.Management.Automation.Internal.InternalTestHooks')
        $hooks::SetTestHook('BypassOnlineHelpRetrieval', $true)
        try { Get-Help $name -Online | Should -Match ([regex]::Escape($command.HelpUri)) }
        finally { $hooks::SetTestHook('BypassOnlineHelpRetrieval', $false) }
    }
}

Describe 'Pages' {
    It 'are of cmdlets that exist' {
        $named = (Get-ChildItem $pages -Filter '*-*.md').BaseName | Sort-Object
        $named | Should -Be ((Get-Command -Module GalleryPS).Name | Sort-Object)
    }

    It '<_> is listed and shown' -ForEach $topics {
        $synopsis = (Get-Help about_* | Where-Object Name -EQ $_).Synopsis
        $synopsis | Should -Not -BeNullOrEmpty
        Get-Content (Join-Path $pages "$_.md") | Should -Contain $synopsis
        Get-Help $_ | Out-String | Should -Match "(?s)^\s*TOPIC\s+$_"
    }
}

Describe 'Code in <_.Name>' -ForEach @(
    Get-ChildItem (Join-Path $PSScriptRoot '../../docs') -Recurse -Filter '*.md'
    Get-Item (Join-Path $PSScriptRoot '../../README.md')
) {
    It 'is PowerShell, and names parameters that there are' {
        $text = (Get-Content $_ -Raw).Replace("`r", '')
        foreach ($block in [regex]::Matches($text, '(?ms)^```powershell\n(.*?)^```')) {
            $errors = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseInput($block.Groups[1].Value, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty -Because $block.Value
            foreach ($command in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
                $known = Get-Command $command.GetCommandName() -Module GalleryPS -ErrorAction Ignore
                if (-not $known) { continue }
                $named = $command.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }
                foreach ($name in $named.ParameterName) { { $known.ResolveParameter($name) } | Should -Not -Throw -Because $command.Extent }
            }
        }
    }
}

Describe 'Update-Pages.ps1' {
    It 'stops, and leaves the pages alone, when the module was not built whole' {
        $script = Join-Path $PSScriptRoot '../../tools/HelpBuilder/Update-Pages.ps1'
        $real = Join-Path $PSScriptRoot '../../docs/en-US'
        Copy-Item $real $TestDrive/pages -Recurse
        # One without its libraries, as a build leaves it that failed; and one whose cmdlets are not there.
        $null = New-Item $TestDrive/broken/GalleryPS, $TestDrive/empty/GalleryPS -ItemType Directory
        Copy-Item (Join-Path $PSScriptRoot '../../module/GalleryPS/GalleryPS.*') $TestDrive/broken/GalleryPS
        New-ModuleManifest $TestDrive/empty/GalleryPS/GalleryPS.psd1 -CmdletsToExport 'Send-Gallery'
        $said = pwsh -NoProfile -NonInteractive -Command "foreach (`$module in 'broken', 'empty') { try { & '$script' -Module ('$TestDrive/' + `$module + '/GalleryPS') -Pages '$TestDrive/pages'; 'went on' } catch { `$module + ' stopped: ' + `$_ } }" 2>&1
        "$said" | Should -Match '(?s)broken stopped: The module in .* Build it first\..*empty stopped: .* lacks .*Send-Gallery.* Build it first\.'
        "$said" | Should -Not -Match 'went on'
        foreach ($page in Get-ChildItem $real) { (Get-FileHash "$TestDrive/pages/$($page.Name)").Hash | Should -Be (Get-FileHash $page).Hash -Because $page.Name }
    }
}
