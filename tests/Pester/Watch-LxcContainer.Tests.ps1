BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
    $hasLxc = [bool] (Get-Command lxc-start, lxc-stop, lxc-monitor, lxc-wait, lxc-freeze -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $two = "two-$Unique"
    $theirs = "theirs-$Unique"
    [void] (New-TestContainer $one, $two)
    [void] (New-TestContainer $theirs -Privileged)
    $watches = [Collections.Generic.List[object]]::new()

    function Start-Watch {
        # A watch on a pipeline of its own, once it listens.
        param([string] $Arguments = '')
        $pipeline = [powershell]::Create()
        [void] $pipeline.AddScript("Import-Module '$env:LXCPS_MODULE'; Watch-LxcContainer -LxcPath '$LxcPath' -Verbose $Arguments")
        $output = [Management.Automation.PSDataCollection[psobject]]::new()
        $output.EnumeratorNeverBlocks = $true
        $seer = [pscustomobject]@{ Pipeline = $pipeline; Collection = $output; Handle = $pipeline.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output) }

        # Whoever enumerates the collection itself waits for its end.
        $seer | Add-Member ScriptProperty Output { for ($i = 0; $i -lt $this.Collection.Count; $i++) { $this.Collection[$i] } }
        $watches.Add($seer)
        Wait-Until { $pipeline.Streams.Verbose.Count -or $seer.Handle.IsCompleted } | Should -BeTrue
        $pipeline.Streams.Error.Count | Should -Be 0
        $seer
    }

    function Assert-Seen {
        # The states of a container that a watch has told, in their order.
        param([object] $Seer, [string] $Name, [string[]] $States)
        [void] (Wait-Until { @($Seer.Output | Where-Object Name -EQ $Name).Count -ge $States.Count })
        "$(($seer.Output | Where-Object Name -EQ $Name).State)" | Should -BeExactly "$States"
    }

    function Remove-RuntimeDirectory {
        # LXC leaves the directories of its FIFOs.
        Wait-Until { -not (Test-Path "/run/lxc$LxcPath/monitor-fifo") } 40 | Should -BeTrue -Because 'whoever passes the changes on ends with the last listener'
        if (Test-Path "/run/lxc$LxcPath") {
            Remove-Item "/run/lxc$LxcPath" -Recurse -Force
        }
    }
}

AfterAll {
    Remove-RuntimeDirectory
    Assert-NothingLeft
}

