BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $name = "limits-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $name, $stopped)
    Set-LxcCgroup $stopped -Pids 45
    Start-LxcContainer $name
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Get-LxcCgroup' -Tag Vm {
    It 'gives limits and use as numbers' {
        Set-LxcCgroup $name -Memory 64MB -MemorySwap 96MB -Cpu 1.5 -CpuWeight 100 -CpuSet 0 -Pids 99
        $limits = Get-LxcCgroup $name
        $limits | Should -BeOfType [LxcPS.LxcCgroup]
        $limits.Name | Should -Be $name
        $limits.LxcPath | Should -Be $LxcPath
        foreach ($property in 'Memory', 'MemorySwap', 'Pids', 'MemoryUsage', 'MemoryPeak', 'PidsUsage', 'IoRead', 'IoWritten') {
            $limits.$property | Should -BeOfType [long] -Because $property
        }

        $limits.Cpu | Should -BeOfType [double]
        $limits.CpuWeight | Should -BeOfType [int]
        $limits.CpuSet | Should -BeOfType [string]
        $limits.CpuTime | Should -BeOfType [TimeSpan]
        $limits.ThrottledTime | Should -BeOfType [TimeSpan]
        $limits.MemoryUsage | Should -BeGreaterThan 0
        $limits.MemoryUsage | Should -BeLessThan 64MB
        $limits.PidsUsage | Should -Be @(Get-ContainerProcess $name).Count
        Set-LxcCgroup $name -Memory max -Cpu max -Pids max
    }

    It 'gives the limits of a stopped container, and no use' {
        $limits = Get-LxcCgroup $stopped
        $limits.Pids | Should -BeOfType [long]
        foreach ($property in 'MemoryUsage', 'MemoryPeak', 'PidsUsage', 'CpuTime') {
            $limits.$property | Should -Be $null -Because $property
        }
    }

    It 'gives files with -Key' {
        $values = Get-LxcCgroup $name -Key pids.max, pids.current
        $values | Should -BeOfType [LxcPS.LxcCgroupValue]
        $values.Key | Should -Be 'pids.max', 'pids.current'
        $values[0].Value | Should -Be (Read-Kernel pids.max pids.max $name)
        "$($values[0])" | Should -Be $values[0].Value
    }

    It 'gives a limit by the name of either version of cgroups' {
        Set-LxcCgroup $name -Memory 64MB -Cpu 1.5
        $values = @{}
        Get-LxcCgroup $name -Key memory.max, memory.limit_in_bytes, cpu.max, cpu.cfs_quota_us | ForEach-Object { $values[$_.Key] = $_.Value }
        $values['memory.max'] | Should -Be '67108864'
        $values['memory.limit_in_bytes'] | Should -Be '67108864'
        $values['cpu.max'] | Should -Be '150000 100000'
        $values['cpu.cfs_quota_us'] | Should -Be '150000'
        Set-LxcCgroup $name -Memory max -Cpu max
        (Get-LxcCgroup $name -Key memory.max).Value | Should -Be 'max'
        (Get-LxcCgroup $name -Key cpu.max).Value | Should -Be 'max 100000'
    }

    It 'writes an error for <Key>' -ForEach @(
        @{ Key = 'nothing.max'; Id = 'CgroupControllerMissing' }, @{ Key = '../pids.max'; Id = 'ConfigInvalidValue' }
        @{ Key = 'pids.nothing'; Id = 'CgroupFailed' }
    ) {
        Get-LxcCgroup $name -Key $Key -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $problems[0].TargetObject | Should -Be $name
    }

    It 'says that a stopped container has no files' {
        Get-LxcCgroup $stopped -Key pids.max -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'ContainerNotRunning,*'
    }

    It 'takes objects and wildcards' {
        (Get-LxcContainer "*-$Unique" | Get-LxcCgroup).Name | Should -Contain $name
        (Get-LxcCgroup "limits*-$Unique").Name | Should -Be $name
    }
}
