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
    foreach ($name in $one, $two) {
        # Ends at once when asked, and says so: what boots in a busybox container takes its time.
        $program = "$LxcPath/$name/rootfs/bin/own-init"
        [IO.File]::WriteAllText($program, "#!/bin/sh`ntrap 'echo asked >> /log; exit 0' USR1`necho started >> /log`nwhile :; do sleep 0.05; done`n")
        chmod 755 $program
        Set-LxcContainer $name -InitCommand /bin/own-init
    }

    function Wait-Log {
        # Whether the last thing that the init of a container said is that it has started.
        param([string] $Name)
        Wait-Until { [IO.File]::Exists("$LxcPath/$Name/rootfs/log") -and [IO.File]::ReadAllLines("$LxcPath/$Name/rootfs/log")[-1] -eq 'started' } |
            Should -BeTrue
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Restart-LxcContainer' {
    AfterEach {
        Stop-LxcContainer "*-$Unique" -Kill
        foreach ($name in $one, $two) {
            [IO.File]::Delete("$LxcPath/$name/rootfs/log")
        }
    }

    It 'shuts the container down and starts it, with a new init, and emits nothing' -Tag Vm {
        Start-LxcContainer $one
        Wait-Log $one
        $id = (Get-LxcContainer $one).ProcessId
        Restart-LxcContainer $one | Should -BeNullOrEmpty
        $container = Get-LxcContainer $one
        $container.State | Should -Be Running
        $container.ProcessId | Should -Not -Be $id
        [IO.Directory]::Exists("/proc/$id") | Should -BeFalse
        Wait-Log $one
        [IO.File]::ReadAllLines("$LxcPath/$one/rootfs/log") | Should -Be 'started', 'asked', 'started'
    }

    It 'does not ask with -Kill' {
        Start-LxcContainer $one
        Wait-Log $one
        Restart-LxcContainer $one -Kill
        Wait-Until { [IO.File]::ReadAllLines("$LxcPath/$one/rootfs/log").Length -eq 2 } | Should -BeTrue
        [IO.File]::ReadAllLines("$LxcPath/$one/rootfs/log") | Should -Be 'started', 'started'
    }

    It 'kills after -Timeout what does not shut down' {
        Start-LxcContainer $one -Config @{ 'lxc.signal.halt' = 'SIGWINCH' }
        $id = (Get-LxcContainer $one).ProcessId
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Restart-LxcContainer $one -Timeout 0.5
        $watch.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 0.5
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
        (Get-LxcContainer $one).ProcessId | Should -Not -Be $id
    }

    It 'starts one that is stopped' {
        (Restart-LxcContainer $one -PassThru).State | Should -Be Running
    }

    It 'resumes nothing: a suspended one runs afterwards' -Tag Vm {
        Start-LxcContainer $one
        Wait-Log $one
        Suspend-LxcContainer $one
        Restart-LxcContainer $one
        (Get-LxcContainer $one).State | Should -Be Running
    }

    It 'starts with the configuration as it is now' {
        Start-LxcContainer $one
        Wait-Log $one
        Set-LxcContainer $one -HostName renamed
        Restart-LxcContainer $one
        Invoke-LxcCommand $one hostname | Should -Be 'renamed'
        Set-LxcContainer $one -HostName $one
    }

    It 'takes arrays, wildcards, objects, text and property names' {
        (Restart-LxcContainer $two, $one -Kill -PassThru).Name | Should -Be $two, $one
        (Restart-LxcContainer "*-$Unique" -Kill -PassThru).Name | Should -Be $one, $two
        (Get-LxcContainer $one, $two | Restart-LxcContainer -Kill -PassThru).State | Should -Be Running, Running
        ($one, [pscustomobject]@{ Name = $two; LxcPath = $LxcPath } | Restart-LxcContainer -Kill -PassThru).Name | Should -Be $one, $two
    }

    It 'shows what it would do under -WhatIf, and does nothing' {
        Start-LxcContainer $one
        $id = (Get-LxcContainer $one).ProcessId
        Get-SessionText "Restart-LxcContainer $one -WhatIf" | Should -Match "What if: .*`"Restart`".*`"$one`""
        (Restart-LxcContainer $one -WhatIf -PassThru).ProcessId | Should -Be $id
        (Get-LxcContainer $one).ProcessId | Should -Be $id
    }
}

Describe 'Errors of Restart-LxcContainer' {
    It 'refuses <Title> as name' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Restart-LxcContainer $Value }) InvalidName InvalidArgument $Value
    }

    It 'writes an error for each that fails, and restarts the others' {
        $bad = "bad-$Unique"
        [void] (New-LxcContainer $bad -Template None -Config @{ 'lxc.rootfs.path' = "dir:$LxcPath/missing" })
        $outcome = Get-Outcome { "none-$Unique", $bad, $one | Restart-LxcContainer -PassThru }
        $outcome.Errors.Exception.ErrorId | Sort-Object | Should -Be 'ContainerNotFound', 'RootfsFailed'
        $outcome.Errors.TargetObject | Sort-Object | Should -Be $bad, "none-$Unique"
        $outcome.Output.Name | Should -Be $one
        (Get-LxcContainer $bad).State | Should -Be Stopped
        Remove-LxcContainer $bad -Confirm:$false
    }

    It 'stays stopped where the new start fails, and says why' {
        Start-LxcContainer $two
        $path = "$LxcPath/$two/config"
        $text = [IO.File]::ReadAllText($path)
        [IO.File]::AppendAllText($path, "lxc.nonsense = 1`n")
        Assert-OneError (Get-Outcome { Restart-LxcContainer $two -Kill }) ConfigUnknownKey ParserError $two
        (Get-LxcContainer $two).State | Should -Be Stopped
        [IO.File]::WriteAllText($path, $text)
    }
}
