BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1

    # Inits of their own, so that each test knows what a signal does.
    $one = "one-$Unique"
    $two = "two-$Unique"
    $deaf = "deaf-$Unique"
    $slow = "slow-$Unique"
    [void] (New-TestContainer $one, $two, $deaf, $slow)
    $inits = @{
        $one  = 'trap "exit 0" USR1'
        $two  = 'trap "exit 0" USR1'
        $deaf = 'trap "" USR1 TERM INT PWR'
        $slow = 'trap "sleep 1; : > /halted; exit 0" USR1'
    }
    foreach ($name in $inits.Keys) {
        $program = "$LxcPath/$name/rootfs/bin/own-init"
        [IO.File]::WriteAllText($program, "#!/bin/sh`n$($inits[$name])`n: > /ready`nwhile :; do sleep 0.05; done`n")
        chmod 755 $program
        Set-LxcContainer $name -InitCommand /bin/own-init
    }

    function Start-Ready {
        # Starts containers; a shell that has just been executed has not set its traps yet.
        param([string[]] $Name)
        Start-LxcContainer $Name
        foreach ($item in $Name) {
            Wait-Until { [IO.File]::Exists("$LxcPath/$item/rootfs/ready") } | Should -BeTrue
            [IO.File]::Delete("$LxcPath/$item/rootfs/ready")
        }
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Stop-LxcContainer' {
    AfterEach {
        Stop-LxcContainer "*-$Unique" -Kill
    }

    It 'asks the container to shut down, waits for its end, and emits nothing' -Tag Vm {
        Start-Ready $slow
        $id = (Get-LxcContainer $slow).ProcessId
        $mark = "$LxcPath/$slow/rootfs/halted"
        Stop-LxcContainer $slow | Should -BeNullOrEmpty
        [IO.File]::Exists($mark) | Should -BeTrue -Because 'it came to do what it does at a shutdown'
        [IO.Directory]::Exists("/proc/$id") | Should -BeFalse
        (Get-LxcContainer $slow).State | Should -Be Stopped
        Get-Leftover | Should -BeNullOrEmpty
        [IO.File]::Delete($mark)
    }

    It 'shuts down what the Busybox template boots' -Tag Vm {
        $name = "boots-$Unique"
        [void] (New-TestContainer $name)
        Start-LxcContainer $name
        Wait-Init $name
        Stop-LxcContainer $name -NoKill -Timeout 30
        (Get-LxcContainer $name).State | Should -Be Stopped
        Remove-LxcContainer $name -Confirm:$false
    }

    It 'returns as soon as the container has ended, not after the time' {
        Start-Ready $one
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Stop-LxcContainer $one -Timeout 50
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
    }

    It 'kills what does not shut down within -Timeout, given as <Title>' -ForEach @(
        @{ Title = 'seconds'; Value = 0.6 }
        @{ Title = 'TimeSpan'; Value = [timespan]::FromSeconds(0.6) }
        @{ Title = 'text'; Value = '00:00:00.6' }
    ) {
        Start-Ready $deaf
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Stop-LxcContainer $deaf -Timeout $Value
        $watch.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 0.6
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        (Get-LxcContainer $deaf).State | Should -Be Stopped
    }

    It 'leaves it running with -NoKill, and writes an error' {
        Start-Ready $deaf
        $id = (Get-LxcContainer $deaf).ProcessId
        Assert-OneError (Get-Outcome { Stop-LxcContainer $deaf -Timeout 0.3 -NoKill }) Timeout OperationTimeout $deaf
        (Get-LxcContainer $deaf).State | Should -Be Running
        (Get-LxcContainer $deaf).ProcessId | Should -Be $id
    }

    It 'kills at once with -Kill, also an init that ignores signals' -Tag Vm {
        Start-Ready $deaf, $slow
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Stop-LxcContainer $deaf, $slow -Kill
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        (Get-LxcContainer).State | Sort-Object -Unique | Should -Be Stopped
        [IO.File]::Exists("$LxcPath/$slow/rootfs/halted") | Should -BeFalse -Because 'it was not asked'
    }

    # keys: lxc.signal.halt
    It 'sends lxc.signal.halt' {
        $program = "$LxcPath/$one/rootfs/bin/winch-init"
        [IO.File]::WriteAllText($program, "#!/bin/sh`ntrap ': > /halted; exit 0' WINCH`n: > /ready`nwhile :; do sleep 0.05; done`n")
        chmod 755 $program
        Start-LxcContainer $one -Config @{ 'lxc.signal.halt' = 'SIGWINCH'; 'lxc.init.cmd' = '/bin/winch-init' }
        Wait-Until { [IO.File]::Exists("$LxcPath/$one/rootfs/ready") } | Should -BeTrue
        Stop-LxcContainer $one -NoKill -Timeout 20
        [IO.File]::Exists("$LxcPath/$one/rootfs/halted") | Should -BeTrue
        [IO.File]::Delete("$LxcPath/$one/rootfs/halted")
        [IO.File]::Delete("$LxcPath/$one/rootfs/ready")
    }

    It 'stops a suspended container' -Tag Vm {
        Start-Ready $one, $deaf
        Suspend-LxcContainer $one, $deaf
        Stop-LxcContainer $one -NoKill -Timeout 20
        Stop-LxcContainer $deaf -Kill
        (Get-LxcContainer).State | Sort-Object -Unique | Should -Be Stopped
    }

    It 'has nothing to do for a stopped container' {
        $outcome = Get-Outcome { Stop-LxcContainer $one -PassThru }
        $outcome.Errors | Should -BeNullOrEmpty
        $outcome.Output.State | Should -Be Stopped
        (Stop-LxcContainer $one -Verbose 4>&1) -join "`n" | Should -BeLike '*was stopped already*'
    }

    It 'takes arrays, wildcards, objects, text and property names' {
        Start-Ready $one, $two
        (Stop-LxcContainer $two, $one -PassThru).Name | Should -Be $two, $one
        Start-Ready $one, $two
        (Stop-LxcContainer "[ot]*-$Unique" -PassThru).State | Should -Be Stopped, Stopped
        Start-Ready $one, $two
        (Get-LxcContainer -State Running | Stop-LxcContainer -PassThru).Name | Should -Be $one, $two
        Start-Ready $one, $two
        $one, [pscustomobject]@{ Name = $two; LxcPath = $LxcPath } | Stop-LxcContainer
        Get-LxcContainer -State Running | Should -BeNullOrEmpty
    }

    It 'shows what it would do under -WhatIf, and stops nothing' {
        Start-Ready $one
        $text = Get-SessionText "Stop-LxcContainer $one -WhatIf; Stop-LxcContainer $one -Kill -WhatIf"
        $text | Should -Match "(?s)What if: .*`"Stop`".*`"$one`".*What if: .*`"Kill`".*`"$one`""
        (Stop-LxcContainer $one -WhatIf -PassThru).State | Should -Be Running
        (Get-LxcContainer $one).State | Should -Be Running
    }

    It 'stops twenty containers side by side' {
        # Each takes a second to shut down; one after the other would be twenty.
        $names = 1..20 | ForEach-Object { "n$_-$Unique" }
        [void] (New-LxcContainer $names -Template None -Config @{ 'lxc.rootfs.path' = "dir:$LxcPath/$slow/rootfs"; 'lxc.init.cmd' = '/bin/sleepy-init'; 'lxc.signal.halt' = 'SIGUSR1' })
        $program = "$LxcPath/$slow/rootfs/bin/sleepy-init"
        [IO.File]::WriteAllText($program, "#!/bin/sh`ntrap 'sleep 1; exit 0' USR1`nwhile :; do sleep 0.2; done`n")
        chmod 755 $program
        Start-LxcContainer $names
        Start-Ready $slow
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Stop-LxcContainer $slow -NoKill
        $alone = $watch.Elapsed.TotalSeconds
        $watch.Restart()
        Stop-LxcContainer $names -NoKill
        $all = $watch.Elapsed.TotalSeconds
        (Get-LxcContainer -State Running) | Should -BeNullOrEmpty
        $all | Should -BeLessThan (2 * $alone + 3) -Because 'all of them take about as long as the slowest'
        Remove-LxcContainer $names -Force
    }

    It 'lets LXC''s tools start again at once what it has stopped' -Tag Vm {
        $name = "again-$Unique"
        [void] (New-TestContainer $name -Privileged)
        Start-LxcContainer $name
        Stop-LxcContainer $name -Kill
        lxc-start -P $LxcPath -n $name -d
        $LASTEXITCODE | Should -Be 0
        (Get-LxcContainer $name).State | Should -Be Running
        Wait-Init $name
        Stop-LxcContainer $name -Timeout 20 -NoKill
        (Get-LxcContainer $name).State | Should -Be Stopped
        Remove-LxcContainer $name -Confirm:$false
    }
}

Describe 'Errors of Stop-LxcContainer' {
    It 'refuses <Title> as name' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Stop-LxcContainer $Value }) InvalidName InvalidArgument $Value
    }

    It 'writes an error for each that there is not, and stops the others' {
        Start-Ready $one
        $outcome = Get-Outcome { "none-$Unique", '', $one | Stop-LxcContainer -PassThru }
        $outcome.Errors.Exception.ErrorId | Should -Be 'ContainerNotFound', 'InvalidName'
        $outcome.Output.Name | Should -Be $one
        (Get-LxcContainer $one).State | Should -Be Stopped
    }

    It 'refuses -Kill with -NoKill, and a time below zero' {
        { Stop-LxcContainer $one -Kill -NoKill } | Should -Throw -ErrorId 'KillAndNoKill,LxcPS.Commands.StopLxcContainerCommand'
        { Stop-LxcContainer $one -Timeout -1 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,LxcPS.Commands.StopLxcContainerCommand'
    }
}
