# What the tests of the traffic cmdlets share. Dot-source it in BeforeAll, after Support.ps1.
$captures = (Resolve-Path (Join-Path $PSScriptRoot '../GalleryPS.Traffic.Tests/Fixtures')).Path
