BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Escapes.ps1
    $policy = '/sys/kernel/security/apparmor'

    function Get-Label {
        # The label of a process of the host, as the kernel has it.
        param([int] $ProcessId)
        [IO.File]::ReadAllText("/proc/$ProcessId/attr/apparmor/current").Trim()
    }

    function Test-Loaded {
        # Whether the kernel has a profile or a policy namespace of a container's.
        param([string] $Name)
        [bool] ([IO.File]::ReadAllLines("$policy/profiles") | Where-Object { $_ -like "lxc-$($Name)_*" }) -or
            [bool] ([IO.Directory]::GetDirectories("$policy/policy/namespaces", "lxc-$($Name)_*"))
    }

    $safe = "safe-$Unique"
    $root = "root-$Unique"
    $free = "free-$Unique"
    # All capabilities, so that the profile alone is what refuses.
    $plain = @{ 'lxc.cap.drop' = ''; 'lxc.cgroup2.pids.max' = '100' }
    [void] (New-TestContainer $safe $plain)
    [void] (New-TestContainer $root $plain -Privileged)
    [void] (New-TestContainer $free ($plain + @{ 'lxc.apparmor.profile' = 'unconfined' }) -Privileged)
    foreach ($name in $safe, $root, $free) {
        Copy-TryProgram "$LxcPath/$name/rootfs"
    }

    'profile lxcps-other { file, }' | apparmor_parser --replace --skip-cache
    Start-LxcContainer $safe, $root, $free
}

AfterAll {
    'profile lxcps-other { }' | apparmor_parser --remove
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The profile of a container' -Tag AppArmor {
    It 'is made and entered without being asked for, below it a policy namespace of the container''s own' {
        foreach ($name in $safe, $root) {
            $profile = "lxc-$($name)_<$LxcPath>"
            Get-Label (Get-LxcContainer $name).ProcessId | Should -Be "$profile//&:$($profile.Replace('/', '-')):unconfined (enforce)"
            Invoke-LxcCommand $name cat /proc/1/attr/apparmor/current | Should -Be 'unconfined'
        }

        Get-Label (Get-LxcContainer $free).ProcessId | Should -Be 'unconfined'
    }

    It 'is that of what enters the container' {
        # The first line ends the pipeline, and that the command.
        $label = Invoke-LxcCommand $safe sh '-c' 'echo go; sleep 60' | ForEach-Object {
            Get-Label (Get-ContainerProcess $safe | Where-Object CommandLine -Like 'sleep*').Id
        } | Select-Object -First 1
        $label | Should -Be (Get-Label (Get-LxcContainer $safe).ProcessId)
    }

    It 'goes with the container, and comes with it' {
        Test-Loaded $safe | Should -BeTrue
        Stop-LxcContainer $safe -Kill
        Test-Loaded $safe | Should -BeFalse
        Start-LxcContainer $safe
        Test-Loaded $safe | Should -BeTrue
    }
}

Describe 'The root of a container' -Tag AppArmor {
    It 'can do all of this where no profile confines it, so that the other tests can fail' {
        $result = Invoke-Try $free $tries
        @($tries.Keys | Where-Object { $result[$_] -ne 'done' }) | Should -BeNullOrEmpty
    }

    It 'is refused all of it in a privileged container' {
        $result = Invoke-Try $root ($tries + $limits)
        $result.Count | Should -Be ($tries.Count + $limits.Count)
        @($result.Keys | Where-Object { $result[$_] -ne 'refused' }) | Should -BeNullOrEmpty
    }

    It 'is refused all of it in an unprivileged container' {
        $result = Invoke-Try $safe ($tries + $limits)
        $result.Count | Should -Be ($tries.Count + $limits.Count)
        @($result.Keys | Where-Object { $result[$_] -ne 'refused' }) | Should -BeNullOrEmpty
    }

    It 'may do what a system does' -ForEach @(@{ Kind = 'safe' }, @{ Kind = 'root' }) {
        $allowed = [ordered]@{
            'tmpfs' = 'mkdir -p /tmp/t; mount -t tmpfs t /tmp/t && touch /tmp/t/x && umount /tmp/t'
            'bind' = 'mkdir -p /tmp/e; mount -o bind /etc /tmp/e && ls /tmp/e/passwd && umount /tmp/e'
            'read-only' = 'mkdir -p /tmp/o; mount -o bind /etc /tmp/o && mount -o remount,ro,bind,nosuid /tmp/o && ! touch /tmp/o/x; umount /tmp/o'
            'private' = 'mount --make-rprivate /'
            'host name' = 'hostname other'
            'own cgroup' = 'mkdir -p /sys/fs/cgroup/mine && echo $$ >/sys/fs/cgroup/mine/cgroup.procs'
            'signal' = 'sleep 100 & kill $!'
        }
        $result = Invoke-Try (Get-Variable $Kind -ValueOnly) $allowed
        @($allowed.Keys | Where-Object { $result[$_] -ne 'done' }) | Should -BeNullOrEmpty
    }
}

