BeforeDiscovery { . $PSScriptRoot/Needs.ps1 }

BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'New-GalleryLab' {
    It 'lists what it would do' {
        $said = pwsh -NoProfile -Command "Import-Module '$moduleManifest'; New-GalleryLab -Hosts 3 -HostOption @{ h3 = @{ LossPercent = 20; Rate = '20Mbps' } } -WhatIf"
        ($said | Where-Object { $_ -match 'Make a host' }).Count | Should -Be 3
        $said -join "`n" | Should -Match 'h3 \(10\.77\.0\.3, MTU 1500, 20 % loss, 20Mbps\)'
    }

    It 'refuses what cannot be' {
        { New-GalleryLab -HostOption @{ h9 = @{ Mtu = 900 } } } | Should -Throw -ErrorId 'InvalidOptions,*'
        { New-GalleryLab -HostOption @{ h1 = 5 } } | Should -Throw -ErrorId 'InvalidOptions,*'
        { New-GalleryLab -Rate 5MBps } | Should -Throw
    }
}

Describe 'A lab' -Skip:(-not $canMakeLab) {
    BeforeAll { $lab = New-GalleryLab -Hosts 3 -HostOption @{ h3 = @{ LossPercent = 20; Rate = '20Mbps' } } }
    AfterAll { Get-GalleryLab | Remove-GalleryLab }

    It 'has hosts' {
        $lab.Hosts.Name | Should -Be h1, h2, h3
        $lab.Hosts.LossPercent | Should -Be 0, 0, 20
        "$($lab.Hosts[2].Rate)" | Should -Be '20Mbps'
        (Get-GalleryLab $lab.Name).IsRunning | Should -BeTrue
        (Get-GalleryLab -All | Where-Object Owner -EQ $PID).Name | Should -Contain $lab.Name
    }

    It 'runs programs, on the hosts that are named' {
        Invoke-GalleryLabCommand -Lab $lab -ComputerName h3 -FilePath hostname | Should -Be h3
        $all = Invoke-GalleryLabCommand -Lab $lab.Name -FilePath hostname
        $all | Sort-Object | Should -Be h1, h2, h3
        $all.ForEach({ $_ -eq $_.PSComputerName }) | Should -Not -Contain $false
    }

    It 'runs script blocks' {
        $x = 3
        $got = Invoke-GalleryLabCommand h1, h2 { param($y) [pscustomobject]@{ Host = hostname; Sum = $using:x + $y } } -ArgumentList 4
        $got.Host | Sort-Object | Should -Be h1, h2
        $got.Sum | Should -Be 7, 7
        $got.ForEach({ $_.Host -eq $_.PSComputerName }) | Should -Not -Contain $false
        Invoke-GalleryLabCommand h1 { throw 'broken'; } -ErrorAction SilentlyContinue -ErrorVariable problems
        "$problems" | Should -BeLike '*broken*'
    }

    It 'tells what fails' {
        { Invoke-GalleryLabCommand h9 -FilePath true } | Should -Throw -ErrorId 'LabHostNotFound,*'
        Invoke-GalleryLabCommand h1 -FilePath false -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'LabCommandFailed,*'
        Invoke-GalleryLabCommand h1 -FilePath nosuchprogram -ErrorAction SilentlyContinue -WarningAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'LabCommandFailed,*'
    }

    It 'is removed from the pipeline, and is then no more' {
        $lab | Remove-GalleryLab
        $lab.IsRunning | Should -BeFalse
        Get-GalleryLab $lab.Name -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        { Invoke-GalleryLabCommand -Lab $lab -FilePath true } | Should -Throw -ErrorId 'LabNotFound,*'
    }

    It 'goes with the module' {
        $mine = New-GalleryLab -Hosts 1
        Remove-Module GalleryPS
        $mine.IsRunning | Should -BeFalse
        Import-Module $moduleManifest
    }
}
