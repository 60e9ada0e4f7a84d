<#
.SYNOPSIS
Writes docs/help/about_LxcConfigKeys.md from the module's table of configuration keys. A test compares the page with the table.
.EXAMPLE
./pwsh -File tools/Write-ConfigKeys.ps1 -Module out/LxcPS/0.1.0/LxcPS.psd1 -Path docs/help/about_LxcConfigKeys.md
#>
[CmdletBinding()]
param(
    # The manifest of the module.
    [Parameter(Mandatory)] [string] $Module,

    # The page.
    [Parameter(Mandatory)] [string] $Path
)

$ErrorActionPreference = 'Stop'
Import-Module $Module
$lines = @(
    '# LxcPS', '', '## about_LxcConfigKeys', '', '# SHORT DESCRIPTION', '', 'The keys of a container''s configuration.', '', '# LONG DESCRIPTION', ''
    'A configuration is lines of `key = value`, see lxc.container.conf(5). The table below is the one by which the module reads, checks,'
    'writes and completes them; Get-LxcConfigKey gives it as objects. What stands in brackets is a number or a name. A key that is a list has'
    'a line for each value, and an empty value clears it; any other key has its last line''s value. Where nothing else is said, a change'
    'counts from the next start on.'
    $group = ''
    foreach ($key in Get-LxcConfigKey) {
        $own = ($key.Key -split '\.')[0..1] -join '.'
        if ($own -ne $group) {
            $group = $own
            '', "## $group", ''
        }

        $facts = @(
            if ($key.Choices) { $key.Choices -join ', ' } else { "$($key.Type)" }
            if ($key.IsList) { 'a list' }
            if ("$($key.Effect)" -ne 'AtStart') { "$($key.Effect)" }
            if ("$($key.Support)" -ne 'Served') { "$($key.Support)" }
        )
        "- $($key.Key) ($($facts -join '; ')): $($key.Summary)."
    }

    '', '# EXAMPLES', '', 'What a key may be, and which keys concern the network:', ''
    '```powershell', 'Get-LxcConfigKey lxc.net.*', '```'
    '', '# SEE ALSO', '', '- Get-LxcConfigKey', '- Get-LxcConfig', '- Set-LxcConfig', '- Test-LxcConfig'
)
[IO.File]::WriteAllText($Path, ($lines -join "`n") + "`n")
