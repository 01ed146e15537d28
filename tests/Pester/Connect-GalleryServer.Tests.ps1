BeforeAll {
    . $PSScriptRoot/Support.ps1
    $servers = 1..5 | ForEach-Object { Start-GalleryServer -Name "connect$_" -Address 127.0.0.1 -Port 0 -Greeting "Hello from server $_" }
    $all = $servers.ForEach({ $_.EndPoint.ToString() })
    $dead = "127.0.0.1:$(Get-FreePort -Tcp)"
}

AfterAll { Get-GalleryServer connect* | Stop-GalleryServer }

Describe 'Connect-GalleryServer' {
    It 'emits what the server sent' {
        $reply = Connect-GalleryServer -To $all[2]
        $reply | Should -BeOfType GalleryPS.ServerReply
        $reply.Text | Should -Be 'Hello from server 3'
        $reply.Bytes | Should -Be 19
        $reply.Server | Should -Be $all[2]
        $reply.Address.ToString() | Should -Be 127.0.0.1
        $reply.Attempts | Should -Be 1
        $reply.Images.Count | Should -Be 0
        $reply.ConnectTime | Should -BeGreaterThan ([timespan]::Zero)
        $reply.TotalTime | Should -BeGreaterOrEqual $reply.ConnectTime
    }

    It 'takes one after the other with RoundRobin' {
        (Connect-GalleryServer $all -Select RoundRobin -Count 6).Text | Should -Be (1, 2, 3, 4, 5, 1 | ForEach-Object { "Hello from server $_" })
    }

    It 'takes the same with the same seed' {
        $once = (Connect-GalleryServer $all -Count 20 -Seed 3).Text
        (Connect-GalleryServer $all -Count 20 -Seed 3).Text | Should -Be $once
        ($once | Select-Object -Unique).Count | Should -BeGreaterThan 2
    }

    It 'passes over a dead server with <_>' -ForEach First, RoundRobin, Random, Nearest {
        $reply = Connect-GalleryServer -To $dead, $all[0] -Select $_ -Seed 1
        $reply.Text | Should -Be 'Hello from server 1'
        $reply.Attempts | Should -Be ($reply.Failures.Count + 1)
    }

    It 'says how many were tried' {
        $reply = Connect-GalleryServer -To $dead, no-such-host.invalid, $all[0] -Select First
        $reply.Attempts | Should -Be 3
        $reply.Failures.Id | Should -Contain ConnectionRefused
        $reply.Failures.Id | Should -Contain AddressNotFound
    }

    It 'lists every failure when nobody is left' {
        Connect-GalleryServer -To $dead, no-such-host.invalid -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -Be 'NoServerAnswered,GalleryPS.Cmdlets.Commands.ConnectGalleryServerCommand'
        $problems[0].CategoryInfo.Category | Should -Be ConnectionError
        "$($problems[0])" | Should -Match ([regex]::Escape($dead))
        "$($problems[0])" | Should -Match 'no-such-host'
    }

    It 'cuts what is too long and says so' {
        $reply = Connect-GalleryServer $all[0] -MaxBytes 5 -ErrorAction SilentlyContinue -ErrorVariable problems
        $reply.Text | Should -Be 'Hello'
        $reply.IsTruncated | Should -BeTrue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ReplyTooLarge,*'
    }

    It 'connects to nobody with -WhatIf' {
        Connect-GalleryServer $dead -WhatIf -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'is InvalidOptions for a port that is none' {
        { Connect-GalleryServer -To server:0 } | Should -Throw -ErrorId 'InvalidOptions,GalleryPS.Cmdlets.Commands.ConnectGalleryServerCommand'
        { Connect-GalleryServer -To a -TimeoutSeconds soon } | Should -Throw '*not a duration*'
    }
}
