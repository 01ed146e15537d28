BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'What nobody foresaw' {
    BeforeAll {
        # A server that is not there is nothing that the listing of servers reckons with.
        $sabotage = @"
Import-Module '$moduleManifest'
`$running = [GalleryPS.ServerRegistry].GetField('Running', 'NonPublic,Static').GetValue(`$null)
`$running['broken'] = `$null
"@
        function Invoke-Broken([string] $Script) { pwsh -NoProfile -NonInteractive -Command "$sabotage`n$Script" 2>&1 | Out-String }
    }

    It 'ends the cmdlet with the id Unexpected and the cause behind it' {
        $told = Invoke-Broken 'try { Get-GalleryServer } catch { $_.FullyQualifiedErrorId; $_.CategoryInfo.Category; $_.Exception.InnerException.GetType().Name; $_.ErrorDetails.RecommendedAction }'
        $told | Should -Match '(?m)^Unexpected,GalleryPS\.Cmdlets\.'
        $told | Should -Match '(?m)^NotSpecified'
        $told | Should -Match '(?m)^NullReferenceException'
        $told | Should -Match 'report'
    }

    It 'shows no stack trace, and shows it with -Verbose' {
        Invoke-Broken 'Get-GalleryServer' | Should -Not -Match '   at GalleryPS'
        Invoke-Broken 'Get-GalleryServer -Verbose' | Should -Match '   at GalleryPS'
    }

    It 'lets a pipeline end early' {
        Get-GalleryInterface | Select-Object -First 1 | Should -HaveCount 1
        { Get-GalleryInterface | ForEach-Object { throw 'mine' } } | Should -Throw 'mine'
    }
}

Describe 'Texts that are empty, as of a variable that was never set' {
    It 'are refused by every parameter to which they mean nothing' {
        $meaning = 'Filter', 'Greeting', 'Text'
        $usual = @{ Duration = 0.1; Path = "$TestDrive/none"; OutputPath = "$TestDrive/none.html"; Name = 'none'; Estimate = Measure-Gallery -Bytes 1 -Transport Unicast }
        $tried = 0
        $wrong = foreach ($command in Get-Command -Module GalleryPS -CommandType Cmdlet | Where-Object Name -NotMatch 'Experiment|LabCommand|ConvertTo|Get-GalleryTerminal') {
            foreach ($parameter in $command.Parameters.Values | Where-Object { $_.ParameterType -in [string], [string[]] -and $_.Name -notin $meaning + [System.Management.Automation.Cmdlet]::CommonParameters }) {
                $set = $command.ParameterSets.Where({ $_.Parameters.Name -contains $parameter.Name }, 'First')[0].Parameters.Name
                foreach ($empty in @('') + @($null) * ($parameter.ParameterType -eq [string[]])) {
                    $arguments = @{ ErrorAction = 'Stop'; WarningAction = 'Ignore'; $parameter.Name = $empty }
                    $usual.Keys.Where{ $_ -in $set -and $_ -ne $parameter.Name }.ForEach{ $arguments[$_] = $usual[$_] }
                    $tried++
                    try { $null = & $command @arguments; "$command -$($parameter.Name) takes '$empty'" }
                    catch { if ($_.FullyQualifiedErrorId -like 'Unexpected*') { "$command -$($parameter.Name) '$empty': $_" } }
                }
            }
        }
        $wrong | Should -BeNullOrEmpty
        $tried | Should -BeGreaterThan 50
    }
}
