@{
    RootModule           = 'GalleryPS.psm1'
    ModuleVersion        = '0.0'    # the build puts the version of Directory.Build.props here
    GUID                 = '5b0c9f0e-2a0f-4c0b-9a55-0c9d6f1b7e21'
    Author               = 'The GalleryPS authors'
    Copyright            = 'Copyright (c) 2026 The GalleryPS authors. MIT License.'
    Description          = 'Sends, receives and shows galleries of images over UDP unicast, broadcast, multicast and TCP, and tells how many bytes and packets that costs.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('GalleryPS.format.ps1xml')
    TypesToProcess       = @('GalleryPS.types.ps1xml')
    CmdletsToExport      = @(
        'Compare-GalleryTraffic'
        'Connect-GalleryServer'
        'ConvertTo-GalleryRecord'
        'Export-Gallery'
        'Get-GalleryInterface'
        'Get-GalleryLab'
        'Get-GalleryPacket'
        'Get-GalleryServer'
        'Get-GalleryTerminal'
        'Invoke-GalleryExperiment'
        'Invoke-GalleryLabCommand'
        'Measure-Gallery'
        'Measure-GalleryCapture'
        'New-GalleryLab'
        'Receive-Gallery'
        'Receive-GalleryMessage'
        'Remove-GalleryLab'
        'Send-Gallery'
        'Send-GalleryMessage'
        'Show-Gallery'
        'Start-GalleryCapture'
        'Start-GalleryServer'
        'Stop-GalleryCapture'
        'Stop-GalleryServer'
        'Test-GalleryNetwork'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags       = @('images', 'multicast', 'broadcast', 'udp', 'tcp', 'teaching', 'PSEdition_Core', 'Linux', 'Windows')
            LicenseUri = 'https://opensource.org/license/mit'

            # The build puts the address of Directory.Build.props here, and what CHANGELOG.md says of the version.
            ProjectUri = '{RepositoryUrl}'
            IconUri = '{RepositoryUrl}/raw/main/docs/images/icon.png'
            ReleaseNotes = '{ReleaseNotes}'
        }
    }
}
