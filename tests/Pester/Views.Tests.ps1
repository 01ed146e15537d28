BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Traffic.Support.ps1

    # What a new pwsh prints, in a culture and a width.
    function Show-View([string] $Culture, [int] $Width) {
        $script = @"
            [cultureinfo]::CurrentCulture = '$Culture'; `$PSStyle.OutputRendering = 'PlainText'
            Import-Module '$moduleManifest'
            `$c = '$captures'; `$out = @{ Width = $Width }
            Measure-Gallery -Protocol Plain, Flute -Receivers 3 | Out-String @out
            Measure-Gallery -Transport Tcp, Unicast -PerImage | Out-String @out
            Measure-Gallery -Bytes 100000, 200000 -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Out-String @out
            Measure-GalleryCapture `$c/tcp-ipv6.pcap | Out-String @out
            Measure-GalleryCapture `$c/tcp-ipv6.pcap -ByFlow | Out-String @out
            (Measure-GalleryCapture `$c/tcp.pcap -Timeline 0.001).Timeline | Out-String @out
            `$comparison = Compare-GalleryTraffic `$c/tcp.pcap -Estimate (Measure-Gallery -Transport Tcp)
            `$comparison | Out-String @out
            `$comparison.Layers | Out-String @out
            Get-GalleryPacket `$c/tcp-ipv6.pcap | Out-String @out
            Get-GalleryInterface | Out-String @out
            Send-Gallery -BitRate 1Gbps -EndDelay 0 -WarningAction SilentlyContinue | Out-String @out
"@
        (pwsh -NoProfile -NonInteractive -Command $script) -join "`n"
    }
}

Describe 'The default views' {
    It 'cut nothing at <_> columns' -ForEach 80, 120 {
        $text = Show-View en-US $_
        $text | Should -Not -Match ([char] 0x2026)
        ($text -split "`n" | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $_
        $text | Should -Match '(?m)^Multicast Flute +3 .* [0-9.]+ %$'
        $text | Should -Match '(?m)^Tcp +01-harbour\.jpg .* 7\.[0-9] %$'
        $text | Should -Match '(?m)^\[fd78::1\]:36708 -> \[fd78::2\]:25000 TCP\n +12 packets, 12 datagrams; payload 3,992, .*\+Link'
        $text | Should -Match '(?m)^Wire +387,382  376,132\.\.400,342 +7,896 +-379,486  differs$'
        $text | Should -Match '(?m)^WireBytes .* Differs$'
        $text | Should -Match '(?m)^ +2 +0\.000030  \[fd78::2\]:25000 -> \[fd78::1\]:36704  TCP 94\n +SYN, ACK: the receiver accepts the connection for image 0\.$'
        $text | Should -Match '(?m)^Unicast +1 +1 +too large +28 +42 +84 +-$'
        $text | Should -Match '127\.255\.255\.255 \(broadcast\)|127\.0\.0\.1'
        $text | Should -Match '06-elephants\.jpg'
    }

    It 'show numbers alike in every culture' {
        $english = Show-View en-US 100
        foreach ($culture in 'de-DE', 'tr-TR', 'fr-FR') {
            $other = Show-View $culture 100
            # The tables of FLUTE say when they expire, so that their compressed length differs from run to run.
            $lines = { param($text) ($text -split "`n").Where{ $_ -notmatch 'Flute' } -join "`n" }
            & $lines $other | Should -Be (& $lines $english)
        }
    }

    It 'write times alike in every culture' {
        # Finland writes them with points.
        $script = "[cultureinfo]::CurrentCulture = 'fi-FI'; Import-Module '$moduleManifest'; `$s = Start-GalleryServer timed -Port 0 -Address 127.0.0.1 -Greeting hello
            `$null = `$s | Connect-GalleryServer
            while (`$s.Log.Count -eq 0) { [System.Threading.Thread]::Sleep(5) }
            `$s.Log | Out-String -Width 100; `$s | Out-String -Width 80; `$s | Stop-GalleryServer"
        $text = (pwsh -NoProfile -NonInteractive -Command $script) -join "`n"
        $text | Should -Match '\d\d:\d\d:\d\d\.\d{3}'
        $text | Should -Match 'hello'
    }
}
