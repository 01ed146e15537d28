# A file that cannot be read for tests.
Describe 'Broken' {
    throw 'no tests today'
}
