BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Start-GalleryServer' {
    AfterEach { Get-GalleryServer | Stop-GalleryServer }

    It 'greets with its name, or with what it is told' {
        $one = Start-GalleryServer -Name server1 -Address 127.0.0.1 -Port 0
        $two = Start-GalleryServer -Name server2 -ListenIP 127.0.0.1 -ListenPort 0 -Greeting 'Hello from server 2'
        $one, $two | ForEach-Object { $_ | Should -BeOfType GalleryPS.Server }
        $one.IsRunning | Should -BeTrue
        (Connect-GalleryServer "127.0.0.1:$($one.Port)", "127.0.0.1:$($two.Port)" -Select RoundRobin -Count 2).Text | Should -Be 'Hello from server1', 'Hello from server 2'
    }

    It 'keeps a log of its connections' {
        $server = Start-GalleryServer -Name logged -Address 127.0.0.1 -Port 0 -LogSize 3
        $null = Connect-GalleryServer "127.0.0.1:$($server.Port)" -Count 5
        $until = [datetime]::UtcNow.AddSeconds(10)
        while ($server.Connections -lt 5 -and [datetime]::UtcNow -lt $until) { [System.Threading.Thread]::Yield() | Out-Null }
        $server.Connections | Should -Be 5
        $server.Log.Count | Should -Be 3
        $server.Log.Index | Should -Be 2, 3, 4
        $server.Log[0] | Should -BeOfType GalleryPS.ServerConnection
        $server.Log[0].Outcome | Should -Be Sent
        $server.Log[0].Client.Address.ToString() | Should -Be 127.0.0.1
        $server.Bytes | Should -Be (5 * 'Hello from logged'.Length)
    }

    It 'sends a gallery' {
        $folder = Join-Path $TestDrive 'gallery'
        $null = New-Item $folder -ItemType Directory
        New-TestImage "$folder/a1.jpg" 5000
        New-TestImage "$folder/a2.jpg" 100000
        $server = Start-GalleryServer -Name pictures -Address 127.0.0.1 -Port 0 -Gallery $folder
        $server.Images | Should -Be 2
        $reply = Connect-GalleryServer "127.0.0.1:$($server.Port)" -OutputDirectory "$TestDrive/received"
        $reply.Images.Name | Should -Be a1.jpg, a2.jpg
        (Get-FileHash "$TestDrive/received/a2.jpg").Hash | Should -Be (Get-FileHash "$folder/a2.jpg").Hash
    }

    It 'only says what it would do with -WhatIf' {
        Start-GalleryServer -Name whatif -Port 0 -WhatIf | Should -BeNullOrEmpty
        Get-GalleryServer whatif* | Should -BeNullOrEmpty
    }

    It 'is <Id> for <Call>' -ForEach @(
        @{ Id = 'ServerExists'; Call = 'Start-GalleryServer -Name TAKEN -Port 0' }
        @{ Id = 'PortInUse'; Call = 'Start-GalleryServer -Name other -Address 127.0.0.1 -Port $taken.Port' }
        @{ Id = 'AddressNotLocal'; Call = 'Start-GalleryServer -Name other -Address 203.0.113.5 -Port 0' }
        @{ Id = 'NoImagesFound'; Call = 'Start-GalleryServer -Name other -Gallery "$TestDrive/nowhere" -Port 0' }
        @{ Id = 'NotAnImage'; Call = 'Start-GalleryServer -Name other -Gallery $moduleManifest -Port 0' }
    ) {
        $taken = Start-GalleryServer -Name taken -Address 127.0.0.1 -Port 0
        { & ([scriptblock]::Create($Call)) } | Should -Throw -ErrorId "$Id,GalleryPS.Cmdlets.Commands.StartGalleryServerCommand"
    }
}
