# Dot-sourced after Common.ps1 by files that look at containers from outside: processes, what is left behind, sessions beside this one.

# Part of every container's name: control groups and records of other containers of this machine are told apart by it.
$Unique = [guid]::NewGuid().ToString('n').Substring(0, 8)

# This session's own executable, which runs the sessions that are interrupted or killed.
$Shell = @([Environment]::ProcessPath)
if ([IO.Path]::GetFileNameWithoutExtension($Shell[0]) -eq 'dotnet') {
    $Shell += [Environment]::GetCommandLineArgs()[0]
}

function Wait-Until {
    # Whether the condition came true in time; what the kernel does after a signal needs a moment.
    param([scriptblock] $Condition, [double] $Seconds = 10)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -gt $Seconds) {
            return $false
        }

        Start-Sleep -Milliseconds 20
    }

    $true
}

function Wait-Init {
    # Until busybox's init has asked for its signals: one that comes before is lost.
    param([string] $Name)
    $file = "/proc/$((Get-LxcContainer $Name).ProcessId)/status"
    Wait-Until { [IO.File]::ReadAllText($file) -match '(?m)^SigCgt:\s+0*[1-9a-f]' } | Should -BeTrue
}

function Wait-Reboot {
    # Until a container runs again with another init than before. The state is asked after the process: in one object it is the older of the two.
    param([string] $Name, [int] $Before, [double] $Seconds = 30)
    Wait-Until { (Get-LxcContainer $Name).ProcessId -notin $null, $Before } $Seconds | Should -BeTrue
    Wait-LxcContainer -Name $Name -State Running -Timeout $Seconds
}

function Wait-Boot {
    # Until systemd's boot is over; an error with the units that failed and why. It takes a second or two on a host, and up to a minute in the
    # machine of tests/Vm.
    param([string] $Name)
    # Before this socket is there, nobody answers.
    $script = 'until [ -S /run/systemd/private ]; do sleep 0.1; done; systemctl is-system-running --wait && exit; systemctl list-jobs;' +
        'systemctl list-units --failed --plain --no-legend | while read -r unit rest; do systemctl status --no-pager --full "$unit"; done'
    $lines = @(Invoke-LxcCommand $Name sh '-c' $script -Timeout 240)
    if ($lines.Count -ne 1 -or $lines[0] -ne 'running') {
        throw "The boot of $($Name): $($lines -join "`n")"
    }
}

function Get-ProcessTable {
    # Every process with its command line and its parent; those that end meanwhile are left out, zombies have no command line.
    foreach ($directory in [IO.Directory]::GetDirectories('/proc')) {
        $id = 0
        if ([int]::TryParse([IO.Path]::GetFileName($directory), [ref] $id)) {
            try {
                $stat = [IO.File]::ReadAllText("$directory/stat")
                $fields = $stat.Substring($stat.LastIndexOf(')') + 2).Split(' ')
                [pscustomobject]@{
                    Id          = $id
                    State       = $fields[0]
                    ParentId    = [int] $fields[1]
                    CommandLine = [IO.File]::ReadAllText("$directory/cmdline").Replace("`0", ' ').Trim()
                }
            }
            catch [IO.IOException] {
                continue
            }
        }
    }
}

function Get-ContainerProcess {
    # The processes of a running container as the host sees them: by their PID namespace, which none of them can leave.
    param([string] $Name)
    $init = (Get-LxcContainer $Name).ProcessId
    $namespace = [IO.FileInfo]::new("/proc/$init/ns/pid").LinkTarget
    Get-ProcessTable | Where-Object { [IO.FileInfo]::new("/proc/$($_.Id)/ns/pid").LinkTarget -eq $namespace }
}

function Get-Monitor {
    # The two processes of a running container's monitor: the keeper, which is init's parent, and the watcher, which is its child. The start has
    # been answered before there is a watcher.
    param([string] $Name)
    $init = (Get-LxcContainer $Name).ProcessId
    $keeper = [int] (@([IO.File]::ReadAllLines("/proc/$init/status") -like 'PPid:*')[0] -split '\s+')[1]
    $found = [pscustomobject]@{ Keeper = $keeper; Watcher = 0; Count = 0 }
    [void] (Wait-Until {
            $table = @(Get-ProcessTable | Where-Object { $_.CommandLine -cin "[lxc monitor] $LxcPath $Name", "[lxcps watcher] $LxcPath $Name" -and $_.State -ne 'Z' })
            $found.Watcher = [int] @($table | Where-Object ParentId -EQ $keeper)[0].Id
            $found.Count = $table.Count
            $found.Watcher
        })
    $found
}

