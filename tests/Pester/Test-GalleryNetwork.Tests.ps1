BeforeAll { . $PSScriptRoot/Support.ps1 }

Describe 'Test-GalleryNetwork' {
    It 'makes every check, each with a finding' {
        $checks = Test-GalleryNetwork -Transport Unicast -Port (Get-FreePort)
        $checks.Count | Should -BeGreaterOrEqual 14
        ($checks | Where-Object { -not $_.Finding }) | Should -BeNullOrEmpty
        ($checks | Where-Object Check -EQ Interface).Verdict | Should -Be Pass
    }

    It 'names the program that has the port' -Skip:(-not $IsLinux -or -not (Get-Command python3 -CommandType Application -ErrorAction Ignore)) {
        $port = Get-FreePort
        $other = Start-Process python3 '-c', "`"import socket,time; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.bind(('127.0.0.1',$port)); print('ready',flush=True); time.sleep(60)`"" -PassThru -RedirectStandardOutput "$TestDrive/ready"
        try {
            while (-not (Get-Content "$TestDrive/ready" -ErrorAction Ignore)) { [System.Threading.Thread]::Sleep(10) }
            $check = Test-GalleryNetwork -Transport Unicast -Port $port | Where-Object Check -EQ Port
            $check.Verdict | Should -Be Fail
            $check.Finding | Should -Match "python3.* \(process $($other.Id)\)"
        }
        finally { Stop-Process $other }
    }

    It 'refuses a group that is none' {
        { Test-GalleryNetwork Multicast 10.1.1.1 } | Should -Throw -ErrorId 'AddressNotMulticast,*'
        { Test-GalleryNetwork -Interface nosuch0 } | Should -Throw -ErrorId 'AddressNotLocal,*'
    }

    It 'says who does not answer' {
        $check = Test-GalleryNetwork -Transport Unicast -ComputerName 127.0.0.9 | Where-Object Check -EQ Peer
        $check.Verdict | Should -Be Fail
        $check.Remedy | Should -Match 'gallery doctor --listen'
    }
}
