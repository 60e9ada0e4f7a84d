BeforeDiscovery {
    . $PSScriptRoot/Missing.ps1
}

BeforeAll {
    . $PSScriptRoot/Tools.ps1
    $ours = @{ privileged = "op-$Unique"; unprivileged = "ou-$Unique" }
    $theirs = @{ privileged = "tp-$Unique"; unprivileged = "tu-$Unique" }
    foreach ($kind in 'privileged', 'unprivileged') {
        Start-Ours $ours[$kind] $kind
        Start-Theirs $theirs[$kind] $kind
    }

    # The same limits by the names of the host's version of cgroups.
    $memoryKey = $isV1 ? 'memory.limit_in_bytes' : 'memory.max'

    function Get-State {
        # On both sides, which must agree.
        param([string] $Name)
        $state = (Get-Field -n $Name -s)['State']
        "$((Get-LxcContainer $Name).State)".ToUpperInvariant() | Should -BeExactly $state
        $state
    }

    function Start-Monitor {
        # lxc-monitor once it listens: the FIFO is there and read.
        param([string] $Name)
        $tool = Start-Tool lxc-monitor, '-n', $Name
        Wait-Until { [IO.File]::Exists("/run/lxc$LxcPath/monitor-fifo") -and [IO.File]::ReadAllText('/proc/net/unix').Contains("$LxcPath") } | Should -BeTrue
        # A state that is told until it is heard: the monitor that is started by the tool needs a moment.
        Wait-Until {
            Use-Tool lxc-freeze -n $Name
            Use-Tool lxc-unfreeze -n $Name
            try { Read-Tool $tool 'THAWED' 0.2; $true } catch { $false }
        } | Should -BeTrue
        Start-Sleep -Milliseconds 200
        try { Read-Tool $tool 'nothing that it says' 0.2 } catch { }
        $tool.Text = ''
        $tool
    }
}

AfterAll {
    Complete-Test
}

Describe 'lxc-freeze: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'halts it (<Kind>)' -ForEach $kinds {
        Use-Tool lxc-freeze -n $ours[$Kind]
        Get-State $ours[$Kind] | Should -Be FROZEN
        Resume-LxcContainer $ours[$Kind]
        Get-State $ours[$Kind] | Should -Be RUNNING
    }
}

Describe 'lxc-freeze: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Suspend-LxcContainer halts it (<Kind>)' -ForEach $kinds {
        Suspend-LxcContainer $theirs[$Kind]
        Get-State $theirs[$Kind] | Should -Be FROZEN
        Use-Tool lxc-unfreeze -n $theirs[$Kind]
        Get-State $theirs[$Kind] | Should -Be RUNNING
    }
}

Describe 'lxc-unfreeze: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'lets it go on (<Kind>)' -ForEach $kinds {
        Suspend-LxcContainer $ours[$Kind]
        Get-State $ours[$Kind] | Should -Be FROZEN
        Use-Tool lxc-unfreeze -n $ours[$Kind]
        Get-State $ours[$Kind] | Should -Be RUNNING
        Invoke-LxcCommand $ours[$Kind] hostname | Should -Be $ours[$Kind]
    }
}

Describe 'lxc-unfreeze: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Resume-LxcContainer lets it go on (<Kind>)' -ForEach $kinds {
        Use-Tool lxc-freeze -n $theirs[$Kind]
        Get-State $theirs[$Kind] | Should -Be FROZEN
        Resume-LxcContainer $theirs[$Kind]
        Get-State $theirs[$Kind] | Should -Be RUNNING
        Invoke-LxcCommand $theirs[$Kind] hostname | Should -Be $theirs[$Kind]
    }
}

Describe 'lxc-cgroup: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'gets what Set-LxcCgroup sets, and sets what Get-LxcCgroup and the kernel have (<Kind>)' -ForEach $kinds {
        $name = $ours[$Kind]
        Set-LxcCgroup $name -Memory 96MB -Pids 77 -CpuSet 0
        Use-Tool lxc-cgroup -n $name $memoryKey | Select-Object -First 1 | Should -Be 96MB
        Use-Tool lxc-cgroup -n $name pids.max | Select-Object -First 1 | Should -Be 77
        Use-Tool lxc-cgroup -n $name cpuset.cpus | Select-Object -First 1 | Should -Be 0
        Use-Tool lxc-cgroup -n $name $memoryKey 67108864
        (Get-LxcCgroup $name -Key $memoryKey).Value | Should -Be 67108864
        Read-Kernel memory.limit_in_bytes memory.max $name | Should -Be 67108864
        Invoke-Tool lxc-cgroup -n $name no.such_file | Out-Null
        $LASTEXITCODE | Should -Not -Be 0
    }

    It 'gets the devices that Get-LxcDevice has (<Kind>)' -ForEach $kinds {
        if (-not $isV1) {
            Set-ItResult -Skipped -Because 'cgroup v2 has no devices.list'
        }

        $list = @(Use-Tool lxc-cgroup -n $ours[$Kind] devices.list) -ne ''
        $list | Should -Contain 'c 1:3 rwm'
        @(Get-LxcDevice $ours[$Kind] | Where-Object { $_.Major -eq 1 -and $_.Minor -eq 3 }).Access | Should -Be rwm
    }
}

