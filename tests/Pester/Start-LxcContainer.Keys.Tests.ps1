BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $two = "two-$Unique"
    [void] (New-TestContainer $one, $two)

    function Get-Namespace {
        # The namespace of a process, or of a container's init.
        param([object] $Of, [string] $Kind)
        $id = if ($Of -is [string]) { (Get-LxcContainer $Of).ProcessId } else { $Of }
        [IO.FileInfo]::new("/proc/$id/ns/$Kind").LinkTarget
    }

    function Get-Status {
        # A line of /proc/PID/status of a container's init.
        param([string] $Name, [string] $Field)
        $text = [IO.File]::ReadAllText("/proc/$((Get-LxcContainer $Name).ProcessId)/status")
        [regex]::Match($text, "(?m)^${Field}:\s+(.*)$").Groups[1].Value
    }

    function Get-Refusal {
        # The one error of a start with these keys, after which nothing is left.
        param([hashtable] $Config)
        $outcome = Get-Outcome { Start-LxcContainer $one -Config $Config }
        $outcome.Errors.Count | Should -Be 1
        (Get-LxcContainer $one).State | Should -Be Stopped
        Wait-Until { -not (Find-Leftover | Where-Object { $_ -match $one }) } | Should -BeTrue
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $outcome.Errors[0].Exception
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Namespaces' -Tag Vm {
    BeforeAll {
        Start-LxcContainer $two
    }

    AfterAll {
        Stop-LxcContainer $two -Kill
    }

    AfterEach {
        Stop-LxcContainer $one -Kill
    }

    # keys: lxc.namespace.share.net lxc.namespace.share.ipc lxc.namespace.share.uts
    It 'are joined by the name of a container: <_>' -ForEach 'net', 'ipc', 'uts' {
        Start-LxcContainer $one -Config @{ "lxc.namespace.share.$_" = $two }
        foreach ($kind in 'mnt', 'pid', 'uts', 'ipc', 'net', 'user', 'cgroup') {
            $same = (Get-Namespace $one $kind) -eq (Get-Namespace $two $kind)
            $same | Should -Be ($kind -eq $_) -Because $kind
            Get-Namespace $one $kind | Should -Not -Be (Get-Namespace $PID $kind)
        }

        Invoke-LxcCommand $one hostname | Should -Be $(if ($_ -eq 'uts') { $two } else { $one })
    }

    It 'are joined by the id of a process, by a container''s directory, and by a file' {
        $init = (Get-LxcContainer $two).ProcessId
        Start-LxcContainer $one -Config @{
            'lxc.namespace.share.net' = "$init"; 'lxc.namespace.share.ipc' = "$LxcPath/$two"; 'lxc.namespace.share.uts' = "/proc/$init/ns/uts"
        }
        foreach ($kind in 'net', 'ipc', 'uts') {
            Get-Namespace $one $kind | Should -Be (Get-Namespace $two $kind)
        }
    }

    # keys: lxc.namespace.share.user lxc.namespace.share.pid lxc.namespace.share.cgroup
    It 'of another user namespace come with its ids' {
        Start-LxcContainer $one -Config @{
            'lxc.namespace.share.user' = $two; 'lxc.namespace.share.pid' = $two; 'lxc.namespace.share.net' = $two; 'lxc.namespace.share.cgroup' = $two
            'lxc.init.cmd' = '/bin/sleep 1002'
        }
        $init = (Get-LxcContainer $one).ProcessId
        foreach ($kind in 'user', 'pid', 'net', 'cgroup') {
            Get-Namespace $one $kind | Should -Be (Get-Namespace $two $kind)
        }

        [IO.File]::ReadAllText("/proc/$init/uid_map") | Should -Be ([IO.File]::ReadAllText("/proc/$((Get-LxcContainer $two).ProcessId)/uid_map"))
        Get-Status $one Uid | Should -Be (Get-Status $two Uid)
        Invoke-LxcCommand $one stat '-c' '%u' /bin/busybox | Should -Be 0 -Because 'the files are mapped by the same ids'

        # It is not the first process of its namespace: only its control group says which are its own.
        $started = @(Get-ContainerProcess $two).Count
        Invoke-LxcCommand $one sh '-c' 'sleep 1000 >/dev/null 2>&1 & echo' | Out-Null
        @(Get-ContainerProcess $two).Count | Should -Be ($started + 1)
        Stop-LxcContainer $one -Kill
        (Get-LxcContainer $two).State | Should -Be Running
        Get-ContainerProcess $two | Where-Object CommandLine -Match 'sleep 100' |
            Should -BeNullOrEmpty -Because 'what ran in the container ends with it'
    }

    # keys: lxc.namespace.keep lxc.namespace.clone
    It 'are the host''s where they are kept, and only those are made that are named' {
        Start-LxcContainer $one -Config @{ 'lxc.namespace.keep' = 'uts ipc' }
        foreach ($kind in 'uts', 'ipc', 'net', 'pid') {
            ((Get-Namespace $one $kind) -eq (Get-Namespace $PID $kind)) | Should -Be ($kind -in 'uts', 'ipc') -Because $kind
        }

        Stop-LxcContainer $one -Kill
        Start-LxcContainer $one -Config @{ 'lxc.namespace.clone' = 'mnt pid user net time' }
        foreach ($kind in 'mnt', 'pid', 'user', 'net', 'time', 'uts', 'ipc', 'cgroup') {
            ((Get-Namespace $one $kind) -eq (Get-Namespace $PID $kind)) | Should -Be ($kind -in 'uts', 'ipc', 'cgroup') -Because $kind
        }
    }

    It 'of cgroups are seen no further than the own cgroup where they are the host''s' {
        Start-LxcContainer $one -Config @{ 'lxc.namespace.keep' = 'cgroup' }
        $places = @(Invoke-LxcCommand $one find /sys/fs/cgroup '-name' cgroup.procs)
        $places | Should -Not -BeNullOrEmpty
        $places | Where-Object { $_ -notlike "*/lxc.payload.$one/cgroup.procs" } | Should -BeNullOrEmpty
        foreach ($line in Invoke-LxcCommand $one cat /proc/1/cgroup) {
            # number:controllers:path, see cgroups(7)
            $path = ($line -split ':', 3)[2]
            $places | Where-Object { $_ -like "/sys/fs/cgroup*$path/cgroup.procs" } | Should -Not -BeNullOrEmpty -Because $line
        }

        Invoke-LxcCommand $one sh '-c' 'mkdir /sys/fs/cgroup/more 2>&1; exit 0' | Should -BeLike '*Read-only*'
    }

    # keys: lxc.namespace.share.mnt
    It 'of the mount kind are neither kept nor shared, and a missing one is named' {
        foreach ($config in @{ 'lxc.namespace.keep' = 'mnt' }, @{ 'lxc.namespace.clone' = 'pid net' }, @{ 'lxc.namespace.share.mnt' = $two }) {
            $refusal = Get-Refusal $config
            $refusal.ErrorId | Should -Be ConfigUnsupported
            $refusal.ConfigKey | Should -BeIn $config.Keys
        }

        Stop-LxcContainer $two -Kill
        foreach ($target in $two, '4194303', "$LxcPath/nobody", '/proc/4194303/ns/net') {
            $refusal = Get-Refusal @{ 'lxc.namespace.share.net' = $target }
            $refusal.ErrorId | Should -Be NamespaceFailed -Because $target
            $refusal.ConfigKey | Should -Be 'lxc.namespace.share.net'
            $refusal.Message | Should -BeLike "*'$target'*"
        }

        Start-LxcContainer $two
    }
}

