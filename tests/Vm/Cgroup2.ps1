<#
.SYNOPSIS
The life of containers on a machine whose only cgroup hierarchy is version 2. Ends with the number of steps that failed.
#>
param([Parameter(Mandatory)] [string] $Module, [string] $Place = 'root')

$ErrorActionPreference = 'Stop'
Import-Module $Module
$path = "/srv/lxcps-$PID"
[void](New-Item -ItemType Directory $path)
$PSDefaultParameterValues['*-Lxc*:LxcPath'] = $path
$cgroups = '/sys/fs/cgroup'
$failed = 0
$passed = 0

function Step {
    param([string] $What, [scriptblock] $Body)
    try {
        & $Body
        $script:passed++
        "ok   $What"
    }
    catch {
        $script:failed++
        "FAIL ${What}: $_ [$($_.FullyQualifiedErrorId)] $($_.InvocationInfo.PositionMessage)"
    }
}

function Want {
    param($Got, $Expected, [string] $Of)
    if ("$Got" -ne "$Expected") { throw "${Of}: expected '$Expected', got '$Got'" }
}

# What the kernel has in a file of a container's cgroup.
function Kernel {
    param([string] $Name, [string] $File)
    [IO.File]::ReadAllText("$cgroups/lxc.payload.$Name/$File").Trim()
}

function Left { (Get-ChildItem $cgroups -Filter '*lxc*' -Recurse -Directory).FullName -join ',' }

# A monitor moves into its cgroup when nobody waits for it any more.
function Stop-Monitor {
    param([string] $Name)
    for ($i = 0; $i -lt 100 -and -not ($monitor = Kernel $Name "../lxc.monitor.$Name/cgroup.procs"); $i++) { Start-Sleep -Milliseconds 100 }
    (Get-Process -Id ([int]$monitor)).Kill()
}

function Sh {
    param([string] $Name, [string] $Line)
    Invoke-LxcCommand -Name $Name -Command sh -ArgumentList '-c', $Line -PassThru
}

Step 'the host has all that is required' { Want (Test-LxcHost -Quiet) True 'Test-LxcHost' }

Step 'limits of New are the kernel''s' {
    [void](New-LxcContainer -Name c1, c2 -Template Busybox -Memory 64MB -Pids 50)
    Start-LxcContainer -Name c1
    Want (Kernel c1 memory.max) 67108864 memory.max
    Want (Kernel c1 pids.max) 50 pids.max
}

Step 'a command lives in the container''s cgroup' {
    Want (Invoke-LxcCommand -Name c1 -Command hostname) c1 hostname
    Want (Invoke-LxcCommand -Name c1 -Command cat -ArgumentList /proc/self/cgroup) '0::/' cgroup
}

Step 'Set-LxcCgroup on a running container' {
    Set-LxcCgroup -Name c1 -Memory 128MB -MemorySwap 192MB -MemoryHigh 100MB -MemoryLow 8MB -Cpu 0.5 -Pids 77 -CpuSet 0 -CpuWeight 250 -IoWeight 300
    Want (Kernel c1 memory.max) 134217728 memory.max
    Want (Kernel c1 memory.swap.max) 67108864 memory.swap.max
    Want (Kernel c1 memory.high) 104857600 memory.high
    Want (Kernel c1 memory.low) 8388608 memory.low
    Want (Kernel c1 cpu.max) '50000 100000' cpu.max
    Want (Kernel c1 cpu.weight) 250 cpu.weight
    Want (Kernel c1 cpuset.cpus) 0 cpuset.cpus
    Want (Kernel c1 pids.max) 77 pids.max
    Want (Kernel c1 io.weight) 'default 300' io.weight
}

Step 'Get-LxcCgroup' {
    $limits = Get-LxcCgroup -Name c1
    Want $limits.Memory 134217728 Memory
    Want $limits.MemorySwap 201326592 MemorySwap
    Want $limits.Cpu 0.5 Cpu
    Want $limits.Pids 77 Pids
    Want ($limits.MemoryUsage -gt 0 -and $limits.PidsUsage -gt 0 -and $limits.CpuTime -gt [timespan]::Zero) True 'use'
}

Step 'a file by the name of either version' {
    Set-LxcCgroup -Name c1 -Key memory.limit_in_bytes -Value 120M
    Want (Kernel c1 memory.max) 125829120 memory.max
    Set-LxcCgroup -Name c1 -Key memory.max -Value 130M
    Want (Kernel c1 memory.max) 136314880 memory.max
}