Describe 'A container with nesting' -Tag AppArmor {
    BeforeAll {
        $nest = "nest-$Unique"
        [void] (New-TestContainer $nest @{ 'lxc.apparmor.allow_nesting' = '1' })
        # Compiled outside: the container has no parser.
        "profile inner { file, capability, umount, audit deny /kept w, }" | apparmor_parser --skip-kernel-load --skip-cache --ofile "$LxcPath/$nest/rootfs/inner"
        Start-LxcContainer $nest
    }

    # keys: lxc.apparmor.allow_nesting
    It 'loads a profile of its own and confines a program with it, which stays under the container''s profile' {
        Invoke-LxcCommand $nest sh '-c' 'cat /inner >/sys/kernel/security/apparmor/.replace' -ErrorAction Stop
        $LASTEXITCODE | Should -Be 0
        $script = @(
            'echo "exec inner" >/proc/self/attr/apparmor/exec; exec sh -c "'
            'cat /proc/self/attr/apparmor/current; (echo x >/kept) 2>&1 | grep -o denied; (echo x >/free) && echo written;'
            'umount /proc/sysrq-trigger; (echo h >/proc/sysrq-trigger) 2>&1 | grep -o denied; grep -c . /sys/kernel/security/apparmor/profiles"'
        ) -join ' '
        Invoke-LxcCommand $nest sh '-c' $script 2>&1 | Should -Be 'inner (enforce)', 'denied', 'written', 'denied', '1'
        [IO.File]::ReadAllLines("$policy/profiles") | Where-Object { $_ -like 'inner *' } | Should -BeNullOrEmpty
    }

    It 'leaves nothing of its own profiles when it stops' {
        Stop-LxcContainer $nest -Kill
        Test-Loaded $nest | Should -BeFalse
    }
}

Describe 'lxc.apparmor.profile' -Tag AppArmor {
    BeforeAll {
        $named = "named-$Unique"
        [void] (New-TestContainer $named)
    }

    # keys: lxc.apparmor.profile
    It 'names a profile that is loaded' {
        "profile lxc-$Unique flags=(attach_disconnected) { file, capability, mount, umount, pivot_root, signal, ptrace, network, unix, audit deny /kept w, }" |
            apparmor_parser --add --skip-cache
        Set-LxcContainer $named -Config @{ 'lxc.apparmor.profile' = "lxc-$Unique" }
        Start-LxcContainer $named
        Get-Label (Get-LxcContainer $named).ProcessId | Should -Be "lxc-$Unique (enforce)"
        Invoke-LxcCommand $named sh '-c' 'cat /proc/self/attr/apparmor/current; (echo x >/kept) 2>&1 | grep -o denied' |
            Should -Be "lxc-$Unique (enforce)", 'denied'
        Stop-LxcContainer $named -Kill
        "profile lxc-$Unique { }" | apparmor_parser --remove
    }

    It 'is an error of the start where it is not loaded, and nothing is left' {
        Set-LxcContainer $named -Config @{ 'lxc.apparmor.profile' = 'lxc-nobody' }
        Start-LxcContainer $named -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ConfinementFailed,*'
        $problems[0].ErrorDetails.Message | Should -Match 'lxc-nobody'
        (Get-LxcContainer $named).State | Should -Be 'Stopped'
    }

    It 'is unchanged where that is asked for' {
        Set-LxcContainer $named -Config @{ 'lxc.apparmor.profile' = 'unchanged' }
        Start-LxcContainer $named
        Get-Label (Get-LxcContainer $named).ProcessId | Should -Be 'unconfined'
        Stop-LxcContainer $named -Kill
    }

    It 'runs one program under the generated profile, and with no_new_privs too' -ForEach @(@{ Flag = '0' }, @{ Flag = '1' }) {
        Set-LxcContainer $named -Config @{ 'lxc.apparmor.profile' = 'generated'; 'lxc.no_new_privs' = $Flag }
        Start-LxcContainer $named -Command sh '-c' 'umount /proc/sysrq-trigger; (echo h >/proc/sysrq-trigger) 2>&1' | Should -Match 'denied'
        Start-LxcContainer $named
        Get-Label (Get-LxcContainer $named).ProcessId | Should -BeLike "lxc-$($named)_*"
        Stop-LxcContainer $named -Kill
    }

    # keys: lxc.apparmor.raw
    It 'takes rules of lxc.apparmor.raw, and says what is wrong with one' {
        Set-LxcContainer $named -Config @{ 'lxc.apparmor.raw' = 'audit deny /kept w,' }
        Start-LxcContainer $named -Command sh '-c' '(echo x >/kept) 2>&1' | Should -Match 'denied'
        Set-LxcContainer $named -Config @{ 'lxc.apparmor.raw' = 'deny /kept nonsense,' }
        Start-LxcContainer $named -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ConfinementFailed,*'
        $problems[0].ErrorDetails.Message | Should -Match 'cannot be compiled.*AppArmor parser error'
        Test-Loaded $named | Should -BeFalse
    }
}

