# TLS from the cmdlets: what is printed at one side is what the other one wants.
BeforeAll {
    . $PSScriptRoot/Support.ps1
    $folder = (New-Item (Join-Path $TestDrive 'gallery') -ItemType Directory).FullName
    1..3 | ForEach-Object { New-TestPicture "$folder/$_.bmp" 20 10 }
    $key = [System.Security.Cryptography.ECDsa]::Create([System.Security.Cryptography.ECCurve+NamedCurves]::nistP256)
    $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new('CN=gallery', $key, 'SHA256')
    $certificate = $request.CreateSelfSigned([datetimeoffset]::Now.AddDays(-1), [datetimeoffset]::Now.AddDays(1))
    $thumbprint = $certificate.GetCertHashString('SHA256')
}

Describe 'TLS' {
    AfterEach { Get-GalleryServer | Stop-GalleryServer }

    It 'prints the thumbprint that the other side gives' {
        $server = Start-GalleryServer secret -Address 127.0.0.1 -Port 0 -UseTls -InformationVariable printed -InformationAction SilentlyContinue
        "$printed" | Should -Match "-Thumbprint $($server.Thumbprint)"
        (Connect-GalleryServer "127.0.0.1:$($server.Port)" -UseTls -Thumbprint $server.Thumbprint).Text | Should -Be 'Hello from secret'
    }

    It 'takes certificates as objects and as files, with a password' {
        $pfx = Join-Path $TestDrive 'own.pfx'
        [System.IO.File]::WriteAllBytes($pfx, $certificate.Export('Pfx', 'secret'))
        $password = ConvertTo-SecureString 'secret' -AsPlainText -Force
        $port = Get-FreePort -Tcp
        $receiver = Start-Receiver @{ Transport = 'Tcp'; Port = $port; UseTls = $true; Certificate = $certificate; RequireClientCertificate = $true; Thumbprint = $thumbprint; IdleTimeout = 20 }
        $sent = Send-Gallery $folder -Transport Tcp -Port $port -EndDelay 0 -UseTls -Thumbprint $thumbprint -CertificatePath $pfx -CertificatePassword $password
        $sent.Count | Should -Be 3
        (Wait-Receiver $receiver).Bytes | Should -Be $sent.Bytes
    }

    It 'sends nothing in plain text instead' {
        $server = Start-GalleryServer plain -Address 127.0.0.1 -Port 0
        Connect-GalleryServer "127.0.0.1:$($server.Port)" -UseTls -ErrorVariable failed -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'NoServerAnswered,*'
        "$failed" | Should -Match 'cannot agree on TLS'
    }

    It 'is <Id> for <Call>' -ForEach @(
        @{ Id = 'InvalidOptions'; Call = 'Start-GalleryServer x -Port 0 -Thumbprint ("A" * 64)' }
        @{ Id = 'InvalidOptions'; Call = 'Start-GalleryServer x -Port 0 -UseTls -RequireClientCertificate -Thumbprint ("A" * 40)' }
        @{ Id = 'CertificateUnusable'; Call = 'Start-GalleryServer x -Port 0 -UseTls -CertificatePath $TestDrive/none.pem' }
    ) {
        { & ([scriptblock]::Create($Call)) } | Should -Throw -ErrorId "$Id,GalleryPS.Cmdlets.Commands.StartGalleryServerCommand"
    }

    It 'says when the store has no such certificate' {
        { Start-GalleryServer x -Port 0 -UseTls -Certificate 'CN=there is none' } | Should -Throw '*no certificate*'
    }
}
