<#
.SYNOPSIS
Runs the Pester tests with the real Pester where it is installed, with the host's runner elsewhere.
.DESCRIPTION
Writes passed, failed and skipped to a file, a line each, so that the caller need not read the output.
#>
[CmdletBinding()]
param(
    [string] $Name = '*',
    [Parameter(Mandatory)] [string] $ResultPath
)

# No preference here: the tests run below this scope, and an error that ends nothing must not end them.
if (-not (Get-Command Invoke-Pester -ErrorAction Ignore)) {
    Import-Module Pester -MinimumVersion 5.5 -ErrorAction Stop
}

$files = @(Get-ChildItem (Join-Path $PSScriptRoot 'Pester') -Filter "$Name.Tests.ps1" | Sort-Object Name | ForEach-Object FullName)
if ($files.Count -eq 0) {
    throw "No test file matches $Name"
}

$configuration = New-PesterConfiguration
$configuration.Run.Path = $files
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$result = Invoke-Pester -Configuration $configuration
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
Set-Content -Path $ResultPath -Value @($result.PassedCount, $failed, $result.SkippedCount)
exit ([int]($failed -gt 0))
