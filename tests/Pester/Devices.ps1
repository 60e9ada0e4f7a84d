# Dot-sourced after Common.ps1 and Probe.ps1 by the files on devices: devices of the host that nothing is behind, and what a container gets of them.

# Numbers that the kernel leaves to experiments: no driver has them, so what may be opened answers 'no such device', and what may not is denied.
$NodeDirectory = Join-Path $LxcPath 'nodes of the host'
[void](New-Item -ItemType Directory $NodeDirectory)

function New-Node {
    # A node of the host; its path.
    param([string] $Name, [int] $Minor, [string] $Type = 'c', [string] $Mode = '0666')
    $path = Join-Path $NodeDirectory $Name
    & mknod -m $Mode $path $Type 240 $Minor
    $path
}

function Get-Reach {
    # What opening a path in a container comes to: open, denied (by the rules), closed (by its owner and mode), missing.
    param([string] $Container, [string] $Path, [ValidateSet('<', '>', '<>')] [string] $Way = '<')
    $result = Invoke-LxcCommand $Container sh -ArgumentList '-c', ": $Way'$Path'" -PassThru -ErrorAction SilentlyContinue
    switch -Regex ("$($result.Output) $($result.Error)") {
        'No such device' { return 'open' }
        'not permitted' { return 'denied' }
        'Permission denied' { return 'closed' }
        'No such file|nonexistent' { return 'missing' }
    }

    $result.ExitCode -eq 0 ? 'open' : "$($result.Output) $($result.Error)"
}

function Get-DeviceLine {
    # What the configuration says of devices.
    param([string] $Container)
    [IO.File]::ReadAllLines((Get-LxcContainer $Container).ConfigPath) -match '^lxc\.(cgroup2?\.devices|mount\.entry)'
}

function Get-DeviceRule {
    # The rules as the kernel, or the monitor, has them.
    param([string] $Container)
    Get-LxcDevice $Container | ForEach-Object { "$($_.Path) $($_.Type) $($_.Major):$($_.Minor) $($_.Access)" } | Sort-Object
}

function Invoke-In {
    param([string] $Container, [string] $Script)
    Invoke-LxcCommand $Container sh -ArgumentList '-c', $Script
}

function Assert-DeviceError {
    # One error for each target, with all that the module promises of it.
    param([scriptblock] $Script, [string] $Id, [string] $Category, [object[]] $Target)
    $outcome = Get-Outcome $Script
    $outcome.Errors.Count | Should -Be $Target.Count -Because "an error each is expected, not '$($outcome.Errors -join "', '")'"
    foreach ($record in $outcome.Errors) {
        [LxcPS.Engine.LxcErrorId]::$Id | Should -BeExactly $Id -Because 'the id is in the catalogue'
        $record.FullyQualifiedErrorId | Should -BeLike "$Id,LxcPS.Commands.*LxcDeviceCommand"
        "$($record.CategoryInfo.Category)" | Should -BeExactly $Category
        $record.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    $outcome.Errors.TargetObject | Should -Be $Target
}