Describe 'Watch-LxcContainer' {
    AfterEach {
        foreach ($seer in $watches) {
            [void] (Stop-Beside $seer)
        }

        $watches.Clear()
        Get-LxcContainer | Where-Object State -NE Stopped | Stop-LxcContainer -Kill
    }

    It 'emits each change of state with the state before and init''s process id' -Tag Vm {
        $seer = Start-Watch
        $begin = Get-Date
        Start-LxcContainer $one
        $init = (Get-LxcContainer $one).ProcessId

        # Init's process id is asked for when the watch hears that it runs: it must still be there.
        Assert-Seen $seer $one Starting, Running
        Suspend-LxcContainer $one
        Resume-LxcContainer $one
        Stop-LxcContainer $one -Kill
        Assert-Seen $seer $one Starting, Running, Freezing, Frozen, Running, Stopping, Stopped
        $seen = $seer.Output
        $seen[0] | Should -BeOfType ([LxcPS.LxcStateChange])
        $seen[0].PreviousState | Should -BeNullOrEmpty
        "$($seen[1..6].PreviousState)" | Should -Be 'Starting Running Freezing Frozen Running Stopping'
        "$($seen.ProcessId)" | Should -Be " $init $init $init $init  "
        $seen.LxcPath | Select-Object -Unique | Should -Be $LxcPath
        ($seen.Time | Measure-Object -Minimum).Minimum | Should -BeGreaterOrEqual $begin
        $seer.Handle.IsCompleted | Should -BeFalse
    }

    It 'knows the state before of what runs when it begins, and does not emit that' -Tag Vm {
        Start-LxcContainer $one
        $seer = Start-Watch
        Stop-LxcContainer $one -Kill
        Assert-Seen $seer $one Stopping, Stopped
        $seer.Output[0].PreviousState | Should -Be Running
    }

    It 'sees reboots from inside' -Tag Vm {
        Start-LxcContainer $one
        $seer = Start-Watch
        Invoke-LxcCommand $one reboot '-f' -ErrorAction Ignore
        Assert-Seen $seer $one Stopping, Starting, Running
        Stop-LxcContainer $one -Kill
        Assert-Seen $seer $one Stopping, Starting, Running, Stopping, Stopped
    }

    It 'sees the end of a container whose monitor is killed and tells nobody' -Tag Vm {
        $seer = Start-Watch
        Start-LxcContainer $one
        Assert-Seen $seer $one Starting, Running
        Stop-Process -Id (Get-Monitor $one).Keeper -Force
        Assert-Seen $seer $one Starting, Running, Stopped
        $seer.Output[-1].PreviousState | Should -Be Running

        # And goes on with the next one.
        Wait-Until { (Get-LxcContainer $one).State -eq 'Stopped' } | Should -BeTrue
        Start-LxcContainer $one
        Assert-Seen $seer $one Starting, Running, Stopped, Starting, Running
    }

    It 'watches containers that are made meanwhile' -Tag Vm {
        $new = "new-$Unique"
        $seer = Start-Watch "new-*, $two"
        [void] (New-TestContainer $new)
        Start-LxcContainer $new, $one, $two
        Assert-Seen $seer $new Starting, Running
        Remove-LxcContainer $new -Force
        [void] (New-TestContainer $new)
        Start-LxcContainer $new
        Assert-Seen $seer $new Starting, Running, Stopping, Stopped, Starting, Running
        Assert-Seen $seer $two Starting, Running
        Remove-LxcContainer $new -Force
        $seer.Output.Name | Should -Not -Contain $one
    }

    It 'ends after -Count changes' -Tag Vm {
        $seer = Start-Watch '-Count 2'
        Start-LxcContainer $one
        $seer.Handle.AsyncWaitHandle.WaitOne(10000) | Should -BeTrue
        Assert-Seen $seer $one Starting, Running
    }

    It 'ends when the time is up, given as <Title>' -Tag Vm -ForEach @(
        @{ Title = 'seconds'; Value = 0.5 }
        @{ Title = 'TimeSpan'; Value = [timespan]::FromSeconds(0.5) }
    ) {
        $time = Measure-Command { Watch-LxcContainer -Timeout $Value | Should -BeNullOrEmpty }
        $time.TotalSeconds | Should -BeGreaterOrEqual 0.5
        $time.TotalSeconds | Should -BeLessThan 10
    }

    It 'ends with the pipeline, and nothing is left' -Tag Vm {
        $seer = Start-Watch
        @(Get-ProcessTable | Where-Object CommandLine -EQ "[lxcps monitord] $LxcPath") | Should -HaveCount 1
        (Stop-Beside $seer).TotalSeconds | Should -BeLessThan 5
        $watches.Clear()
        Wait-Until { -not (Get-ProcessTable | Where-Object CommandLine -EQ "[lxcps monitord] $LxcPath") } | Should -BeTrue
        "/run/lxc$LxcPath/monitor-fifo" | Should -Not -Exist
    }

    It 'can be used by several at once' -Tag Vm {
        $first = Start-Watch
        $second = Start-Watch $one
        Start-LxcContainer $one
        Assert-Seen $first $one Starting, Running
        Assert-Seen $second $one Starting, Running
        [void] (Stop-Beside $first)
        [void] $watches.Remove($first)
        Stop-LxcContainer $one -Kill
        Assert-Seen $second $one Starting, Running, Stopping, Stopped
    }

    It 'goes on when whoever passes the changes on is ended' -Tag Vm {
        Start-LxcContainer $two
        $seer = Start-Watch
        Start-Sleep -Seconds 1.1
        Stop-Process -Id (Get-ProcessTable | Where-Object CommandLine -EQ "[lxcps monitord] $LxcPath").Id -Force
        Wait-Until { Get-ProcessTable | Where-Object CommandLine -EQ "[lxcps monitord] $LxcPath" } | Should -BeTrue
        Start-LxcContainer $one
        [void] (Wait-Until { $seer.Output.State -contains 'Running' })

        # What changes before the watch listens again is seen as it is then.
        "$(($seer.Output | Where-Object Name -EQ $one).State)" | Should -Match '^(Starting )?Running$'
        $seer.Output.Name | Should -Not -Contain $two
        Stop-LxcContainer $one -Kill
        Wait-Until { $seer.Output.State -contains 'Stopped' } | Should -BeTrue
    }

    It 'feeds the pipeline' -Tag Vm {
        $beside = Start-Beside "Watch-LxcContainer $one -Count 4 -Verbose | Where-Object State -eq Stopped | Start-LxcContainer -PassThru"
        [void] (Wait-Until { $beside.Pipeline.Streams.Verbose.Count })
        Start-LxcContainer $one
        Stop-LxcContainer $one -Kill
        $beside.Handle.AsyncWaitHandle.WaitOne(10000) | Should -BeTrue
        $beside.Pipeline.EndInvoke($beside.Handle).Name | Should -Be $one
        $beside.Pipeline.Dispose()
        (Get-LxcContainer $one).State | Should -Be Running
    }
}

