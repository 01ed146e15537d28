BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Stop-GalleryServer' {
    It 'frees name and port' {
        $server = Start-GalleryServer -Name stop1 -Address 127.0.0.1 -Port 0
        Stop-GalleryServer stop1
        $server.IsRunning | Should -BeFalse
        $again = Start-GalleryServer -Name stop1 -Address 127.0.0.1 -Port $server.Port
        $again | Stop-GalleryServer -PassThru | Should -Be $again
        Get-GalleryServer stop* | Should -BeNullOrEmpty
    }

    It 'stops several by wildcard' {
        1..3 | ForEach-Object { $null = Start-GalleryServer -Name "many$_" -Address 127.0.0.1 -Port 0 }
        Stop-GalleryServer many* -WhatIf
        (Get-GalleryServer many*).Count | Should -Be 3
        Stop-GalleryServer many*
        Get-GalleryServer many* | Should -BeNullOrEmpty
    }

    It 'takes a server as its first argument' {
        $server = Start-GalleryServer -Name stop2 -Address 127.0.0.1 -Port 0
        Stop-GalleryServer $server
        $server.IsRunning | Should -BeFalse
    }

    It 'tells that there is none of a name' {
        Stop-GalleryServer nobody -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ServerNotFound,*'
    }
}
