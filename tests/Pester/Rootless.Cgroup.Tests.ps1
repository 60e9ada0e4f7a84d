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
}

AfterAll {
    Unregister-UserProfile
    Remove-UserContainers $user
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'A user''s container below delegated cgroups of version 1' -Skip:$noV1 {
    BeforeAll {
        New-Delegation $user @(foreach ($controller in 'pids', 'memory', 'freezer') { "/sys/fs/cgroup/$controller/$mine" })
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

    It 'has cgroups made by its own root, who cannot change its limits, and takes them with it' {
        $lines = Invoke-As $user @'
[void] (New-LxcContainer maker -Template Busybox -Pids 50)
Start-LxcContainer maker
Invoke-LxcCommand maker sh '-c' 'cd /sys/fs/cgroup/pids; mkdir -p a/b/c; echo 20 >a/b/pids.max; echo $$ >a/b/cgroup.procs; grep :pids: /proc/self/cgroup; cat a/b/pids.max; echo 60 >pids.max' 2>$null
Invoke-LxcCommand maker sh '-c' 'sleep 1000 & echo $! >/sys/fs/cgroup/pids/a/b/c/cgroup.procs'
Stop-LxcContainer maker -Kill
Remove-LxcContainer maker -Confirm:$false
'@ $enter
        $lines[0] | Should -Match ':pids:/a/b$'
        $lines[1..9] | Should -Be '20'
        Wait-Until { -not (find /sys/fs/cgroup -path "*$mine/*" -type d) } 5 | Should -BeTrue
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
        New-Delegation $user "/sys/fs/cgroup/$mine", "/sys/fs/cgroup/$mine/session"
        $enter = "echo `$`$ > /sys/fs/cgroup/$mine/session/cgroup.procs"
    }

    AfterAll {
        Remove-Delegation "/sys/fs/cgroup/$mine" | Should -BeNullOrEmpty
    }

    # One session, for in the emulated machine each takes long.
    It 'lies beside the session''s, has its limits in the kernel, is suspended, is its root''s to divide, and leaves none' {
        $lines = @(Invoke-As $user @"
[void] (New-LxcContainer limited -Template Busybox -Pids 50 -Memory 64MB)
Start-LxcContainer limited
Set-LxcCgroup limited -Pids 40
foreach (`$file in 'pids.max', 'memory.max') { [IO.File]::ReadAllText("/sys/fs/cgroup/$mine/lxc.payload.limited/`$file").Trim() }
Suspend-LxcContainer limited
(Get-LxcContainer limited).State
Resume-LxcContainer limited
Invoke-LxcCommand limited echo on
Invoke-LxcCommand limited sh '-c' 'cd /sys/fs/cgroup; mkdir -p init/deep; for p in `$(cat cgroup.procs); do [ `$p = 0 ] || echo `$p >init/deep/cgroup.procs 2>/dev/null; done; (echo 60 >pids.max) 2>&1'
Invoke-LxcCommand limited sh '-c' 'cat /proc/self/cgroup; echo +pids >/sys/fs/cgroup/cgroup.subtree_control; cat /sys/fs/cgroup/init/pids.max'
Invoke-LxcCommand limited cat /proc/self/cgroup
Stop-LxcContainer limited -Kill
Remove-LxcContainer limited -Confirm:`$false
"@ $enter)
        $lines[0..3] | Should -Be '40', '67108864', 'Frozen', 'on'
        $lines[4] | Should -Match 'pids.max: Permission denied$' -Because 'its limits are the user''s'
        $lines[5..9] | Should -Be '0::/.lxc', 'max', '0::/.lxc' -Because 'its root makes cgroups as systemd does, and what enters stays beside them'
        Wait-Until { -not (find "/sys/fs/cgroup/$mine" -type d -name 'lxc.[pm][ao]*') } 5 | Should -BeTrue
    }
}
