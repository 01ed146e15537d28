BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Get-GalleryInterface' {
    It 'lists loopback with its addresses, broadcast address and MTU' {
        $loopback = Get-GalleryInterface | Where-Object Loopback
        $loopback | Should -BeOfType GalleryPS.Interface
        $loopback.IPv4.IPAddressToString | Should -Contain '127.0.0.1'
        $loopback.Broadcast.IPAddressToString | Should -Contain '127.255.255.255'
        $loopback.Mtu | Should -BeGreaterThan 1000
        $loopback.Up | Should -BeTrue
    }

    It 'finds by name, wildcard and address' {
        $all = Get-GalleryInterface
        (Get-GalleryInterface $all[0].Name).Index | Should -Be $all[0].Index
        (Get-GalleryInterface 127.*).Loopback | Should -Contain $true
        (Get-GalleryInterface *).Count | Should -Be $all.Count
    }

    It 'tells that there is no such NIC' {
        Get-GalleryInterface nosuchnic -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'AddressNotLocal,*'
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }
}
