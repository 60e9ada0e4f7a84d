BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $two = "two-$Unique"
    [void] (New-TestContainer $one, $two)

    function Start-Waiting {
        # A wait on a pipeline of its own, when it has begun to wait: only then may the container change.
        param([string] $Script, [string] $Name)
        $beside = Start-Beside $Script
        $watches = { @([IO.Directory]::GetFiles("/proc/$PID/fdinfo") | ForEach-Object { try { [IO.File]::ReadAllText($_) } catch { '' } }) -match '(?m)^inotify wd' }
        $connections = { @([IO.File]::ReadAllLines('/proc/net/unix') -match "$LxcPath/$Name/command").Count }
        [void] (Wait-Until { (& $watches) -or (& $connections) -gt 1 })
        $beside
    }

    function Receive-Beside {
        # What such a pipeline has emitted, once it has ended; it must end in time.
        param([object] $Beside)
        $Beside.Handle.AsyncWaitHandle.WaitOne(20000) | Should -BeTrue -Because 'the wait ends'
        $Beside.Pipeline.EndInvoke($Beside.Handle)
        $Beside.Pipeline.Streams.Error | Should -BeNullOrEmpty
        $Beside.Pipeline.Dispose()
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Wait-LxcContainer' {
    AfterEach {
        Stop-LxcContainer $one, $two -Kill
    }

    It 'returns at once where the state is there, and emits nothing' {
        Wait-LxcContainer $one -Timeout 0 | Should -BeNullOrEmpty
        Start-LxcContainer $one
        Wait-LxcContainer $one Running -Timeout 0 | Should -BeNullOrEmpty
    }

    It 'waits for Stopped without -State' {
        Start-LxcContainer $one
        $wait = Start-Waiting "(Wait-LxcContainer $one -PassThru).State" $one
        $wait.Handle.IsCompleted | Should -BeFalse
        Stop-LxcContainer $one -Kill
        Receive-Beside $wait | Should -Be Stopped
    }

    It 'waits for a start of a container that has no monitor yet' {
        $wait = Start-Waiting "(Wait-LxcContainer $one -State Running -PassThru).State" $one
        $wait.Handle.IsCompleted | Should -BeFalse
        Start-LxcContainer $one
        Receive-Beside $wait | Should -Be Running
    }

    It 'waits for <_>' -ForEach 'Frozen', 'Running' {
        Start-LxcContainer $one
        if ($_ -eq 'Running') {
            Suspend-LxcContainer $one
        }

        $wait = Start-Waiting "(Wait-LxcContainer $one $_ -PassThru).State" $one
        $wait.Handle.IsCompleted | Should -BeFalse
        if ($_ -eq 'Running') {
            Resume-LxcContainer $one
        }
        else {
            Suspend-LxcContainer $one
        }

        Receive-Beside $wait | Should -Be $_
    }

    It 'is content with one of several states' {
        Start-LxcContainer $one
        (Wait-LxcContainer $one -State Stopped, Running -Timeout 5 -PassThru).State | Should -Be Running
        (Wait-LxcContainer $two -State Frozen, Stopped -Timeout 5 -PassThru).State | Should -Be Stopped
    }

    It 'writes an error when the time is up, given as <Title>' -ForEach @(
        @{ Title = 'seconds'; Value = 0.5 }
        @{ Title = 'TimeSpan'; Value = [timespan]::FromSeconds(0.5) }
        @{ Title = 'text'; Value = '00:00:00.5' }
    ) {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $outcome = Get-Outcome { Wait-LxcContainer $one -State Running -Timeout $Value -PassThru }
        $elapsed = $watch.Elapsed.TotalSeconds
        Assert-OneError $outcome Timeout OperationTimeout $one
        $outcome.Output | Should -BeNullOrEmpty
        $elapsed | Should -BeGreaterOrEqual 0.5
        $elapsed | Should -BeLessThan 10
    }

    It 'waits for all of several at the same time' {
        Start-LxcContainer $one, $two
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $outcome = Get-Outcome { Wait-LxcContainer "*-$Unique" -Timeout 2 }
        $outcome.Errors.Exception.ErrorId | Should -Be 'Timeout', 'Timeout'
        $outcome.Errors.TargetObject | Should -Be $one, $two
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 3.8 -Because 'the time is for all of them'
    }

    It 'takes arrays, wildcards, objects, text and property names' {
        (Wait-LxcContainer $two, $one -Timeout 5 -PassThru).Name | Should -Be $two, $one
        (Wait-LxcContainer "[ot][nw][eo]-$Unique" -Timeout 5 -PassThru).Name | Should -Be $one, $two
        (Get-LxcContainer | Wait-LxcContainer -Timeout 5 -PassThru).Name | Should -Be $one, $two
        ($one, [pscustomobject]@{ Name = $two; LxcPath = $LxcPath } | Wait-LxcContainer -Timeout 5 -PassThru).Name | Should -Be $one, $two
    }

    It 'ends with the pipeline' {
        Start-LxcContainer $one
        $wait = Start-Waiting "Wait-LxcContainer $one" $one
        (Stop-Beside $wait).TotalSeconds | Should -BeLessThan 5
        (Get-LxcContainer $one).State | Should -Be Running
    }

    It 'sees the end of a container that LXC started' -Tag Vm {
        $name = "theirs-$Unique"
        [void] (New-TestContainer $name -Privileged)
        lxc-start -P $LxcPath -n $name -d
        $LASTEXITCODE | Should -Be 0
        $wait = Start-Waiting "(Wait-LxcContainer $name -PassThru).State" $name
        lxc-stop -P $LxcPath -n $name -k
        Receive-Beside $wait | Should -Be Stopped
        Remove-LxcContainer $name -Confirm:$false
    }
}

Describe 'Errors of Wait-LxcContainer' {
    It 'refuses <Title> as name' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Wait-LxcContainer $Value -Timeout 0 }) InvalidName InvalidArgument $Value
    }

    It 'writes an error for each that there is not, and waits for the others' {
        $outcome = Get-Outcome { "none-$Unique", $one | Wait-LxcContainer -Timeout 5 -PassThru }
        Assert-OneError $outcome ContainerNotFound ObjectNotFound "none-$Unique"
        $outcome.Output.Name | Should -Be $one
    }

    It 'refuses a state that there is not, and a time below zero' {
        { Wait-LxcContainer $one -State Asleep } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,LxcPS.Commands.WaitLxcContainerCommand'
        { Wait-LxcContainer $one -Timeout -1 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,LxcPS.Commands.WaitLxcContainerCommand'
    }
}
