# What Pester found and what came of it, as the plain objects that Invoke-Tests.ps1 answers with.
Set-StrictMode -Version 3

# Where an error happened and what it says.
function ConvertTo-Failure($Records) {
    $Records = @($Records | Where-Object { $_ })
    if (-not $Records) { return }
    $text = foreach ($record in $Records) { $record.DisplayErrorMessage ? $record.DisplayErrorMessage : "$record" }
    $trace = foreach ($record in $Records) { $record.DisplayStackTrace ? $record.DisplayStackTrace : $record.ScriptStackTrace }
    @{ Message = $text -join "`n"; Trace = $trace -join "`n" }
}

# A name with the values of its data set, as Pester writes it when the test runs: <_>, <Name>, <_.Name>.
function Expand-Name([string] $Name, $Data) {
    [regex]::Replace($Name, '(?<!`)<([^<>`]+)>', {
            param($match)
            $value = $Data
            foreach ($step in $match.Groups[1].Value -replace '^_\.?' -split '\.' -ne '') {
                if ($value -is [System.Collections.IDictionary] -and $value.Contains($step)) { $value = $value[$step] }
                elseif ($null -ne $value -and $value.PSObject.Properties[$step]) { $value = $value.$step }
                else { return $match.Value }
            }
            "$value"
        })
}

# The blocks that a test stands in, the outermost first.
function Get-Block($Test) {
    $blocks = @(for ($block = $Test.Block; $block -and -not $block.IsRoot; $block = $block.Parent) { $block })
    [array]::Reverse($blocks)
    $blocks
}

function ConvertTo-TestAnswer($Test, [int] $Ordinal) {
    $blocks = @(Get-Block $Test)
    $names = @($blocks | ForEach-Object { Expand-Name $_.Name $_.Data }) + (Expand-Name $Test.Name ($Test.Data ?? $Test.Block.Data))
    # What goes wrong after the last test of a block is told with that test.
    $errors = @($Test.ErrorRecord) + @($blocks | Where-Object { $_.ErrorRecord.Count -and ($Test.Result -ne 'Passed' -or $Test.Last) } | ForEach-Object ErrorRecord)
    $failure = ConvertTo-Failure $errors
    @{
        Line     = $Test.StartLine
        Ordinal  = $Ordinal
        Name     = $names
        Tags     = @(@($Test.Tag) + @($blocks | ForEach-Object Tag) | Where-Object { $_ } | Select-Object -Unique)
        Skip     = [bool] ($Test.Skip -or ($blocks | Where-Object Skip))
        Result   = "$($Test.Result)"
        Message  = $failure ? $failure.Message : $null
        Trace    = $failure ? $failure.Trace : $null
        Seconds  = $Test.Duration.TotalSeconds
    }
}

function Get-Test($Block) {
    foreach ($item in $Block.Order) {
        if ($item.ItemType -eq 'Test') { $item } else { Get-Test $item }
    }
}

# A test file: its tests in their order, or why it could not be read.
function ConvertTo-Answer($Container) {
    $seen = @{}
    $failure = ConvertTo-Failure $Container.ErrorRecord
    @{
        File    = "$($Container.Item)"
        Message = $failure ? $failure.Message : $null
        Trace   = $failure ? $failure.Trace : $null
        Tests   = @(foreach ($test in $Container.Blocks | ForEach-Object { Get-Test $_ }) {
                $seen[$test.StartLine] = 1 + $seen[$test.StartLine]
                ConvertTo-TestAnswer $test $seen[$test.StartLine]
            })
    }
}

Export-ModuleMember -Function ConvertTo-Answer
