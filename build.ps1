#!/usr/bin/env pwsh
#requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests and packages GalleryPS.
.DESCRIPTION
    Clean     removes what was built.
    Build     builds the module into output/GalleryPS.
    Test      runs all tests, as "dotnet test" does.
    Package   packs the module as the PowerShell Gallery takes it, into output/GalleryPS.<version>.nupkg, and lists what is in it
              beside it (CycloneDX): the same bytes each time.
    Publish   builds 'gallery' as a program that needs nothing else, and packs it for each -Runtime into
              output/gallery-<version>-<runtime>.tar.gz (Windows: .zip), the same bytes each time.
    Guides    runs the commands of docs/guide and puts what comes out below them; as root on Linux, with tcpdump.
    Pictures  makes the pictures of the documentation anew; as root on Linux, with Chromium and ImageMagick.
    Demo      builds the module; its cmdlets then send the sample gallery with all four transports to three receivers each.
    Long      the tests that take longer than a coffee.
.EXAMPLE
    ./build.ps1 -Task Demo
.EXAMPLE
    ./build.ps1 -Task Test -Configuration Release
.EXAMPLE
    ./build.ps1 -Task Publish -Runtime linux-x64
#>
[CmdletBinding()]
param(
    [ValidateSet('Clean', 'Build', 'Test', 'Package', 'Publish', 'Guides', 'Pictures', 'Demo', 'Long')]
    [string[]] $Task = 'Build',

    # Both are optimized. Debug is what 'dotnet test' builds: so nothing is built twice.
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug',

    [ValidateSet('linux-x64', 'linux-arm64', 'win-x64')]
    [string[]] $Runtime = ('linux-x64', 'linux-arm64', 'win-x64')
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$env:DOTNET_NOLOGO = '1'
$output = Join-Path $PSScriptRoot 'output'
$version = ([xml](Get-Content (Join-Path $PSScriptRoot 'Directory.Build.props'))).SelectSingleNode('//VersionPrefix').InnerText

# src/GalleryPS/Module.targets says what the module consists of.
# -Quick: without the analyzers, as 'dotnet test' builds.
function Build-Module([switch] $Quick) {
    dotnet build (Join-Path $PSScriptRoot 'src/GalleryPS') -c $Configuration -v quiet ($Quick ? '-p:RunAnalyzers=false' : '-p:RunAnalyzers=true')
}

function Invoke-Tests([string] $Settings) {
    dotnet test (Join-Path $PSScriptRoot 'GalleryPS.sln') -c $Configuration --settings (Join-Path $PSScriptRoot "tests/$Settings.runsettings")
}

# In a process of its own: this one keeps no file of the module open.
function Start-Demo { dotnet (Join-Path $PSHOME 'pwsh.dll') -NoProfile -File (Join-Path $PSScriptRoot 'examples/Demo.ps1') }

# Apart from what is built otherwise, and with paths that do not tell where, as below.
function New-Package {
    $work = Join-Path $output 'package'
    dotnet pack (Join-Path $PSScriptRoot 'src/GalleryPS') -c Release -v quiet --artifacts-path $work -o $output -p:NuGetAudit=false -p:RunAnalyzers=false "-p:PathMap=$PSScriptRoot=/gallery"
    Remove-Item $work -Recurse -Force
    New-BillOfMaterials 'GalleryPS' "GalleryPS.$version" -Without 'Newtonsoft.Json'    # PowerShell has it
    Write-Host "Packed $(Join-Path $output "GalleryPS.$version.nupkg")"
}

# What is in it, in CycloneDX's form: the packages that run, without those that only build. What it says of them stands in NuGet's
# cache, where the build left them: with a folder for a source it asks nobody. When it was made does not belong there.
function New-BillOfMaterials([string] $Project, [string] $Name, [string[]] $Without = @()) {
    Push-Location $PSScriptRoot    # where the list of tools is
    try {
        dotnet tool restore -v quiet
        $null = dotnet dotnet-CycloneDX "src/$Project/$Project.csproj" -ed -ns -ef (@('Markdig', 'YamlDotNet', 'PowerShellStandard.Library'; $Without) -join ',') -sn $Project -sv $version -F Json -u $output -o $output -fn "$Name.cdx.json"
    }
    finally { Pop-Location }
    $file = Join-Path $output "$Name.cdx.json"
    $materials = [System.Text.Json.Nodes.JsonNode]::Parse([System.IO.File]::ReadAllText($file))
    $null = $materials['metadata'].AsObject().Remove('timestamp')
    [System.IO.File]::WriteAllText($file, $materials.ToJsonString([System.Text.Json.JsonSerializerOptions] @{ WriteIndented = $true }) + "`n")
}

# Apart from what is built otherwise, and with paths that do not tell where: so the bytes are the same on every machine. Without the
# data of cultures, which gallery does not use, it asks for no ICU where it runs.
# Compressed it starts 0.1 s later; but Wine does not load what lies in the program uncompressed.
function Publish-Program([string] $For) {
    $work = Join-Path $output "publish/$For"
    if (Test-Path $work) { Remove-Item $work -Recurse -Force }
    dotnet publish (Join-Path $PSScriptRoot 'src/GalleryPS.Cli') -c Release -r $For --self-contained -v quiet --artifacts-path (Join-Path $work 'obj') -o (Join-Path $work 'program') `
        -p:PublishSingleFile=true -p:PublishReadyToRun=true -p:PublishReadyToRunComposite=false -p:NuGetAudit=false -p:InvariantGlobalization=true -p:RunAnalyzers=false -p:PublishDocumentationFile=false -p:PublishReferencesDocumentationFiles=false "-p:PathMap=$PSScriptRoot=/gallery" "-p:EnableCompressionInSingleFile=$($For -like 'win-*')"
    Copy-Item (Join-Path $PSScriptRoot 'LICENSE'), (Join-Path $PSScriptRoot 'src/GalleryPS.Show/Fonts/LICENSE-DejaVu.txt'), (Join-Path $PSScriptRoot 'THIRD-PARTY-NOTICES.txt') (Join-Path $work 'program')
    $name = "gallery-$version-$For"
    $archive = Join-Path $output "$name$($For -like 'win-*' ? '.zip' : '.tar.gz')"
    & (Join-Path $PSScriptRoot 'tools/New-Archive.ps1') -Folder (Join-Path $work 'program') -Root $name -Archive $archive -Executable gallery
    Remove-Item $work -Recurse -Force
    New-BillOfMaterials 'GalleryPS.Cli' $name
    Write-Host "Packed $archive"
}

function Update-Guides { dotnet (Join-Path $PSHOME 'pwsh.dll') -NoProfile -File (Join-Path $PSScriptRoot 'tools/Update-Guides.ps1') }

function Update-Pictures {
    # On a host of its own, with a NIC that leads nowhere.
    $own = 'hostname classroom && ip link set lo up && ip link add eth0 type veth peer name wall && ip address add 192.168.56.103/24 dev eth0 && ip link set eth0 up && ip link set wall up && exec "$@"'
    unshare --uts --net sh -c $own sh dotnet (Join-Path $PSHOME 'pwsh.dll') -NoProfile -File (Join-Path $PSScriptRoot 'tools/Update-Pictures.ps1')
}

function Clear-Output {
    Get-Item $output, (Join-Path $PSScriptRoot 'src/*/*'), (Join-Path $PSScriptRoot 'tests/*/*'), (Join-Path $PSScriptRoot 'tests/*/*/*') -ErrorAction Ignore |
        Where-Object Name -In bin, obj, output | Remove-Item -Recurse -Force
}

switch ($Task) {
    'Clean' { Clear-Output }
    'Build' { Build-Module }
    'Test' { Invoke-Tests 'default' }
    'Package' { New-Package }
    'Publish' { $Runtime | ForEach-Object { Publish-Program $_ } }
    'Guides' { Build-Module; Update-Guides }
    'Pictures' { Build-Module; Update-Pictures }
    'Demo' { Build-Module -Quick; Start-Demo }

    # The tests run in a network that leads nowhere, and make the archives there: this fetches what those are made of.
    'Long' { $Runtime | ForEach-Object { Publish-Program $_ }; Invoke-Tests 'long' }
}
