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
