<#
.SYNOPSIS
Shows LxcPS on real containers: every line is printed before it runs.
#>
param([Parameter(Mandatory)] [string] $Module)

$ErrorActionPreference = 'Stop'
Import-Module $Module
$path = Join-Path ([IO.Path]::GetTempPath()) "lxcps-demo-$PID"
$PSDefaultParameterValues['*-Lxc*:LxcPath'] = $path
[void](New-Item -ItemType Directory $path)

function Show {
    param([string] $Line)
    Write-Host ''
    Write-Host "PS> $Line" -ForegroundColor Green
    Invoke-Expression $Line | Out-Host
}

try {
    Show 'Test-LxcHost -Quiet'
    Show 'New-LxcContainer web1, web2 -Template Busybox -Memory 256MB -Pids 100'
    Show 'Get-LxcContainer web* | Set-LxcCgroup -Cpu 1.5 -PassThru | Start-LxcContainer -PassThru'
    Show 'Invoke-LxcCommand web* hostname'
    Show "Get-LxcContainer web* | Invoke-LxcCommand sh -ArgumentList '-c', 'id -u; cat /proc/self/uid_map' -PassThru | Format-List"
    Show "'streams', 'into', 'it' | Invoke-LxcCommand web1 sort"
    if ([Console]::IsInputRedirected -or [Console]::IsOutputRedirected) {
        Write-Host "`n(Enter-LxcContainer web1 opens a shell; this session has no terminal for it)"
    }
    else {
        Show "Enter-LxcContainer web1 sh -ArgumentList '-c', 'echo this is `$(tty) of `$(hostname), and exit leaves it'"
    }

    Show 'Get-LxcCgroup web*'
    Show 'Get-LxcContainer web2 | Suspend-LxcContainer -PassThru'
    Show 'Get-LxcContainer web2 | Resume-LxcContainer -PassThru'
    Show 'New-LxcContainer host1'
    Show "Start-LxcContainer host1 -Command sh -ArgumentList '-c', 'echo one program under a minimal init, as `$(id -un), exits with 7; exit 7'; `"exit code `$LASTEXITCODE`""
    Show 'Measure-Command { Get-LxcContainer web* | Stop-LxcContainer } | Select-Object TotalMilliseconds'
    Show 'Get-LxcContainer'
    Show 'Rename-LxcContainer web2 db1 -PassThru'
    Show 'Get-LxcContainer | Remove-LxcContainer -Force -Verbose'
    Show 'Get-LxcContainer'
}
finally {
    Get-LxcContainer | Remove-LxcContainer -Force
    Remove-Item $path -Recurse -Force
}
