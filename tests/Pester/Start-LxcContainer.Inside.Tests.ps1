# What a container finds that is its own: the propagation of its mounts, its boot id, what it shares with the host.
BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $shared = "$LxcPath/shared"
    [void] [IO.Directory]::CreateDirectory($shared)
    mount -t tmpfs shared $shared
    mount --make-shared $shared
    [void] [IO.Directory]::CreateDirectory("$shared/inner")
    [void] [IO.Directory]::CreateDirectory("$shared/later")
    $names = @{ unprivileged = "u-$Unique"; privileged = "p-$Unique" }
    [void] (New-TestContainer $names.unprivileged)
    [void] (New-TestContainer $names.privileged -Privileged)
    $kinds = $names.Keys
}

AfterAll {
    Get-LxcContainer | Stop-LxcContainer -Kill
    umount -R $shared
    Assert-NothingLeft
}

Describe 'Mounts of a container' -Tag Vm {
    AfterEach {
        Get-LxcContainer | Stop-LxcContainer -Kill
    }

    It 'stay its own: none appears on the host, whose later ones appear below what is bound (<_>)' -ForEach 'unprivileged', 'privileged' {
        $name = $names[$_]
        Start-LxcContainer $name -Config @{ 'lxc.mount.entry' = "$shared mnt none bind,rw 0 0" }
        Invoke-LxcCommand $name mount '-t' tmpfs inside /mnt/inner
        Invoke-LxcCommand $name grep ' /mnt/inner ' /proc/mounts | Should -Match '^inside '
        [IO.File]::ReadAllText('/proc/self/mountinfo') | Should -Not -BeLike "*$shared/inner*"
        mount -t tmpfs later "$shared/later"
        try {
            Invoke-LxcCommand $name grep ' /mnt/later ' /proc/mounts | Should -Match '^later '
        }
        finally {
            umount "$shared/later"
        }

        Invoke-LxcCommand $name sh '-c' 'grep -c " /mnt/later " /proc/mounts' -ErrorAction Ignore | Should -Be 0
    }

    It 'of a root file system on a shared mount do as well' {
        # As on every host with systemd, where / is shared.
        $path = "$shared/lxc"
        [void] (New-LxcContainer $names.privileged -Template Busybox -Privileged -LxcPath $path)
        Start-LxcContainer $names.privileged -LxcPath $path
        try {
            Invoke-LxcCommand $names.privileged mount '-t' tmpfs inside /mnt -LxcPath $path
            [IO.File]::ReadAllText('/proc/self/mountinfo') | Should -Not -BeLike '*rootfs/mnt*'
        }
        finally {
            Remove-LxcContainer $names.privileged -Force -Confirm:$false -LxcPath $path
        }
    }

    It 'propagate to the namespaces that its programs make (<_>)' -ForEach 'unprivileged', 'privileged' {
        $name = $names[$_]
        Start-LxcContainer $name
        foreach ($line in [IO.File]::ReadAllLines("/proc/$((Get-LxcContainer $name).ProcessId)/mountinfo")) {
            $line | Should -Match ' shared:\d+ '
        }
    }

    It 'at /dev/shm are those of the configuration' {
        $name = $names.unprivileged
        Start-LxcContainer $name -Config @{ 'lxc.mount.entry' = 'mine dev/shm tmpfs size=64k,create=dir 0 0' }
        Invoke-LxcCommand $name sh '-c' 'grep " /dev/shm " /proc/mounts' | Should -Match '^mine /dev/shm tmpfs .*size=64k'
    }
}

Describe 'The boot id' -Tag Vm {
    AfterEach {
        Get-LxcContainer | Stop-LxcContainer -Kill
    }

    It 'is the container''s, another with each start (<_>)' -ForEach 'unprivileged', 'privileged' {
        $name = $names[$_]
        $ids = foreach ($start in 1, 2) {
            Start-LxcContainer $name
            Invoke-LxcCommand $name cat /proc/sys/kernel/random/boot_id
            Invoke-LxcCommand $name sh '-c' 'echo x 2>/dev/null >/proc/sys/kernel/random/boot_id || echo kept' | Should -Be kept
            Stop-LxcContainer $name -Kill
        }

        $ids[0] | Should -Match '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
        $ids[1] | Should -Not -Be $ids[0]
        $ids | Should -Not -Contain ([IO.File]::ReadAllText('/proc/sys/kernel/random/boot_id').Trim())
    }
}
