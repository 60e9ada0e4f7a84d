BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $two = "two-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $one, $two, $stopped)
    $counter = "$LxcPath/$one/rootfs/counter"
    $program = "$LxcPath/$one/rootfs/bin/counting-init"
    [IO.File]::WriteAllText($program, "#!/bin/sh`nwhile :; do echo x >> /counter; sleep 0.02; done`n")
    chmod 755 $program
    Set-LxcContainer $one -InitCommand /bin/counting-init
    Start-LxcContainer $one, $two
    Wait-Until { [IO.File]::Exists($counter) } | Should -BeTrue

    function Test-Growth {
        # Whether the container's counter grows: in time, or at all within a second.
        param([switch] $Never)
        $before = [IO.FileInfo]::new($counter).Length
        if ($Never) {
            Start-Sleep -Milliseconds 1000
            return [IO.FileInfo]::new($counter).Length -gt $before
        }

        Wait-Until { [IO.FileInfo]::new($counter).Length -gt $before }
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Suspend-LxcContainer' {
    AfterEach {
        Resume-LxcContainer $one, $two
    }

    It 'halts every process until it is resumed, and emits nothing' -Tag Vm {
        Test-Growth | Should -BeTrue
        Suspend-LxcContainer $one | Should -BeNullOrEmpty
        Test-Growth -Never | Should -BeFalse
        $container = Get-LxcContainer $one
        $container.State | Should -Be ([LxcPS.Engine.ContainerState]::Frozen)
        $container.ProcessId | Should -BeGreaterThan 0
        lxc-info -P $LxcPath -n $one -s -H | Should -Be 'FROZEN'
        Resume-LxcContainer $one
        Test-Growth | Should -BeTrue
    }

    It 'leaves other containers running' -Tag Vm {
        Suspend-LxcContainer $one
        (Get-LxcContainer $two).State | Should -Be Running
        Invoke-LxcCommand $two echo alive -Timeout 20 | Should -Be 'alive'
    }

    It 'has nothing to do for one that is suspended' {
        Suspend-LxcContainer $one
        $outcome = Get-Outcome { Suspend-LxcContainer $one -PassThru }
        $outcome.Errors | Should -BeNullOrEmpty
        $outcome.Output.State | Should -Be Frozen
        (Suspend-LxcContainer $one -Verbose 4>&1) -join "`n" | Should -BeLike '*was suspended already*'
    }

    It 'takes arrays, wildcards, objects, text and property names' {
        (Suspend-LxcContainer $two, $one -PassThru).Name | Should -Be $two, $one
        Resume-LxcContainer $two, $one
        (Suspend-LxcContainer "[ot][nw][eo]-$Unique" -PassThru).State | Should -Be Frozen, Frozen
        Resume-LxcContainer $two, $one
        (Get-LxcContainer -State Running | Suspend-LxcContainer -PassThru).Name | Should -Be $one, $two
        Resume-LxcContainer $two, $one
        ($one, [pscustomobject]@{ Name = $two; LxcPath = $LxcPath } | Suspend-LxcContainer -PassThru).State | Should -Be Frozen, Frozen
        (Get-LxcContainer -State Frozen).Name | Should -Be $one, $two
    }

    It 'shows what it would do under -WhatIf, and halts nothing' {
        Get-SessionText "Suspend-LxcContainer $one -WhatIf" | Should -Match "What if: .*`"Suspend`".*`"$one`""
        (Suspend-LxcContainer $one -WhatIf -PassThru).State | Should -Be Running
        Test-Growth | Should -BeTrue
    }

    It 'freezes what LXC''s tools thaw, and thaws what they freeze' -Tag Vm {
        Suspend-LxcContainer $one
        lxc-unfreeze -P $LxcPath -n $one
        (Get-LxcContainer $one).State | Should -Be Running
        Test-Growth | Should -BeTrue
        lxc-freeze -P $LxcPath -n $one
        (Get-LxcContainer $one).State | Should -Be Frozen
        Resume-LxcContainer $one
        Test-Growth | Should -BeTrue
    }

    It 'works on a container that LXC started' -Tag Vm {
        $name = "theirs-$Unique"
        [void] (New-TestContainer $name -Privileged)
        lxc-start -P $LxcPath -n $name -d
        $LASTEXITCODE | Should -Be 0
        (Suspend-LxcContainer $name -PassThru).State | Should -Be Frozen
        lxc-info -P $LxcPath -n $name -s -H | Should -Be 'FROZEN'
        (Resume-LxcContainer $name -PassThru).State | Should -Be Running
        Invoke-LxcCommand $name echo alive -Timeout 20 | Should -Be 'alive'
        Suspend-LxcContainer $name
        Stop-LxcContainer $name -NoKill -Timeout 20
        (Get-LxcContainer $name).State | Should -Be Stopped
        lxc-start -P $LxcPath -n $name -d
        Suspend-LxcContainer $name
        Remove-LxcContainer $name -Force
    }
}

Describe 'Errors of Suspend-LxcContainer' {
    It 'refuses <Title> as name' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Suspend-LxcContainer $Value }) InvalidName InvalidArgument $Value
    }

    It 'refuses a container that does not run' {
        Assert-OneError (Get-Outcome { Suspend-LxcContainer $stopped }) ContainerNotRunning InvalidOperation $stopped
    }

    It 'writes an error for each that fails, and suspends the others' {
        $outcome = Get-Outcome { "none-$Unique", $stopped, $two, '' | Suspend-LxcContainer -PassThru }
        $outcome.Errors.Exception.ErrorId | Sort-Object | Should -Be 'ContainerNotFound', 'ContainerNotRunning', 'InvalidName'
        $outcome.Output.Name | Should -Be $two
        (Get-LxcContainer $two).State | Should -Be Frozen
        Resume-LxcContainer $two
    }
}
