# The properties of the module's objects as lists for the help, in the words of their doc comments. Dot-source it.

# Doc comments by member, of what was built last.
function Read-DocComment([string] $Root) {
    $comments = @{}
    Get-ChildItem (Join-Path $Root 'src') -Recurse -Filter 'GalleryPS*.xml' | Where-Object FullName -Match '[\\/]bin[\\/]' | Sort-Object LastWriteTime | ForEach-Object {
        foreach ($member in ([xml] (Get-Content $_ -Raw)).doc.members.member) { $comments[$member.name] = $member }
    }
    $comments
}

# The first sentences of a comment, on one line. A comment that refers to another one has its text.
function Get-Comment([hashtable] $Comments, [string] $Member) {
    $comment = $Comments[$Member]
    if (-not $comment) { return '' }
    if ($inherited = $comment.SelectSingleNode('inheritdoc/@cref')) { return Get-Comment $Comments $inherited.Value }
    $summary = $comment.SelectSingleNode('summary')
    if (-not $summary) { return '' }
    foreach ($see in @($summary.SelectNodes('.//see | .//paramref'))) {
        $name = $see.GetAttribute('cref') + $see.GetAttribute('langword') + $see.GetAttribute('name')
        $see.InnerText = ($name -replace '\(.*' -split '[.:]')[-1]
    }
    ($summary.InnerText -replace '\s+', ' ').Trim()
}

# What scripts see: not the base class's text in place of an address, which is for ConvertTo-Json.
function Get-ObjectProperty([type] $Type) {
    $Type.GetProperties([System.Reflection.BindingFlags] 'Instance, Public') |
        Where-Object { $_.GetIndexParameters().Count -eq 0 -and $_.DeclaringType.Name -ne "$($Type.Name)Text" }
}

# What may stand in Markdown without meaning anything there.
function ConvertTo-Markdown([string] $Text) { $Text -replace '([\\*_`<>\[\]])', '\$1' }

# One item a property; the bounds of a range stand with what they bound.
function Format-ObjectList([hashtable] $Comments, [type] $Type) {
    $properties = Get-ObjectProperty $Type
    $names = $properties.Name
    foreach ($property in $properties) {
        $base = $property.Name -replace '(Low|High)$'
        if ($base -ne $property.Name -and $base -in $names) { continue }
        $range = "$($property.Name)Low" -in $names ? ", $($property.Name)Low, $($property.Name)High" : ''
        $text = Get-Comment $Comments "P:$($property.DeclaringType.FullName).$($property.Name)"
        if (-not $text) { throw "$($property.DeclaringType.FullName).$($property.Name) has no doc comment." }
        $values = [Nullable]::GetUnderlyingType($property.PropertyType) ?? $property.PropertyType
        if ($values.IsEnum) { $text = "$($text.TrimEnd('.')) ($([enum]::GetNames($values) -join ', '))." }
        ConvertTo-Markdown "- $($property.Name)${range}: $text"
    }
    # The types file makes a property of this method.
    if ($Type.GetMethod('GetData')) { ConvertTo-Markdown "- Data: $(Get-Comment $Comments "M:$($Type.FullName).GetData")" }
}

# The types that the properties of some types lead to.
function Get-InnerType([type[]] $Types) {
    $seen = [System.Collections.Generic.List[type]] $Types
    for ($i = 0; $i -lt $seen.Count; $i++) {
        foreach ($property in Get-ObjectProperty $seen[$i]) {
            foreach ($type in @($property.PropertyType) + $property.PropertyType.GetGenericArguments() + @($property.PropertyType.GetElementType())) {
                if ($type -and $type.Namespace -eq 'GalleryPS' -and -not $type.IsEnum -and -not $type.IsArray -and $type.IsPublic -and -not $seen.Contains($type) -and (Get-ObjectProperty $type)) { $seen.Add($type) }
            }
        }
    }
    $seen | Select-Object -Skip $Types.Count
}
