<#
.SYNOPSIS
Makes src/LxcPS.Monitor/start.order again: the functions that a start executes, in the order in which they are executed first.
.DESCRIPTION
Runs the built helper instruction by instruction, which takes some minutes, as root on x64. Build before and after.
#>
#requires -Version 7
$ErrorActionPreference = 'Stop'
$root = Split-Path $PSScriptRoot
$out = Join-Path $root 'out'
$order = Join-Path $root 'src/LxcPS.Monitor/start.order'
$symbols = Join-Path $out 'monitor/linux-x64/lxcps-monitor.dbg'
$monitor = Join-Path $out 'monitor/linux-x64/lxcps-monitor'
$containers = Join-Path ([IO.Path]::GetTempPath()) "lxcps-order-$PID"
Import-Module (Get-ChildItem (Join-Path $out 'LxcPS/*/LxcPS.psd1'))
[void](New-Item -ItemType Directory $containers)
try {
    [void](New-LxcContainer order -LxcPath $containers -Template Busybox -Privileged -Config @{ 'lxc.net.0.type' = 'empty' })
    dotnet run --project (Join-Path $PSScriptRoot 'StartOrder') -c Release -v quiet -- $symbols $order $monitor start --lxcpath $containers --name order -- /bin/true
    if ($LASTEXITCODE -ne 0) {
        throw 'The run was not traced: see above.'
    }
}
finally {
    Remove-Item -Recurse $containers
}
