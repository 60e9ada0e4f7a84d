<#
.SYNOPSIS
Writes docs/design/interop.md from the results of a run of this directory's tests.
.DESCRIPTION
./pwsh build.ps1 Test leaves the results in out/interop.tsv: a line for each test, its result and its path, which is
  <tool>: <direction>.<what was tried> (<kind of container>)
A name that begins with 'cannot: ' holds the reason why something does not work; its test shows that it still is so.
#>
[CmdletBinding()]
param(
    [string] $ResultPath = (Join-Path $PSScriptRoot '../../out/interop.tsv'),
    [string] $Path = (Join-Path $PSScriptRoot '../../docs/design/interop.md'),

    # The page as text instead of a file.
    [switch] $PassThru
)

$ErrorActionPreference = 'Stop'
$rows = [ordered]@{}
foreach ($line in [IO.File]::ReadAllLines($ResultPath)) {
    $result, $test = $line -split "`t", 2
    if ($test -notmatch '^(?<tool>[\w-]+): (?<direction>[^.]+)\.(?<name>.+)$') {
        continue
    }

    $tool, $direction, $name = $Matches.tool, $Matches.direction, ($Matches.name -replace ' \((un)?privileged\)$', ' (p, u)')
    $row = $rows["$tool $direction"] ??= [pscustomobject]@{
        Tool = $tool; Direction = $direction; Works = [Collections.Generic.List[string]]::new(); Not = [Collections.Generic.List[string]]::new(); Failed = $false
    }
    if ($result -ne 'Passed') {
        $row.Failed = $true
        $name = "cannot: $($result.ToUpperInvariant()): $name"
    }

    $list = $name.StartsWith('cannot: ') ? $row.Not : $row.Works
    $name = $name -replace '^cannot: '
    if (-not $list.Contains($name)) {
        $list.Add($name)
    }
}

$lines = @(
    '# LXC''s tools and LxcPS on one set of containers'
    ''
    'Written by `tests/Interop/Write-Page.ps1` from a run of `tests/Interop`, with LXC 5.0.2, lxc-templates 3.0.4 and python3-lxc 5.0.0 of Debian 12;'
    'a test compares this page with each run. (p, u): on a privileged and on an unprivileged container, without it on a privileged one where the text says'
    'nothing else. A reason why something does not work is a test as well: it fails when that is no longer so.'
    ''
    '| Tool | Direction | Works | What was tried | Why not |'
    '|---|---|---|---|---|'
    foreach ($row in $rows.Values | Sort-Object Tool, { -not $_.Direction.StartsWith('LXC') }) {
        $works = if ($row.Failed) { '**FAILS**' } elseif ($row.Works.Count -eq 0) { 'no' } elseif ($row.Not.Count -gt 0) { 'partly' } else { 'yes' }
        $cells = $row.Tool, $row.Direction, $works, ($row.Works -join '; '), ($row.Not -join '; ') | ForEach-Object { $_.Replace('|', '\|') }
        ('| ' + ($cells -join ' | ') + ' |') -replace '\|  \|', '| |' -replace '\|  \|', '| |'
    }
)
$text = ($lines -join "`n") + "`n"
if ($PassThru) {
    $text
}
else {
    [IO.File]::WriteAllText($Path, $text)
}
