# The guides: their commands are run, and what comes out is what stands below them.
BeforeDiscovery {
    $guides = (Get-ChildItem (Join-Path $PSScriptRoot '../../docs/guide') -Filter *.md).BaseName
    . $PSScriptRoot/Needs.ps1
    $isSkipped = -not ($canMakeLab -and $canCapture)
}

Describe 'Guides' {
    It '<_> shows what comes out' -ForEach $guides -Tag Long -Skip:$isSkipped {
        $said = & dotnet (Join-Path $PSHOME 'pwsh.dll') -NoProfile -File (Join-Path $PSScriptRoot '../../tools/Update-Guides.ps1') $_ -Check 2>&1
        $said | Should -BeNullOrEmpty -Because 'build.ps1 -Task Guides writes the guides anew'
        $LASTEXITCODE | Should -Be 0
    }

    It '<_> names cmdlets, parameters and files that there are' -ForEach $guides {
        $file = Join-Path $PSScriptRoot "../../docs/guide/$_.md"
        $text = Get-Content $file -Raw
        foreach ($link in [regex]::Matches($text, '\]\((?!https?:)([^)#]+)\)')) { Join-Path (Split-Path $file) $link.Groups[1].Value | Should -Exist }
        Import-Module (Join-Path $PSScriptRoot '../../output/GalleryPS')
        foreach ($block in [regex]::Matches($text, '(?ms)^```powershell\n(.*?)\n```')) {
            $errors = $null
            $script = [System.Management.Automation.Language.Parser]::ParseInput($block.Groups[1].Value, [ref] $null, [ref] $errors)
            $errors | Should -BeNullOrEmpty
            foreach ($command in $script.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] -and "$($args[0].GetCommandName())" -match '-Gallery' }, $true)) {
                $known = (Get-Command $command.GetCommandName() -ErrorAction Stop).Parameters
                $named = $command.CommandElements.ForEach({ if ($_ -is [System.Management.Automation.Language.CommandParameterAst]) { $_.ParameterName } })
                $named | Where-Object { $_ -notin $known.Keys -and $_ -notin $known.Values.Aliases } | Should -BeNullOrEmpty -Because "$command"
            }
        }
    }
}
