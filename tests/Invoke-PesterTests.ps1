<#
.SYNOPSIS
Runs the Pester tests with the real Pester where it is installed, with the host's runner elsewhere.
.DESCRIPTION
Tests that need what not every machine has carry a tag, and are left out where it is not:
  AppArmor  a kernel with AppArmor, and apparmor_parser
  CgroupV2  cgroup v2 as the only hierarchy
  Systemd   systemd is installed, so that a container of the template Host can boot it
The tag Vm marks tests that are worth their time in the slow machine of tests/Vm, too.
Writes passed, failed and skipped to a file, a line each, and below them what failed and why, so that the caller need not read the output.
#>
[CmdletBinding()]
param(
    [string] $Name = '*',

    # The layer: a directory beside this script.
    [string] $Directory = 'Pester',

    # Only tests of these tags, and none of those; several in one text are separated by commas.
    [string[]] $Tag = @(),
    [string[]] $ExcludeTag = @(),
    [Parameter(Mandatory)] [string] $ResultPath,

    # A file for the tests by name, a line each: result, tab, path.
    [string] $ListPath,

    # A file for what each file took, a line each: seconds, blank, name.
    [string] $TimePath
)

# No preference here: the tests run below this scope, and an error that ends nothing must not end them.
if (-not (Get-Command Invoke-Pester -ErrorAction Ignore)) {
    Import-Module Pester -MinimumVersion 5.5 -ErrorAction Stop
}

$files = @(Get-ChildItem (Join-Path $PSScriptRoot $Directory) -Filter "$Name.Tests.ps1" | Sort-Object Name | ForEach-Object FullName)
if ($files.Count -eq 0) {
    throw "No test file matches $Name"
}

$exclude = @($ExcludeTag -split ',' -ne '')
$apparmor = '/sys/module/apparmor/parameters/enabled'
$there = @{
    AppArmor = (Test-Path $apparmor) -and (Get-Content $apparmor) -eq 'Y' -and
        [bool] (Get-Command apparmor_parser -CommandType Application -ErrorAction Ignore)
    CgroupV2 = @(Get-Content /proc/self/cgroup).Count -eq 1 -and (Test-Path /sys/fs/cgroup/cgroup.controllers)
    Systemd  = (Test-Path /usr/lib/systemd/systemd) -or (Test-Path /lib/systemd/systemd)
}
$missing = @($there.Keys | Where-Object { -not $there[$_] -and (Select-String -Path $files -Pattern "-Tag .*\b$_\b" -Quiet) } | Sort-Object)
if ($missing) {
    "Tests of these tags are left out, because this machine cannot run them: $($missing -join ', ')"
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = $files
$configuration.Run.PassThru = $true
$configuration.Filter.Tag = @($Tag -split ',' -ne '')
$configuration.Filter.ExcludeTag = $exclude + $missing
$configuration.Output.Verbosity = 'Detailed'
$result = Invoke-Pester -Configuration $configuration
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
$reasons = foreach ($item in @($result.Failed) + @($result.FailedBlocks) + @($result.FailedContainers)) {
    $name = if ($item.ExpandedPath) { $item.ExpandedPath } else { "$($item.Item)" }
    "[-] $name"
    foreach ($problem in $item.ErrorRecord) {
        "$($problem.Exception.Message)" -split '\r?\n' | ForEach-Object { "    $_" }
        "$($problem.ScriptStackTrace)" -split '\r?\n' | Where-Object { $_ -like "*/tests/$Directory/*" } | ForEach-Object { "    $_" }
    }
}
Set-Content -Path $ResultPath -Value (@($result.PassedCount, $failed, $result.SkippedCount) + @($reasons))
if ($ListPath) {
    Set-Content -Path $ListPath -Value @($result.Tests | ForEach-Object { "$($_.Result)`t$($_.ExpandedPath)" })
}

if ($TimePath) {
    Set-Content -Path $TimePath -Value @($result.Containers | ForEach-Object { "$([Math]::Ceiling($_.Duration.TotalSeconds)) $(Split-Path $_.Item -Leaf)" })
}

exit ([int]($failed -gt 0))