Describe 'Watch-LxcContainer and LXC' -Skip:(-not $hasLxc) {
    AfterEach {
        foreach ($seer in $watches) {
            [void] (Stop-Beside $seer)
        }

        $watches.Clear()
        lxc-stop -P $LxcPath -n $theirs -k 2>$null
        Get-LxcContainer | Where-Object State -NE Stopped | Stop-LxcContainer -Kill
    }

    It 'sees the changes of a container that LXC starts, freezes and stops' -Tag Vm {
        $seer = Start-Watch
        lxc-start -P $LxcPath -n $theirs -d
        $init = [int] (lxc-info -P $LxcPath -n $theirs -p -H)
        lxc-freeze -P $LxcPath -n $theirs
        lxc-unfreeze -P $LxcPath -n $theirs
        lxc-stop -P $LxcPath -n $theirs -k
        [void] (Wait-Until { $seer.Output.State -contains 'Stopped' })
        $states = "$($seer.Output.State)"
        $states | Should -BeLike 'Starting Running *Frozen Running *Stopped'
        ($seer.Output | Where-Object State -EQ Running)[0].ProcessId | Should -Be $init
        $seer.Output.Name | Select-Object -Unique | Should -Be $theirs
    }

    It 'sees what LXC does with a container of ours, and each change once' -Tag Vm {
        Start-LxcContainer $one
        $seer = Start-Watch
        lxc-freeze -P $LxcPath -n $one
        lxc-unfreeze -P $LxcPath -n $one
        lxc-stop -P $LxcPath -n $one -k
        Assert-Seen $seer $one Freezing, Frozen, Running, Stopping, Stopped
    }

    It 'listens to LXC''s daemon where that is there, and LXC to ours' -Tag Vm {
        $states = Join-Path $LxcPath 'states'
        $listener = Start-Process lxc-monitor "-P $LxcPath -n .*" -RedirectStandardOutput $states -PassThru
        try {
            Wait-Until { Test-Path "/run/lxc$LxcPath/monitor-fifo" } | Should -BeTrue
            Wait-Until { [IO.File]::ReadAllText('/proc/net/unix') -match "lxc/[0-9a-f]{16}/$LxcPath" } | Should -BeTrue
            $seer = Start-Watch
            Get-ProcessTable | Where-Object CommandLine -EQ "[lxcps monitord] $LxcPath" | Should -BeNullOrEmpty
            Start-LxcContainer $one
            Assert-Seen $seer $one Starting, Running
            Wait-Until { [IO.File]::ReadAllText($states) -match 'RUNNING' } | Should -BeTrue
        }
        finally {
            $listener.Kill()
        }

        # Theirs goes half a minute after its last listener; it is asked to go at once, and the watch goes on with one of ours.
        Start-Sleep -Seconds 1.1
        lxc-monitor -P $LxcPath -Q
        Wait-Until { Get-ProcessTable | Where-Object CommandLine -EQ "[lxcps monitord] $LxcPath" } | Should -BeTrue
        $listener = Start-Process lxc-monitor "-P $LxcPath -n .*" -RedirectStandardOutput $states -PassThru
        try {
            # lxc-monitor is connected when the daemon has one connection more.
            $daemon = (Get-ProcessTable | Where-Object CommandLine -EQ "[lxcps monitord] $LxcPath").Id
            Wait-Until { @([IO.Directory]::GetFileSystemEntries("/proc/$daemon/fd") | Where-Object { [IO.FileInfo]::new($_).LinkTarget -like 'socket:*' }).Count -eq 3 } | Should -BeTrue
            Stop-LxcContainer $one -Kill
            Wait-Until { [IO.File]::ReadAllText($states) -match 'STOPPED' } | Should -BeTrue
            [IO.File]::ReadAllText($states) | Should -Not -Match 'RUNNING' -Because 'it is a new file, and ours says no more than theirs'
            Assert-Seen $seer $one Starting, Running, Stopping, Stopped
        }
        finally {
            $listener.Kill()
        }
    }

    It 'lets lxc-wait see our states: <_>' -Tag Vm -ForEach 'RUNNING', 'FROZEN', 'STOPPED' {
        if ($_ -ne 'RUNNING') { Start-LxcContainer $one }
        $waiting = Start-Process lxc-wait "-P $LxcPath -n $one -s $_ -t 30" -PassThru
        try {
            if ($_ -ne 'RUNNING') {
                Wait-Until { @([IO.File]::ReadAllLines('/proc/net/unix') -match "$LxcPath/$one/command").Count -gt 1 } | Should -BeTrue
            }

            $waiting.HasExited | Should -BeFalse
            switch ($_) {
                'RUNNING' { Start-LxcContainer $one }
                'FROZEN' { Suspend-LxcContainer $one }
                'STOPPED' { Stop-LxcContainer $one -Kill }
            }

            $waiting.WaitForExit(20000) | Should -BeTrue
            $waiting.ExitCode | Should -Be 0
        }
        finally {
            if (-not $waiting.HasExited) { $waiting.Kill() }
            if ($_ -eq 'FROZEN') { Resume-LxcContainer $one }
        }
    }

    It 'lets Wait-LxcContainer see LXC''s states' -Tag Vm {
        $wait = Start-Beside "(Wait-LxcContainer $theirs -State Running -Timeout 20 -PassThru).State"
        lxc-start -P $LxcPath -n $theirs -d
        $wait.Handle.AsyncWaitHandle.WaitOne(20000) | Should -BeTrue
        $wait.Pipeline.EndInvoke($wait.Handle) | Should -Be Running
        $wait.Pipeline.Dispose()
        $wait = Start-Beside "(Wait-LxcContainer $theirs -State Frozen -Timeout 20 -PassThru).State"
        lxc-freeze -P $LxcPath -n $theirs
        $wait.Handle.AsyncWaitHandle.WaitOne(20000) | Should -BeTrue
        $wait.Pipeline.EndInvoke($wait.Handle) | Should -Be Frozen
        $wait.Pipeline.Dispose()
        lxc-unfreeze -P $LxcPath -n $theirs
    }
}

