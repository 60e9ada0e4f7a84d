# What a monitor answers a client that asks for keys of the running container: ours beside LXC's own, for the same configuration.
BeforeDiscovery {
    $hasLxc = [bool] (Get-Command lxc-start, lxc-stop -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $name = "asked-$Unique"
    [void] (New-TestContainer $name -Privileged)
    $pivot = '/sys/fs/cgroup/lxc.pivot'
    $hadPivot = [IO.Directory]::Exists($pivot)
    [IO.File]::WriteAllLines("$LxcPath/$name/config", @(
            "lxc.rootfs.path = dir:$LxcPath/$name/rootfs", "lxc.uts.name = $name", 'lxc.arch = x86_64', 'lxc.net.0.type = veth', 'lxc.net ='
            'lxc.net.1.type = empty', 'lxc.net.0.type = empty', 'lxc.net.0.flags = up', 'lxc.environment = A=1', 'lxc.environment = B=2', 'lxc.cap.drop = sys_time'
            'lxc.cap.drop =', 'lxc.cap.drop = sys_boot mknod', 'lxc.cap.drop = sys_nice', 'lxc.group = a b', 'lxc.hook.pre-start = /bin/true'
            'lxc.hook.stop = /bin/true', 'lxc.hook.stop =', 'lxc.signal.halt = SIGRTMIN+3', 'lxc.mount.auto = proc:mixed', 'lxc.mount.auto = sys:ro'
            'lxc.mount.entry = tmpfs opt tmpfs create=dir', 'lxc.sysctl.net.ipv4.ip_forward = 1', 'lxc.prlimit.nofile = 1024', 'lxc.tty.max = 0x3'
            'lxc.console.buffer.size = 64KB', 'lxc.console.size = auto', 'lxc.init.groups = 5,6', 'lxc.start.order = -3', 'lxc.no_new_privs = 1', 'lxc.pty.max ='
            'lxc.cgroup.devices.deny = c 1:9 w', 'lxc.cgroup.devices.allow = c 1:9 rwm', 'lxc.proc.oom_score_adj = 5', 'lxc.log.level = ERROR'
        ))
    $keys = @(
        'lxc.rootfs.path', 'lxc.uts.name', 'lxc.arch', 'lxc.net', 'lxc.net.0', 'lxc.net.0.type', 'lxc.net.0.flags', 'lxc.net.1.type', 'lxc.net.7.type', 'lxc.environment'
        'lxc.cap.drop', 'lxc.group', 'lxc.hook', 'lxc.hook.pre-start', 'lxc.hook.stop', 'lxc.hook.version', 'lxc.signal.halt', 'lxc.signal.stop', 'lxc.signal.reboot'
        'lxc.mount.auto', 'lxc.mount.entry', 'lxc.mount', 'lxc.sysctl', 'lxc.sysctl.net.ipv4.ip_forward', 'lxc.prlimit', 'lxc.prlimit.nofile', 'lxc.tty.max'
        'lxc.console.buffer.size', 'lxc.console.size', 'lxc.init.groups', 'lxc.init.uid', 'lxc.start.order', 'lxc.start.auto', 'lxc.no_new_privs', 'lxc.pty.max'
        'lxc.cgroup', 'lxc.cgroup.devices.allow', 'lxc.cgroup2', 'lxc.proc', 'lxc.proc.oom_score_adj', 'lxc.log.level', 'lxc.autodev', 'lxc.rootfs.managed'
        'lxc.monitor.signal.pdeath', 'lxc.idmap', 'lxc.selinux.context', 'lxc.include', 'lxc.no.such.key', ''
    )

    function Get-Answer {
        $answers = [ordered] @{}
        foreach ($key in $keys) {
            # LXC sends nothing, or an error, for what is not set.
            $answers[$key] = "$([LxcPS.Engine.Protocol.ControlClient]::GetConfigItem($LxcPath, $name, $key))"
        }

        $answers
    }
}

AfterAll {
    Remove-TestContainers
    # LXC leaves the cgroup that its monitors wait in.
    if (-not $hadPivot -and [IO.Directory]::Exists($pivot)) {
        [IO.Directory]::Delete($pivot)
    }

    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'A running container, asked for a key' {
    It 'answers with values, numbers, lists and families' {
        Start-LxcContainer $name
        $ours = Get-Answer
        Stop-LxcContainer $name -Kill
        $ours['lxc.net'] | Should -BeExactly "empty`nempty`n"
        $ours['lxc.cap.drop'] | Should -BeExactly "sys_boot`nmknod`nsys_nice`n"
        $ours['lxc.signal.halt'] | Should -BeExactly '37'
        $ours['lxc.console.buffer.size'] | Should -BeExactly '65536'
        $ours['lxc.cgroup'] | Should -BeExactly "lxc.cgroup.devices.deny = c 1:9 w`nlxc.cgroup.devices.allow = c 1:9 rwm`n"
        $ours['lxc.hook.stop'] | Should -BeExactly ''
        $ours['lxc.no.such.key'] | Should -BeExactly ''
    }

    It 'answers as LXC''s own monitor does' -Skip:(-not $hasLxc) {
        # Skipped where the package lxc is not installed.
        lxc-start -P $LxcPath -n $name -d
        $LASTEXITCODE | Should -Be 0
        $theirs = Get-Answer
        lxc-stop -P $LxcPath -n $name -k
        Start-LxcContainer $name
        $ours = Get-Answer
        Stop-LxcContainer $name -Kill
        $keys | ForEach-Object { "$_ = $($ours[$_])" } | Should -Be ($keys | ForEach-Object { "$_ = $($theirs[$_])" })
    }

    It 'is shut down by us where LXC''s monitor has no signal set' -Skip:(-not $hasLxc) {
        # Skipped where the package lxc is not installed. Its monitor says 0 then.
        Set-LxcConfig $name lxc.signal.halt ''
        lxc-start -P $LxcPath -n $name -d
        $LASTEXITCODE | Should -Be 0
        Wait-Init $name
        Stop-LxcContainer $name -Timeout 20 -ErrorAction Stop
        (Get-LxcContainer $name).State | Should -Be 'Stopped'
    }
}
