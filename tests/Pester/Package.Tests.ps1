# The package that build.ps1 makes, as somebody gets it who has PowerShell alone.
BeforeDiscovery { $libraries = (Get-ChildItem (Join-Path $PSScriptRoot '../../output/GalleryPS/bin') -Filter *.dll).BaseName -notmatch '^(GalleryPS|Flute|RaptorQ)' }

Describe 'Third-party notices' {
    It 'name <_>' -ForEach $libraries {
        Get-Content (Join-Path $PSScriptRoot '../../output/GalleryPS/THIRD-PARTY-NOTICES.txt') -Raw | Should -Match "(?m)^  $_\b"
    }
}

Describe 'Package' -Tag Long {
    BeforeAll {
        $root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path
        $output = Join-Path $root 'output'
        $log = Join-Path $TestDrive 'build.log'
        $build = {
            $null = & dotnet (Join-Path $PSHOME 'pwsh.dll') -NoProfile -File (Join-Path $root 'build.ps1') -Task Package *> $log
            $LASTEXITCODE | Should -Be 0 -Because (Get-Content $log -Raw)
        }
        & $build
        $package = Get-Item (Join-Path $output 'GalleryPS.*.nupkg')
        $bom = [IO.Path]::ChangeExtension($package, 'cdx.json')
        $contents = Join-Path $TestDrive 'contents'
        Expand-Archive -LiteralPath $package $contents
    }

    It 'says what the manifest says' {
        $manifest = Import-PowerShellDataFile (Join-Path $contents 'GalleryPS.psd1')
        $data = ([xml](Get-Content -LiteralPath (Join-Path $contents 'GalleryPS.nuspec') -Raw)).package.metadata
        $data.version | Should -Be $manifest.ModuleVersion
        $data.authors | Should -Be $manifest.Author
        $data.description | Should -Be $manifest.Description
        $data.license.InnerText | Should -Be 'MIT'
        $data.projectUrl | Should -Be $manifest.PrivateData.PSData.ProjectUri
        $data.releaseNotes | Should -Match '### Added'
        Join-Path $contents $data.icon | Should -Exist
        $tags = $data.tags -split ' '
        foreach ($tag in @($manifest.PrivateData.PSData.Tags) + 'PSModule' + @($manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_"; "PSCommand_$_" })) { $tags | Should -Contain $tag }
    }

    It 'has a list of what is in it, and of nothing else' {
        $named = (Get-Content -LiteralPath $bom -Raw | ConvertFrom-Json).components.name
        $named -replace '\.Port$' | Sort-Object | Should -Be ((Get-ChildItem (Join-Path $contents 'bin') -Filter *.dll).BaseName -notmatch '^(GalleryPS|Flute|RaptorQ)' | Sort-Object)
    }

    It 'is installed from a repository by a PowerShell that has nothing else, and sends and receives there' {
        $script = @'
            $ErrorActionPreference = 'Stop'
            Register-PSResourceRepository -Name here -Uri $args[0] -Trusted
            Install-PSResource GalleryPS -Repository here -Scope CurrentUser
            $module = Import-Module GalleryPS -PassThru
            "installed $($module.Version) $($module.ModuleBase.StartsWith($HOME)) $((Get-PSResource GalleryPS).Repository)"
            "help $((Get-Help Send-Gallery).Synopsis)"
            $receive = { Import-Module GalleryPS; Receive-Gallery -Port 25100 -IdleTimeout 20 | ForEach-Object { "received $($_.Index) $($_.Bytes)" } }
            $job = Start-ThreadJob $receive
            while (-not (ss -lun 'sport = 25100' | Select-String 25100)) { Start-Sleep -Milliseconds 50 }
            $null = Send-Gallery -Port 25100
            $job | Receive-Job -Wait
'@
        $folder = New-Item (Join-Path $TestDrive 'home') -ItemType Directory
        $repository = New-Item (Join-Path $TestDrive 'repository') -ItemType Directory
        Copy-Item -LiteralPath $package $repository
        $null = New-Item (Join-Path $folder '.local/share') -ItemType Directory    # without it the list of repositories goes where one happens to be
        Set-Content (Join-Path $folder 'install.ps1') $script
        $lines = env -u PSModulePath "HOME=$folder" "XDG_DATA_HOME=$folder/.local/share" dotnet (Join-Path $PSHOME 'pwsh.dll') -NoProfile -File (Join-Path $folder 'install.ps1') $repository 2>&1
        "$lines" | Should -Match "installed $((Get-Content -Raw (Join-Path $root 'Directory.Build.props')) -replace '(?s).*<VersionPrefix>(.*?)<.*', '$1') True here"
        "$lines" | Should -Match 'help \w+'
        $samples = Get-ChildItem (Join-Path $contents 'samples/small') -Filter *.jpg | Sort-Object Name
        $index = 0
        foreach ($image in $samples) { $lines | Should -Contain "received $(($index++)) $($image.Length)" }
    }

    It 'has the same bytes when it is built again' {
        $first = Get-FileHash -LiteralPath $package, $bom
        & $build
        (Get-FileHash -LiteralPath $package, $bom).Hash | Should -Be $first.Hash
    }
}