Describe 'Clocks' -Tag Vm {
    AfterEach {
        Stop-LxcContainer $one -Kill
    }

    # keys: lxc.time.offset.boot lxc.time.offset.monotonic
    It 'have the offsets of lxc.time.offset.*, for attached programs too' {
        Start-LxcContainer $one -Config @{ 'lxc.time.offset.boot' = '100h'; 'lxc.time.offset.monotonic' = '-1500 ms' }
        $init = (Get-LxcContainer $one).ProcessId
        $offsets = [IO.File]::ReadAllText("/proc/$init/timens_offsets")
        $offsets | Should -Match '(?m)^boottime\s+360000\s+0$'
        $offsets | Should -Match '(?m)^monotonic\s+-2\s+500000000$'
        $inside = [double] (Invoke-LxcCommand $one cut '-d' ' ' '-f1' /proc/uptime)
        $outside = [double] [IO.File]::ReadAllText('/proc/uptime').Split(' ')[0]
        ($inside - $outside) | Should -BeGreaterThan 359000
        ($inside - $outside) | Should -BeLessThan 361000
        Invoke-LxcCommand $one readlink /proc/self/ns/time | Should -Be (Get-Namespace $one time)
    }

    It 'are the host''s without' {
        Start-LxcContainer $one
        Get-Namespace $one time | Should -Be (Get-Namespace $PID time)
    }

    It 'cannot go back behind their beginning, nor be set in a namespace of another''s' {
        $refusal = Get-Refusal @{ 'lxc.time.offset.boot' = '-100000 h' }
        $refusal.ErrorId | Should -Be NamespaceFailed
        $refusal.ConfigKey | Should -BeLike 'lxc.time.offset*'
        (Get-Refusal @{ 'lxc.time.offset.boot' = '1h'; 'lxc.namespace.keep' = 'time' }).ConfigKey | Should -Be 'lxc.time.offset.boot'
    }
}

