BeforeDiscovery {
    # The version of the controllers: tests say what they expect of both.
    $isV1 = [bool] ([IO.File]::ReadAllLines('/proc/self/cgroup') -match '^\d+:([^:]*,)?memory(,|:)')
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $name = "limits-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $name, $stopped)
    Start-LxcContainer $name

    function Get-ConfigLine {
        # The limits in the configuration file, without what New-LxcContainer writes for every container.
        param([string] $Container = $name)
        [IO.File]::ReadAllLines((Get-LxcContainer $Container).ConfigPath) | Where-Object { $_ -match '^lxc\.cgroup' -and $_ -notmatch 'devices' }
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Set-LxcCgroup on a running container' -Tag Vm {
    It 'sets <Parameters.Keys> in the kernel and in the configuration' -ForEach @(
        @{ Parameters = @{ Memory = 64MB }; V1 = 'memory.limit_in_bytes'; V2 = 'memory.max'; Kernel1 = '67108864'; Kernel2 = '67108864' }
        @{ Parameters = @{ Memory = '48M' }; V1 = 'memory.limit_in_bytes'; V2 = 'memory.max'; Kernel1 = '50331648'; Kernel2 = '50331648' }
        @{ Parameters = @{ MemoryLow = 1MB }; V1 = 'memory.soft_limit_in_bytes'; V2 = 'memory.low'; Kernel1 = '1048576'; Kernel2 = '1048576' }
        @{ Parameters = @{ Cpu = 0.5 }; V1 = 'cpu.cfs_quota_us'; V2 = 'cpu.max'; Kernel1 = '50000'; Kernel2 = '50000 100000' }
        @{ Parameters = @{ CpuWeight = 50 }; V1 = 'cpu.shares'; V2 = 'cpu.weight'; Kernel1 = '512'; Kernel2 = '50' }
        @{ Parameters = @{ CpuSet = '0' }; V1 = 'cpuset.cpus'; V2 = 'cpuset.cpus'; Kernel1 = '0'; Kernel2 = '0' }
        @{ Parameters = @{ Pids = 50 }; V1 = 'pids.max'; V2 = 'pids.max'; Kernel1 = '50'; Kernel2 = '50' }
    ) {
        Set-LxcCgroup $name @Parameters | Should -BeNullOrEmpty
        Read-Kernel $V1 $V2 $name | Should -Be $(if ($isV1) { $Kernel1 } else { $Kernel2 })
        $parameter = @($Parameters.Keys)[0]
        $expected = if ($parameter -eq 'Memory' -and $Parameters.Memory -is [string]) { 48MB } else { $Parameters[$parameter] }
        (Get-LxcCgroup $name).$parameter | Should -Be $expected
        $file = if ($isV1) { "lxc.cgroup.$V1" } else { "lxc.cgroup2.$V2" }
        @(Get-ConfigLine) -match ('^' + [regex]::Escape($file) + ' = ') | Should -HaveCount 1
    }

    It 'sets memory and swap together' {
        Set-LxcCgroup $name -Memory 64MB -MemorySwap 128MB
        Read-Kernel memory.memsw.limit_in_bytes memory.swap.max $name | Should -Be $(if ($isV1) { '134217728' } else { '67108864' })
        (Get-LxcCgroup $name).MemorySwap | Should -Be 128MB
    }

    It 'lifts limits with -1' {
        Set-LxcCgroup $name -Memory 64MB -Cpu 0.5 -Pids 50
        Set-LxcCgroup $name -Memory -1 -Cpu -1 -Pids -1
        Read-Kernel memory.limit_in_bytes memory.max $name | Should -BeIn 'max', '9223372036854771712'
        Read-Kernel cpu.cfs_quota_us cpu.max $name | Should -BeIn '-1', 'max 100000'
        Read-Kernel pids.max pids.max $name | Should -Be 'max'
        $limits = Get-LxcCgroup $name
        $limits.Memory, $limits.Cpu, $limits.Pids | Should -Be $null, $null, $null
    }

    It 'lifts limits with max, memory also with a limit of memory and swap' {
        Set-LxcCgroup $name -Memory 64MB -MemorySwap 128MB -Cpu 0.5 -Pids 50
        Set-LxcCgroup $name -Memory max -Cpu max -Pids max
        Read-Kernel memory.limit_in_bytes memory.max $name | Should -BeIn 'max', '9223372036854771712'
        Read-Kernel cpu.cfs_quota_us cpu.max $name | Should -BeIn '-1', 'max 100000'
        Read-Kernel pids.max pids.max $name | Should -Be 'max'
    }

    It 'takes a file by its name in <Version> with -Key and -Value' -ForEach @(
        @{ Version = 'v2'; Key = 'memory.max'; Value = '32M' }, @{ Version = 'v1'; Key = 'memory.limit_in_bytes'; Value = '32M' }
        @{ Version = 'v2, as a key'; Key = 'lxc.cgroup2.memory.max'; Value = '33554432' }
    ) {
        Set-LxcCgroup $name -Memory 64MB
        Set-LxcCgroup $name -Key $Key -Value $Value
        Read-Kernel memory.limit_in_bytes memory.max $name | Should -Be '33554432'
        (Get-LxcCgroup $name).Memory | Should -Be 32MB
        Set-LxcCgroup $name -Memory max
    }

    It 'takes the two numbers of cpu.max on either version' {
        Set-LxcCgroup $name -Key cpu.max -Value '20000 50000'
        Read-Kernel cpu.cfs_quota_us cpu.max $name | Should -BeIn '20000', '20000 50000'
        (Get-LxcCgroup $name).Cpu | Should -Be 0.4
        Set-LxcCgroup $name -Cpu max
    }

    It 'changes nothing with -WhatIf' {
        $before = Get-ConfigLine
        $kernel = Read-Kernel pids.max pids.max $name
        Set-LxcCgroup $name -Pids 33 -WhatIf
        Read-Kernel pids.max pids.max $name | Should -Be $kernel
        Get-ConfigLine | Should -Be $before
    }

    It 'emits the container with -PassThru, from a name, an object or a wildcard' {
        $result = Set-LxcCgroup $name -Pids 60 -PassThru
        $result | Should -BeOfType [LxcPS.LxcContainer]
        $result.Name | Should -Be $name
        (Get-LxcContainer $name | Set-LxcCgroup -Pids 61 -PassThru).Name | Should -Be $name
        (Set-LxcCgroup "*-$Unique" -Pids 62 -PassThru).Name | Sort-Object | Should -Be $name, $stopped
        Read-Kernel pids.max pids.max $name | Should -Be '62'
    }
}

Describe 'A limit that is refused' -Tag Vm {
    It 'changes neither kernel nor configuration: <Case>' -ForEach @(
        @{ Case = 'a processor that is not there'; Parameters = @{ CpuSet = '9999' }; Id = 'CgroupRefused' }
        # v2 takes less than is in use, and then ends processes.
        if ($isV1) { @{ Case = 'less memory than is in use'; Parameters = @{ Memory = 8KB }; Id = 'CgroupRefused' } }
        @{ Case = 'a good limit beside a refused one'; Parameters = @{ Pids = 77; Cpu = 0.7; CpuSet = '9999' }; Id = 'CgroupRefused' }
        @{ Case = 'a refused value of a file'; Parameters = @{ Key = 'pids.max'; Value = 'many' }; Id = 'CgroupRefused' }
        @{ Case = 'a file that is not there'; Parameters = @{ Key = 'memory.nothing'; Value = '1' }; Id = 'CgroupRefused' }
        @{ Case = 'a controller that is not there'; Parameters = @{ Key = 'nothing.max'; Value = '1' }; Id = 'CgroupControllerMissing' }
        @{ Case = 'a path'; Parameters = @{ Key = '../memory.max'; Value = '1' }; Id = 'ConfigInvalidValue' }
        @{ Case = 'processes of the host'; Parameters = @{ Key = 'cgroup.procs'; Value = '999999' }; Id = 'ConfigInvalidValue' }
        @{ Case = 'no processor'; Parameters = @{ Cpu = 0 }; Id = 'ConfigInvalidValue' }
        @{ Case = 'a weight of 0'; Parameters = @{ CpuWeight = 0 }; Id = 'ConfigInvalidValue' }
        @{ Case = 'no list of processors'; Parameters = @{ CpuSet = 'all' }; Id = 'ConfigInvalidValue' }
        @{ Case = 'swap without memory'; Parameters = @{ MemorySwap = 64MB }; Id = 'ConfigInvalidValue' }
        @{ Case = 'a sum below memory'; Parameters = @{ Memory = 64MB; MemorySwap = 32MB }; Id = 'ConfigInvalidValue' }
    ) {
        Set-LxcCgroup $name -Pids 40 -Cpu 0.9 -CpuSet 0 -Memory max
        $before = Get-ConfigLine
        Set-LxcCgroup $name @Parameters -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $problems[0].TargetObject | Should -Be $name
        $problems[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        Get-ConfigLine | Should -Be $before
        Read-Kernel pids.max pids.max $name | Should -Be '40'
        Read-Kernel cpu.cfs_quota_us cpu.max $name | Should -BeIn '90000', '90000 100000'
        Read-Kernel cpuset.cpus cpuset.cpus $name | Should -Be '0'
        Read-Kernel memory.limit_in_bytes memory.max $name | Should -BeIn 'max', '9223372036854771712'
    }

    It 'is not put in force where the configuration cannot be written' {
        Set-LxcCgroup $name -Pids 40
        $directory = (Join-Path $LxcPath $name)
        & mount '--bind' $directory $directory
        & mount '-o' 'remount,ro,bind' $directory
        try {
            Set-LxcCgroup $name -Pids 41 -ErrorAction SilentlyContinue -ErrorVariable problems
            $problems.Count | Should -Be 1
            Read-Kernel pids.max pids.max $name | Should -Be '40'
        }
        finally {
            & umount $directory
        }

        (Get-LxcCgroup $name).Pids | Should -Be 40
    }

    It 'needs -Key and -Value together' {
        { Set-LxcCgroup $name -Key pids.max } | Should -Throw -ErrorId 'KeyWithoutValue,*'
        { Set-LxcCgroup $name -Value 1 } | Should -Throw -ErrorId 'KeyWithoutValue,*'
    }

    It 'says on cgroup v1 that only v2 has the limit' -Skip:(-not $isV1) {
        Set-LxcCgroup $name -MemoryHigh 60MB -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'CgroupControllerMissing,*'
    }

    It 'leaves the other containers to their turn' {
        Set-LxcCgroup "none-$Unique", $stopped -Pids 45 -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        (Get-LxcCgroup $stopped).Pids | Should -Be 45
    }
}

Describe 'Set-LxcCgroup on a stopped container' -Tag Vm {
    It 'writes the configuration, which holds from the next start' {
        $next = "next-$Unique"
        [void] (New-TestContainer $next)
        Set-LxcCgroup $next -Memory 64MB -Cpu 0.5 -CpuWeight 200 -CpuSet 0 -Pids 55
        $limits = Get-LxcCgroup $next
        $limits.Memory, $limits.Cpu, $limits.CpuWeight, $limits.CpuSet, $limits.Pids | Should -Be 64MB, 0.5, 200, '0', 55
        Start-LxcContainer $next
        Read-Kernel memory.limit_in_bytes memory.max $next | Should -Be '67108864'
        Read-Kernel cpu.cfs_quota_us cpu.max $next | Should -BeIn '50000', '50000 100000'
        Read-Kernel cpuset.cpus cpuset.cpus $next | Should -Be '0'
        Read-Kernel pids.max pids.max $next | Should -Be '55'
    }

    It 'does not start the container with a limit that the kernel refuses, and says which' {
        $wrong = "wrong-$Unique"
        [void] (New-TestContainer $wrong @{ 'lxc.cgroup.cpuset.cpus' = '9999' })
        Start-LxcContainer $wrong -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'CgroupRefused,*'
        $problems[0].ErrorDetails.Message | Should -Match 'cpuset.cpus'
        (Get-LxcContainer $wrong).State | Should -Be 'Stopped'
    }

    # keys: lxc.cgroup.* lxc.cgroup2.*
    It 'starts with keys of the other version translated: <Key>' -ForEach @(
        @{ Key = 'lxc.cgroup2.memory.max'; Value = '64M' }, @{ Key = 'lxc.cgroup.memory.limit_in_bytes'; Value = '64M' }
    ) {
        $other = "other-$([guid]::NewGuid().ToString('n').Substring(0, 4))-$Unique"
        [void] (New-TestContainer $other @{ $Key = $Value; 'lxc.cgroup2.pids.max' = '66'; 'lxc.cgroup2.cpu.max' = '30000 100000' })
        Start-LxcContainer $other
        Read-Kernel memory.limit_in_bytes memory.max $other | Should -Be '67108864'
        Read-Kernel pids.max pids.max $other | Should -Be '66'
        Read-Kernel cpu.cfs_quota_us cpu.max $other | Should -BeIn '30000', '30000 100000'

        # A limit that is set now counts at the next start too, whatever the old key says.
        Set-LxcCgroup $other -Memory 48MB
        Read-Kernel memory.limit_in_bytes memory.max $other | Should -Be '50331648'
        Restart-LxcContainer $other -Kill
        Read-Kernel memory.limit_in_bytes memory.max $other | Should -Be '50331648'
        (Get-LxcCgroup $other).Memory | Should -Be 48MB
        Remove-LxcContainer $other -Force
    }
}

Describe 'What a limit does' -Tag Vm {
    It 'holds a fork bomb, which the host does not feel and Stop -Kill ends' {
        $bomb = "bomb-$Unique"
        [void] (New-LxcContainer $bomb -Template Busybox -Pids 60 -Cpu 0.5)
        Start-LxcContainer $bomb
        $beside = Start-Beside "Invoke-LxcCommand '$bomb' sh '-c' 'f() { f | f & sleep 1000; }; f'"
        try {
            # A shell that may not fork dies and makes room, so the number of processes goes up and down: the refusals count.
            Wait-Until { (Get-LxcCgroup $bomb -Key pids.events).Value -match '^max [1-9]' } 20 | Should -BeTrue
            foreach ($i in 1..10) {
                (Get-LxcCgroup $bomb).PidsUsage | Should -BeLessOrEqual 60
                Start-Sleep -Milliseconds 50
            }

            # The host's own processes start as before.
            & true
            $LASTEXITCODE | Should -Be 0
            $watch = [Diagnostics.Stopwatch]::StartNew()
            Stop-LxcContainer $bomb -Kill
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
            (Get-LxcContainer $bomb).State | Should -Be 'Stopped'
        }
        finally {
            [void] (Stop-Beside $beside)
        }
    }

    It 'ends a program that wants too much memory, and not the container' {
        $hog = "hog-$Unique"
        [void] (New-LxcContainer $hog -Template Busybox -Memory 24MB)
        Set-LxcCgroup $hog -Memory 24MB -MemorySwap 24MB
        Start-LxcContainer $hog
        $init = (Get-LxcContainer $hog).ProcessId
        # A single line without an end: sort keeps all of it.
        Invoke-LxcCommand $hog sh '-c' 'tr "\0" x </dev/zero | sort' -Timeout 60 -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.FullyQualifiedErrorId | Where-Object { $_ -like 'Timeout*' } | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Not -Be 0
        $limits = Get-LxcCgroup $hog
        $limits.MemoryPeak | Should -BeLessOrEqual 24MB
        $limits.MemoryPeak | Should -BeGreaterThan 16MB
        (Get-LxcContainer $hog).ProcessId | Should -Be $init
        Invoke-LxcCommand $hog echo alive | Should -Be 'alive'
    }

    It 'holds a program back that wants more of the processor' {
        $busy = "busy-$Unique"
        [void] (New-LxcContainer $busy -Template Busybox -Cpu 0.2)
        Start-LxcContainer $busy
        Invoke-LxcCommand $busy sh '-c' 'while :; do :; done' -Timeout 1.5 -ErrorAction SilentlyContinue
        $limits = Get-LxcCgroup $busy
        $limits.CpuTime.TotalSeconds | Should -BeLessThan 0.8
        $limits.CpuTime.TotalSeconds | Should -BeGreaterThan 0.1
        $limits.ThrottledTime.TotalSeconds | Should -BeGreaterThan 0.3
    }
}
