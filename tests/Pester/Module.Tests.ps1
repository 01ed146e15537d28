BeforeAll {
    . $PSScriptRoot/Support.ps1
    $root = Split-Path $moduleManifest
}

Describe 'The module' {
    It 'exports what its manifest says, and nothing else' {
        $manifest = Import-PowerShellDataFile $moduleManifest
        (Get-Command -Module GalleryPS).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'says in its manifest where the project lives and what is new in this version' {
        $properties = ([xml] (Get-Content (Join-Path $PSScriptRoot '../../Directory.Build.props') -Raw)).Project.PropertyGroup
        $address = ($properties | Where-Object { $_['RepositoryUrl'] }).RepositoryUrl
        $module = Test-ModuleManifest $moduleManifest
        $module.ProjectUri | Should -Be $address
        $module.IconUri | Should -BeLike "$address/*/docs/images/icon.png"
        Join-Path $PSScriptRoot '../../docs/images/icon.png' | Should -Exist
        $changes = (Get-Content (Join-Path $PSScriptRoot '../../CHANGELOG.md') -Raw).Replace("`r", '')
        $changes | Should -Match "(?m)^## $([regex]::Escape($module.Version))\b.*\n\s*$([regex]::Escape($module.ReleaseNotes.Replace("`r", '')))\s*(^## |\z)"
    }

    It 'can be imported again and again' {
        Import-Module $moduleManifest -Force
        Import-Module $moduleManifest -Force
        Get-GalleryInterface | Should -Not -BeNullOrEmpty
    }

    It 'keeps the cmdlets in a load context of its own and shows the types of the engine' {
        $cmdlets = (Get-Command Send-Gallery).ImplementingType.Assembly
        [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext($cmdlets).Name | Should -Be 'GalleryPS'
        [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext([GalleryPS.SentImage].Assembly) |
            Should -Be ([System.Runtime.Loader.AssemblyLoadContext]::Default)
    }

    It 'shows scripts the types that a show emits' {
        [GalleryPS.ShownImage].Assembly.GetName().Name | Should -Be 'GalleryPS.Show'
        [GalleryPS.GalleryView]::Terminal, [GalleryPS.TerminalGraphics]::Sixel, [GalleryPS.ExportKind]::Html | Should -Be 'Terminal', 'Sixel', 'Html'
        Get-GalleryTerminal | Should -BeOfType ([GalleryPS.Terminal])
        Start-ThreadJob { [GalleryPS.GalleryView]::Browser } | Receive-Job -Wait -AutoRemoveJob | Should -Be 'Browser'
    }

    It 'shows scripts the types that counting emits' {
        [GalleryPS.TrafficEstimate].Assembly.GetName().Name | Should -Be 'GalleryPS.Traffic'
        [System.Runtime.Loader.AssemblyLoadContext]::GetLoadContext([GalleryPS.TrafficCount].Assembly).Name | Should -Be 'GalleryPS'
        Measure-Gallery -Transport Unicast | Should -BeOfType ([GalleryPS.TrafficEstimate])
        foreach ($name in 'Capture', 'TrafficCount', 'Packet', 'TrafficComparison') {
            "GalleryPS.$name" -as [type] | Should -Not -BeNullOrEmpty
        }
    }

    It 'keeps the image library to itself: another one may be loaded already' {
        $other = "$TestDrive/SixLabors.ImageSharp.dll"
        $builder = [System.Reflection.Emit.PersistedAssemblyBuilder]::new('SixLabors.ImageSharp, Version=9.0.0.0', [object].Assembly)
        $null = $builder.DefineDynamicModule('Other').DefineType('SixLabors.ImageSharp.Other', 'Public').CreateType()
        $builder.Save($other)
        $script = @"
            `$null = [System.Reflection.Assembly]::LoadFrom('$other')
            Import-Module '$moduleManifest'
            (Export-Gallery '$root/samples/small' '$TestDrive/sheet.png').Length -gt 10000
            [System.Runtime.Loader.AssemblyLoadContext]::All.Where{ `$_.Assemblies.GetName().Name -contains 'SixLabors.ImageSharp' }.Name
            [SixLabors.ImageSharp.Other].Assembly.GetName().Version.Major
"@
        pwsh -NoProfile -NonInteractive -Command $script | Should -Be 'True', 'Default', 'GalleryPS', '9'
    }

    It 'does not bring the image library into the default load context' {
        $null = Export-Gallery "$root/samples/small" "$TestDrive/sheet2.png"
        $names = [System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies | ForEach-Object { $_.GetName().Name }
        $names | Should -Not -Contain 'SixLabors.ImageSharp'
        $names | Should -Not -Contain 'GalleryPS.Show'
        $names | Should -Not -Contain 'GalleryPS.Traffic'
    }

    It 'imports quickly' {
        # Processor time, to which other programs add little, as a part of what an empty pwsh takes just before, which is half a
        # second where all is quiet: importing may take 0.3 s there. The least of several: what else goes on only adds.
        $spent = { [timespan]::FromTicks((pwsh -NoProfile -NonInteractive -Command "$args; [System.Diagnostics.Process]::GetCurrentProcess().TotalProcessorTime.Ticks")).TotalSeconds }
        $least = [double]::MaxValue
        for ($i = 0; $i -lt 10 -and $least -ge 0.6; $i++) {
            $empty = & $spent
            $least = [math]::Min($least, (& $spent "Import-Module '$moduleManifest'") / $empty - 1)
        }

        $least | Should -BeLessThan 0.6
    }

    It 'has samples that fit in one datagram each' {
        $small = Get-ChildItem $root/samples/small -Filter *.jpg
        $small.Count | Should -BeGreaterOrEqual 6
        $small | ForEach-Object { $_.Length | Should -BeLessThan 60000 }
    }

    It 'has views for what its cmdlets emit' {
        $views = Get-FormatData -TypeName GalleryPS.SentImage, GalleryPS.ReceivedImage, GalleryPS.Interface, GalleryPS.ShownImage, GalleryPS.Terminal
        $views.Count | Should -Be 5
    }
}