Describe 'A core scheduling domain' -Tag Vm {
    AfterEach {
        Stop-LxcContainer $one -Kill
    }

    # keys: lxc.sched.core
    It 'is the container''s own and of its programs, or refused by name' {
        # The session's own way to the kernel says whether it has them.
        $outcome = Get-Outcome { Start-LxcContainer $one -Config @{ 'lxc.sched.core' = '1' } }
        if ($outcome.Errors.Count -eq 0) {
            $cookie = [LxcPS.Native.Processes]::SchedulingCookieOf((Get-LxcContainer $one).ProcessId)
            $cookie | Should -Not -Be 0
            [LxcPS.Native.Processes]::SchedulingCookieOf($PID) | Should -Be 0
            $pipeline = Start-Beside "Invoke-LxcCommand $one sleep 1001"
            Wait-Until { Get-ContainerProcess $one | Where-Object CommandLine -EQ 'sleep 1001' } | Should -BeTrue
            $id = (Get-ContainerProcess $one | Where-Object CommandLine -EQ 'sleep 1001').Id
            [LxcPS.Native.Processes]::SchedulingCookieOf($id) | Should -Be $cookie
            [void] (Stop-Beside $pipeline)
            Stop-LxcContainer $one -Kill
            Start-LxcContainer $one
            [LxcPS.Native.Processes]::SchedulingCookieOf((Get-LxcContainer $one).ProcessId) | Should -Be 0
        }
        else {
            $outcome.Errors[0].Exception.ErrorId | Should -Be ConfigUnsupported
            $outcome.Errors[0].Exception.ConfigKey | Should -Be 'lxc.sched.core'
            $outcome.Errors[0].Exception.Errno | Should -BeIn 19, 22
            (Get-LxcContainer $one).State | Should -Be Stopped
        }
    }
}

Describe 'SELinux contexts' {
    AfterEach {
        Stop-LxcContainer $one -Kill
    }

    # keys: lxc.selinux.context lxc.selinux.context.keyring
    It 'are left out with a warning where the kernel has no SELinux' -Skip:([IO.File]::Exists('/sys/fs/selinux/enforce')) {
        $config = @{ 'lxc.selinux.context' = 'system_u:system_r:lxc_t:s0:c22'; 'lxc.selinux.context.keyring' = 'unconfined_t' }
        Start-LxcContainer $one -Config $config -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings.Count | Should -Be 1
        "$warnings" | Should -Match 'lxc\.selinux\.context = system_u:system_r:lxc_t:s0:c22 .* without SELinux'
        (Get-LxcContainer $one).State | Should -Be Running
    }
}

