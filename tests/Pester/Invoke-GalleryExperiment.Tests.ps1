BeforeDiscovery {
    . $PSScriptRoot/Needs.ps1
    $can = $canMakeLab -and $canCapture
}

BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Invoke-GalleryExperiment' {
    It 'tells what it would try' {
        $plan = Invoke-GalleryExperiment -Transport Unicast, Tcp -Protocol Plain, Flute -LossPercent 0, 5 -Plan
        $plan.Count | Should -Be 6
        $plan.Estimate | ForEach-Object { $_ | Should -BeGreaterThan ([timespan] 0) }
    }

    It 'refuses what cannot be' {
        { Invoke-GalleryExperiment -Transport Tcp -Protocol Flute } | Should -Throw -ErrorId 'InvalidOptions,*'
        { Invoke-GalleryExperiment -Resume } | Should -Throw -ErrorId 'InvalidOptions,*'
    }

    It 'connects to nobody and writes nothing with -WhatIf' -Skip:(-not $can) {
        $said = pwsh -NoProfile -Command "Import-Module '$moduleManifest'; Invoke-GalleryExperiment -HostName h1.invalid, h2.invalid -Deploy -Transport Unicast, Tcp -OutputDirectory '$TestDrive/never' -WhatIf" 2>&1
        "$said" | Should -Be "What if: Performing the operation `"Send 6 images in 2 tries, copy the program there where it is missing, write $TestDrive/never`" on target `"h1.invalid, h2.invalid`"."
        "$TestDrive/never" | Should -Not -Exist
        Invoke-GalleryExperiment -Transport Unicast -Html "$TestDrive/never.html" -WhatIf | Should -BeNullOrEmpty
        "$TestDrive/never.html" | Should -Not -Exist
    }

    It 'tries, counts and keeps' -Skip:(-not $can) {
        $results = Invoke-GalleryExperiment -Transport Unicast, Multicast -Receivers 2 -EndDelay 0 -OutputDirectory "$TestDrive/run" -Html "$TestDrive/report.html"
        $results.Transport | Should -Be Unicast, Multicast
        $results.ImagesComplete | Should -Be 6, 6
        $results[0].CapturedFrames | Should -Be (2 * $results[1].CapturedFrames)
        $results.Verdict | Should -Be Exact, Exact
        Get-ChildItem "$TestDrive/run/*.pcapng" | Should -HaveCount 6
        (Import-Csv "$TestDrive/report.csv").ImagesComplete | Should -Be 6, 6
        (Measure-GalleryCapture "$TestDrive/run/multicast-plain-loss0-1-h2.pcapng").Frames | Should -Be $results[1].CapturedFrames
        Get-GalleryLab | Should -BeNullOrEmpty
    }
}
