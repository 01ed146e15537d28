# What the tests of several cmdlets share. Dot-source it in BeforeAll.
$moduleManifest = Join-Path $PSScriptRoot '../../output/GalleryPS/GalleryPS.psd1'
if (-not (Test-Path $moduleManifest)) { throw 'Build the module first: dotnet build' }
Import-Module $moduleManifest -Force

# A port that nobody has at the moment.
function Get-FreePort([switch] $Tcp) {
    $type, $protocol = $Tcp ? ('Stream', 'Tcp') : ('Dgram', 'Udp')
    $socket = [System.Net.Sockets.Socket]::new('InterNetwork', $type, $protocol)
    try {
        $socket.Bind([System.Net.IPEndPoint]::new([ipaddress]::Any, 0))
        $socket.LocalEndPoint.Port
    }
    finally { $socket.Dispose() }
}

# A JPEG of exactly so many bytes: a true header, then zeros.
function New-TestImage([string] $Path, [int] $Bytes, [int] $Width = 640, [int] $Height = 480) {
    [byte[]] $header = 0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0,
        0xFF, 0xC0, 0, 11, 8, ($Height -shr 8), ($Height -band 255), ($Width -shr 8), ($Width -band 255), 1, 1, 0x11, 0
    $all = [byte[]]::new($Bytes)
    $header.CopyTo($all, 0)
    [System.IO.File]::WriteAllBytes($Path, $all)
}

# A BMP that every program decodes: grey, of any size.
function New-TestPicture([string] $Path, [int] $Width, [int] $Height) {
    $stride = 4 * [math]::Ceiling(3 * $Width / 4)
    $all = [byte[]]::new(54 + $stride * $Height)
    [System.Array]::Fill($all, [byte] 128, 54, $all.Length - 54)
    ([byte[]] (0x42, 0x4D)).CopyTo($all, 0)
    foreach ($field in @(2, $all.Length), @(10, 54), @(14, 40), @(18, $Width), @(22, $Height), @(26, (1 -bor (24 -shl 16)))) {
        [System.BitConverter]::GetBytes([int] $field[1]).CopyTo($all, $field[0])
    }
    [System.IO.File]::WriteAllBytes($Path, $all)
}

# Runs a pipeline in another runspace of this process; the receiver says on the verbose stream when it is ready.
function Start-Receiver([hashtable] $Parameters, [string] $Script = 'param($p) Receive-Gallery @p -Verbose') {
    $shell = [powershell]::Create()
    $null = $shell.AddScript("Import-Module '$moduleManifest'; & { $Script } @args").AddArgument($Parameters)
    $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
    $handle = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]::new(), $output)
    $until = [datetime]::UtcNow.AddSeconds(20)
    while (-not ($shell.Streams.Verbose | Where-Object Message -Match '^(Bound|Joined|Listening)')) {
        if ($handle.IsCompleted -or [datetime]::UtcNow -gt $until) {
            throw "The receiver is not ready: $($shell.Streams.Error) $($shell.InvocationStateInfo.Reason)"
        }
        [System.Threading.Thread]::Sleep(5)
    }
    [pscustomobject]@{ Shell = $shell; Handle = $handle; Output = $output }
}

# Waits for such a receiver and hands out what it emitted.
function Wait-Receiver($Receiver, [int] $Seconds = 20) {
    if (-not $Receiver.Handle.AsyncWaitHandle.WaitOne($Seconds * 1000)) { throw 'The receiver does not end.' }
    $null = $Receiver.Shell.EndInvoke($Receiver.Handle)
    $Receiver.Output
}
