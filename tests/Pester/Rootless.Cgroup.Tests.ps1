BeforeDiscovery {
    $missing = 'setpriv', 'unshare', 'newuidmap' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) }
    $groups = [IO.File]::ReadAllLines('/proc/self/cgroup')
    $noV1 = [bool] $missing -or @(foreach ($controller in 'pids', 'memory', 'freezer') { $groups -match "^\d+:([^:]*,)?$controller(,|:)" }).Count -lt 3
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Rootless.ps1
    $first = 1600000000
    $user = New-User lxcpsgroup 60713 "$($first):65536"
    Register-UserProfile
    $mine = "lxcps-$Unique"

    function New-Delegation {
        # Cgroups of the user's, as a manager of sessions makes them.
        param([string[]] $Path)
        foreach ($directory in $Path) {
            [void] [IO.Directory]::CreateDirectory($directory)
            & chown $user.Id $directory
            foreach ($file in 'cgroup.procs', 'tasks', 'cgroup.threads', 'cgroup.subtree_control') {
                if (Test-Path "$directory/$file") { & chown $user.Id "$directory/$file" }
            }
        }
    }

    function Remove-Delegation {
        # All that is left of them, which should be themselves and what LXC's tools leave as well.
        param([string] $Path)
        if (Test-Path $Path) {
            $found = @(find $Path -depth -type d)
            $found | ForEach-Object { [IO.Directory]::Delete($_) }
            $found | Where-Object { $_ -match 'payload|monitor' }
        }
    }
}

AfterAll {
    Unregister-UserProfile
    Remove-UserContainers $user
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'A user''s container below delegated cgroups of version 1' -Skip:$noV1 {
    BeforeAll {
        New-Delegation @(foreach ($controller in 'pids', 'memory', 'freezer') { "/sys/fs/cgroup/$controller/$mine" })
        $enter = "for c in pids memory freezer; do echo `$`$ > /sys/fs/cgroup/`$c/$mine/cgroup.procs; done"
    }

    AfterAll {
        foreach ($controller in 'pids', 'memory', 'freezer') {
            Remove-Delegation "/sys/fs/cgroup/$controller/$mine" | Should -BeNullOrEmpty
        }
    }

    It 'has its limits in the kernel, is suspended, and leaves none' {
        $lines = Invoke-As $user @'
[void] (New-LxcContainer limited -Template Busybox -Pids 50 -Memory 64MB)
Start-LxcContainer limited
Set-LxcCgroup limited -Pids 40
(Get-LxcCgroup limited).Pids
(Get-LxcCgroup limited).MemoryUsage -gt 0
Suspend-LxcContainer limited
(Get-LxcContainer limited).State
Resume-LxcContainer limited
Invoke-LxcCommand limited echo on
'@ $enter
        $lines | Should -Be '40', 'True', 'Frozen', 'on'
        [IO.File]::ReadAllText("/sys/fs/cgroup/pids/$mine/lxc.payload.limited/pids.max").Trim() | Should -Be '40'
        [IO.File]::ReadAllText("/sys/fs/cgroup/memory/$mine/lxc.payload.limited/memory.limit_in_bytes").Trim() | Should -Be '67108864'
        $init = (Get-LxcContainer limited -LxcPath $user.LxcPath).ProcessId
        [IO.File]::ReadAllText("/proc/$init/cgroup") | Should -Match "pids:/$mine/lxc\.payload\.limited"
        Invoke-As $user 'Stop-LxcContainer limited -Kill; Remove-LxcContainer limited -Confirm:$false' $enter | Should -BeNullOrEmpty
        Wait-Until { -not (find /sys/fs/cgroup -path "*$mine/*" -type d) } 3 | Should -BeTrue
    }

    It 'is refused a limit of a controller that is not delegated' {
        $lines = @(Invoke-As $user '$WarningPreference = "Ignore"; [void] (New-LxcContainer more -Template Busybox -Cpu 1); Start-LxcContainer more; Remove-LxcContainer more -Confirm:$false' $enter)
        $lines | Should -HaveCount 1
        $lines | Should -BeLike 'error|CgroupRefused|PermissionDenied|*cpu*is delegated*|*Delegate=yes*'
    }
}

Describe 'A user''s container below a delegated cgroup of version 2' -Tag CgroupV2 {
    BeforeAll {
        [IO.File]::WriteAllText('/sys/fs/cgroup/cgroup.subtree_control', '+pids +memory')
        New-Delegation "/sys/fs/cgroup/$mine", "/sys/fs/cgroup/$mine/session"
        $enter = "echo `$`$ > /sys/fs/cgroup/$mine/session/cgroup.procs"
    }

    AfterAll {
        Remove-Delegation "/sys/fs/cgroup/$mine" | Should -BeNullOrEmpty
    }

    # One session, for in the emulated machine each takes long.
    It 'lies beside the session''s, has its limits in the kernel, is suspended, and leaves none' {
        $lines = @(Invoke-As $user @"
[void] (New-LxcContainer limited -Template Busybox -Pids 50 -Memory 64MB)
Start-LxcContainer limited
Set-LxcCgroup limited -Pids 40
foreach (`$file in 'pids.max', 'memory.max') { [IO.File]::ReadAllText("/sys/fs/cgroup/$mine/lxc.payload.limited/`$file").Trim() }
Suspend-LxcContainer limited
(Get-LxcContainer limited).State
Resume-LxcContainer limited
Invoke-LxcCommand limited echo on
Stop-LxcContainer limited -Kill
Remove-LxcContainer limited -Confirm:`$false
"@ $enter)
        $lines | Should -Be '40', '67108864', 'Frozen', 'on'
        Wait-Until { -not (find "/sys/fs/cgroup/$mine" -type d -name 'lxc.[pm][ao]*') } 5 | Should -BeTrue
    }
}
