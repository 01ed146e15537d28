# Every example of the help and every command of the README, run as it stands between two hosts (see Examples/Lab.ps1).
BeforeDiscovery {
    . $PSScriptRoot/Needs.ps1
    $scenes = & $PSScriptRoot/Examples/Scenes.ps1
    $found = foreach ($page in Get-ChildItem (Join-Path $PSScriptRoot '../../docs/en-US') -Filter '*-*.md') {
        $text = (Get-Content $page -Raw).Replace("`r", '')
        foreach ($match in [regex]::Matches($text, '(?ms)^### Example (?<number>\d+): (?<title>[^\n]*)\n\n```powershell\n(?<code>.*?)\n```')) {
            @{ Id = "$($page.BaseName)/$($match.Groups['number'].Value)"; Title = $match.Groups['title'].Value; Code = $match.Groups['code'].Value }
        }
    }

    # Of the README a command is a line, but for those that a scene says belong together; and one that receives and one that sends in each row of a table.
    $readme = (Get-Content (Join-Path $PSScriptRoot '../../README.md') -Raw).Replace("`r", '')
    $lines = @([regex]::Matches($readme, '(?ms)^```powershell\n(.*?)\n```').ForEach({ $_.Groups[1].Value.Split("`n") }))
    $found += for ($i = 0; $i -lt $lines.Count; $i += $many) {
        $id = "README/$($i + 1)"
        $many = ($scenes[$id] ?? @{})['Lines'] ?? 1
        @{ Id = $id; Title = $lines[$i]; Code = $lines[$i..($i + $many - 1)] -join "`n" }
    }

    $found += foreach ($row in [regex]::Matches($readme, '(?m)^\| (?<transport>\w+) \|.*\| `(?<receive>Receive-[^`]*)` \| `(?<send>[^`]*)` \|$')) {
        $id = "README/$($row.Groups['transport'].Value)"
        $scenes[$id] = $scenes['README/Pictures'] + @{ There = $row.Groups['receive'].Value }
        @{ Id = $id; Title = $row.Groups['send'].Value; Code = $row.Groups['send'].Value }
    }

    $scenes.Remove('README/Pictures')
    $examples = foreach ($example in $found) {
        $scene = $scenes[$example.Id] ?? @{}
        $why = if (-not $canMakeLab) { ', skipped: hosts are network namespaces, which needs root on Linux, ip, nft and tc' }
        elseif ($scene['Needs'] -and -not (Get-Command $scene.Needs -CommandType Application -ErrorAction Ignore)) { ", skipped: $($scene.Needs) is not installed" }
        $example + @{ Scene = $scene; Why = $why; Skip = [bool] $why }
    }
    $unused = $scenes.Keys | Where-Object { $_ -notin $examples.Id }
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Examples/Lab.ps1
    . $PSScriptRoot/Needs.ps1
    if ($canMakeLab) {
        $folder = (New-Item (Join-Path ([System.IO.Path]::GetTempPath()) "gallery-examples-$PID") -ItemType Directory -Force).FullName
        $template = New-Item (Join-Path $folder 'template') -ItemType Directory
        $samples = Join-Path (Split-Path $moduleManifest) 'samples'
        Copy-Item (Join-Path $samples 'small') (Join-Path $template 'pictures') -Recurse
        Copy-Item (Join-Path $samples 'large') (Join-Path $template 'photos') -Recurse
        $lab = New-ExampleLab (Resolve-Path $moduleManifest).Path $folder
        if (Get-Command tcpdump -CommandType Application -ErrorAction Ignore) {
            # The captures that the examples read: the same gallery by multicast, by TCP, and by both.
            foreach ($name in 'multicast', 'tcp', 'all') {
                $sends = @(if ($name -ne 'tcp') { 'Send-Gallery ./pictures -Transport Multicast -OutboundIP eth1' }; if ($name -ne 'multicast') { 'Send-Gallery ./pictures -Transport Tcp -To 192.168.56.104' })
                $code = "`$c = Start-GalleryCapture ./$name.pcap -Interface eth1; $($sends -join '; '); `$c | Stop-GalleryCapture"
                $there = @(if ($name -ne 'tcp') { 'Receive-Gallery -Transport Multicast -ArrivalIP eth1' }; if ($name -ne 'multicast') { 'Receive-Gallery -Transport Tcp -Address 192.168.56.104' })
                $made = Invoke-Example $lab $name $code @{ There = $there } $template
                if ($made.Example.errors) { throw "$($made.Example.errors)" }
            }
        }
    }
}

AfterAll {
    if ($canMakeLab) {
        Remove-ExampleLab $lab
        Remove-Item $folder -Recurse -Force
    }
}

Describe 'Examples of the help' {
    It 'are all there' -ForEach @{ Unused = $unused } { $Unused | Should -BeNullOrEmpty }

    It '<Id>: <Title><Why>' -ForEach ($examples | Where-Object { -not $_.Skip }) -AllowNullOrEmptyForEach {
        $own = Join-Path $folder ($Id -replace '/', '-')
        Copy-Item $template $own -Recurse
        $ran = Invoke-Example $lab $Id $Code $Scene $own
        $ran.Example.errors | Should -BeNullOrEmpty
        foreach ($other in $ran.Others) {
            $other.errors | Should -BeNullOrEmpty
            $other.count | Should -BeGreaterThan 0 -Because "$($other.id) sends, receives or serves"
        }

        if ($Scene['Check']) { $ran.Example.checked | Should -Be 'True' -Because $ran.Example.text }
        else { $ran.Example.count | Should -BeGreaterThan 0 }
    }

    It '<Id>: <Title><Why>' -ForEach ($examples | Where-Object Skip) -AllowNullOrEmptyForEach -Skip { }

    It 'README shows what comes out' -Skip:(-not ($canMakeLab -and $canCapture)) {
        # The commands of the blocks with prompts, one after the other, and what follows each.
        $readme = (Get-Content (Join-Path $PSScriptRoot '../../README.md') -Raw).Replace("`r", '')
        $shown = [regex]::Matches($readme, '(?ms)^```text\n(PS> .*?)\n```').ForEach({ $_.Groups[1].Value }) -join "`n"
        $own = Join-Path $folder 'README'
        Copy-Item $template $own -Recurse
        Remove-Item (Join-Path $own '*.pcap')
        $commands = [regex]::Matches($shown, '(?m)^PS> (.*)$').ForEach({ $_.Groups[1].Value })
        $run = $commands.ForEach({ "'PS> ' + '$($_.Replace("'", "''"))'; (. { $_ } | Out-String -Width 100).TrimEnd()" }) -join "`n"
        $code = "[cultureinfo]::CurrentCulture = 'en-US'; `$PSStyle.OutputRendering = 'PlainText'`n@($run) | Set-Content README.txt; 'ran'"
        $ran = Invoke-Example $lab 'README' $code @{ There = 'Receive-Gallery -Transport Multicast -ArrivalIP eth1' } $own
        $ran.Example.errors | Should -BeNullOrEmpty

        # Where the file lies and what differs from run to run does not matter.
        $really = (Get-Content (Join-Path $own 'README.txt') -Raw) -replace '\S*/multicast\.pcap:', './multicast.pcap:'
        $plain = { ($args[0] -replace '[ \t]+\n', "`n" -replace '\n{2,}', "`n").Trim() }
        & $plain $really.Replace("`r", '') | Should -Be (& $plain $shown)
    }
}
