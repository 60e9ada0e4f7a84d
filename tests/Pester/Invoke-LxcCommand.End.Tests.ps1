BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $name = "end-$Unique"
    [void] (New-TestContainer $name)
    Start-LxcContainer $name
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'The end of a program' {
    It 'comes after -Timeout, with one error and no process left' -Tag Vm -ForEach @(@{ Time = 1 }, @{ Time = [TimeSpan]::FromMilliseconds(700) }) {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $lines = Invoke-LxcCommand $name sh '-c' 'echo began; sleep 1000 & sleep 1001' -Timeout $Time -ErrorAction SilentlyContinue -ErrorVariable problems
        $watch.Elapsed.TotalSeconds | Should -BeGreaterThan 0.6
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 15
        $lines | Should -Be 'began'
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'Timeout,*'
        $problems[0].CategoryInfo.Category | Should -Be 'OperationTimeout'
        $problems[0].TargetObject | Should -Be $name
        Wait-Until { -not (Get-ContainerProcess $name | Where-Object CommandLine -Match 'sleep 100[01]') } | Should -BeTrue
    }

    It 'comes after -Timeout also where the program cannot even begin' -Tag Vm {
        # Frozen behind the monitor's back: what enters the control group is held there.
        $stuck = "stuck-$Unique"
        [void] (New-TestContainer $stuck)
        Start-LxcContainer $stuck
        $freezer = @('/sys/fs/cgroup/freezer/lxc.payload.{0}/freezer.state', '/sys/fs/cgroup/lxc.payload.{0}/cgroup.freeze' |
                ForEach-Object { $_ -f $stuck } | Where-Object { [IO.File]::Exists($_) })[0]
        $freeze, $thaw = if ($freezer.EndsWith('state')) { 'FROZEN', 'THAWED' } else { '1', '0' }
        [IO.File]::WriteAllText($freezer, $freeze)
        try {
            $beside = Start-Beside "Invoke-LxcCommand '$stuck' true -Timeout 1"
            Wait-Until { $beside.Handle.IsCompleted } 20 | Should -BeTrue
            $beside.Pipeline.Streams.Error.Count | Should -Be 1
            $beside.Pipeline.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'Timeout,*'
            [void] (Stop-Beside $beside)

            $beside = Start-Beside "Invoke-LxcCommand '$stuck' true"
            Start-Sleep -Milliseconds 500
            $beside.Handle.IsCompleted | Should -BeFalse
            (Stop-Beside $beside).TotalSeconds | Should -BeLessThan 10
        }
        finally {
            [IO.File]::WriteAllText($freezer, $thaw)
        }

        Invoke-LxcCommand $stuck echo alive | Should -Be 'alive'
        Wait-Until { -not (Get-ProcessTable | Where-Object CommandLine -Like "lxcps-monitor attach*--name $stuck *") } | Should -BeTrue
    }

    It 'comes with the end of the pipeline: Stop()' -Tag Vm {
        $beside = Start-Beside "Invoke-LxcCommand '$name' sh '-c' 'sleep 1000 & sleep 1002'"
        Wait-Until { @(Get-ContainerProcess $name | Where-Object CommandLine -Match '^sleep 100').Count -eq 2 } | Should -BeTrue
        (Stop-Beside $beside).TotalSeconds | Should -BeLessThan 10
        Wait-Until { -not (Get-ContainerProcess $name | Where-Object CommandLine -Match 'sleep 100') } | Should -BeTrue
    }

    It 'comes with Ctrl+C in the session' {
        $session = Start-Session "Invoke-LxcCommand '$name' sleep 1003"
        try {
            Wait-Until { Get-ContainerProcess $name | Where-Object CommandLine -EQ 'sleep 1003' } 30 | Should -BeTrue
            & kill -INT $session.Id
            $session.WaitForExit(20000) | Should -BeTrue
            Wait-Until { -not (Get-ContainerProcess $name | Where-Object CommandLine -EQ 'sleep 1003') } | Should -BeTrue
        }
        finally {
            $session.Kill()
            $session.Dispose()
        }
    }

    It 'comes with the death of the session' {
        $session = Start-Session "Invoke-LxcCommand '$name' sleep 1005"
        try {
            Wait-Until { Get-ContainerProcess $name | Where-Object CommandLine -EQ 'sleep 1005' } 30 | Should -BeTrue
            $session.Kill()
            $session.WaitForExit(20000) | Should -BeTrue
            Wait-Until { -not (Get-ContainerProcess $name | Where-Object CommandLine -EQ 'sleep 1005') } | Should -BeTrue
        }
        finally {
            $session.Dispose()
        }
    }

    It 'comes when a later command of the pipeline has enough' {
        Invoke-LxcCommand $name sh '-c' 'yes | cat' | Select-Object -First 3 | Should -Be 'y', 'y', 'y'
        Wait-Until { -not (Get-ContainerProcess $name | Where-Object CommandLine -Match '^(yes|cat)$') } | Should -BeTrue
    }

    It 'comes with the container''s' -Tag Vm {
        $dying = "dying-$Unique"
        [void] (New-TestContainer $dying)
        Start-LxcContainer $dying
        $beside = Start-Beside "Invoke-LxcCommand '$dying' sleep 1004 -PassThru"
        Wait-Until { Get-ContainerProcess $dying | Where-Object CommandLine -EQ 'sleep 1004' } | Should -BeTrue
        Stop-LxcContainer $dying -Kill
        Wait-Until { $beside.Handle.IsCompleted } | Should -BeTrue
        $result = $beside.Pipeline.EndInvoke($beside.Handle)
        $result.Count | Should -Be 1
        $result[0].ExitCode | Should -Be 137
        [void] (Stop-Beside $beside)
    }
}
