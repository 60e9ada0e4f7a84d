BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    # With LXCPS_LONG the numbers that find what happens once in hundreds of times; without it what a build can wait for.
    $long = [bool] $env:LXCPS_LONG
    $random = [Random]::new(4711)

    function Assert-Usable {
        # Whatever happened to a container: it is there, starts, runs something, stops; and nothing of before is in the way.
        param([string] $Name)
        $state = (Get-LxcContainer $Name).State
        $state | Should -BeIn 'Stopped', 'Running' -Because "$Name must be in one of the two"
        if ($state -eq 'Stopped') {
            Start-LxcContainer $Name -ErrorAction Stop
        }

        Invoke-LxcCommand $Name echo alive -Timeout 20 | Should -Be 'alive'
        Stop-LxcContainer $Name -Kill -ErrorAction Stop
        (Get-LxcContainer $Name).State | Should -Be 'Stopped'
    }

    function Get-StartingMonitor {
        # What processes of a monitor there are, however far it has come.
        param([string] $Name)
        @(Get-ProcessTable | Where-Object { ($_.CommandLine -cin "[lxc monitor] $LxcPath $Name", "[lxcps watcher] $LxcPath $Name" -or $_.CommandLine -like "lxcps-monitor start --lxcpath $LxcPath --name $Name *") -and $_.State -ne 'Z' })
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Death at any moment' {
    BeforeAll {
        $names = @(1..4 | ForEach-Object { "dying$_-$Unique" })
        [void] (New-TestContainer $names)
        # Hooks that take a moment make every step of a start as likely to be hit as the others.
        $slow = @{ 'lxc.hook.version' = '1' }
        foreach ($hook in 'pre-start', 'pre-mount', 'mount', 'autodev', 'start-host', 'start') {
            $slow["lxc.hook.$hook"] = '/bin/sleep 0.03'
        }

        Set-LxcContainer $names -Config $slow
        foreach ($victim in $names[1], $names[3]) {
            # These have an interface on the host that must go too.
            Set-LxcContainer $victim -Config @{ 'lxc.net.0.type' = 'veth'; 'lxc.net.0.flags' = 'up' }
        }

        $interfaces = Get-Interface
    }

    AfterEach {
        foreach ($name in $names) {
            Assert-Usable $name
        }

        Get-Leftover | Should -BeNullOrEmpty
        Wait-Until { -not (Compare-Object $interfaces @(Get-Interface)) } | Should -BeTrue -Because 'no interface may be left'
    }

    It 'of the monitor leaves a container that starts again' {
        $interrupted = 0
        foreach ($round in 1..$(if ($long) { 200 } else { 20 })) {
            $name = $names[$round % $names.Count]
            $beside = Start-Beside "Start-LxcContainer '$name'"
            Start-Sleep -Milliseconds $random.Next(0, 250)
            foreach ($process in Get-StartingMonitor $name) {
                & kill -KILL $process.Id 2>$null
            }

            [void] (Wait-Until { $beside.Handle.IsCompleted } 30)
            $beside.Handle.IsCompleted | Should -BeTrue -Because 'a start whose monitor died must end'
            foreach ($problem in $beside.Pipeline.Streams.Error) {
                $interrupted++
                $problem.FullyQualifiedErrorId | Should -BeLike 'MonitorFailed,*'
                $problem.TargetObject | Should -Be $name
            }

            [void] (Stop-Beside $beside)
            Assert-Usable $name
        }

        $interrupted | Should -BeGreaterThan 0 -Because 'some of the starts must have been hit in the middle'
    }

    It 'of a running container''s <Victim> ends the container, and the next start clears what is left' -Tag Vm -ForEach @(
        @{ Victim = 'Keeper' }
        @{ Victim = 'Watcher' }
    ) {
        foreach ($name in $names) {
            Start-LxcContainer $name
            $init = (Get-LxcContainer $name).ProcessId
            $monitor = Get-Monitor $name
            & kill -KILL $monitor.$Victim
            Wait-Until { (Get-LxcContainer $name).State -eq 'Stopped' } | Should -BeTrue
            foreach ($id in $init, $monitor.Keeper, $monitor.Watcher) {
                Wait-Until { -not [IO.Directory]::Exists("/proc/$id") -or [IO.File]::ReadAllText("/proc/$id/stat") -match '\) Z ' } | Should -BeTrue
            }

            if ($Victim -eq 'Watcher') {
                # The keeper takes down as at any other end.
                Get-Leftover | Should -BeNullOrEmpty
            }
        }

        # One is removed as it is; the others are started by AfterEach.
        $extra = "removed-$Unique"
        [void] (New-TestContainer $extra)
        Start-LxcContainer $extra
        & kill -KILL (Get-Monitor $extra).$Victim
        Wait-Until { (Get-LxcContainer $extra).State -eq 'Stopped' } | Should -BeTrue
        Remove-LxcContainer $extra -Force -ErrorAction Stop
        Get-LxcContainer "removed*$Unique" | Should -BeNullOrEmpty
    }

    It 'of the init is an end like others' -Tag Vm {
        foreach ($round in 1..$(if ($long) { 200 } else { 12 })) {
            $name = $names[$round % $names.Count]
            Start-LxcContainer $name -ErrorAction Stop
            $init = (Get-LxcContainer $name).ProcessId
            Start-Sleep -Milliseconds $random.Next(0, 10)
            & kill -KILL $init
            Wait-Until { (Get-LxcContainer $name).State -eq 'Stopped' } | Should -BeTrue
        }
    }

    It 'of the init while it is set up is an error of the start' {
        foreach ($round in 1..$(if ($long) { 200 } else { 15 })) {
            $name = $names[$round % $names.Count]
            $beside = Start-Beside "Start-LxcContainer '$name'"
            # The child of the monitor is what becomes init.
            $child = $null
            [void] (Wait-Until {
                    $monitor = Get-StartingMonitor $name | Select-Object -First 1
                    $script:child = if ($monitor) { Get-ProcessTable | Where-Object ParentId -EQ $monitor.Id | Select-Object -First 1 }
                    $script:child -or $beside.Handle.IsCompleted
                } 10)
            if ($script:child) {
                & kill -KILL $script:child.Id 2>$null
            }

            Wait-Until { $beside.Handle.IsCompleted } 30 | Should -BeTrue
            foreach ($problem in $beside.Pipeline.Streams.Error) {
                # A hook is a child of the monitor too, and so, when it leaves its parent, is the monitor itself.
                $problem.FullyQualifiedErrorId | Should -Match '^(StartFailed|HookFailed|MonitorFailed),'
                $problem.TargetObject | Should -Be $name
            }

            [void] (Stop-Beside $beside)
            Wait-Until { (Get-LxcContainer $name).State -in 'Stopped', 'Running' } | Should -BeTrue
            Stop-LxcContainer $name -Kill
        }
    }

    It 'of the starting session leaves a container that runs or does not' {
        foreach ($round in 1..$(if ($long) { 60 } else { 6 })) {
            $name = $names[$round % $names.Count]
            $session = Start-Session "'ready'; [void] [Console]::In.ReadLine(); Start-LxcContainer '$name'; 'done'"
            $session.StandardOutput.ReadLine() | Should -Be 'ready'
            $session.StandardInput.WriteLine()
            $session.StandardInput.Flush()
            Start-Sleep -Milliseconds $random.Next(0, 300)
            $session.Kill()
            $session.WaitForExit(10000) | Should -BeTrue
            $session.Dispose()

            # A monitor that has just been started is seen by its command line, and by the state once it has its name on the command socket.
            Wait-Until { -not (Get-StartingMonitor $name | Where-Object CommandLine -Like 'lxcps-monitor start *') } | Should -BeTrue
            Wait-Until { (Get-LxcContainer $name).State -in 'Stopped', 'Running' } | Should -BeTrue
            Assert-Usable $name
        }
    }
}