Describe 'lxc-cgroup: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Get-LxcCgroup gets what lxc-cgroup sets, and Set-LxcCgroup sets what it and the kernel have (<Kind>)' -ForEach $kinds {
        $name = $theirs[$Kind]
        Use-Tool lxc-cgroup -n $name $memoryKey 67108864
        (Get-LxcCgroup $name -Key $memoryKey).Value | Should -Be 67108864
        Set-LxcCgroup $name -Memory 96MB -Pids 77 -CpuSet 0
        Use-Tool lxc-cgroup -n $name $memoryKey | Select-Object -First 1 | Should -Be 96MB
        Use-Tool lxc-cgroup -n $name pids.max | Select-Object -First 1 | Should -Be 77
        Read-Kernel memory.limit_in_bytes memory.max $name | Should -Be 96MB
        (Get-LxcCgroup $name).PidsUsage | Should -Be (Use-Tool lxc-cgroup -n $name pids.current | Select-Object -First 1)
    }
}

Describe 'lxc-wait: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'sees the state it is in, runs out of time, and sees states come (<Kind>)' -ForEach $kinds {
        $name = "ow-$Kind-$Unique"
        Start-Ours $name $Kind
        Use-Tool lxc-wait -n $name -s RUNNING -t 10
        Invoke-Tool lxc-wait -n $name -s STOPPED -t 1 | Out-Null
        $LASTEXITCODE | Should -Be 1
        $waiting = Start-Tool lxc-wait, '-n', $name, '-s', 'FROZEN'
        Start-Sleep -Milliseconds 300
        $waiting.Process.HasExited | Should -BeFalse
        Suspend-LxcContainer $name
        Wait-Tool $waiting | Should -Be 0
        Resume-LxcContainer $name
        $waiting = Start-Tool lxc-wait, '-n', $name, '-s', 'STOPPED|ABORTING'
        Start-Sleep -Milliseconds 300
        Stop-LxcContainer $name -Kill
        Wait-Tool $waiting | Should -Be 0
    }
}

Describe 'lxc-wait: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Wait-LxcContainer sees the state it is in, runs out of time, and sees states come (<Kind>)' -ForEach $kinds {
        $name = "tw-$Kind-$Unique"
        Start-Theirs $name $Kind
        Wait-LxcContainer $name Running -Timeout 10
        { Wait-LxcContainer $name Stopped -Timeout 0.3 } | Should -Throw -ErrorId 'Timeout*'
        $beside = Start-Beside "Wait-LxcContainer $name Frozen -Timeout 20 -PassThru"
        Start-Sleep -Milliseconds 500
        Use-Tool lxc-freeze -n $name
        $beside.Handle.AsyncWaitHandle.WaitOne(20000) | Should -BeTrue
        $beside.Pipeline.EndInvoke($beside.Handle).Name | Should -Be $name
        $beside.Pipeline.Dispose()
        Use-Tool lxc-unfreeze -n $name
        $beside = Start-Beside "Wait-LxcContainer $name Stopped -Timeout 20 -PassThru"
        Start-Sleep -Milliseconds 500
        Use-Tool lxc-stop -n $name -k
        $beside.Handle.AsyncWaitHandle.WaitOne(20000) | Should -BeTrue
        $beside.Pipeline.EndInvoke($beside.Handle).Name | Should -Be $name
        $beside.Pipeline.Dispose()
    }
}

Describe 'lxc-monitor: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'shows freezing, thawing, reboot, the exit status and the end, each once (<Kind>)' -ForEach $kinds {
        $name = $ours[$Kind]
        $tool = Start-Monitor $name
        Suspend-LxcContainer $name
        Resume-LxcContainer $name
        Read-Tool $tool 'THAWED'
        [regex]::Matches($tool.Text, '\[(\w+)\]').ForEach({ $_.Groups[1].Value }) | Should -Be 'FREEZING', 'FROZEN', 'THAWED'
        $tool.Text = ''
        Use-Tool lxc-stop -n $name -r -t 20
        Read-Tool $tool 'RUNNING'
        [regex]::Matches($tool.Text, 'changed state to \[(\w+)\]').ForEach({ $_.Groups[1].Value })[-2, -1] | Should -Be 'STARTING', 'RUNNING'
        $tool.Text | Should -Match "'$name' exited with status"
        $tool.Text = ''
        Stop-LxcContainer $name -Kill
        Read-Tool $tool 'STOPPED'
        $tool.Text | Should -Match "(?s)'$name' exited with status \[137\].*\[STOPPED\]|\[STOPPING\].*'$name' exited with status \[137\].*\[STOPPED\]"
        Start-LxcContainer $name
        Read-Tool $tool 'RUNNING'
    }
}

Describe 'lxc-monitor: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'lxc-monitor sees it when Suspend-LxcContainer and Resume-LxcContainer change the state of LXC''s (<Kind>)' -ForEach $kinds {
        $name = $theirs[$Kind]
        $tool = Start-Monitor $name
        Suspend-LxcContainer $name
        Read-Tool $tool 'FROZEN'
        Resume-LxcContainer $name
        Read-Tool $tool 'THAWED'
    }

    It 'Watch-LxcContainer shows what LXC''s tools change, as it comes (<Kind>)' -ForEach $kinds {
        $name = $theirs[$Kind]
        $pipeline = [powershell]::Create()
        try {
            [void] $pipeline.AddScript("Import-Module '$env:LXCPS_MODULE'; Watch-LxcContainer '$name' -LxcPath '$LxcPath' -Timeout 20 -Verbose | Where-Object State -Match 'Frozen|Running' | Select-Object -First 2")
            $watch = $pipeline.BeginInvoke()
            Wait-Until { $pipeline.Streams.Verbose.Count -or $watch.IsCompleted } | Should -BeTrue
            Use-Tool lxc-freeze -n $name
            Use-Tool lxc-unfreeze -n $name
            "$($pipeline.EndInvoke($watch).State)" | Should -BeExactly 'Frozen Running'
            $pipeline.Streams.Error.Count | Should -Be 0
        }
        finally {
            $pipeline.Stop()
            $pipeline.Dispose()
        }
    }
}
