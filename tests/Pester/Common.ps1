# Dot-sourced by every test file in BeforeAll: the module, a directory of containers of the file's own, and how both go away.
$ErrorActionPreference = 'Stop'
$env:LXCPS_MODULE ??= (Get-ChildItem (Join-Path $PSScriptRoot '../../out/LxcPS/*/LxcPS.psd1') | Sort-Object FullName | Select-Object -Last 1).FullName
Import-Module $env:LXCPS_MODULE

# On a real file system: overlay takes no upper layer on every tmpfs, and the store's own tests bring their small disks.
$LxcPath = Join-Path ([IO.Path]::GetTempPath()) "lxcps-test-$PID-$([guid]::NewGuid().ToString('n').Substring(0, 8))"
[void](New-Item -ItemType Directory $LxcPath)
# A table of the file's own: what its tests add to it ends with the file, and no later one meets it.
$PSDefaultParameterValues = @{ '*-Lxc*:LxcPath' = $LxcPath; '*-Lxc*:ImagePath' = "$LxcPath/.images" }

function Remove-TestContainers {
    # Whatever a failed test left: running containers are killed first. Errors are shown, for they are faults of the module.
    if (Test-Path $LxcPath) {
        Get-LxcContainer -LxcPath $LxcPath | Remove-LxcContainer -Force
        Remove-Item $LxcPath -Recurse -Force
    }

    # LXC's lock files stay for good, as whoever removed one would leave two locks of a name. Nobody asks for these names again.
    $locks = "/run/lxc/lock$LxcPath"
    if (Test-Path $locks) {
        Remove-Item $locks -Recurse -Force
    }
}

function New-TestContainer {
    # A busybox container with the smallest configuration: quick, and without what the test is not about.
    param([string[]] $Name, [hashtable] $Config = @{}, [switch] $Privileged)
    New-LxcContainer -Name $Name -Template Busybox -Config $Config -Privileged:$Privileged -LxcPath $LxcPath
}
