# Part of GalleryPS, which imports it: a types file that is read when the types that it names are there.
# Update-TypeData would load all of Microsoft.PowerShell.Utility for the same.
@{
    ModuleVersion     = '1.0'
    TypesToProcess    = @('GalleryPS.Content.types.ps1xml')
    FunctionsToExport = @()
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
