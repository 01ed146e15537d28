# A test that takes the whole pwsh with it.
Describe 'Ends' {
    It 'passes first' { }
    It 'exits' { [Console]::Error.WriteLine('farewell'); [Environment]::Exit(3) }
}
