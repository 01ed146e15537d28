BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Traffic.Support.ps1

    # What a pwsh of a culture prints in each of some widths, by the width. What it keeps from its start is of that culture, too.
    function Show-View([string] $Culture, [int[]] $Width) {
        $script = @"
        [cultureinfo]::CurrentCulture = '$Culture'; `$PSStyle.OutputRendering = 'PlainText'
        Import-Module '$moduleManifest'
        `$c = '$captures'
        foreach (`$width in $($Width -join ', ')) {
            `$out = @{ Width = `$width }
            "VIEW `$width"
            Measure-Gallery -Protocol Plain, Flute -Receivers 3 | Out-String @out
            Measure-Gallery -Transport Tcp, Unicast -PerImage | Out-String @out
            Measure-Gallery -Size 1000, 100000, 200000 -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Out-String @out
            Measure-Gallery -Size (, 600000000000 * 30) -Receivers 40 -Transport Tcp | Out-String @out
            Measure-GalleryCapture `$c/tcp-ipv6.pcap | Out-String @out
            Measure-GalleryCapture `$c/tcp-ipv6.pcap -ByFlow | Out-String @out
            (Measure-GalleryCapture `$c/tcp.pcap -Timeline 0.001).Timeline | Out-String @out
            `$comparison = Compare-GalleryTraffic `$c/tcp.pcap -Estimate (Measure-Gallery -Transport Tcp)
            `$comparison | Out-String @out
            `$comparison.Layers | Out-String @out
            Get-GalleryPacket `$c/tcp-ipv6.pcap | Out-String @out
            Get-GalleryInterface | Out-String @out
            Send-Gallery -BitRate 1Gbps -EndDelay 0 -WarningAction SilentlyContinue | Out-String @out
            'Messages:'
            Measure-Gallery -Size 1000, 100000 -Transport Unicast -ErrorAction SilentlyContinue -ErrorVariable failed -WarningVariable warned -WarningAction SilentlyContinue | Out-Null
            `$failed.Exception.Message; `$warned.Message
            Send-Gallery -Transport Tcp -Port 9 -BitRate 5.5kbps -WarningAction SilentlyContinue -WarningVariable slow -ErrorAction SilentlyContinue -ErrorVariable refused
            `$slow.Message; `$refused.Exception.Message
            try { Receive-Gallery -Port 25777 -IdleTimeout 0.25 -ErrorAction Stop } catch { `$_.Exception.Message }
        }
"@
        $views = @{}
        foreach ($view in (pwsh -NoProfile -NonInteractive -Command $script) -join "`n" -split '(?:^|\n)VIEW ' | Select-Object -Skip 1) {
            $place, $views[[int] $place] = $view -split "`n", 2
        }
        $views
    }

    $english = Show-View en-US 80, 120, 100
}

Describe 'The default views' {
    It 'cut nothing at <_> columns' -ForEach 80, 120 {
        $text = $english[$_] -replace '(?s)\nMessages:.*'
        $text | Should -Not -Match ([char] 0x2026)
        ($text -split "`n" | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual $_
        $text | Should -Match '(?m)^Multicast Flute +3 .* [0-9.]+ %$'
        $text | Should -Match '(?m)^Tcp +01-harbour\.jpg .* 7\.[0-9] %$'
        $text | Should -Match '(?m)^\[fd78::1\]:36708 -> \[fd78::2\]:25000 TCP\n +12 packets, 12 datagrams; payload 3,992, .*\+Link'
        $text | Should -Match '(?m)^Wire +387,382  376,132\.\.400,342 +7,896 +-379,486  differs$'
        $text | Should -Match '(?m)^WireBytes .* Differs$'
        $text | Should -Match '(?m)^ +2 +0\.000030  \[fd78::2\]:25000 -> \[fd78::1\]:36704  TCP 94\n +SYN, ACK: the receiver accepts the connection for image 0\.$'
        $text | Should -Match '(?m)^Transport .* Too large$'
        $text | Should -Match '(?m)^Unicast +1 +2 +1,000 +1,056 +1,084 +1,150 +2 of 3$'
        $text | Should -Match '(?ms)^Tcp: To 40, Packets ~745,856,363,080, Payload 720,000,000,000,000,\n    \+IP .*Overhead 6\.4 %$'
        $text | Should -Match '127\.255\.255\.255 \(broadcast\)|127\.0\.0\.1'
        $text | Should -Match '06-elephants\.jpg'
    }

    It 'lose nothing in a window of 60 columns' -Skip:(-not (Get-Command script -CommandType Application -ErrorAction Ignore)) {
        $file = Join-Path $TestDrive 'narrow.ps1'
        @"
            `$PSStyle.OutputRendering = 'PlainText'
            . '$PSScriptRoot/Support.ps1'
            'WIDTH ' + `$Host.UI.RawUI.BufferSize.Width
            New-TestPicture '$TestDrive/picture.bmp' 20 10
            `$port = Get-FreePort
            Send-Gallery '$TestDrive/picture.bmp' -Port `$port -EndDelay 0 | Out-Default
            `$server = Start-GalleryServer narrow -Port 0 -Address 127.0.0.1 -Greeting hello; `$server | Out-Default
            `$server | Connect-GalleryServer | Out-Default
            Measure-Gallery -Protocol Plain, Flute -Receivers 3 | Out-Default
            Measure-Gallery -Size 1000, 100000 -Transport Unicast -ErrorAction Ignore -WarningAction Ignore | Out-Default
            `$comparison = Compare-GalleryTraffic '$captures/tcp.pcap' -Estimate (Measure-Gallery -Transport Tcp)
            `$comparison | Out-Default; `$comparison.Layers | Out-Default
            Measure-GalleryCapture '$captures/tcp-ipv6.pcap' | Out-Default
"@ | Set-Content $file
        $text = (script -qec "stty cols 60 rows 40; pwsh -NoProfile -File '$file'" /dev/null) -replace "`r|`e\[[0-9;?]*[a-zA-Z]" -join "`n"
        $text | Should -Match 'WIDTH 60'
        $text | Should -Not -Match ([char] 0x2026 + '(?! \[)')
        foreach ($expected in
            '0  picture\.bmp\n    654 bytes, Bmp 20x10, to 127\.0\.0\.1:\d+\n',
            'narrow at 127\.0\.0\.1:\d+, running\n    connections 0, active 0, failed 0; sends hello\n',
            '127\.0\.0\.1:\d+ \(127\.0\.0\.1\)\n    5 bytes, connected in [\d.]+ ms, in all [\d.]+ ms,\s+tried\s+1\s*:\s+h\s?e\s?l\s?l\s?o\n',
            'Unicast Flute: To 3, Packets ~?[\d,]+, Payload ~?[\d,]+,\n    \+IP ~?[\d,]+, \+Link ~?[\d,]+, Wire ~?[\d,]+,\n    Overhead [\d.]+ %',
            'Unicast +1 +2 +1,000 +1,056 +1,084 +1,150 +1 of 2|Unicast: To 1, .*\n.*Too\s+large 1 of 2',
            'Wire: Predicted 387,382, Range 376,132\.\.400,342,\n    Captured 7,896, Difference -379,486, Verdict differs',
            'WireBytes: Predicted 387,382, Low 376,132, High 400,342,\n    Captured 7,896, Difference -379,486, Verdict Differs',
            'Wire +8,576 +8,576\n') { $text | Should -Match $expected }
    }

    It 'lose nothing of an object of each type in windows of 60, 80 and 120 columns' -Skip:(-not (Get-Command script -CommandType Application -ErrorAction Ignore)) {
        $file = Join-Path $TestDrive 'each.ps1'
        @"
            `$PSStyle.OutputRendering = 'PlainText'; `$ProgressPreference = `$WarningPreference = 'SilentlyContinue'
            . '$PSScriptRoot/Support.ps1'
            . '$PSScriptRoot/OneOfEach.ps1'
            . '$PSScriptRoot/Needs.ps1'
            foreach (`$width in 60, 80, 120) {
                stty cols `$width
                'WIDTH ' + `$Host.UI.RawUI.BufferSize.Width
                Get-OneOfEach "$TestDrive/each`$width" -WithoutCapture:(-not `$canCapture) | ForEach-Object { 'TYPE ' + `$_.PSObject.TypeNames[0]; `$_ | Out-Default }
            }
"@ | Set-Content $file
        $text = (script -qec "stty rows 40; pwsh -NoProfile -File '$file'" /dev/null) -replace "`r|`e\[[0-9;?]*[a-zA-Z]|`e[]_][^`a`e]*(`a|`e\\)" -join "`n"
        $parts = @{}
        foreach ($part in $text -split 'WIDTH (?=\d)' | Select-Object -Skip 1) { $parts[[int] ($part -split "`n")[0]] = $part }
        $parts.Keys | Sort-Object | Should -Be 60, 80, 120
        foreach ($width in 60, 80, 120) {
            $part = $parts[$width]
            $part | Should -Not -Match ([char] 0x2026)
            foreach ($line in $part -split "`n" | Where-Object { $_ -notlike 'TYPE *' }) { $line.Length | Should -BeLessOrEqual $width -Because $line }
            ([regex]::Matches($part, '(?m)^TYPE (GalleryPS\.\w+)').ForEach{ $_.Groups[1].Value } | Sort-Object -Unique).Count | Should -BeGreaterThan 15
        }

        $parts[60] | Should -Match '(?m)^0  image-000\.bmp\n    654 bytes, Bmp 20x10, as Html$'
        if ($text -match 'ExperimentResult') {
            $parts[60] | Should -Match '(?m)^Multicast Plain, loss 0\.0 %, repetition 1: 1 of 1 complete\n    2 frames, prediction Exact, [\d.]+ s, [\d.]+ Mbps$'
            $parts[80] | Should -Match '(?m)^Multicast Plain +0\.0 % +1 +1/1 +2 Exact +[\d.]+ +[\d.]+$'
        }
    }

    It 'show numbers alike in every culture' {
        $english[100] | Should -Match 'has 100,000 bytes; one UDP datagram carries at most 65,507'
        $english[100] | Should -Match 'At 5\.5kbps, 01-harbour\.jpg \(56,618 bytes\) takes 1\.4 minutes'
        $english[100] | Should -Match 'for 0\.25 s'
        foreach ($culture in 'de-DE', 'tr-TR', 'fr-FR') {
            $other = (Show-View $culture 100)[100]
            # The tables of FLUTE say when they expire, so that their compressed length differs from run to run.
            $lines = { param($text) ($text -split "`n").Where{ $_ -notmatch 'Flute' } -join "`n" }
            & $lines $other | Should -Be (& $lines $english[100])
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
