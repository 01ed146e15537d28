BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Get-GalleryServer' {
    BeforeAll { 1, 2, 10 | ForEach-Object { $null = Start-GalleryServer -Name "get$_" -Address 127.0.0.1 -Port 0 } }
    AfterAll { Get-GalleryServer get* | Stop-GalleryServer }

    It 'lists servers in natural order, by name and wildcard' {
        (Get-GalleryServer get*).Name | Should -Be get1, get2, get10
        (Get-GalleryServer GET2).Name | Should -Be get2
        ('get1', 'get10' | Get-GalleryServer).Name | Should -Be get1, get10
    }

    It 'survives a second import of the module' {
        Import-Module $moduleManifest
        (Get-GalleryServer get*).Count | Should -Be 3
    }

    It 'completes names' {
        (TabExpansion2 'Get-GalleryServer get1').CompletionMatches.CompletionText | Should -Be get1, get10
    }

    It 'tells that there is none of a name' {
        Get-GalleryServer nobody -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ServerNotFound,*'
        Get-GalleryServer nobody* | Should -BeNullOrEmpty
    }

    It 'shows a line a server' {
        $text = Get-GalleryServer get1 | Format-Table | Out-String
        $text | Should -Match 'get1\s+127\.0\.0\.1:\d+\s+True'
        $text | Should -Match 'Hello from get1'
    }
}
