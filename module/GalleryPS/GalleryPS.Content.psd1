# Part of GalleryPS, which imports it: a types file that is read when the types that it names are there.
@{
    ModuleVersion     = '1.0'
    TypesToProcess    = @('GalleryPS.Content.types.ps1xml')
    FunctionsToExport = @()
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