Describe 'An ephemeral container' -Tag Vm {
    # keys: lxc.ephemeral
    It 'is removed when it has stopped, and not when it reboots' {
        $name = "gone-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.ephemeral' = '1' })
        Start-LxcContainer $name
        Wait-Init $name
        $before = (Get-LxcContainer $name).ProcessId
        Invoke-LxcCommand $name reboot '-f' -ErrorAction Ignore
        Wait-Reboot $name $before
        $outcome = Get-Outcome { Restart-LxcContainer $name -Kill }
        Assert-OneError $outcome StopFailed InvalidOperation $name
        $outcome.Errors[0].Exception.ConfigKey | Should -Be 'lxc.ephemeral'
        (Get-LxcContainer $name).State | Should -Be Running
        Stop-LxcContainer $name -Kill
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
        (Get-Outcome { Get-LxcContainer $name }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'ContainerNotFound,*'
    }

    It 'stays when it did not start' {
        $name = "stays-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.ephemeral' = '1'; 'lxc.init.cmd' = '/nothing' })
        (Get-Outcome { Start-LxcContainer $name }).Errors.Count | Should -Be 1
        (Get-LxcContainer $name).State | Should -Be Stopped
        Start-LxcContainer $name -Command echo ran | Should -Be 'ran'
        Wait-Until { -not [IO.Directory]::Exists("$LxcPath/$name") } | Should -BeTrue
    }
}

Describe 'The console' -Tag Vm {
    AfterEach {
        Stop-LxcContainer $one -Kill
        [IO.File]::Delete("$LxcPath/console.peer")
    }

    # keys: lxc.console.path
    It 'is joined to the file of lxc.console.path' {
        Start-LxcContainer $one -Config @{ 'lxc.console.path' = "$LxcPath/console.peer" }
        Invoke-LxcCommand $one sh '-c' 'echo for the peer >/dev/console'
        Wait-Until { [IO.File]::ReadAllText("$LxcPath/console.peer") -like '*for the peer*' } | Should -BeTrue
    }

    It 'is joined to a terminal, which is raw meanwhile and has its settings back at the end' {
        Start-LxcContainer $two -Config @{ 'lxc.tty.max' = '1'; 'lxc.init.cmd' = '/bin/sleep 1000' }
        try {
            $terminal = "/proc/$((Get-LxcContainer $two).ProcessId)/root/dev/tty1"
            $before = & stty '-F' $terminal '-a'
            Start-LxcContainer $one -Config @{ 'lxc.console.path' = $terminal }
            & stty '-F' $terminal '-a' | Should -Not -Be $before
            Stop-LxcContainer $one -Kill
            & stty '-F' $terminal '-a' | Should -Be $before
        }
        finally {
            Stop-LxcContainer $two -Kill
        }
    }

    It 'that cannot be had keeps the container from starting' {
        $refusal = Get-Refusal @{ 'lxc.console.path' = "$LxcPath/nowhere/console" }
        $refusal.ErrorId | Should -Be ConsoleFailed
        $refusal.ConfigKey | Should -Be 'lxc.console.path'
    }
}

Describe 'The console''s log' {
    AfterEach {
        Stop-LxcContainer $one -Kill
        [IO.Directory]::GetFiles($LxcPath, 'console.log*') | ForEach-Object { [IO.File]::Delete($_) }
    }

    # keys: lxc.console.logfile lxc.console.size lxc.console.rotate
    It 'keeps its size, and one older file where it rotates: <Rotate>' -ForEach @(@{ Rotate = '1' }, @{ Rotate = '0' }) {
        $log = "$LxcPath/console.log"
        Start-LxcContainer $one -Config @{ 'lxc.console.logfile' = $log; 'lxc.console.size' = '8KB'; 'lxc.console.rotate' = $Rotate }
        Invoke-LxcCommand $one sh '-c' 'i=0; while [ $i -lt 400 ]; do echo "line $i of four hundred that go to the console" >/dev/console; i=$((i+1)); done'
        Wait-Until { [IO.File]::ReadAllText($log).Contains('line 399 ') } | Should -BeTrue
        [IO.FileInfo]::new($log).Length | Should -BeLessOrEqual 8192
        [IO.File]::Exists("$log.1") | Should -Be ($Rotate -eq '1')
        if ($Rotate -eq '1') {
            [IO.FileInfo]::new("$log.1").Length | Should -BeLessOrEqual 8192
            $lines = [IO.File]::ReadAllLines("$log.1") + [IO.File]::ReadAllLines($log) | Where-Object { $_ -match '^line \d+ ' }
            $lines[-1] | Should -Match '^line 399 '
            $lines.Count | Should -BeGreaterThan 150
        }
    }

    It 'grows without one' {
        $log = "$LxcPath/console.log"
        Start-LxcContainer $one -Config @{ 'lxc.console.logfile' = $log }
        Invoke-LxcCommand $one sh '-c' 'i=0; while [ $i -lt 400 ]; do echo "line $i of four hundred that go to the console" >/dev/console; i=$((i+1)); done'
        Wait-Until { [IO.FileInfo]::new($log).Length -gt 16384 } | Should -BeTrue
    }
}
