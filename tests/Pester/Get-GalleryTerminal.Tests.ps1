BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Get-GalleryTerminal' {
    It 'asks nothing when output is no terminal, and says so' {
        $json = pwsh -NoProfile -NonInteractive -Command "Import-Module '$moduleManifest'; Get-GalleryTerminal | ConvertTo-Json"
        "$json" | Should -Not -Match "`e"
        $terminal = "$json" | ConvertFrom-Json
        $terminal.IsTerminal | Should -BeFalse
        $terminal.Columns | Should -BeGreaterThan 0
        "$($terminal.Reasons)" | Should -Match 'does not go to a terminal'
    }

    It 'asks the terminal it runs in, and believes its answers' {
        $python = Get-Command python3 -CommandType Application -ErrorAction Ignore
        if (-not $IsLinux -or -not $python) { Set-ItResult -Skipped -Because 'this needs a pseudo-terminal (Linux) and python3'; return }
        $script = Join-Path $PSScriptRoot '../peers/terminal.py'
        $command = "Import-Module '$moduleManifest'; Get-GalleryTerminal | ConvertTo-Json -Compress"
        $run = env -u NO_COLOR -u TMUX TERM=xterm-256color python3 $script --as kitty --size 90x28 -- pwsh -NoProfile -Command $command | ConvertFrom-Json
        $run.Code | Should -Be 0
        $run.Restored | Should -BeTrue
        $output = [System.Text.Encoding]::UTF8.GetString([convert]::FromBase64String($run.Output))
        $terminal = [regex]::Match($output, '\{"Name".*\}').Value | ConvertFrom-Json
        $terminal.Name | Should -Be 'kitty(0.32.2)'
        $terminal.SupportsKitty | Should -BeTrue
        $terminal.Columns, $terminal.Rows | Should -Be 90, 28
        $terminal.CellWidth, $terminal.CellHeight | Should -Be 9, 18
    }

    It 'is not asked by importing the module' {
        $python = Get-Command python3 -CommandType Application -ErrorAction Ignore
        if (-not $IsLinux -or -not $python) { Set-ItResult -Skipped -Because 'this needs a pseudo-terminal (Linux) and python3'; return }
        $script = Join-Path $PSScriptRoot '../peers/terminal.py'
        $run = python3 $script --as kitty -- pwsh -NoProfile -Command "Import-Module '$moduleManifest'" | ConvertFrom-Json
        $output = [System.Text.Encoding]::UTF8.GetString([convert]::FromBase64String($run.Output))
        $output | Should -Not -Match '\e_G|\e\[c|\e\[>'
    }
}
