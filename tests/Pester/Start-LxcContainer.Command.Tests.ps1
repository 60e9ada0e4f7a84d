BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $two = "two-$Unique"
    [void] (New-TestContainer $one, $two)
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Start-LxcContainer -Command' -Tag Vm {
    AfterEach {
        Stop-LxcContainer "*-$Unique" -Kill
    }

    It 'emits lines of the program as strings, and its exit code in $LASTEXITCODE' {
        $lines = Start-LxcContainer $one -Command sh -ArgumentList '-c', 'echo one; echo two; exit 7'
        $LASTEXITCODE | Should -Be 7
        $lines | Should -BeOfType ([string])
        $lines | Should -Be 'one', 'two'
        Start-LxcContainer $one -Command true | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0
    }

    It 'takes arguments as they are, also those left on the line' {
        Start-LxcContainer $one -Command printf '<%s>\n' 'a b' '' '$HOME' "it's" | Should -Be '<a b>', '<>', '<$HOME>', "<it's>"
    }

    It 'returns when the program has ended, and leaves the container stopped' {
        Start-LxcContainer $one -Command sleep 0.2
        (Get-LxcContainer $one).State | Should -Be Stopped
        Get-Leftover | Should -BeNullOrEmpty
    }

    It 'writes standard error to the error stream' {
        $outcome = Get-Outcome { Start-LxcContainer $one -Command sh '-c' 'echo out; echo wrong >&2' }
        $outcome.Output | Should -Be 'out'
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].ToString() | Should -Be 'wrong'
    }

    It 'gives 128 and the signal for a program that a signal ended' {
        Start-LxcContainer $one -Command sh '-c' 'kill -9 $$'
        $LASTEXITCODE | Should -Be 137
    }

    It 'runs it as child of a minimal init, which needs no file of the root file system' {
        Start-LxcContainer $one -Command sh '-c' 'echo $$ $PPID' | Should -Be '2 1'
        $name = "bare-$Unique"
        [void] [IO.Directory]::CreateDirectory("$LxcPath/bare/bin")
        [IO.File]::Copy("$LxcPath/$one/rootfs/bin/busybox", "$LxcPath/bare/bin/busybox")
        [void] (New-LxcContainer $name -Template None -Config @{ 'lxc.rootfs.path' = "dir:$LxcPath/bare" })
        Start-LxcContainer $name -Command /bin/busybox echo 'only one file' | Should -Be 'only one file'
        Remove-LxcContainer $name -Confirm:$false
        [IO.Directory]::Delete("$LxcPath/bare", $true)
    }

    It 'reaps orphans' {
        # A grandchild whose parent is gone ends: nobody but init can wait for it, and a zombie would stay in the list of processes.
        $script = '(sh -c "sleep 0.1; exit 3" &) ; sleep 0.6; ps -o pid,ppid,stat,comm'
        $lines = Start-LxcContainer $one -Command sh '-c' $script
        $lines.Count | Should -BeGreaterThan 2
        $lines -match '\sZ\s|\[sh\]' | Should -BeNullOrEmpty
    }

    It 'ends what the program left behind' {
        Start-LxcContainer $one -Command sh '-c' 'sleep 1000 & echo done' | Should -Be 'done'
        $LASTEXITCODE | Should -Be 0
        (Get-LxcContainer $one).State | Should -Be Stopped
        Get-Leftover | Should -BeNullOrEmpty
    }

    It 'forwards a signal to the program: Stop asks it to end' {
        $mark = "$LxcPath/$one/rootfs/mark"
        $other = Start-Beside "Start-LxcContainer $one -Command sh '-c' 'trap `"echo asked; exit 9`" TERM; echo ready > /mark; while :; do sleep 0.05; done'; `$LASTEXITCODE"
        Wait-Until { [IO.File]::Exists($mark) } | Should -BeTrue
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Stop-LxcContainer $one -Timeout 20
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10 -Because 'it is not killed after the time'
        $other.Pipeline.EndInvoke($other.Handle) | Should -Be 'asked', 9
        $other.Pipeline.Dispose()
        [IO.File]::Delete($mark)
    }

    It 'ends the container when the pipeline is stopped' {
        $mark = "$LxcPath/$one/rootfs/mark"
        $other = Start-Beside "Start-LxcContainer $one -Command sh '-c' 'echo ready > /mark; exec sleep 1000'"
        Wait-Until { [IO.File]::Exists($mark) } | Should -BeTrue
        (Stop-Beside $other).TotalSeconds | Should -BeLessThan 10
        Wait-Until { (Get-LxcContainer $one).State -eq 'Stopped' } | Should -BeTrue
        [IO.File]::Delete($mark)
    }

    It 'gives a result for each container with -PassThru' {
        $results = @(Start-LxcContainer $one, $two -Command sh '-c' 'hostname; echo bad >&2; exit 3' -PassThru)
        $results | Should -BeOfType ([LxcPS.LxcCommandResult])
        $results.Name | Sort-Object | Should -Be $one, $two
        foreach ($result in $results) {
            $result.ExitCode | Should -Be 3
            $result.Output | Should -Be $result.Name
            $result.Error | Should -Be 'bad'
            $result.Duration | Should -BeOfType ([timespan])
            $result.Duration | Should -BeGreaterThan ([timespan]::Zero)
        }

        $LASTEXITCODE | Should -Be 3
    }

    It 'has the container''s confinement' {
        $lines = Start-LxcContainer $one -Command sh '-c' 'grep -E "^(Seccomp|CapBnd):" /proc/self/status; cat /proc/self/uid_map; mount -t tmpfs none /sys 2>&1 >/dev/null; hostname'
        ($lines -match '^Seccomp:')[0] | Should -Match '\s2$'
        $bounding = [convert]::ToUInt64((($lines -match '^CapBnd:')[0] -split '\s+')[1], 16)
        $bounding -band (1ul -shl 16) | Should -Be 0 -Because 'CAP_SYS_MODULE is dropped'
        $bounding -band 1ul | Should -Be 1 -Because 'CAP_CHOWN is not'
        ($lines -match '^\s*0\s')[0] | Should -Match '^\s*0\s+[1-9]\d+\s+65536$'
        $lines[-1] | Should -Be $one
    }

    It 'says that there is no such program (127), or that it cannot be executed (126), with the call and errno' {
        $outcome = Get-Outcome { Start-LxcContainer $one, $two -Command no-such-program }
        $outcome.Errors.Count | Should -Be 2 -Because 'each container has its error'
        $outcome.Errors.TargetObject | Sort-Object | Should -Be $one, $two
        $outcome = Get-Outcome { Start-LxcContainer $one -Command no-such-program }
        Assert-OneError $outcome CommandNotFound ObjectNotFound $one
        $outcome.Errors[0].Exception.Call | Should -Be 'execve'
        $outcome.Errors[0].Exception.Errno | Should -Be 2
        $LASTEXITCODE | Should -Be 127
        $outcome = Get-Outcome { Start-LxcContainer $one -Command /etc/hostname }
        Assert-OneError $outcome CommandNotFound ObjectNotFound $one
        $outcome.Errors[0].Exception.Errno | Should -Be 13
        $LASTEXITCODE | Should -Be 126
        (Get-LxcContainer).State | Should -Be Stopped, Stopped
    }

    It 'refuses a container that runs' {
        Start-LxcContainer $one
        $outcome = Get-Outcome { Start-LxcContainer $one -Command true }
        Assert-OneError $outcome ContainerRunning InvalidOperation $one
        (Get-LxcContainer $one).State | Should -Be Running
    }

    It 'refuses arguments without a program' {
        { Start-LxcContainer $one $two } | Should -Throw -ErrorId 'ArgumentListWithoutCommand,LxcPS.Commands.StartLxcContainerCommand'
    }
}

Describe 'Start-LxcContainer -Foreground' {
    It 'gives the exit code of init in $LASTEXITCODE' {
        # Without a terminal init has the session's own streams.
        $program = "$LxcPath/$one/rootfs/bin/leave"
        [IO.File]::WriteAllText($program, "#!/bin/sh`necho in front as `$`$`nexit 42`n")
        chmod 755 $program
        $text = Get-SessionText "Start-LxcContainer $one -Foreground -Config @{ 'lxc.init.cmd' = '/bin/leave' }; 'code ' + `$LASTEXITCODE"
        $text | Should -Match '(?s)in front as 1\s.*code 42'
        (Get-LxcContainer $one).State | Should -Be Stopped
    }
}
