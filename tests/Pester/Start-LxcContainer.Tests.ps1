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
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Start-LxcContainer' {
    AfterEach {
        Stop-LxcContainer "*-$Unique" -Kill
    }

    It 'returns when init runs, and emits nothing' -Tag Vm {
        Start-LxcContainer $one | Should -BeNullOrEmpty
        $container = Get-LxcContainer $one
        $container.State | Should -Be Running
        [IO.File]::ReadAllText("/proc/$($container.ProcessId)/comm").Trim() | Should -BeExactly 'init' -Because 'init has been executed'
    }

    It 'emits the running container with -PassThru' {
        $container = Start-LxcContainer $one -PassThru
        $container | Should -BeOfType ([LxcPS.LxcContainer])
        $container.State | Should -Be Running
    }

    It 'takes arrays, wildcards, objects, text and property names' {
        (Start-LxcContainer $one, $two -PassThru).Name | Should -Be $one, $two
        Stop-LxcContainer $one, $two -Kill
        (Start-LxcContainer "*-$Unique" -PassThru).Name | Should -Be $one, $two
        Stop-LxcContainer $one, $two -Kill
        (Get-LxcContainer $two, $one | Start-LxcContainer -PassThru).Name | Should -Be $two, $one
        Stop-LxcContainer $one, $two -Kill
        ($two, $one | Start-LxcContainer -PassThru).Name | Should -Be $two, $one
        Stop-LxcContainer $one, $two -Kill
        ([pscustomobject]@{ Name = $two; LxcPath = $LxcPath; State = 'Stopped' } | Start-LxcContainer -PassThru).Name | Should -Be $two
        (Start-LxcContainer -InputObject (Get-LxcContainer $one) -PassThru).Name | Should -Be $one
    }

    It 'starts a piped container, not one of its name below the default path' {
        $other = New-LxcContainer $one -Template Busybox -LxcPath "$LxcPath/other"
        $other | Start-LxcContainer
        (Get-LxcContainer $one -LxcPath $other.LxcPath).State | Should -Be Running
        (Get-LxcContainer $one).State | Should -Be Stopped
        $other | Remove-LxcContainer -Force
        [IO.Directory]::Exists("$LxcPath/$one") | Should -BeTrue
        [IO.Directory]::Delete("$LxcPath/other")
    }

    It 'shows what it would do under -WhatIf, and starts nothing' {
        Get-SessionText "Start-LxcContainer $one, $two -WhatIf" | Should -Match "(?s)What if: .*`"Start`".*`"$one`".*What if: .*`"Start`".*`"$two`""
        (Start-LxcContainer $one -WhatIf -PassThru).State | Should -Be Stopped
        Start-LxcContainer $one -Command true -WhatIf | Should -BeNullOrEmpty
        (Get-LxcContainer).State | Should -Be Stopped, Stopped
    }

    It 'starts without a question with -Confirm:$false' {
        Start-LxcContainer $one -Confirm:$false
        (Get-LxcContainer $one).State | Should -Be Running
    }

    It 'applies -Config to this start alone' -Tag Vm {
        $before = [IO.File]::ReadAllText("$LxcPath/$one/config")
        Start-LxcContainer $one -Config @{ 'lxc.uts.name' = 'once'; 'lxc.environment' = 'A=1' }
        Invoke-LxcCommand $one hostname | Should -Be 'once'
        [IO.File]::ReadAllText("$LxcPath/$one/config") | Should -BeExactly $before
        Restart-LxcContainer $one -Kill
        Invoke-LxcCommand $one hostname | Should -Be $one
    }

    It 'gives each container namespaces and ids of its own' -Tag Vm {
        $ids = (Start-LxcContainer $one, $two -PassThru).ProcessId
        foreach ($kind in 'mnt', 'pid', 'uts', 'ipc', 'net', 'user', 'cgroup') {
            $links = @($ids[0], $ids[1], $PID | ForEach-Object { [IO.FileInfo]::new("/proc/$_/ns/$kind").LinkTarget })
            @($links | Sort-Object -Unique).Count | Should -Be 3 -Because "$kind is neither shared nor the host's"
        }

        foreach ($id in $ids) {
            [IO.File]::ReadAllText("/proc/$id/status") | Should -Match '(?m)^Uid:\s+[1-9]\d{5,}' -Because 'root inside is nobody of the host'
        }
    }

    It 'works with LXC''s tools: they see, enter and stop it' -Tag Vm {
        Start-LxcContainer $one
        lxc-info -P $LxcPath -n $one -s -H | Should -Be 'RUNNING'
        lxc-attach -P $LxcPath -n $one -- hostname | Should -Be $one
        lxc-stop -P $LxcPath -n $one -k
        (Get-LxcContainer $one).State | Should -Be Stopped
    }

    It 'runs again after a reboot from inside, with a new init' -Tag Vm {
        Start-LxcContainer $one
        $before = (Get-LxcContainer $one).ProcessId
        Invoke-LxcCommand $one reboot '-f' -ErrorAction Ignore
        Wait-Reboot $one $before
        [IO.Directory]::Exists("/proc/$before") | Should -BeFalse
        Invoke-LxcCommand $one hostname | Should -Be $one
    }

    It 'is stopped after a halt from inside' -Tag Vm {
        Start-LxcContainer $one
        Invoke-LxcCommand $one poweroff '-f' -ErrorAction Ignore
        Wait-LxcContainer $one -Timeout 20
        (Get-LxcContainer $one).State | Should -Be Stopped
    }

    It 'clears what a killed monitor left, and starts' -Tag Vm {
        Start-LxcContainer $one
        $monitor = Get-Monitor $one
        $monitor.Count | Should -Be 2
        $init = (Get-LxcContainer $one).ProcessId
        Stop-Process -Id $monitor.Keeper -Force
        Wait-Until { -not [IO.Directory]::Exists("/proc/$init") } | Should -BeTrue -Because 'init does not outlive its monitor'
        Wait-Until { (Get-LxcContainer $one).State -eq 'Stopped' } | Should -BeTrue
        Start-LxcContainer $one
        (Get-LxcContainer $one).State | Should -Be Running
    }
}
