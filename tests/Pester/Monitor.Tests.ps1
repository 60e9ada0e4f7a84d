# The two processes of a monitor: what the watcher has given up, that it does its work all the same, and that each end is seen by the other.
BeforeDiscovery {
    # Where it was built with the archives of the libraries.
    $machine = [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture -eq 'Arm64' ? 'aarch64' : 'x86_64'
    $isStatic = Test-Path "/usr/lib/$machine-linux-gnu/libseccomp.a"
    $hasLxc = [bool] (Get-Command lxc-wait, lxc-monitor, lxc-freeze -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $name = "watched-$Unique"
    $log = Join-Path $LxcPath 'console.log'
    [void] (New-TestContainer $name @{ 'lxc.console.logfile' = $log; 'lxc.console.buffer.size' = 'auto' })
    $landlock = [LxcPS.Native.Landlock]::Version

    function Get-StatusLine {
        param([int] $Id, [string] $Key)
        (@([IO.File]::ReadAllLines("/proc/$Id/status") -like "${Key}:*")[0] -split '\s+', 2)[1]
    }

    function Get-OpenFile {
        # What the descriptors of a process lead to.
        param([int] $Id)
        foreach ($link in [IO.Directory]::GetFileSystemEntries("/proc/$Id/fd")) {
            [IO.FileInfo]::new($link).LinkTarget
        }
    }

    function Get-Freezer {
        # The file that freezes the container.
        $init = (Get-LxcContainer $name).ProcessId
        foreach ($line in [IO.File]::ReadAllLines("/proc/$init/cgroup")) {
            $fields = $line.Split(':', 3)
            $path = $fields[2] -replace "(lxc\.payload\.$name).*", '$1'
            foreach ($file in "/sys/fs/cgroup/freezer$path/freezer.state", "/sys/fs/cgroup$path/cgroup.freeze") {
                if (($fields[1] -eq 'freezer' -or $fields[1] -eq '') -and [IO.File]::Exists($file)) {
                    return $file
                }
            }
        }
    }

    function Restart-FromInside {
        # Returns when it runs with another init.
        $before = (Get-LxcContainer $name).ProcessId
        Invoke-LxcCommand $name reboot '-f' -ErrorAction Ignore
        Wait-Reboot $name $before
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'A monitor' {
    BeforeEach {
        Start-LxcContainer $name -ErrorAction Stop
        $monitor = Get-Monitor $name
    }

    AfterEach {
        Stop-LxcContainer $name -Kill
    }

    It 'is a keeper, which is init''s parent, and a watcher, which is the keeper''s child' -Tag Vm {
        $monitor.Count | Should -Be 2
        $monitor.Keeper | Should -BeGreaterThan 1
        Get-StatusLine $monitor.Watcher PPid | Should -Be $monitor.Keeper
        Get-StatusLine $monitor.Watcher Name | Should -Be 'lxcps-watcher'
    }

    It 'has the watcher take all that comes from the container, and the keeper none of it' {
        @(Get-OpenFile $monitor.Watcher) -match 'ptmx' | Should -Not -BeNullOrEmpty
        Get-OpenFile $monitor.Watcher | Should -Contain $log
        $kept = @(Get-OpenFile $monitor.Keeper)
        $kept -match 'ptmx|pts|seccomp|console' | Should -BeNullOrEmpty
        # The container's name, and the way to the watcher.
        $kept -match '^socket:' | Should -HaveCount 2
    }

    It 'is an executable that needs no library of the host' -Skip:(-not $isStatic) {
        $place = Join-Path $LxcPath 'empty'
        [void] (New-Item -ItemType Directory $place)
        $machine = [Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture -eq 'Arm64' ? 'arm64' : 'x64'
        Copy-Item (Join-Path (Split-Path $env:LXCPS_MODULE) "runtimes/linux-$machine/lxcps-monitor") "$place/lxcps-monitor"
        (& chroot $place /lxcps-monitor 2>&1) -join "`n" | Should -Match '^usage: lxcps-monitor start '
        $LASTEXITCODE | Should -Be 2
        Remove-Item $place -Recurse
    }

    It 'is in the monitor''s control groups with both processes' -Tag Vm {
        foreach ($id in $monitor.Keeper, $monitor.Watcher) {
            Wait-Until { [IO.File]::ReadAllText("/proc/$id/cgroup") -match "lxc\.monitor\.$name" } | Should -BeTrue
        }

        # In each hierarchy.
        Compare-Object ([IO.File]::ReadAllLines("/proc/$($monitor.Keeper)/cgroup")) ([IO.File]::ReadAllLines("/proc/$($monitor.Watcher)/cgroup")) |
            Should -BeNullOrEmpty
    }

    It 'has a watcher that cannot open another file than it needs, even at the place of one that it needs' -Tag Vm {
        if ($landlock -eq 0) {
            Set-ItResult -Skipped -Because 'this kernel has no Landlock'
            return
        }

        Get-StatusLine $monitor.Watcher NoNewPrivs | Should -Be 1
        Get-StatusLine $monitor.Keeper NoNewPrivs | Should -Be 0

        # For everybody else it is a file that can be written, and that says what was written.
        $other = Join-Path $LxcPath 'other'
        [IO.File]::WriteAllText($other, "THAWED`n")
        $freezer = Get-Freezer
        mount --bind $other $freezer
        try {
            Suspend-LxcContainer $name -ErrorVariable problem -ErrorAction SilentlyContinue
            $problem | Should -HaveCount 1
            $problem[0].Exception.Errno | Should -Be 13 -Because 'of the watcher''s rights this file has none'
            [IO.File]::ReadAllText($other) | Should -Be "THAWED`n"
        }
        finally {
            umount $freezer
        }

        Suspend-LxcContainer $name -ErrorAction Stop
        (Get-LxcContainer $name).State | Should -Be 'Frozen'
        Resume-LxcContainer $name -ErrorAction Stop
    }

    It 'writes the console''s log, before and after reboots from inside' -Tag Vm {
        foreach ($round in 1..3) {
            Invoke-LxcCommand $name sh '-c' "echo round$round > /dev/console"
            Wait-Until { [IO.File]::ReadAllText($log).Contains("round$round") } | Should -BeTrue
            $last = Get-Monitor $name
            $last.Keeper | Should -Be $monitor.Keeper
            if ($round -lt 3) {
                Restart-FromInside
                (Get-Monitor $name).Watcher | Should -Not -Be $last.Watcher
            }
        }
    }

    It 'is one that LXC''s tools can ask, freeze and stop' -Tag Vm -Skip:(-not $hasLxc) {
        lxc-freeze -P $LxcPath -n $name
        lxc-info -P $LxcPath -n $name -s -H | Should -Be 'FROZEN'
        lxc-unfreeze -P $LxcPath -n $name
        lxc-info -P $LxcPath -n $name -s -H | Should -Be 'RUNNING'
        lxc-stop -P $LxcPath -n $name -k
        (Get-LxcContainer $name).State | Should -Be 'Stopped'
    }

    It 'keeps those who wait for its end through reboots from inside, and tells all states' -Skip:(-not $hasLxc) {
        $states = Join-Path $LxcPath 'states'
        $listener = Start-Process lxc-monitor "-P $LxcPath -n $name" -RedirectStandardOutput $states -PassThru
        $waiting = Start-Process lxc-wait "-P $LxcPath -n $name -s STOPPED -t 60" -PassThru
        $ours = Start-Beside "Wait-LxcContainer '$name' -State Stopped -Timeout 60"
        try {
            # Those that have connected: each is a socket more of the watcher's.
            Wait-Until { @((Get-OpenFile $monitor.Watcher) -match '^socket:').Count -ge 4 } | Should -BeTrue
            Wait-Until { [IO.File]::Exists("/run/lxc$LxcPath/monitor-fifo") } | Should -BeTrue
            Restart-FromInside
            Restart-FromInside
            $waiting.HasExited | Should -BeFalse
            $ours.Handle.IsCompleted | Should -BeFalse
            Stop-LxcContainer $name -Kill
            $waiting.WaitForExit(10000) | Should -BeTrue
            $waiting.ExitCode | Should -Be 0
            Wait-Until { $ours.Handle.IsCompleted } | Should -BeTrue
            $ours.Pipeline.Streams.Error | Should -BeNullOrEmpty
            $expected = ('STOPPING', 'STARTING', 'RUNNING') * 2 + 'STOPPING', 'STOPPED'
            Wait-Until { [IO.File]::ReadAllText($states) -match 'STOPPED' } | Should -BeTrue
            @([regex]::Matches([IO.File]::ReadAllText($states), '\[([A-Z]+)\]') | ForEach-Object { $_.Groups[1].Value }) | Should -Be $expected
        }
        finally {
            [void] (Stop-Beside $ours)
            foreach ($process in $listener, $waiting) {
                if (-not $process.HasExited) { $process.Kill() }
            }

            # lxc-monitord, which lxc-monitor has started, ends when nobody listens any more.
            [void] (Wait-Until { -not [IO.File]::Exists("/run/lxc$LxcPath/monitor-fifo") } 40)
            Remove-Item "/run/lxc$LxcPath" -Recurse -Force
        }
    }

    It 'ends the container in order when its watcher is killed, also one that was rebooted' -Tag Vm {
        Restart-FromInside
        $last = Get-Monitor $name
        & kill -KILL $last.Watcher
        Wait-Until { (Get-LxcContainer $name).State -eq 'Stopped' } | Should -BeTrue
        Get-Leftover | Should -BeNullOrEmpty
        Start-LxcContainer $name -ErrorAction Stop
        Invoke-LxcCommand $name hostname | Should -Be $name
    }

    It 'does not leave a watcher when its keeper is killed, even one that is held up' -Tag Vm {
        $init = (Get-LxcContainer $name).ProcessId
        & kill -STOP $monitor.Watcher
        & kill -KILL $monitor.Keeper
        foreach ($id in $init, $monitor.Watcher) {
            Wait-Until { -not [IO.Directory]::Exists("/proc/$id") -or [IO.File]::ReadAllText("/proc/$id/stat") -match '\) Z ' } | Should -BeTrue
        }

        (Get-LxcContainer $name).State | Should -Be 'Stopped'
        Start-LxcContainer $name -ErrorAction Stop
        Invoke-LxcCommand $name hostname | Should -Be $name
    }

    It 'stops the container when either process is asked to end' -Tag Vm -ForEach @(@{ Asked = 'Keeper' }, @{ Asked = 'Watcher' }) {
        & kill -TERM $monitor.$Asked
        Wait-Until { (Get-LxcContainer $name).State -eq 'Stopped' } | Should -BeTrue
        Get-Leftover | Should -BeNullOrEmpty
    }
}

Describe 'A monitor whose clients keep it busy' {
    It 'has its watcher in time all the same' {
        $session = Start-Session @"
            `$endpoint = [Net.Sockets.UnixDomainSocketEndPoint]::new("``0$LxcPath/$name/command")
            'ready'
            while (`$true) {
                `$socket = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
                try { `$socket.Connect(`$endpoint) } catch { } finally { `$socket.Dispose() }
            }
"@
        try {
            $session.StandardOutput.ReadLine() | Should -Be ready
            Start-LxcContainer $name -ErrorAction Stop
            (Get-Monitor $name).Watcher | Should -BeGreaterThan 1
        }
        finally {
            $session.Kill()
            $session.WaitForExit()
            Stop-LxcContainer $name -Kill
        }
    }
}

Describe 'A program that is attended' {
    It 'gives all of its output and its exit code, however quickly it ends' -Tag Vm {
        foreach ($round in 1..20) {
            $output = Start-LxcContainer $name -Command sh -ArgumentList '-c', "echo out$round; exit $round"
            $output | Should -Be "out$round"
            $LASTEXITCODE | Should -Be $round
        }
    }
}
