# What this machine has beyond the SDK. Dot-source it where tests are skipped (BeforeDiscovery) or do without (BeforeAll).
function Test-Program([string[]] $Name) { @(Get-Command $Name -CommandType Application -ErrorAction Ignore | Sort-Object Name -Unique).Count -eq $Name.Count }

$isRoot = $IsLinux -and (id -u) -eq 0
$canMakeLab = $isRoot -and (Test-Program ip, nft, tc, unshare)
$canCapture = $isRoot -and (Test-Program tcpdump)
$canConnect = $isRoot -and (Test-Path /usr/sbin/sshd)
