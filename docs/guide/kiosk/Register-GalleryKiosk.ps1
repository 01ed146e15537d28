#requires -RunAsAdministrator
<#
.SYNOPSIS
    Makes this Windows machine a screen: a task that shows the gallery that is sent to this network, from logon on.
#>
param(
    [Parameter(Mandatory)] [string] $Program,

    # Name or address of the NIC.
    [Parameter(Mandatory)] [string] $ArrivalIP,

    [string] $Address = '239.25.25.25'
)

$ErrorActionPreference = 'Stop'
$folder = Join-Path $env:ProgramData 'gallery-kiosk'
$null = New-Item $folder -ItemType Directory -Force
$arguments = "receive --protocol flute --transport multicast --address $Address --arrival-ip `"$ArrivalIP`" --output-directory `"$folder`" --show"
$task = @{
    TaskName = 'GalleryKiosk'
    Action = New-ScheduledTaskAction -Execute $Program -Argument $arguments
    Trigger = New-ScheduledTaskTrigger -AtLogOn
    Settings = New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -ExecutionTimeLimit ([timespan]::Zero) -AllowStartIfOnBatteries
}
Register-ScheduledTask @task -Force
New-NetFirewallRule -DisplayName 'Gallery' -Direction Inbound -Protocol UDP -LocalPort 25000 -Action Allow