Step 'what the kernel refuses changes nothing' {
    $before = [IO.File]::ReadAllText("$path/c1/config")
    $refusal = $null
    try { Set-LxcCgroup -Name c1 -Pids 88 -CpuSet 0-99 } catch { $refusal = $_ }
    Want $refusal.FullyQualifiedErrorId 'CgroupRefused,LxcPS.Commands.SetLxcCgroupCommand' error
    Want ([IO.File]::ReadAllText("$path/c1/config")) $before config
    Want (Kernel c1 pids.max) 77 pids.max
}

Step 'Set-LxcCgroup on a stopped container' {
    Set-LxcCgroup -Name c2 -Memory 96MB -Cpu 1.5 -Pids 33 -CpuSet 1 -CpuWeight 40
    Start-LxcContainer -Name c2
    Want (Kernel c2 memory.max) 100663296 memory.max
    Want (Kernel c2 cpu.max) '150000 100000' cpu.max
    Want (Kernel c2 cpu.weight) 40 cpu.weight
    Want (Kernel c2 cpuset.cpus) 1 cpuset.cpus
    Want (Kernel c2 pids.max) 33 pids.max
}

Step 'limits are lifted' {
    Set-LxcCgroup -Name c2 -Memory -1 -Cpu -1 -Pids -1
    Want (Kernel c2 memory.max) max memory.max
    Want (Kernel c2 cpu.max) 'max 100000' cpu.max
    Want (Kernel c2 pids.max) max pids.max
}

Step 'Suspend and Resume' {
    Suspend-LxcContainer -Name c1
    Want (Get-LxcContainer -Name c1).State Frozen state
    Want ((Kernel c1 cgroup.events) -match 'frozen 1') True 'frozen'
    Resume-LxcContainer -Name c1
    Want (Get-LxcContainer -Name c1).State Running state
    Want ((Kernel c1 cgroup.events) -match 'frozen 0') True 'thawed'
}

Step 'the pids limit holds' {
    Set-LxcCgroup -Name c1 -Pids 10
    $result = Sh c1 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 2 & done; wait'
    Want ("$($result.Error)" -match "can't fork") True 'fork refused'
    Start-Sleep -Seconds 4
    Set-LxcCgroup -Name c1 -Pids 60
}

Step 'the memory limit holds' {
    Set-LxcCgroup -Name c1 -Memory 20MB -MemoryHigh -1
    [void](Sh c1 'head -c 60000000 /dev/zero | tail')
    Want ((Kernel c1 memory.events) -match 'oom_kill [1-9]') True oom_kill
}

Step 'the container''s root has its cgroup, and not its limits' {
    Want (Sh c1 'mkdir /sys/fs/cgroup/mine && rmdir /sys/fs/cgroup/mine').ExitCode 0 mkdir
    Want ((Sh c1 'echo max > /sys/fs/cgroup/memory.max').ExitCode -ne 0) True 'memory.max is refused'
}

Step 'a container that hands controllers on is entered, halted and read' {
    $line = 'cd /sys/fs/cgroup && mkdir init.scope && for p in $(cat cgroup.procs); do echo $p > init.scope/cgroup.procs; done 2>/dev/null; ' +
        'echo "+pids +memory" > cgroup.subtree_control && cat cgroup.subtree_control'
    Want (Sh c2 $line).Output 'memory pids' subtree_control
    Want (Invoke-LxcCommand -Name c2 -Command cat -ArgumentList /proc/self/cgroup) '0::/init.scope' cgroup
    Suspend-LxcContainer -Name c2
    Resume-LxcContainer -Name c2
    Set-LxcCgroup -Name c2 -Memory 200MB
    Want (Kernel c2 memory.max) 209715200 memory.max
}

Step 'Restart and Stop' {
    Restart-LxcContainer -Name c1, c2
    Want (Invoke-LxcCommand -Name c2 -Command hostname) c2 hostname
    Stop-LxcContainer -Name c1
    Stop-LxcContainer -Name c2 -Kill
    Want (Get-LxcContainer -Name c1, c2).State 'Stopped Stopped' state
    Want (Left) '' 'cgroups left'
}

Step 'keys for version 1 are translated' {
    [void](New-LxcContainer -Name v1 -Template Busybox -Config @{
            'lxc.cgroup.memory.limit_in_bytes' = '50M'
            'lxc.cgroup.cpu.shares' = '512'
            'lxc.cgroup.cpu.cfs_quota_us' = '25000'
            'lxc.cgroup.cpuset.cpus' = '1'
            'lxc.cgroup.pids.max' = '44'
        })
    Start-LxcContainer -Name v1
    Want (Kernel v1 memory.max) 52428800 memory.max
    Want (Kernel v1 cpu.max) '25000 100000' cpu.max
    Want (Kernel v1 cpu.weight) 50 cpu.weight
    Want (Kernel v1 cpuset.cpus) 1 cpuset.cpus
    Want (Kernel v1 pids.max) 44 pids.max
    Stop-LxcContainer -Name v1
}

