# Types that scripts see are loaded where scripts find them; the cmdlets and what only they need go into a load context
# of the module, so that other modules may bring other versions of the same libraries.
$bin = [System.IO.Path]::Combine($PSScriptRoot, 'bin')
if (-not ('GalleryPS.Loading.ModuleLoadContext' -as [type])) {
    $null = [System.Reflection.Assembly]::LoadFrom([System.IO.Path]::Combine($bin, 'GalleryPS.Core.dll'))
}

$assembly = [GalleryPS.Loading.ModuleLoadContext]::LoadModule([System.IO.Path]::Combine($bin, 'GalleryPS.dll'))

# What Show, Traffic and Labs emit and take lies in that context beside the libraries they need, where PowerShell does not look for
# types by itself.
$accelerators = [psobject].Assembly.GetType('System.Management.Automation.TypeAccelerators')
foreach ($name in 'GalleryPS.Show.dll', 'GalleryPS.Traffic.dll', 'GalleryPS.Labs.dll') {
    $library = [GalleryPS.Loading.ModuleLoadContext]::LoadModule([System.IO.Path]::Combine($bin, $name))
    foreach ($type in $library.GetExportedTypes()) {
        if ($type.Namespace -in 'GalleryPS', 'GalleryPS.Traffic', 'GalleryPS.Labs') { $null = $accelerators::Add($type.FullName, $type) }
    }
}

# Their views are text that the module writes, and their bytes are in XML what it makes of them.
foreach ($name in 'TrafficView', 'NarrowView', 'Content', 'ContentConverter') {
    $type = $assembly.GetType("GalleryPS.Cmdlets.Binding.$name")
    $null = $accelerators::Add($type.FullName, $type)
}

# The module's types file is read before its types are there, this one now. (Update-TypeData would load all of
# Microsoft.PowerShell.Utility first, which takes longer than all the rest.)
Import-Module -Name ([System.IO.Path]::Combine($PSScriptRoot, 'GalleryPS.Content.psd1'))

$inner = Import-Module -Assembly $assembly -PassThru -Force

# When the assembly was imported before, PowerShell takes the module it made then from its cache, and does not add its
# cmdlets to this one by itself (PowerShell issue 20710).
if ($inner) {
    $add = [psmoduleinfo].GetMethod('AddExportedCmdlet', [System.Reflection.BindingFlags]'Instance, NonPublic')
    foreach ($cmdlet in $inner.ExportedCmdlets.Values) {
        $null = $add.Invoke($ExecutionContext.SessionState.Module, @($cmdlet))
    }
}

# Servers, captures and shows that cmdlets left running go with the module.
$end = $assembly.GetType('GalleryPS.Cmdlets.SessionResources').GetMethod('End', [type[]] @())
$ExecutionContext.SessionState.Module.OnRemove = { $null = $end.Invoke($null, @()) }.GetNewClosure()
