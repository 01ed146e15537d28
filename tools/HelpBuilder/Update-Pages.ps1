<#
.SYNOPSIS
    Brings the help pages to what the cmdlets of the built module declare.
.DESCRIPTION
    Writes anew what can be derived: the syntax diagrams, the YAML below each parameter (types, aliases, parameter sets, accepted
    values), and the properties of each output, in the words of their doc comments, here and in about_GalleryPS_Objects. Other texts
    and the defaults stay. A new parameter gets a section without text, a new cmdlet a page without any, which the build refuses until
    somebody writes it.
.EXAMPLE
    dotnet pwsh tools/HelpBuilder/Update-Pages.ps1
#>
[CmdletBinding()]
param(
    [string] $Module = (Join-Path $PSScriptRoot '../../output/GalleryPS'),
    [string] $Pages = (Join-Path $PSScriptRoot '../../docs/en-US')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. $PSScriptRoot/ObjectLists.ps1
try { Import-Module $Module -Force } catch { throw "The module in $Module cannot be imported. Build it first. $_" }
$found = @(Get-Command -Module GalleryPS | ForEach-Object Name)
# Without the cmdlets nothing is known of them, and pages would lose what stands in them.
$declared = (Import-PowerShellDataFile (Join-Path $PSScriptRoot '../../module/GalleryPS/GalleryPS.psd1')).CmdletsToExport
$missing = $declared | Where-Object { $_ -notin $found }
if ($missing) { throw "The module in $Module lacks $($missing -join ', '). Build it first." }
$comments = Read-DocComment (Join-Path $PSScriptRoot '../..')
$common = [System.Management.Automation.PSCmdlet]::CommonParameters

function Format-Text([string] $Text) {
    if ($Text -match '^[\w.][^:#]*$') { return $Text }
    "'" + $Text.Replace("'", "''") + "'"
}

function Format-List([string] $Key, [string[]] $Values) {
    if (-not $Values) { return "${Key}: []" }
    "${Key}:"
    $Values | ForEach-Object { "- $(Format-Text $_)" }
}

# A diagram in lines of at most 100 columns, which end between terms: where no bracket is open and no value follows.
function Format-Diagram($Set, [string] $Command) {
    $words = "$Set" -split ' '
    $line, $term = $Command, ''
    for ($i = 0; $i -lt $words.Count; $i++) {
        $term = $term ? "$term $($words[$i])" : $words[$i]
        if ($term.Split('[').Count -ne $term.Split(']').Count -or ($i + 1 -lt $words.Count -and $words[$i + 1].StartsWith('<'))) { continue }
        if ($line.Length + 1 + $term.Length -gt 100) { $line; $line = '' }
        $line += " $term"
        $term = ''
    }
    $line
}

function Format-Parameter($Command, $Parameter, [string] $Default) {
    $type = [Nullable]::GetUnderlyingType($Parameter.ParameterType) ?? $Parameter.ParameterType
    $element = $type.IsArray ? $type.GetElementType() : $type
    $element = [Nullable]::GetUnderlyingType($element) ?? $element
    $set = $Parameter.Attributes | Where-Object { $_ -is [ValidateSet] }
    $values = if ($set) { $set.ValidValues } elseif ($element.IsEnum) { [enum]::GetNames($element) }
    if ($type -eq [switch]) { $Default = $Default -eq 'True' }
    '```yaml'
    "Type: $($type.FullName)"
    "DefaultValue: $(Format-Text $Default)"
    "SupportsWildcards: $("$([bool] ($Parameter.Attributes | Where-Object { $_ -is [SupportsWildcards] }))".ToLowerInvariant())"
    Format-List Aliases $Parameter.Aliases
    'ParameterSets:'
    foreach ($name in $Parameter.ParameterSets.Keys | Sort-Object) {
        $use = $Parameter.ParameterSets[$name]
        "- Name: $($name -eq '__AllParameterSets' ? '(All)' : $name)"
        "  Position: $($use.Position -lt 0 ? 'Named' : $use.Position)"
        "  IsRequired: $("$($use.IsMandatory)".ToLowerInvariant())"
        "  ValueFromPipeline: $("$($use.ValueFromPipeline)".ToLowerInvariant())"
        "  ValueFromPipelineByPropertyName: $("$($use.ValueFromPipelineByPropertyName)".ToLowerInvariant())"
        "  ValueFromRemainingArguments: $("$($use.ValueFromRemainingArguments)".ToLowerInvariant())"
    }
    'DontShow: false'
    Format-List AcceptedValues $values
    "HelpMessage: ''"
    '```'
}

# The page of a new cmdlet: every heading, and no text.
function New-Page($Command) {
    $shared = [regex]::Match((Get-Content (Join-Path $Pages 'Send-Gallery.md') -Raw).Replace("`r", ''), '(?ms)^### CommonParameters\n.*?(?=^## )').Value
    $examples = (1..3 | ForEach-Object { "### Example ${_}: `n`n``````powershell`n$($Command.Name)`n```````n`n" }) -join ''
    $outputs = @($Command.OutputType.Name | ForEach-Object { $_ ? "### $_`n`n" : '' }) -join ''
    @"
---
document type: cmdlet
external help file: GalleryPS.dll-Help.xml
HelpUri: ''
Locale: en-US
Module Name: GalleryPS
ms.date: $([datetime]::UtcNow.ToString('MM/dd/yyyy', [cultureinfo]::InvariantCulture))
PlatyPS schema version: 2024-05-01
title: $($Command.Name)
---

# $($Command.Name)

## SYNOPSIS

## SYNTAX

## ALIASES

None.

## DESCRIPTION

## EXAMPLES

$examples## PARAMETERS

$shared## INPUTS

### None

Nothing comes down the pipeline.

## OUTPUTS

$outputs## NOTES

## RELATED LINKS

"@
}

foreach ($command in Get-Command -Module GalleryPS) {
    $file = Join-Path $Pages "$($command.Name).md"
    $text = ((Test-Path $file) ? (Get-Content $file -Raw) : (New-Page $command)).Replace("`r", '')

    $diagrams = foreach ($set in $command.ParameterSets | Sort-Object { -not $_.IsDefault }, Name) {
        "### $($set.Name)$($set.IsDefault -and $set.Name -ne '__AllParameterSets' ? ' (Default)' : '')"
        ''
        '```'
        Format-Diagram $set $command.Name
        '```'
        ''
    }
    $text = [regex]::Replace($text, '(?ms)(?<=^## SYNTAX\n\n).*?(?=^## )', { ($diagrams -join "`n") + "`n" })

    $old = @{}
    foreach ($match in [regex]::Matches($text, '(?ms)^### -(?<name>\w+)\n\n(?<text>.*?)```yaml\n(?<yaml>.*?)^```')) {
        $default = [regex]::Match($match.Groups['yaml'].Value, '(?m)^DefaultValue: (.*)$').Groups[1].Value
        if ($default -match "^'(.*)'$") { $default = $Matches[1].Replace("''", "'") }
        $old[$match.Groups['name'].Value] = @{ Text = $match.Groups['text'].Value; Default = $default }
    }

    $sections = foreach ($name in $command.Parameters.Keys | Where-Object { $_ -notin $common } | Sort-Object) {
        # A parameter that was renamed keeps its text: its old name is an alias now.
        $before = @($name) + $command.Parameters[$name].Aliases | Where-Object { $old.ContainsKey($_) } | Select-Object -First 1
        $known = $before ? $old[$before] : @{ Text = ''; Default = '' }
        if ($before) { $known.Text = $known.Text -replace "Example: -$before\b", "Example: -$name" }
        "### -$name"
        ''
        if ($known.Text) { $known.Text.TrimEnd(); '' }
        Format-Parameter $command $command.Parameters[$name] $known.Default
        ''
    }
    $text = [regex]::Replace($text, '(?ms)(?<=^## PARAMETERS\n\n).*?(?=^### CommonParameters)', { ($sections -join "`n") + "`n" })
    foreach ($type in $command.OutputType.Type | Where-Object Namespace -EQ 'GalleryPS') {
        # The list is the last thing below its heading; what stands before it is written by hand.
        $pattern = "(?ms)(?<=^### $([regex]::Escape($type.FullName))\n\n)(?<text>.*?)(?:^- \w.*?)?(?=^##)"
        if ($text -notmatch $pattern) { throw "$file has no heading '### $type' in OUTPUTS." }
        $list = (Format-ObjectList $comments $type) -join "`n"
        $text = [regex]::Replace($text, $pattern, { "$($args[0].Groups['text'].Value.TrimEnd())`n`n$list`n`n" })
    }

    $uri = $command.HelpUri
    $text = [regex]::Replace($text, '(?m)^HelpUri:.*$', { "HelpUri: $($uri ? $uri : "''")" })
    Set-Content $file $text -NoNewline
}

$topic = Join-Path $Pages 'about_GalleryPS_Objects.md'
$commands = Get-Command -Module GalleryPS
$outputs = $commands.OutputType.Type | Where-Object Namespace -EQ 'GalleryPS' | Sort-Object FullName -Unique
$parts = foreach ($type in @($outputs) + @(Get-InnerType $outputs | Sort-Object FullName)) {
    $from = $commands | Where-Object { $_.OutputType.Type -eq $type } | ForEach-Object Name
    "### $($type.FullName)"
    ''
    if ($from) { "Emitted by $($from -join ', ')."; '' }
    Format-ObjectList $comments $type
    ''
}
$text = (Get-Content $topic -Raw).Replace("`r", '')
$text = [regex]::Replace($text, '(?ms)(?<=^## PROPERTIES\n\n).*?(?=^## )', { ($parts -join "`n") + "`n" })
Set-Content $topic $text -NoNewline
