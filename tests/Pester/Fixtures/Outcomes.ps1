# What can come of a test; RunnerTests.cs knows these by name.
Describe 'Outcomes' -Tag Slow {
    It 'passes' { 1 | Should -Be 1 }

    It 'fails' {
        1 | Should -Be 2
    }

    It 'is skipped by itself' { Set-ItResult -Skipped -Because 'there is no moon' }

    It 'is skipped before' -Skip:(1 -lt 2) { throw 'never' }

    It 'has <Name> and <_.Size>' -ForEach @{ Name = 'one'; Size = 1 }, @{ Name = 'two'; Size = 2 } { $Name | Should -Not -BeNullOrEmpty }

    It 'is one of two' -ForEach 1, 2 { $_ | Should -Be 1 }
}

Describe 'What comes before fails' {
    BeforeAll { throw 'no ground' }
    It 'never runs' { }
}

Describe 'What comes after fails' {
    AfterAll { throw 'left a mess' }
    It 'is the first' { }
    It 'is the last' { }
}
