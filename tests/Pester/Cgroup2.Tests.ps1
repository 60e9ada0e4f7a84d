BeforeDiscovery {
    # Below a cgroup with processes of others no controller can be had: a login session is in one, the root is none.
    $places = @{ Place = 'the root cgroup'; Below = '' }, @{ Place = 'a cgroup below it'; Below = "session-$([guid]::NewGuid().ToString('n').Substring(0, 8))" }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $groups = '/sys/fs/cgroup'

    function Read-Group {
        # What the kernel has in a file of a container's cgroup.
        param([string] $Name, [string] $File)
        [IO.File]::ReadAllText("$groups/lxc.payload.$Name/$File").Trim()
    }

    function Get-Group {
        # The cgroups of this file's containers.
        find $groups -mindepth 1 -type d -name "*$Unique*" | Sort-Object
    }

    function Invoke-Line {
        param([string] $Name, [string] $Line)
        Invoke-LxcCommand $Name sh -ArgumentList '-c', $Line -PassThru
    }

    function Stop-Monitor {
        # Kills it. It moves into its cgroup when nobody waits for it any more.
        param([string] $Name)
        $file = "$groups/lxc.monitor.$Name/cgroup.procs"
        Wait-Until { [IO.File]::Exists($file) -and [IO.File]::ReadAllText($file) } 20 | Should -BeTrue
        foreach ($id in [IO.File]::ReadAllLines($file)) {
            # One of the two goes with the other.
            Stop-Process -Id ([int] $id) -Force -ErrorAction SilentlyContinue
        }
    }

    function Enter-Group {
        # Moves this session, and with it what it starts.
        param([string] $Path)
        [IO.File]::WriteAllText("$groups$Path/cgroup.procs", "$PID")
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Containers on cgroup v2 alone, from <Place>' -Tag CgroupV2 -ForEach $places {
    BeforeAll {
        $own = [IO.File]::ReadAllText('/proc/self/cgroup').Trim().Split(':', 3)[2]
        [void] [IO.Directory]::CreateDirectory("$groups/$Below")
        Enter-Group "/$Below"
        $one = "one-$Unique"
        $two = "two-$Unique"
        [void] (New-LxcContainer $one, $two -Template Busybox -Memory 64MB -Pids 50)
        Start-LxcContainer $one
    }

    AfterAll {
        Get-LxcContainer | Remove-LxcContainer -Force
        Enter-Group $own
        if ($Below) {
            # The helper that this session has ready was born there, and is for a few seconds.
            Wait-Until { -not [IO.File]::ReadAllText("$groups/$Below/cgroup.procs") } | Should -BeTrue
            [IO.Directory]::Delete("$groups/$Below")
        }

        Get-Group | Should -BeNullOrEmpty
    }

    It 'is a host that has all that is required' {
        Test-LxcHost -Quiet | Should -BeTrue
    }

    It 'gives the kernel the limits of New-LxcContainer' {
        Read-Group $one memory.max | Should -Be 67108864
        Read-Group $one pids.max | Should -Be 50
    }

    It 'runs a command in the container''s cgroup' {
        Invoke-LxcCommand $one hostname | Should -Be $one
        Invoke-LxcCommand $one cat -ArgumentList /proc/self/cgroup | Should -Be '0::/'
    }

    It 'limits a running container' {
        Set-LxcCgroup $one -Memory 128MB -MemorySwap 192MB -MemoryHigh 100MB -MemoryLow 8MB -Cpu 0.5 -Pids 77 -CpuSet 0 -CpuWeight 250 -IoWeight 300
        Read-Group $one memory.max | Should -Be 134217728
        Read-Group $one memory.swap.max | Should -Be 67108864
        Read-Group $one memory.high | Should -Be 104857600
        Read-Group $one memory.low | Should -Be 8388608
        Read-Group $one cpu.max | Should -Be '50000 100000'
        Read-Group $one cpu.weight | Should -Be 250
        Read-Group $one cpuset.cpus | Should -Be 0
        Read-Group $one pids.max | Should -Be 77
        Read-Group $one io.weight | Should -Be 'default 300'
    }

    It 'reads limits and use' {
        $limits = Get-LxcCgroup $one
        $limits.Memory | Should -Be 128MB
        $limits.MemorySwap | Should -Be 192MB
        $limits.Cpu | Should -Be 0.5
        $limits.Pids | Should -Be 77
        $limits.MemoryUsage | Should -BeGreaterThan 0
        $limits.PidsUsage | Should -BeGreaterThan 0
        $limits.CpuTime | Should -BeGreaterThan ([timespan]::Zero)
    }

    It 'takes a file by the name of either version' {
        Set-LxcCgroup $one -Key memory.limit_in_bytes -Value 120M
        Read-Group $one memory.max | Should -Be 125829120
        Set-LxcCgroup $one -Key memory.max -Value 130M
        Read-Group $one memory.max | Should -Be 136314880
    }

    It 'changes nothing when the kernel refuses' {
        $before = [IO.File]::ReadAllText("$LxcPath/$one/config")
        { Set-LxcCgroup $one -Pids 88 -CpuSet 0-99 } | Should -Throw -ErrorId 'CgroupRefused,LxcPS.Commands.SetLxcCgroupCommand'
        [IO.File]::ReadAllText("$LxcPath/$one/config") | Should -Be $before
        Read-Group $one pids.max | Should -Be 77
    }

    It 'limits a stopped container' {
        Set-LxcCgroup $two -Memory 96MB -Cpu 1.5 -Pids 33 -CpuSet 0 -CpuWeight 40
        Start-LxcContainer $two
        Read-Group $two memory.max | Should -Be 100663296
        Read-Group $two cpu.max | Should -Be '150000 100000'
        Read-Group $two cpu.weight | Should -Be 40
        Read-Group $two cpuset.cpus | Should -Be 0
        Read-Group $two pids.max | Should -Be 33
    }

    It 'lifts limits' {
        Set-LxcCgroup $two -Memory -1 -Cpu -1 -Pids -1
        Read-Group $two memory.max | Should -Be max
        Read-Group $two cpu.max | Should -Be 'max 100000'
        Read-Group $two pids.max | Should -Be max
    }

    It 'suspends and resumes' {
        Suspend-LxcContainer $one
        (Get-LxcContainer $one).State | Should -Be Frozen
        Read-Group $one cgroup.events | Should -Match 'frozen 1'
        Resume-LxcContainer $one
        (Get-LxcContainer $one).State | Should -Be Running
        Read-Group $one cgroup.events | Should -Match 'frozen 0'
    }

    It 'holds the limit of processes' {
        Set-LxcCgroup $one -Pids 10
        (Invoke-Line $one 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 2 & done; wait').Error | Should -Match 'can''t fork'
        Set-LxcCgroup $one -Pids 60
    }

    It 'holds the limit of memory' {
        Set-LxcCgroup $one -Memory 20MB -MemoryHigh -1
        [void] (Invoke-Line $one 'head -c 60000000 /dev/zero | tail')
        Read-Group $one memory.events | Should -Match 'oom_kill [1-9]'
    }

    It 'gives the container''s root its cgroup, and not its limits' {
        (Invoke-Line $one 'mkdir /sys/fs/cgroup/mine && rmdir /sys/fs/cgroup/mine').ExitCode | Should -Be 0
        (Invoke-Line $one 'echo max > /sys/fs/cgroup/memory.max').ExitCode | Should -Not -Be 0
    }

    It 'enters, halts and reads a container that hands controllers on' {
        $line = 'cd /sys/fs/cgroup && mkdir init.scope && for p in $(cat cgroup.procs); do echo $p > init.scope/cgroup.procs; done 2>/dev/null; ' +
            'echo "+pids +memory" > cgroup.subtree_control && cat cgroup.subtree_control'
        (Invoke-Line $two $line).Output | Should -Be 'memory pids'
        Invoke-LxcCommand $two cat -ArgumentList /proc/self/cgroup | Should -Be '0::/init.scope'
        Suspend-LxcContainer $two
        Resume-LxcContainer $two
        Set-LxcCgroup $two -Memory 200MB
        Read-Group $two memory.max | Should -Be 209715200
    }

    It 'restarts, stops and leaves nothing' {
        Restart-LxcContainer $one, $two
        Invoke-LxcCommand $two hostname | Should -Be $two
        Stop-LxcContainer $one
        Stop-LxcContainer $two -Kill
        (Get-LxcContainer $one, $two).State | Should -Be Stopped, Stopped
        Wait-Until { -not (Get-Group) } | Should -BeTrue
    }

    It 'translates keys of version 1' {
        $name = "v1-$Unique"
        [void] (New-TestContainer $name @{
                'lxc.cgroup.memory.limit_in_bytes' = '50M'
                'lxc.cgroup.cpu.shares' = '512'
                'lxc.cgroup.cpu.cfs_quota_us' = '25000'
                'lxc.cgroup.cpuset.cpus' = '0'
                'lxc.cgroup.pids.max' = '44'
            })
        Start-LxcContainer $name
        Read-Group $name memory.max | Should -Be 52428800
        Read-Group $name cpu.max | Should -Be '25000 100000'
        Read-Group $name cpu.weight | Should -Be 50
        Read-Group $name cpuset.cpus | Should -Be 0
        Read-Group $name pids.max | Should -Be 44
        Stop-LxcContainer $name -Kill
    }

    It 'gives a privileged container its limits, and none of the host''s disks' {
        $name = "privileged-$Unique"
        [void] (New-LxcContainer $name -Template Busybox -Privileged -Memory 64MB)
        Start-LxcContainer $name
        Read-Group $name memory.max | Should -Be 67108864
        # A disk that the host really has, so the refusal can only be that of the device rules.
        $disk = Get-ChildItem /sys/class/block | Where-Object Name -NotMatch '^(loop|ram|zram)' | Select-Object -First 1
        $number = [IO.File]::ReadAllText("$($disk.FullName)/dev").Trim().Replace(':', ' ')
        $result = Invoke-Line $name "mknod /tmp/disk b $number && head -c 512 /tmp/disk | wc -c"
        $result.Output | Should -Be 0
        $result.Error | Should -Be 'head: /tmp/disk: Operation not permitted'
        (Invoke-Line $name 'head -c 3 /dev/zero | wc -c').Output | Should -Be 3
        Restart-LxcContainer $name -Kill
        Read-Group $name memory.max | Should -Be 67108864
        Stop-LxcContainer $name -Kill
    }

    It 'runs one program in a container over the host''s files' {
        $name = "host-$Unique"
        [void] (New-LxcContainer $name -Pids 60)
        Start-LxcContainer $name -Command sh -ArgumentList '-c', 'cat /proc/self/cgroup; id -u; exit 7' | Should -Be '0::/', '0'
        $LASTEXITCODE | Should -Be 7
    }

    It 'starts and limits several at once' {
        $names = 1..5 | ForEach-Object { "n$_-$Unique" }
        [void] (New-LxcContainer $names -Template Busybox -Pids 20)
        Get-LxcContainer "n?-$Unique" | Start-LxcContainer
        (Get-LxcContainer "n?-$Unique").State | Should -Be (@('Running') * $names.Count)
        Invoke-LxcCommand "n?-$Unique" hostname | Sort-Object | Should -Be $names
        foreach ($name in $names) {
            Read-Group $name pids.max | Should -Be 20
        }

        Get-LxcContainer "n?-$Unique" | Stop-LxcContainer -Kill
        Get-LxcContainer "n?-$Unique" | Remove-LxcContainer -Force
    }

    It 'starts a container whose monitor was killed' {
        Start-LxcContainer $one
        Stop-Monitor $one
        Start-LxcContainer $one
        # The monitor enters its own when nobody waits for it any more.
        Wait-Until { "$(Get-Group)" -eq "$groups/lxc.monitor.$one $groups/lxc.payload.$one" } | Should -BeTrue
        Invoke-LxcCommand $one hostname | Should -Be $one
        Stop-LxcContainer $one -Kill
    }

    It 'removes a container whose monitor was killed' {
        $name = "killed-$Unique"
        [void] (New-TestContainer $name)
        Start-LxcContainer $name
        Stop-Monitor $name
        Remove-LxcContainer $name -Force
        Get-Group | Where-Object { $_ -like "*$name" } | Should -BeNullOrEmpty
    }

    # keys: lxc.cgroup.relative
    It 'puts a container below the caller with lxc.cgroup.relative' {
        $name = "relative-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.cgroup.relative' = '1' })
        if (-not $Below) {
            Set-LxcCgroup $name -Pids 20
        }

        Start-LxcContainer $name
        $group = if ($Below) { "$groups/$Below/lxc.payload.$name" } else { "$groups/lxc.payload.$name" }
        [IO.Directory]::Exists($group) | Should -BeTrue
        if (-not $Below) {
            Get-Content "$group/pids.max" | Should -Be 20
        }

        Stop-LxcContainer $name -Kill
        Remove-LxcContainer $name -Force
    }

    It 'makes the cgroups that lxc.cgroup.dir asks for' {
        $name = "inner-$Unique"
        [void] (New-LxcContainer $name -Template Busybox -Pids 20 -Config @{
                'lxc.cgroup.dir.container' = "deep-$Unique/one/payload"
                'lxc.cgroup.dir.container.inner' = 'in'
                'lxc.cgroup.dir.monitor' = "deep-$Unique/monitor"
            })
        Start-LxcContainer $name
        Get-Content "$groups/deep-$Unique/one/payload/pids.max" | Should -Be 20
        Set-LxcCgroup $name -Memory 60MB
        Get-Content "$groups/deep-$Unique/one/payload/memory.max" | Should -Be 62914560
        Stop-LxcContainer $name -Kill
        Remove-LxcContainer $name -Force
        Wait-Until { -not [IO.Directory]::Exists("$groups/deep-$Unique") } | Should -BeTrue
    }
}
