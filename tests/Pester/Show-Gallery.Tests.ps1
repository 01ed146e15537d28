BeforeAll {
    . $PSScriptRoot/Support.ps1
    $gallery = Join-Path $TestDrive 'gallery'
    $null = New-Item $gallery -ItemType Directory
    foreach ($i in 1, 2, 10) { New-TestPicture "$gallery/image$i.bmp" (10 * $i) 20 }
}

Describe 'Show-Gallery' {
    It 'serves a page in the browser, prints its address, and emits an object per image' {
        $shown = Show-Gallery $gallery -As Browser -NoBrowser -InformationVariable told 6>$null
        $shown.Count | Should -Be 3
        $shown[0] | Should -BeOfType GalleryPS.ShownImage
        $shown.Name | Should -Be 'image1.bmp', 'image2.bmp', 'image10.bmp'
        $shown.Index | Should -Be 0, 1, 2
        $shown.Width | Should -Be 10, 20, 100
        $shown.View | Select-Object -Unique | Should -Be 'Browser'
        $shown[0].Source | Should -Be (Join-Path $gallery 'image1.bmp')
        "$told" | Should -Match 'http://localhost:\d+/[0-9a-f]{32}/'
        $url = [regex]::Match("$told", 'http://\S+').Value

        # The prompt is back, and the page is still there.
        (Invoke-WebRequest $url).Content | Should -Match '<title>Gallery at host'
        $image = Invoke-WebRequest "${url}images/1"
        $image.Headers.'Content-Type' | Should -Be 'image/bmp'
        [System.Linq.Enumerable]::SequenceEqual($image.Content, [System.IO.File]::ReadAllBytes("$gallery/image2.bmp")) | Should -BeTrue
    }

    It 'shows what is received while it arrives' {
        $port = Get-FreePort -Tcp
        $receiver = Start-Receiver @{ Transport = 'Tcp'; Port = $port; Verbose = $true } 'param($p) Receive-Gallery @p | Show-Gallery -As Browser -NoBrowser 6>&1'
        $sent = Send-Gallery $gallery -Transport Tcp -Port $port -EndDelay 0
        $output = Wait-Receiver $receiver
        $url = [regex]::Match("$($output | Where-Object { $_ -isnot [GalleryPS.ShownImage] })", 'http://\S+').Value
        $shown = $output | Where-Object { $_ -is [GalleryPS.ShownImage] }
        $shown.Bytes | Should -Be $sent.Bytes
        $shown[0].Source | Should -Match '^127\.0\.0\.1:\d+$'
        (Invoke-WebRequest "${url}images/2").RawContentLength | Should -Be $sent[2].Bytes
    }

    It 'says that no more images come' {
        $told = Show-Gallery $gallery -As Browser -NoBrowser 6>&1 | Where-Object { $_ -is [System.Management.Automation.InformationRecord] }
        $url = [regex]::Match("$told", 'http://\S+').Value
        $client = [System.Net.Http.HttpClient]::new()
        try {
            $reader = [System.IO.StreamReader]::new($client.GetStreamAsync("${url}events").Result)
            $lines = do { $line = $reader.ReadLine(); $line } until ($line -match '^data: \{"received":false')
            @($lines -match '^event: image').Count | Should -Be 3
        }
        finally { $client.Dispose() }
    }

    It 'takes files and paths from the pipeline' {
        (Get-ChildItem $gallery | Show-Gallery -As Browser -NoBrowser 6>$null).Count | Should -Be 3
        ("$gallery/image2.bmp" | Show-Gallery -As Browser -NoBrowser 6>$null).Width | Should -Be 20
        @() | Show-Gallery -As Browser -NoBrowser 6>$null | Should -BeNullOrEmpty
    }

    It 'writes a page for -As Html and says where' {
        $all = Show-Gallery $gallery -As Html -NoBrowser 6>&1
        $path = [regex]::Match("$($all | Where-Object { $_ -is [System.Management.Automation.InformationRecord] })", '(?<= in ).*\.html').Value
        try { Get-Content $path -Raw | Should -Match 'data:image/bmp;base64,' } finally { Remove-Item $path }
        @($all | Where-Object { $_ -is [GalleryPS.ShownImage] }).View | Select-Object -Unique | Should -Be 'Html'
    }

    It 'goes on when an image is broken' {
        Set-Content "$TestDrive/text.png" 'no image'
        $shown = Show-Gallery "$TestDrive/text.png", "$gallery/image1.bmp" -As Browser -NoBrowser -ErrorVariable errors -ErrorAction SilentlyContinue 6>$null
        $shown.Count | Should -Be 2
        $errors[0].FullyQualifiedErrorId | Should -Match '^NotAnImage,'
    }

    It 'tells wrong calls from others' {
        { Show-Gallery $gallery -As Browser -Graphics Sixel } | Should -Throw -ErrorId 'InvalidOptions,*'
        { Show-Gallery $gallery -Interval 0 -As Browser } | Should -Throw -ErrorId 'InvalidOptions,*'
        { Show-Gallery "$TestDrive/nowhere" -As Browser -NoBrowser -ErrorAction Stop } | Should -Throw -ErrorId 'NoImagesFound,*'
    }

    It 'stays with -Wait until it is stopped' {
        $shell = [powershell]::Create().AddScript("Import-Module '$moduleManifest'; Show-Gallery '$gallery' -As Browser -NoBrowser -Wait")
        $handle = $shell.BeginInvoke()
        $until = [datetime]::UtcNow.AddSeconds(20)
        while (-not $shell.Streams.Information.Count -and [datetime]::UtcNow -lt $until) { [System.Threading.Thread]::Sleep(5) }
        $url = [regex]::Match("$($shell.Streams.Information)", 'http://\S+').Value
        (Invoke-WebRequest $url).StatusCode | Should -Be 200
        $handle.IsCompleted | Should -BeFalse
        (Measure-Command { $shell.Stop() }).TotalSeconds | Should -BeLessThan 2
        { Invoke-WebRequest $url } | Should -Throw
    }

    It 'draws in plain characters when output is no terminal' {
        $text = pwsh -NoProfile -NonInteractive -Command "Import-Module '$moduleManifest'; `$null = Show-Gallery '$gallery' -As Terminal"
        "$text" | Should -Match 'Image 2 at host \S+  image10\.bmp'
        "$text" | Should -Not -Match "`e"
    }
}