Describe 'The profile of the monitor' -Tag AppArmor {
    BeforeAll {
        $watched = "watched-$Unique"
        $mount = "/mnt/$Unique"
        [void] [IO.Directory]::CreateDirectory($mount)
        [void] (New-TestContainer $watched @{ 'lxc.hook.version' = '1' })

        function Test-MountByHook {
            # Whether a program that the monitor starts on the host can mount there.
            Set-LxcContainer $watched -Config @{ 'lxc.hook.pre-start' = "/bin/mount -t tmpfs t $mount" }
            Start-LxcContainer $watched -ErrorAction SilentlyContinue -ErrorVariable problems
            Set-LxcContainer $watched -Config @{ 'lxc.hook.pre-start' = $null }
            Stop-LxcContainer $watched -Kill -ErrorAction SilentlyContinue
            if ($problems.Count -eq 0) {
                umount $mount
                return $true
            }

            $problems[0].FullyQualifiedErrorId | Should -BeLike 'HookFailed,*'
            $false
        }

        Test-MountByHook | Should -BeTrue -Because 'without the profile nothing keeps root from it'
        apparmor_parser --replace --skip-cache (Join-Path (Split-Path (Get-Module LxcPS).Path) 'lxcps-monitor.apparmor')
        $LASTEXITCODE | Should -Be 0
    }

    AfterAll {
        Stop-LxcContainer $watched -Kill -ErrorAction SilentlyContinue
        'profile lxcps-monitor { }' | apparmor_parser --remove
        [IO.Directory]::Delete($mount)
    }

    It 'is that of a monitor where it is loaded, and its container has its own' {
        Start-LxcContainer $watched
        $init = (Get-LxcContainer $watched).ProcessId
        $monitor = Get-Monitor $watched
        Get-Label $monitor.Keeper | Should -Be 'lxcps-monitor (enforce)'
        Get-Label $monitor.Watcher | Should -Be 'lxcps-monitor (enforce)'
        # Landlock beside it.
        [IO.File]::ReadAllText("/proc/$($monitor.Watcher)/status") | Should -Match '(?m)^NoNewPrivs:\s+1$'
        Suspend-LxcContainer $watched -ErrorAction Stop
        Resume-LxcContainer $watched -ErrorAction Stop
        Get-Label $init | Should -BeLike "lxc-$($watched)_*unconfined (enforce)"
        Invoke-LxcCommand $watched sh '-c' 'umount /proc/sysrq-trigger; (echo h >/proc/sysrq-trigger) 2>&1' | Should -Match 'denied'
        Stop-LxcContainer $watched -Kill
        Test-Loaded $watched | Should -BeFalse
    }

    It 'keeps it from mounting on the host''s tree' {
        Test-MountByHook | Should -BeFalse
    }

    It 'lets a container be unconfined, unchanged, and under a profile for containers, and no other' {
        'profile lxc-other { file, }', 'profile other-lxc { file, }' | apparmor_parser --replace --skip-cache
        foreach ($case in @(@('unconfined', 'unconfined'), @('unchanged', 'unconfined'))) {
            Set-LxcContainer $watched -Config @{ 'lxc.apparmor.profile' = $case[0] }
            Start-LxcContainer $watched
            Get-Label (Get-LxcContainer $watched).ProcessId | Should -Be $case[1]
            Stop-LxcContainer $watched -Kill
        }

        sh -c 'echo "changeprofile lxcps-monitor" >/proc/self/attr/apparmor/current; echo "changeprofile lxc-other" >/proc/self/attr/apparmor/current; cat /proc/self/attr/apparmor/current' |
            Should -Be 'lxc-other (enforce)'
        sh -c 'echo "changeprofile lxcps-monitor" >/proc/self/attr/apparmor/current; echo "changeprofile other-lxc" >/proc/self/attr/apparmor/current; cat /proc/self/attr/apparmor/current' 2>$null |
            Should -Be 'lxcps-monitor (enforce)'
        'profile lxc-other { }', 'profile other-lxc { }' | apparmor_parser --remove
    }
}
