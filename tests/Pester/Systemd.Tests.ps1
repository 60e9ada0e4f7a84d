BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $name = "sd-$Unique"

    function Get-Trace {
        # What the unit below wrote: only a system that boots and shuts down in order starts and stops it.
        [IO.File]::ReadAllText("$LxcPath/$name/rootfs/var/trace").Trim().Split("`n")
    }

    # An unprivileged container with the default settings, and a unit that tells of start and stop.
    [void] (New-LxcContainer $name)
    $rootfs = "$LxcPath/$name/rootfs"
    [IO.File]::WriteAllText("$rootfs/etc/systemd/system/trace.service", @'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'echo up >>/var/trace'
ExecStop=/bin/sh -c 'echo down >>/var/trace'
'@ + "`n")
    [IO.File]::CreateSymbolicLink("$rootfs/etc/systemd/system/multi-user.target.wants/trace.service", '../trace.service') | Out-Null
    Start-LxcContainer $name
}

AfterAll {
    Assert-NothingLeft
}

Describe 'A container of the template Host' -Tag Systemd {
    It 'boots systemd, and no unit fails' {
        Wait-Boot $name
        Get-Trace | Should -Be 'up'
        Invoke-LxcCommand $name cat /proc/1/comm | Should -Be 'systemd'
        (Get-LxcContainer $name).Unprivileged | Should -BeTrue
    }

    It 'has systemd keep its services in cgroups of their own' {
        Invoke-LxcCommand $name cat /proc/1/cgroup | Should -Contain '0::/init.scope'
        $service = Invoke-LxcCommand $name sh '-c' 'cat /proc/$(systemctl show -P MainPID systemd-journald.service)/cgroup'
        @($service -match ':/system.slice/systemd-journald.service$').Count | Should -BeGreaterThan 0
    }

    It 'lets it keep a service from files, calls and the network' {
        $options = 'ProtectSystem=strict', 'ProtectHome=yes', 'ProtectProc=invisible', 'ProtectKernelTunables=yes', 'ProtectKernelLogs=yes',
            'ProtectControlGroups=yes', 'PrivateTmp=yes', 'PrivateDevices=yes', 'PrivateNetwork=yes', 'NoNewPrivileges=yes', 'RestrictNamespaces=yes' |
            ForEach-Object { '-p', $_ }
        Invoke-LxcCommand $name systemd-run '--quiet' '--wait' '--pipe' @options sh '-c' 'test -r /proc/self/status && (echo x >/etc/x) 2>/dev/null || echo kept' |
            Should -Be 'kept'
    }

    It 'lets it limit them, on cgroup v2' -Tag CgroupV2 {
        Invoke-LxcCommand $name cat /proc/1/cgroup | Should -Be '0::/init.scope'
        Invoke-LxcCommand $name cat /sys/fs/cgroup/system.slice/systemd-journald.service/cgroup.procs | Should -Match '^\d+$'
        Invoke-LxcCommand $name sh '-c' 'systemd-run --quiet --wait --pipe -p TasksMax=33 sh -c "cat /sys/fs/cgroup/\$(cut -d: -f3 /proc/self/cgroup)/pids.max"' |
            Should -Be '33'
    }

    It 'is under the profile that is generated for it, with all of its services' -Tag AppArmor {
        $labels = Get-ContainerProcess $name | ForEach-Object { [IO.File]::ReadAllText("/proc/$($_.Id)/attr/apparmor/current").Trim() } | Sort-Object -Unique
        $labels | Should -BeLike "lxc-$($name)_<$LxcPath>//&*:unconfined (enforce)"
    }

    It 'comes back from a reboot from inside' {
        $before = (Get-LxcContainer $name).ProcessId
        # The answer may get lost with the bus that carries it.
        Invoke-LxcCommand $name systemctl reboot '--no-block' -ErrorAction SilentlyContinue
        Wait-Reboot $name $before -Seconds 120
        Wait-Boot $name
        Get-Trace | Should -Be 'up', 'down', 'up'
    }

    It 'shuts down in order when it is stopped' {
        Get-LxcContainer $name | Stop-LxcContainer -NoKill -Timeout 120 -ErrorAction Stop
        (Get-LxcContainer $name).State | Should -Be Stopped
        Get-Trace | Should -Be 'up', 'down', 'up', 'down'
    }
}
