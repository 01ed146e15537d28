# What is left of the module's objects behind a job, a file and a session on another machine is taken for the objects, and looks like them.
BeforeDiscovery {
    . $PSScriptRoot/Needs.ps1
    $ways = @('file', 'job') + @(if ($canConnect) { 'session' })
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/OneOfEach.ps1
    . $PSScriptRoot/Needs.ps1
    $PSDefaultParameterValues['Send-Gallery:WarningAction'] = 'SilentlyContinue' # nobody listens on the discard port
    $without = -not $canCapture
    $folder = Join-Path $TestDrive 'each'

    # A session as with another machine: OpenSSH's server with pwsh as its subsystem.
    if ($canConnect) {
        $null = New-Item /run/sshd -ItemType Directory -Force
        foreach ($key in 'key', 'hostkey') { ssh-keygen -q -t ed25519 -N '' -f "$TestDrive/$key" }
        $sshPort = Get-FreePort -Tcp
        $shell = [System.Environment]::GetCommandLineArgs()[0]
        $server = Start-Process /usr/sbin/sshd -PassThru -RedirectStandardError "$TestDrive/sshd.txt" -ArgumentList @(
            '-D', '-e', '-f', '/dev/null', '-p', $sshPort, '-o', 'ListenAddress=127.0.0.1', '-h', "$TestDrive/hostkey", '-o', "AuthorizedKeysFile=$TestDrive/key.pub"
            '-o', 'StrictModes=no', '-o', 'PermitRootLogin=yes', '-o', 'PidFile=none'
            '-o', "`"Subsystem=powershell /usr/bin/env PATH=$env:PATH PSModulePath=$env:PSModulePath $([System.Environment]::ProcessPath) $($shell -like '*.dll' ? $shell : '') -sshs -NoLogo -NoProfile`"")
        $until = [datetime]::UtcNow.AddSeconds(20)
        while ("$(Get-Content "$TestDrive/sshd.txt" -ErrorAction Ignore)" -notmatch 'Server listening' -and [datetime]::UtcNow -lt $until) { [System.Threading.Thread]::Sleep(20) }
        $session = New-PSSession -HostName 127.0.0.1 -Port $sshPort -UserName root -KeyFilePath "$TestDrive/key" -Options @{ StrictHostKeyChecking = 'no'; UserKnownHostsFile = '/dev/null' }
    }

    # Each object as it comes out, with the view it has where it came out.
    $left = @{}
    $living = @(Get-OneOfEach $folder -WithoutCapture:$without)
    $left.file = foreach ($object in $living) {
        $object | Export-Clixml "$TestDrive/object.xml"
        @{ Left = Import-Clixml "$TestDrive/object.xml"; Type = $object.PSObject.TypeNames[0]; View = $object | Out-String -Width 100 }
    }
    $script = {
        param($tests, $folder, $without)
        . "$tests/Support.ps1"
        . "$tests/OneOfEach.ps1"
        $PSDefaultParameterValues['Send-Gallery:WarningAction'] = 'SilentlyContinue'
        Get-OneOfEach $folder -WithoutCapture:$without | ForEach-Object { $_; $_.PSObject.TypeNames[0]; $_ | Out-String -Width 100 }
    }
    $jobs = @{ job = Start-Job $script -ArgumentList $PSScriptRoot, "$folder-job", $without }
    if ($session) { $jobs.session = Invoke-Command $session $script -AsJob -HideComputerName -ArgumentList $PSScriptRoot, "$folder-session", $without }
    foreach ($way in $jobs.Keys) {
        $told = @($jobs[$way] | Receive-Job -Wait -AutoRemoveJob)
        $left[$way] = for ($i = 0; $i -lt $told.Count; $i += 3) { @{ Left = $told[$i]; Type = $told[$i + 1]; View = $told[$i + 2] } }
    }

    if ($session) { Remove-PSSession $session }

    function Find-Left([string] $Way, [string] $Type) { ($left[$Way] | Where-Object Type -EQ "GalleryPS.$Type" | Select-Object -First 1).Left }
}

AfterAll {
    if ($server) { Stop-Process -InputObject $server }
}

Describe 'What is left behind a <_>' -ForEach $ways {
    It 'is tested for every type that a cmdlet emits' {
        $lacking = @(if ($without) { 'GalleryPS.Capture' }; if (-not $canMakeLab) { 'GalleryPS.Lab' }; if (-not ($canMakeLab -and $canCapture)) { 'GalleryPS.ExperimentResult' })
        $types = (Get-Command -Module GalleryPS -CommandType Cmdlet).OutputType.Name | Where-Object { $_ -like 'GalleryPS.*' -and $_ -notin $lacking } | Sort-Object -Unique
        $types.Count | Should -BeGreaterThan 14
        foreach ($type in $types) { @($left[$_].Type) + @($left.file.Type) + @($left.job.Type) | Should -Contain $type }
    }

    It 'looks as it did' {
        $differ = @()
        foreach ($one in $left[$_]) {
            $one.Left.PSObject.TypeNames[0] | Should -Be "Deserialized.$($one.Type)"
            $differ += @(if (($one.Left | Out-String -Width 100) -cne $one.View) { $one.Type; $one.Left | Out-String -Width 100; $one.View })
        }
        $differ | Should -BeNullOrEmpty
    }

    It 'is an image where an image came from: <_>' {
        foreach ($type in 'SentImage', 'ReceivedImage', 'ShownImage') {
            $image = Find-Left $_ $type
            ($image | Measure-Gallery -Transport Tcp -ErrorAction Stop).ImageBytes | Should -Be $image.Bytes -Because $type
            @($image | Send-Gallery -Port 9 -EndDelay 0 -ErrorAction Stop).Bytes | Should -Be $image.Bytes
            @($image | Show-Gallery -As Html -NoBrowser 6>$null).Bytes | Should -Be $image.Bytes
        }
    }

    It 'is a prediction, and a count' {
        $recorded = Join-Path $PSScriptRoot '../GalleryPS.Traffic.Tests/Fixtures/unicast.pcap'
        (Compare-GalleryTraffic $recorded -Estimate (Find-Left $_ TrafficEstimate)).Layers.Difference | Should -Be (Find-Left $_ TrafficComparison).Layers.Difference
        $count = Find-Left $_ TrafficCount
        (Measure-GalleryCapture $count).Packets | Should -Be $count.Packets
    }

    It 'is a capture' -Skip:(-not $canCapture) {
        $capture = Find-Left $_ Capture
        (Measure-GalleryCapture $capture -ErrorAction Stop).Path | Should -Be $capture.Path
        { $capture | Get-GalleryPacket -ErrorAction Stop } | Should -Not -Throw
        $running = Start-GalleryCapture "$TestDrive/running.pcap" -Interface lo -Filter 'port 9' -Force
        $running | Export-Clixml "$TestDrive/running.xml"
        (Import-Clixml "$TestDrive/running.xml" | Stop-GalleryCapture).Running | Should -BeFalse
        $running.Running | Should -BeFalse
    }

    It 'is a server, which is asked while its process runs' {
        $server = Find-Left $_ Server
        $again = Start-GalleryServer "again-$_" -Port $server.Port -Address 127.0.0.1 -Greeting again
        try { ($server | Connect-GalleryServer).Text | Should -Be again }
        finally { $again | Stop-GalleryServer }
    }
}

Describe 'A server that runs in a job' {
    It 'is asked from here, and ends with the job' {
        $job = Start-Job { param($module) Import-Module $module; Start-GalleryServer jobbed -Port 0 -Address 127.0.0.1 -Greeting 'from the job'; Start-Sleep 600 } -ArgumentList (Get-Module GalleryPS).Path.Replace('.psm1', '.psd1')
        try {
            $until = [datetime]::UtcNow.AddSeconds(60)
            while (-not $job.ChildJobs[0].Output.Count -and [datetime]::UtcNow -lt $until) { [System.Threading.Thread]::Sleep(20) }
            $server = $job | Receive-Job
            ($server | Connect-GalleryServer).Text | Should -Be 'from the job'
            { $server | Stop-GalleryServer -ErrorAction Stop } | Should -Throw '*stop it where it was started*'
        }
        finally { $job | Remove-Job -Force }
    }
}
