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
    Start-LxcContainer $one, $two
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Resume-LxcContainer' {
    BeforeEach {
        Suspend-LxcContainer $one, $two
    }

    It 'lets processes go on where they were, and emits nothing' {
        $id = (Get-LxcContainer $one).ProcessId
        Resume-LxcContainer $one | Should -BeNullOrEmpty
        $container = Get-LxcContainer $one
        $container.State | Should -Be Running
        $container.ProcessId | Should -Be $id
        Invoke-LxcCommand $one echo alive -Timeout 20 | Should -Be 'alive'
        (Get-LxcContainer $two).State | Should -Be Frozen
    }

    It 'has nothing to do for one that runs' {
        Resume-LxcContainer $one
        $outcome = Get-Outcome { Resume-LxcContainer $one -PassThru }
        $outcome.Errors | Should -BeNullOrEmpty
        $outcome.Output.State | Should -Be Running
        (Resume-LxcContainer $one -Verbose 4>&1) -join "`n" | Should -BeLike '*was not suspended*'
    }

    It 'takes arrays, wildcards, objects, text and property names' {
        (Resume-LxcContainer $two, $one -PassThru).Name | Should -Be $two, $one
        Suspend-LxcContainer $one, $two
        (Resume-LxcContainer "[ot][nw][eo]-$Unique" -PassThru).State | Should -Be Running, Running
        Suspend-LxcContainer $one, $two
        (Get-LxcContainer -State Frozen | Resume-LxcContainer -PassThru).Name | Should -Be $one, $two
        Suspend-LxcContainer $one, $two
        ($one, [pscustomobject]@{ Name = $two; LxcPath = $LxcPath } | Resume-LxcContainer -PassThru).State | Should -Be Running, Running
    }

    It 'shows what it would do under -WhatIf, and resumes nothing' {
        Get-SessionText "Resume-LxcContainer $one -WhatIf" | Should -Match "What if: .*`"Resume`".*`"$one`""
        (Resume-LxcContainer $one -WhatIf -PassThru).State | Should -Be Frozen
        (Get-LxcContainer $one).State | Should -Be Frozen
    }
}

Describe 'Errors of Resume-LxcContainer' {
    It 'refuses <Title> as name' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Resume-LxcContainer $Value }) InvalidName InvalidArgument $Value
    }

    It 'refuses a container that does not run' {
        Assert-OneError (Get-Outcome { Resume-LxcContainer $stopped }) ContainerNotRunning InvalidOperation $stopped
    }

    It 'writes an error for each that fails, and resumes the others' {
        Suspend-LxcContainer $two
        $outcome = Get-Outcome { "none-$Unique", $stopped, $two | Resume-LxcContainer -PassThru }
        $outcome.Errors.Exception.ErrorId | Sort-Object | Should -Be 'ContainerNotFound', 'ContainerNotRunning'
        $outcome.Output.Name | Should -Be $two
        (Get-LxcContainer $two).State | Should -Be Running
    }
}
