BeforeAll {
    . $PSScriptRoot/Support.ps1
    $gallery = Join-Path $TestDrive 'gallery'
    $null = New-Item $gallery -ItemType Directory
    foreach ($i in 1, 2, 3) { New-TestPicture "$gallery/image$i.bmp" (40 * $i) 30 }
}

Describe 'Export-Gallery' {
    It 'writes a page with everything in it' {
        $file = Export-Gallery $gallery -OutputPath $TestDrive/gallery.html
        $file | Should -BeOfType System.IO.FileInfo
        $file.FullName | Should -Be (Join-Path $TestDrive 'gallery.html')
        $page = Get-Content $file -Raw
        ([regex]::Matches($page, 'data:image/bmp;base64,')).Count | Should -Be 3
        $page | Should -Not -Match '(src|href)="https?://'
    }

    It 'emits the file as Get-Item does, so that the table shows all of it' {
        $file = Export-Gallery $gallery "$TestDrive/listed.html"
        $listed = Get-Item "$TestDrive/listed.html"
        $file.PSPath | Should -Be $listed.PSPath
        ($file | Out-String) | Should -Be ($listed | Out-String)
        if (-not $IsWindows) { $file.User, $file.Group, $file.Size | Should -Be $listed.User, $listed.Group, $listed.Length }
        Push-Location Env:
        try { (Export-Gallery $gallery "$TestDrive/elsewhere.html").Length | Should -BeGreaterThan 1000 } finally { Pop-Location }
    }

    It 'keeps a file that is there, unless -Force is given' {
        Set-Content $TestDrive/there.html 'precious'
        { Export-Gallery $gallery $TestDrive/there.html } | Should -Throw -ErrorId 'CannotWriteExport,*'
        Get-Content $TestDrive/there.html | Should -Be 'precious'
        (Export-Gallery $gallery $TestDrive/there.html -Force).Length | Should -BeGreaterThan 1000
    }

    It 'writes nothing with -WhatIf' {
        Export-Gallery $gallery $TestDrive/never.html -WhatIf | Should -BeNullOrEmpty
        "$TestDrive/never.html" | Should -Not -Exist
    }

    It 'takes files and received images from the pipeline' {
        (Get-ChildItem $gallery | Export-Gallery -OutputPath $TestDrive/piped.html).Length | Should -BeGreaterThan 1000
        $port = Get-FreePort
        $receiver = Start-Receiver @{ Port = $port }
        $null = Send-Gallery $gallery -Port $port -EndDelay 0.1
        Wait-Receiver $receiver | Export-Gallery -OutputPath $TestDrive/received.html | Should -Not -BeNullOrEmpty
        Get-Content $TestDrive/received.html -Raw | Should -Match '"source":"127\.0\.0\.1:\d+"'
    }

    It 'makes <Name> with pixels' -ForEach @(
        @{ Name = 'sheet.png'; Start = 0x89, 0x50 }, @{ Name = 'sheet.jpg'; Start = 0xFF, 0xD8 },
        @{ Name = 'film.gif'; Start = 0x47, 0x49 }, @{ Name = 'film.webp'; Start = 0x52, 0x49 }
    ) {
        $file = Export-Gallery $gallery "$TestDrive/$Name" -Interval 0.3 -Columns 2 -Title 'Three'
        [System.IO.File]::ReadAllBytes($file)[0..1] | Should -Be $Start
    }

    It 'overrides the extension with -As' {
        (Export-Gallery $gallery $TestDrive/page.txt -As Html).Length | Should -BeGreaterThan 1000
        { Export-Gallery $gallery $TestDrive/page.txt } | Should -Throw -ErrorId 'InvalidOptions,*'
        { Export-Gallery $gallery $TestDrive/page.png -As Animation } | Should -Throw -ErrorId 'InvalidOptions,*'
    }

    It 'shows what is broken as broken' {
        Set-Content "$TestDrive/text.png" 'no image'
        $file = Export-Gallery "$TestDrive/text.png", "$gallery/image1.bmp" $TestDrive/broken.html -ErrorVariable errors -ErrorAction SilentlyContinue
        $errors[0].FullyQualifiedErrorId | Should -Match '^NotAnImage,'
        Get-Content $file -Raw | Should -Match '"error":"text\.png is not an image'
    }
}