Describe 'Errors of Watch-LxcContainer' {
    It 'refuses <Title> as name' -ForEach ($badNames | Where-Object { $_.Value -and $_.Value -notmatch '[*?[]' }) {
        Assert-OneError (Get-Outcome { Watch-LxcContainer $Value -Timeout 0 }) InvalidName InvalidArgument $Value
    }

    It 'refuses a time below zero, and a count below one' {
        { Watch-LxcContainer -Timeout -1 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,LxcPS.Commands.WatchLxcContainerCommand'
        { Watch-LxcContainer -Count 0 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,LxcPS.Commands.WatchLxcContainerCommand'
    }

    It 'writes an error where another program has the socket that changes are told on' {
        $other = "$LxcPath/other"
        $name = [LxcPS.Engine.Protocol.ControlSocket].Assembly.GetType('LxcPS.Engine.Protocol.StateSocket').GetMethod('NameOf', [Reflection.BindingFlags] 'NonPublic, Static').Invoke($null, [object[]] [string] $other)
        $taken = [LxcPS.Native.LocalSockets]::Reserve($name)
        try {
            Assert-OneError (Get-Outcome { Watch-LxcContainer -LxcPath $other -Timeout 1 }) MonitorFailed ResourceUnavailable $other
        }
        finally {
            [LxcPS.Native.Descriptors]::Close($taken)
        }

        Test-Path "/run/lxc$other/monitor-fifo" | Should -BeFalse
    }
}
