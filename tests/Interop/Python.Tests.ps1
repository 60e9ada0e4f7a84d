BeforeDiscovery {
    . $PSScriptRoot/Missing.ps1
}

BeforeAll {
    . $PSScriptRoot/Tools.ps1
    $memoryKey = $isV1 ? 'memory.limit_in_bytes' : 'memory.max'

    function Use-Container {
        # Runs a part of Container.py on a container: what it says of each thing, in order.
        param([string] $Name, [string] $What, [string[]] $Rest)
        Use-Tool python3 "$PSScriptRoot/Container.py" $LxcPath $Name $What @Rest
    }

    function Assert-Look {
        # The same facts from both sides.
        param([string] $Name)
        $container = Get-LxcContainer $Name
        Use-Container $Name look | Should -Be 'defined True', 'running True', "state $("$($container.State)".ToUpperInvariant())", "pid $($container.ProcessId)",
            "config $($container.ConfigPath)", "hostname $($container.HostName)", "running hostname $($container.HostName)", 'interfaces lo', 'listed True', 'exit 5'
    }
}

AfterAll {
    Complete-Test
}

Describe 'python3-lxc: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'Container has its state, process id, configuration and interfaces, and attaches (<Kind>)' -ForEach $kinds {
        $name = "ol-$Kind-$Unique"
        Start-Ours $name $Kind
        Assert-Look $name
    }

    It 'Container sets and gets cgroup items, freezes, waits, saves the configuration and opens the console (<Kind>)' -ForEach $kinds {
        $name = "oh-$Kind-$Unique"
        Start-Ours $name $Kind
        Use-Container $name change $memoryKey, 67108864 | Should -Be 'set True', 'get 67108864', 'freeze True', 'state FROZEN', 'unfreeze True', 'state RUNNING', 'wait True',
            'item True', 'console True'
        (Get-LxcCgroup $name -Key $memoryKey).Value | Should -Be 64MB
        (Get-LxcContainer $name).AutoStart | Should -BeTrue
        Stop-LxcContainer $name -Kill
        Start-LxcContainer $name
    }

    It 'Container reboots, shuts down, starts and stops it (<Kind>)' -ForEach $kinds {
        $name = "oy-$Kind-$Unique"
        Start-Ours $name $Kind
        $before = (Get-LxcContainer $name).ProcessId
        Use-Container $name reboot | Should -Be 'reboot True'
        Wait-Until { (Get-LxcContainer $name).ProcessId -notin $null, $before } | Should -BeTrue
        Wait-Init $name
        Use-Container $name cycle | Should -Be 'shutdown True', 'state STOPPED', 'start True', 'wait True', 'stop True', 'state STOPPED'
        (Get-LxcContainer $name).State | Should -Be Stopped
    }

    It 'Container clones it, and takes and destroys snapshots' {
        $name = "oz-$Unique"
        New-Ours $name privileged
        Use-Container $name copy "clone-$Unique" | Should -Be 'clone True', 'snapshot snap0', "list ['snap0']", 'snapshot gone True', 'destroy True'
    }
}

Describe 'python3-lxc: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'the cmdlets see, enter, limit, suspend and stop what Container started (<Kind>)' -ForEach $kinds {
        $name = "tl-$Kind-$Unique"
        New-Theirs $name $Kind
        Use-Container $name start | Should -Be 'start True', 'wait True'
        Wait-Init $name
        Assert-Look $name
        Invoke-LxcCommand $name hostname | Should -Be $name
        Set-LxcCgroup $name -Memory 64MB
        Suspend-LxcContainer $name
        (Get-LxcContainer $name).State | Should -Be Frozen
        Resume-LxcContainer $name
        Stop-LxcContainer $name -Timeout 20 -NoKill
        (Get-LxcContainer $name).State | Should -Be Stopped
    }
}