Step 'a privileged container: its limits, and none of the host''s disks' {
    [void](New-LxcContainer -Name p1 -Template Busybox -Privileged -Memory 64MB)
    Start-LxcContainer -Name p1
    Want (Kernel p1 memory.max) 67108864 memory.max
    # 259:0 is the machine's own disk, so the refusal can only be that of the device rules.
    $result = Sh p1 'mknod /tmp/disk b 259 0 && head -c 512 /tmp/disk | wc -c'
    Want "$($result.Output) $($result.Error)" "0 head: /tmp/disk: Operation not permitted" 'the disk'
    Want (Sh p1 'head -c 3 /dev/zero | wc -c').Output 3 /dev/zero
    Restart-LxcContainer -Name p1
    Want (Kernel p1 memory.max) 67108864 memory.max
    Stop-LxcContainer -Name p1
}

Step 'one program in a container over the host''s files' {
    [void](New-LxcContainer -Name h1 -Pids 60)
    $output = Start-LxcContainer -Name h1 -Command sh -ArgumentList '-c', 'cat /proc/self/cgroup; id -u; exit 7'
    Want $LASTEXITCODE 7 'exit code'
    Want ($output -join ' ') '0::/ 0' output
}

Step 'ten at once' {
    $names = 1..10 | ForEach-Object { "n$_" }
    [void](New-LxcContainer -Name $names -Template Busybox -Pids 20)
    Get-LxcContainer -Name n* | Start-LxcContainer
    Want @(Get-LxcContainer -Name n* | Where-Object State -EQ Running).Count 10 running
    Want @(Invoke-LxcCommand -Name n* -Command hostname).Count 10 answers
    foreach ($name in $names) { Want (Kernel $name pids.max) 20 $name }
    Get-LxcContainer -Name n* | Stop-LxcContainer
    Get-LxcContainer -Name n* | Remove-LxcContainer -Force
}

Step 'kill -9 of the monitor, then Start' {
    Start-LxcContainer -Name c1
    Stop-Monitor c1
    Start-LxcContainer -Name c1
    Want (Left) "$cgroups/lxc.monitor.c1,$cgroups/lxc.payload.c1" cgroups
    Want (Invoke-LxcCommand -Name c1 -Command hostname) c1 hostname
    Stop-LxcContainer -Name c1 -Kill
}

Step 'kill -9 of the monitor, then Remove' {
    [void](New-LxcContainer -Name k1 -Template Busybox)
    Start-LxcContainer -Name k1
    Stop-Monitor k1
    Remove-LxcContainer -Name k1 -Force
    Want (Left) '' 'cgroups left'
}

# Below a cgroup with processes of others no controller can be had: the session is one, the root is none.
Step 'lxc.cgroup.relative' {
    [void](New-LxcContainer -Name r1 -Template Busybox -Config @{ 'lxc.cgroup.relative' = '1' })
    if ($Place -eq 'root') { Set-LxcCgroup -Name r1 -Pids 20 }
    Start-LxcContainer -Name r1
    $base = if ($Place -eq 'root') { $cgroups } else { "$cgroups/session" }
    Want (Test-Path "$base/lxc.payload.r1") True "below $base"
    if ($Place -eq 'root') { Want (Get-Content "$base/lxc.payload.r1/pids.max") 20 pids.max }
    Stop-LxcContainer -Name r1
    Remove-LxcContainer -Name r1 -Force
}

Step 'lxc.cgroup.dir.container.inner' {
    [void](New-LxcContainer -Name i1 -Template Busybox -Pids 20 -Config @{
            'lxc.cgroup.dir.container' = 'lxcdeep/one/payload'
            'lxc.cgroup.dir.container.inner' = 'in'
            'lxc.cgroup.dir.monitor' = 'lxcdeep/monitor'
        })
    Start-LxcContainer -Name i1
    Want (Get-Content $cgroups/lxcdeep/one/payload/pids.max) 20 pids.max
    Set-LxcCgroup -Name i1 -Memory 60MB
    Want (Get-Content $cgroups/lxcdeep/one/payload/memory.max) 62914560 memory.max
    Stop-LxcContainer -Name i1
    Remove-LxcContainer -Name i1 -Force
}

Step 'nothing is left' {
    Get-LxcContainer | Remove-LxcContainer -Force
    Want (Left) '' 'cgroups left'
    Want @(Get-ChildItem $path).Count 0 'directories left'
}

"From $Place`: $passed passed, $failed failed"
exit $failed
