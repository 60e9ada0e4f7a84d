# Dot-sourced by BeforeDiscovery: names that are no single component of a path, or that LXC's tools would not list.
$badNames = @(
    @{ Title = 'dot dot'; Value = '..' }
    @{ Title = 'a dot'; Value = '.' }
    @{ Title = 'a slash'; Value = '/' }
    @{ Title = 'a path'; Value = '../other/name' }
    @{ Title = 'the empty string'; Value = '' }
    @{ Title = '300 characters'; Value = 'n' * 300 }
    @{ Title = 'a NUL'; Value = "a`0b" }
    @{ Title = 'a newline'; Value = "a`nb" }
    @{ Title = 'a hidden name'; Value = '.hidden' }
)