function Get-Ready {
    # The helpers that stand ready: children of a session that wait for what to do.
    param([int] $Of = $PID)
    (Get-ProcessTable | Where-Object { $_.ParentId -eq $Of -and $_.CommandLine -like '*lxcps-monitor wait *' }).Id
}

function Get-Leftover {
    # All that containers of this file have outside their directories: nothing, once they are stopped. A monitor tells of the end before it
    # leaves its own control groups, which takes the kernel a moment.
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (($found = @(Find-Leftover)).Count -gt 0 -and $watch.Elapsed.TotalSeconds -lt 3) {
        Start-Sleep -Milliseconds 20
    }

    $found
}

function Find-Leftover {
    foreach ($process in Get-ProcessTable) {
        if ($process.CommandLine.Contains("--lxcpath $LxcPath") -or $process.CommandLine.Contains("] $LxcPath")) {
            "process $($process.Id) $($process.CommandLine)"
        }
    }

    foreach ($file in '/proc/self/mountinfo', '/proc/net/unix') {
        foreach ($line in [IO.File]::ReadAllLines($file)) {
            if ($line.Contains($LxcPath) -or $line.Contains($Unique)) {
                "$file $line"
            }
        }
    }

    foreach ($hierarchy in [IO.Directory]::GetDirectories('/sys/fs/cgroup')) {
        foreach ($group in [IO.Directory]::GetDirectories($hierarchy)) {
            if ($group.Contains($Unique)) {
                "cgroup $group"
            }
        }
    }

    foreach ($group in [IO.Directory]::GetDirectories('/sys/fs/cgroup')) {
        if ($group.Contains($Unique)) {
            "cgroup $group"
        }
    }

    if ([IO.Directory]::Exists('/run/lxcps')) {
        foreach ($entry in [IO.Directory]::GetFileSystemEntries('/run/lxcps', '*', [IO.SearchOption]::AllDirectories)) {
            if ($entry.Contains($Unique)) {
                "record $entry"
            }
        }
    }
}

function Start-Beside {
    # Runs a script on a pipeline of its own beside this one; Stop() of it is what Ctrl+C does.
    param([string] $Script)
    $pipeline = [powershell]::Create()
    [void] $pipeline.AddScript("Import-Module '$env:LXCPS_MODULE'; `$PSDefaultParameterValues['*-Lxc*:LxcPath'] = '$LxcPath'; $Script")
    [pscustomobject]@{ Pipeline = $pipeline; Handle = $pipeline.BeginInvoke() }
}

function Stop-Beside {
    # Stops such a pipeline and gives it up; the time that took.
    param([object] $Beside)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $Beside.Pipeline.Stop()
    $Beside.Pipeline.Dispose()
    $watch.Elapsed
}

function Start-Session {
    # A whole session of its own, that runs a script; its output is read by the caller or thrown away.
    param([string] $Script)
    $start = [Diagnostics.ProcessStartInfo]::new($Shell[0])
    foreach ($argument in @($Shell | Select-Object -Skip 1) + '-NoProfile', '-NonInteractive', '-Command',
        "Import-Module '$env:LXCPS_MODULE'; `$PSDefaultParameterValues['*-Lxc*:LxcPath'] = '$LxcPath'; $Script") {
        $start.ArgumentList.Add($argument)
    }

    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.Environment['NO_COLOR'] = '1'
    [Diagnostics.Process]::Start($start)
}

# Whether the machine has its memory controller in cgroup v1; the others are where that is.
$isV1 = [bool] ([IO.File]::ReadAllLines('/proc/self/cgroup') -match '^\d+:([^:]*,)?memory(,|:)')

function Read-Kernel {
    # A file of the container's control group as the kernel has it, by the name of either version.
    param([string] $V1, [string] $V2, [string] $Container)
    $init = (Get-LxcContainer $Container).ProcessId
    $file = if ($isV1) { $V1 } else { $V2 }
    $controller = $file.Split('.')[0]
    foreach ($line in [IO.File]::ReadAllLines("/proc/$init/cgroup")) {
        $fields = $line.Split(':', 3)
        if ($isV1 ? ($controller -in $fields[1].Split(',')) : ($fields[1] -eq '')) {
            $mount = if ($isV1) { "/sys/fs/cgroup/$controller" } else { '/sys/fs/cgroup' }
            # The limits are on the container's own group, whatever init has made below it.
            $path = $fields[2] -replace "(lxc\.payload\.$Container).*", '$1'
            return [IO.File]::ReadAllText("$mount$path/$file").Trim()
        }
    }

    throw "No control group of $Container has $controller"
}

function Get-Interface {
    # The host's interfaces, so that one that was left shows.
    [IO.Directory]::GetFileSystemEntries('/sys/class/net') | Sort-Object
}
