BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    [void] (New-TestContainer $one)

    function Invoke-Init {
        # What a shell that is the container's program sees.
        param([hashtable] $Config, [string] $Line)
        Start-LxcContainer $one -Config $Config -Command sh -ArgumentList '-c', $Line
    }

    function Get-Refusal {
        param([hashtable] $Config)
        $outcome = Get-Outcome { Start-LxcContainer $one -Config $Config }
        $outcome.Errors.Count | Should -Be 1
        (Get-LxcContainer $one).State | Should -Be Stopped
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $outcome.Errors[0].Exception
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'What init may and has' -Tag Vm {
    # keys: lxc.prlimit.*
    It 'limits: lxc.prlimit.*' {
        $limits = Invoke-Init @{ 'lxc.prlimit.nofile' = '100:200'; 'lxc.prlimit.core' = 'unlimited' } 'cat /proc/self/limits'
        $limits -match '^Max open files' | Should -Match '\s100\s+200\s'
        $limits -match '^Max core file size' | Should -Match '\sunlimited\s+unlimited\s'

        # To raise a limit takes a capability of the host, which the container's own root does not have.
        if ([Convert]::ToUInt64([regex]::Match([IO.File]::ReadAllText('/proc/self/status'), 'CapEff:\s+(\w+)').Groups[1].Value, 16) -band 0x1000000) {
            (Invoke-Init @{ 'lxc.prlimit.nice' = '7' } 'cat /proc/self/limits') -match '^Max nice priority' | Should -Match '\s7\s+7\s'
        }
        else {
            (Get-Refusal @{ 'lxc.prlimit.nice' = '7' }).Errno | Should -Be 1
        }

        (Get-Refusal @{ 'lxc.prlimit.nofile' = '99999999999' }).ConfigKey | Should -Be 'lxc.prlimit.nofile'
        (Get-Refusal @{ 'lxc.prlimit.fingers' = '10' }).Message | Should -BeLike '*fingers*'
    }

    # keys: lxc.sysctl.*
    It 'kernel parameters of its namespaces: lxc.sysctl.*' {
        Invoke-Init @{ 'lxc.sysctl.net.ipv4.ip_forward' = '1' } 'cat /proc/sys/net/ipv4/ip_forward' | Should -Be 1
        Invoke-Init @{ 'lxc.sysctl.kernel.msgmax' = '4097'; 'lxc.mount.auto' = 'proc:rw' } 'cat /proc/sys/kernel/msgmax' | Should -Be 4097
        $refusal = Get-Refusal @{ 'lxc.sysctl.vm.swappiness' = '10' }
        $refusal.ConfigKey | Should -Be 'lxc.sysctl.vm.swappiness'
        $refusal.Errno | Should -BeIn 1, 13, 30
        (Get-Refusal @{ 'lxc.sysctl.net.nothing' = '1' }).ConfigKey | Should -Be 'lxc.sysctl.net.nothing'
    }

    # keys: lxc.proc.*
    It 'files of its /proc directory: lxc.proc.*' {
        Invoke-Init @{ 'lxc.proc.oom_score_adj' = '123' } 'cat /proc/self/oom_score_adj' | Should -Be 123
        $refusal = Get-Refusal @{ 'lxc.proc.oom_score_adj' = '5000' }
        $refusal.ConfigKey | Should -Be 'lxc.proc.oom_score_adj'
        (Get-Refusal @{ 'lxc.proc.nothing' = '1' }).ConfigKey | Should -Be 'lxc.proc.nothing'
    }

    # keys: lxc.no_new_privs
    It 'privileges: lxc.no_new_privs' {
        Invoke-Init @{ 'lxc.no_new_privs' = '1' } 'grep NoNewPrivs /proc/self/status' | Should -Match '1$'
        Invoke-Init @{ 'lxc.no_new_privs' = '0' } 'grep NoNewPrivs /proc/self/status' | Should -Match '0$'
    }

    # keys: lxc.cap.keep lxc.cap.drop
    It 'capabilities: lxc.cap.keep = <Keep>, lxc.cap.drop = <Drop>' -ForEach @(
        # Numbers: linux/capability.h. chown 0, kill 5, setgid 6, setuid 7, net_bind_service 10, sys_admin 21.
        @{ Keep = 'chown kill setuid setgid'; Drop = ''; Has = 0, 5, 6, 7; Lacks = 1, 10, 21 }
        @{ Keep = '0 5 CAP_SETUID'; Drop = ''; Has = 0, 5, 7; Lacks = 1, 6, 10, 21 }
        @{ Keep = 'none'; Drop = ''; Has = @(); Lacks = 0..40 }
        @{ Keep = 'none', 'kill'; Drop = ''; Has = @(5); Lacks = 0, 1, 7, 21 }
        @{ Keep = ''; Drop = 'net_bind_service 21'; Has = 0, 1, 5; Lacks = 10, 21 }
    ) {
        $line = Invoke-Init @{ 'lxc.cap.keep' = $Keep; 'lxc.cap.drop' = $Drop } 'grep -E "Cap(Bnd|Eff|Prm)" /proc/self/status'
        $line.Count | Should -Be 3
        foreach ($text in $line) {
            $mask = [Convert]::ToUInt64($text.Split("`t")[1].Trim(), 16)
            foreach ($number in $Has) {
                ($mask -shr $number) -band 1 | Should -Be 1 -Because "$text has $number"
            }

            foreach ($number in $Lacks) {
                ($mask -shr $number) -band 1 | Should -Be 0 -Because "$text lacks $number"
            }
        }
    }

    It 'no capability of both lists, and none that there is not' {
        (Get-Refusal @{ 'lxc.cap.keep' = 'kill' }).ConfigKey | Should -Be 'lxc.cap.keep'
        (Get-Refusal @{ 'lxc.cap.drop' = 'sys_everything' }).Message | Should -BeLike '*sys_everything*'
    }

    # keys: lxc.keyring.session
    It 'a session keyring of its own: lxc.keyring.session' -Skip:(-not [IO.File]::Exists('/proc/keys')) {
        # The numbers of session keyrings that the container's root sees. Those of other containers with its ids show as well, so that the
        # comparison may have to be repeated.
        $script = 'grep "keyring *_ses" /proc/keys | cut -d" " -f1; echo end'
        function Get-New {
            param([string] $Flag)
            $before = Invoke-Init @{ 'lxc.keyring.session' = '0' } $script
            Invoke-Init @{ 'lxc.keyring.session' = $Flag } $script | Where-Object { $_ -notin $before }
        }

        Get-New 1 | Should -Not -BeNullOrEmpty
        Wait-Until { -not (Get-New 0) } | Should -BeTrue
    }

    # keys: lxc.init.uid lxc.init.gid lxc.init.groups lxc.init.cwd
    It 'a user, groups and a directory: lxc.init.*' {
        $config = @{ 'lxc.init.uid' = '1000'; 'lxc.init.gid' = '1001'; 'lxc.init.groups' = '5,7'; 'lxc.init.cwd' = '/tmp' }
        $lines = Invoke-Init $config 'id -u; id -g; grep Groups /proc/self/status; pwd'
        $lines[0, 1, 3] | Should -Be 1000, 1001, '/tmp'
        $lines[2] | Should -Match '^Groups:\s+5 7\s*$'
        (Get-Refusal @{ 'lxc.init.cwd' = '/no/such/place' }).ConfigKey | Should -Be 'lxc.init.cwd'
        (Get-Refusal @{ 'lxc.init.uid' = '4000000' }).ConfigKey | Should -Be 'lxc.init.uid'
    }

    # keys: lxc.init.cmd
    It 'a program with arguments: lxc.init.cmd' {
        Start-LxcContainer $one -Config @{ 'lxc.init.cmd' = '/bin/sh -c "sleep 1003; true"' }
        [IO.File]::ReadAllText("/proc/$((Get-LxcContainer $one).ProcessId)/cmdline").TrimEnd("`0").Split("`0") | Should -Be '/bin/sh', '-c', 'sleep 1003; true'
        Stop-LxcContainer $one -Kill
    }

    # keys: lxc.monitor.signal.pdeath
    It 'a signal at the end of its monitor: lxc.monitor.signal.pdeath' {
        # SIGKILL when absent: then it would be gone.
        $line = 'trap "touch /tmp/told; exit" USR1; touch /tmp/ready; while :; do sleep 0.1; done'
        Start-LxcContainer $one -Config @{ 'lxc.monitor.signal.pdeath' = 'SIGUSR1'; 'lxc.init.cmd' = "/bin/sh -c '$line'" }
        Wait-Until { [IO.File]::Exists("$LxcPath/$one/rootfs/tmp/ready") } | Should -BeTrue
        $monitor = Get-Monitor $one
        Stop-Process -Id $monitor.Keeper -Force
        Wait-Until { [IO.File]::Exists("$LxcPath/$one/rootfs/tmp/told") } | Should -BeTrue
        Wait-Until { (Get-LxcContainer $one).State -eq 'Stopped' } | Should -BeTrue
        Start-LxcContainer $one
        Stop-LxcContainer $one -Kill
    }
}

Describe 'Variables' {
    # keys: lxc.environment lxc.environment.runtime lxc.environment.hooks
    It 'are init''s, the hooks'', or both''s' {
        $env:LXCPS_TEST_TAKEN = 'taken'
        $env:LXCPS_TEST_LEFT = 'left'
        $config = @{
            'lxc.environment' = 'BOTH=1', 'LXCPS_TEST_TAKEN', 'LXCPS_TEST_NONE'; 'lxc.environment.runtime' = 'RUNTIME=2', 'TWICE=init'
            'lxc.environment.hooks' = 'HOOKS=3', 'TWICE=hook'; 'lxc.hook.pre-start' = "sh -c 'export >$LxcPath/hook'"
        }
        $inside = Invoke-Init $config 'export'
        $outside = [IO.File]::ReadAllLines("$LxcPath/hook")
        Remove-Item Env:LXCPS_TEST_TAKEN, Env:LXCPS_TEST_LEFT
        [IO.File]::Delete("$LxcPath/hook")
        foreach ($name in "BOTH='1'", "LXCPS_TEST_TAKEN='taken'") {
            $inside | Should -Contain "export $name"
            $outside | Should -Contain "export $name"
        }

        $inside | Should -Contain "export RUNTIME='2'"
        $inside | Should -Contain "export TWICE='init'"
        $outside | Should -Contain "export HOOKS='3'"
        $outside | Should -Contain "export TWICE='hook'"
        $inside -match 'HOOKS|LEFT|NONE' | Should -BeNullOrEmpty
        $outside -match '^export (RUNTIME|LXCPS_TEST_NONE)=' | Should -BeNullOrEmpty

        # As LXC's: a hook of the host is run by whoever starts the container.
        $outside | Should -Contain "export LXCPS_TEST_LEFT='left'"
    }
}

Describe 'The device directory' -Tag Vm {
    AfterEach {
        Stop-LxcContainer $one -Kill
    }

    # keys: lxc.autodev.tmpfs.size lxc.tty.max lxc.tty.dir lxc.pty.max
    It 'has its size, its terminals where they are wanted, and as many pseudoterminals as it may' {
        Start-LxcContainer $one -Config @{ 'lxc.autodev.tmpfs.size' = '1MB'; 'lxc.tty.max' = '2'; 'lxc.tty.dir' = 'lxc'; 'lxc.pty.max' = '2' }
        Invoke-LxcCommand $one sh '-c' 'df -k /dev | tail -1' | Should -Match '\s1024\s'
        Invoke-LxcCommand $one sh '-c' 'for f in console tty1 tty2; do readlink /dev/$f; done' | Should -Be 'lxc/console', 'lxc/tty1', 'lxc/tty2'
        Invoke-LxcCommand $one sh '-c' 'ls /dev/lxc' | Should -Be 'console', 'tty1', 'tty2'
        Invoke-LxcCommand $one grep devpts /proc/mounts | Should -Match 'max=5'

        # Two besides the console and two terminals.
        $line = 'exec 3<>/dev/ptmx && exec 4<>/dev/ptmx && echo two; (exec 5<>/dev/ptmx) 2>/dev/null || echo no more'
        Invoke-LxcCommand $one sh '-c' $line | Should -Be 'two', 'no more'
    }

    # keys: lxc.autodev
    It 'is the root file system''s own without lxc.autodev' {
        Start-LxcContainer $one -Config @{ 'lxc.autodev' = '0' }
        Invoke-LxcCommand $one sh '-c' 'grep -c " /dev tmpfs" /proc/mounts' -ErrorAction Ignore | Should -Be 0
    }
}

Describe 'Mounts' -Tag Vm {
    BeforeAll {
        $shared = "$LxcPath/shared"
        $files = "$LxcPath/files"
        [void] [IO.Directory]::CreateDirectory($shared)
        [void] [IO.Directory]::CreateDirectory($files)
        [IO.File]::WriteAllText("$files/of-root", 'text')
        [IO.File]::WriteAllText("$LxcPath/fstab", "# comment`n`n$files mnt/a\040b none bind,create=dir,ro 0 0`ntmpfs mnt/small tmpfs size=64k,create=dir 0 0`n")
    }

    AfterEach {
        Stop-LxcContainer $one -Kill
    }

    AfterAll {
        [IO.Directory]::Delete($shared, $true)
        [IO.Directory]::Delete($files, $true)
        [IO.File]::Delete("$LxcPath/fstab")
    }

    # keys: lxc.mount.fstab
    It 'come from a table: lxc.mount.fstab' {
        Start-LxcContainer $one -Config @{ 'lxc.mount.fstab' = "$LxcPath/fstab" }
        Invoke-LxcCommand $one cat '/mnt/a b/of-root' | Should -Be 'text'
        Invoke-LxcCommand $one sh '-c' 'touch "/mnt/a b/x" 2>&1' | Should -Match 'Read-only'
        Invoke-LxcCommand $one grep '/mnt/small' /proc/mounts | Should -Match 'size=64k'
        Stop-LxcContainer $one -Kill
        (Get-Refusal @{ 'lxc.mount.fstab' = "$LxcPath/none" }).ConfigKey | Should -Be 'lxc.mount.fstab'
    }

    # keys: lxc.mount.entry
    It 'map ids as the container does, or as another user namespace does: idmap=' {
        $entry = "$files mnt none bind,{0} 0 0"
        Start-LxcContainer $one -Config @{ 'lxc.mount.entry' = ($entry -f 'rw') }
        Invoke-LxcCommand $one stat '-c' '%u' /mnt/of-root | Should -Be 65534 -Because 'root of the host is nobody there'
        Stop-LxcContainer $one -Kill
        Start-LxcContainer $one -Config @{ 'lxc.mount.entry' = ($entry -f 'idmap=container') }
        Invoke-LxcCommand $one stat '-c' '%u' /mnt/of-root | Should -Be 0
        Invoke-LxcCommand $one touch /mnt/made
        stat '-c' '%u' "$files/made" | Should -Be 0 -Because 'on the disk it is root''s'

        # Another container's map: what is root's for that one is nobody's here, and the reverse.
        $other = "other-$Unique"
        [void] (New-TestContainer $other)
        Start-LxcContainer $other
        $map = "/proc/$((Get-LxcContainer $other).ProcessId)/ns/user"
        Stop-LxcContainer $one -Kill
        Start-LxcContainer $one -Config @{ 'lxc.mount.entry' = ($entry -f "idmap=$map") }
        Invoke-LxcCommand $one stat '-c' '%u' /mnt/of-root | Should -Be 65534
        $own = "/proc/$((Get-LxcContainer $one).ProcessId)/ns/user"
        Stop-LxcContainer $other -Kill
        Start-LxcContainer $other -Config @{ 'lxc.mount.entry' = ($entry -f "idmap=$own") }
        Invoke-LxcCommand $other stat '-c' '%u' /mnt/of-root | Should -Be 65534
        Invoke-LxcCommand $other sh '-c' 'touch /mnt/x 2>&1' | Should -Not -BeNullOrEmpty
        Stop-LxcContainer $other, $one -Kill
        foreach ($wrong in 'idmap=u:0:1:1', 'idmap=/etc/passwd', "idmap=$LxcPath/none") {
            $refusal = Get-Refusal @{ 'lxc.mount.entry' = ($entry -f $wrong) }
            $refusal.ConfigKey | Should -Be 'lxc.mount.entry' -Because $wrong
        }

        Remove-LxcContainer $other -Confirm:$false
    }

    # keys: lxc.rootfs.options
    It 'of the root file system take options and maps: lxc.rootfs.options' {
        $text = Invoke-Init @{ 'lxc.rootfs.options' = 'idmap=container,ro,nodev,noatime' } 'grep " / " /proc/mounts; touch /x 2>&1'
        $text[0] | Should -Match '\sro,.*nodev.*noatime'
        $text[1] | Should -Match 'Read-only'

        # Another container's map where nothing of this one's files has an id.
        Start-LxcContainer $one
        $map = "/proc/$((Get-LxcContainer $one).ProcessId)/ns/user"
        $other = "other-$Unique"
        [void] (New-TestContainer $other)
        Start-LxcContainer $other -Config @{ 'lxc.rootfs.options' = "idmap=$map"; 'lxc.namespace.share.user' = $one }
        Invoke-LxcCommand $other stat '-c' '%u' /bin/busybox | Should -Be 0 -Because 'it is the map of the namespace that it joins'
        Stop-LxcContainer $other -Kill
        $outcome = Get-Outcome { Start-LxcContainer $other -Config @{ 'lxc.rootfs.options' = "idmap=$map,sunny" } }
        $outcome.Errors[0].Exception.ConfigKey | Should -Be 'lxc.rootfs.options'
        Remove-LxcContainer $other -Confirm:$false
    }

    It 'of the host appear later below a shared directory: lxc.mount.auto = shmounts:' {
        mount --bind $shared $shared
        mount --make-shared $shared
        try {
            Start-LxcContainer $one -Config @{ 'lxc.mount.auto' = 'proc:mixed sys:mixed', "shmounts:$shared" }
            [void] [IO.Directory]::CreateDirectory("$shared/later")
            mount -t tmpfs later "$shared/later"
            Invoke-LxcCommand $one grep '/dev/.lxc-mounts/later' /proc/mounts | Should -Match '^later '
            umount "$shared/later"
            Invoke-LxcCommand $one sh '-c' 'grep -c /dev/.lxc-mounts/later /proc/mounts' -ErrorAction Ignore | Should -Be 0

            # The other way nothing goes.
            Invoke-LxcCommand $one mount '-t' tmpfs inside /dev/.lxc-mounts/later
            [IO.File]::ReadAllText('/proc/self/mountinfo') | Should -Not -BeLike "*$shared/later*"
            Stop-LxcContainer $one -Kill
            Start-LxcContainer $one -Config @{ 'lxc.mount.auto' = "shmounts:${shared}:/srv/shared", 'proc' }
            Invoke-LxcCommand $one grep '/srv/shared' /proc/mounts | Should -Not -BeNullOrEmpty
        }
        finally {
            Stop-LxcContainer $one -Kill
            umount '-R' $shared
        }
    }

    # keys: lxc.mount.auto
    It 'of the kernel''s file systems: lxc.mount.auto = <_>' -ForEach 'proc', 'proc:mixed', 'proc:rw', 'sys', 'sys:mixed', 'sys:ro', 'sys:rw', 'cgroup', 'cgroup:mixed',
        'cgroup:ro', 'cgroup:rw', 'cgroup-full:mixed', 'cgroup-full:ro', 'cgroup-full:rw', 'cgroup:rw:force', 'cgroup2', 'cgroup2:ro' {
        # switch takes $_ for itself.
        $word = $_
        $kind, $mode = $word -split ':'
        $config = @{ 'lxc.mount.auto' = @(if ($kind -ne 'proc') { 'proc:mixed' }) + $word }
        $try = switch -Wildcard ($kind) {
            'proc' { 'f=/proc/sys/kernel/msgmax; p=$(cat $f); (echo $p >$f) 2>/dev/null && echo rw || echo ro' }
            'sys' { '[ -d /sys/devices/virtual/net/lo ] && grep -q " /sys sysfs ro" /proc/mounts && echo ro || echo rw' }
            'cgroup*' { 'grep "^cgroup2* /sys/fs/cgroup" /proc/mounts | sed "s/^[^ ]* [^ ]* [^ ]* \(..\),.*/\1/" | sort -u' }
        }

        # mixed: what is the container's own can be written. In a cgroup namespace that is all there is of cgroups.
        $wanted = switch -Regex ($word) { '^(proc|sys)(:mixed)?$|:ro' { 'ro' } default { 'rw' } }
        Invoke-Init $config $try | Should -Be $wanted
        if ($kind -notin 'proc', 'sys') {
            Invoke-Init $config 'grep -c " /sys/fs/cgroup cgroup2 " /proc/mounts' | Should -Be $(if ($kind -eq 'cgroup2' -or -not $isV1) { 1 } else { 0 })
        }
    }
}

Describe 'A monitor with mounts of its own' {
    # keys: lxc.monitor.unshare
    It 'keeps to itself what hooks mount: lxc.monitor.unshare = <_>' -ForEach '1', '0' {
        $place = "$LxcPath/place"
        [void] [IO.Directory]::CreateDirectory($place)
        $hook = "sh -c 'mount -t tmpfs hooks $place && echo seen >$place/seen'"
        Start-LxcContainer $one -Config @{ 'lxc.monitor.unshare' = $_; 'lxc.hook.pre-start' = $hook; 'lxc.mount.entry' = "$place mnt none bind 0 0" }
        Invoke-LxcCommand $one cat /mnt/seen | Should -Be 'seen'
        [IO.File]::Exists("$place/seen") | Should -Be ($_ -eq '0')
        Stop-LxcContainer $one -Kill
        if ($_ -eq '0') {
            umount $place
        }

        [IO.Directory]::Delete($place)
    }
}