Describe 'Ctrl+C at any moment' {
    It 'of Start-LxcContainer leaves a container that runs or does not' -Tag Vm {
        $name = "started-$Unique"
        [void] (New-TestContainer $name)
        foreach ($round in 1..$(if ($long) { 200 } else { 20 })) {
            $beside = Start-Beside "Start-LxcContainer '$name'"
            Start-Sleep -Milliseconds $random.Next(0, 60)
            (Stop-Beside $beside).TotalSeconds | Should -BeLessThan 15
            (Get-LxcContainer $name).State | Should -BeIn 'Stopped', 'Running'
            Assert-Usable $name
        }
    }

    It 'of Start-LxcContainer ends what the start was waiting for' {
        $name = "hooked-$Unique"
        [void] (New-TestContainer $name @{ 'lxc.hook.version' = '1'; 'lxc.hook.pre-start' = "/bin/sleep 98$($random.Next(1000, 9999))" })
        $command = (Get-Content (Get-LxcContainer $name).ConfigPath | Where-Object { $_ -match 'pre-start' }).Split('= ')[1]
        $beside = Start-Beside "Start-LxcContainer '$name'"
        Wait-Until { Get-ProcessTable | Where-Object CommandLine -EQ $command } | Should -BeTrue
        (Stop-Beside $beside).TotalSeconds | Should -BeLessThan 10
        Wait-Until { -not (Get-ProcessTable | Where-Object CommandLine -EQ $command) } | Should -BeTrue
        (Get-LxcContainer $name).State | Should -Be 'Stopped'
    }

    It 'of Stop-LxcContainer returns at once, and the container can be stopped again' {
        $name = "deaf-$Unique"
        # SIGHUP is caught by nothing here, and the init of a namespace does not die of what it does not catch.
        [void] (New-TestContainer $name @{ 'lxc.init.cmd' = '/bin/sleep 10000'; 'lxc.signal.halt' = 'SIGHUP' })
        foreach ($round in 1..$(if ($long) { 50 } else { 5 })) {
            if ((Get-LxcContainer $name).State -eq 'Stopped') {
                Start-LxcContainer $name -ErrorAction Stop
            }

            $beside = Start-Beside "Stop-LxcContainer '$name'"
            Start-Sleep -Milliseconds $random.Next(0, 300)
            (Stop-Beside $beside).TotalSeconds | Should -BeLessThan 5
            (Get-LxcContainer $name).State | Should -BeIn 'Running', 'Stopped'
        }

        Stop-LxcContainer $name -Kill -ErrorAction Stop
    }

    It 'of New-LxcContainer leaves a whole container or none' {
        foreach ($round in 1..$(if ($long) { 200 } else { 20 })) {
            $name = "new$round-$Unique"
            $beside = Start-Beside "New-LxcContainer '$name' -Template Busybox"
            Start-Sleep -Milliseconds $random.Next(0, 80)
            (Stop-Beside $beside).TotalSeconds | Should -BeLessThan 15
            if (Get-LxcContainer "new$round-*$Unique") {
                Assert-Usable $name
                Remove-LxcContainer $name -Force -ErrorAction Stop
            }

            [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
        }

        # Nor anything hidden beside them.
        [IO.Directory]::GetFileSystemEntries($LxcPath) | Where-Object { $_ -match 'new\d' } | Should -BeNullOrEmpty
    }

    It 'of Remove-LxcContainer leaves a container that can be removed, or none' {
        foreach ($round in 1..$(if ($long) { 200 } else { 10 })) {
            $name = "gone$round-$Unique"
            [void] (New-TestContainer $name)
            foreach ($i in 1..200) {
                [void] [IO.Directory]::CreateDirectory("$LxcPath/$name/rootfs/many/$i")
            }

            $beside = Start-Beside "Remove-LxcContainer '$name' -Force"
            Start-Sleep -Milliseconds $random.Next(0, 60)
            (Stop-Beside $beside).TotalSeconds | Should -BeLessThan 15
            if (Get-LxcContainer "gone$round-*$Unique") {
                Remove-LxcContainer $name -Force -ErrorAction Stop
            }

            [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
        }

        # What an interrupted removal left is hidden, and goes with the next one.
        $last = "last-$Unique"
        [void] (New-TestContainer $last)
        Remove-LxcContainer $last -Force -ErrorAction Stop
        [IO.Directory]::GetFileSystemEntries($LxcPath) | Where-Object { $_ -match 'gone\d|last' } | Should -BeNullOrEmpty
    }
}
