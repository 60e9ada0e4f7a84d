BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $plain = "plain-$Unique"
    $root = "root-$Unique"
    $other = "other-$Unique"
    $shared = "$LxcPath/shared"
    [void] [IO.Directory]::CreateDirectory($shared)

    function New-Running {
        param([string] $Name, [hashtable] $Config = @{}, [switch] $Privileged, [string[]] $Line = @(), [string[]] $Without = @())
        $container = New-TestContainer $Name -Config $Config -Privileged:$Privileged
        $lines = [IO.File]::ReadAllLines($container.ConfigPath) | Where-Object { $text = $_; -not ($Without | Where-Object { $text -like "$_*" }) }
        [IO.File]::WriteAllLines($container.ConfigPath, [string[]] (@($lines) + $Line))
        Start-LxcContainer $Name
    }

    function Get-Severity {
        # Every finding of a container by its name.
        param([string] $Name)
        $table = @{}
        foreach ($finding in Test-LxcContainer $Name -Security) {
            $table[$finding.Name] = $finding.Severity
        }

        $table
    }

    # Alone in its range on this machine, and limited in all: nothing is left but what the host decides.
    New-Running $plain -Line 'lxc.idmap = u 0 3100000000 65536', 'lxc.idmap = g 0 3100000000 65536', 'lxc.no_new_privs = 1' -Without 'lxc.idmap'
    Set-LxcCgroup $plain -Memory 256MB -Pids 100
    New-Running $root -Privileged
    $ofPlain = Get-Severity $plain
    $ofRoot = Get-Severity $root
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Test-LxcContainer -Security' -Tag Vm {
    AfterEach {
        if (Get-LxcContainer "$other*") {
            Remove-LxcContainer $other -Force
        }
    }

    It 'finds nothing of its own in a container that is confined in all' {
        # Whether the kernel has a module with profiles, and whether users may make namespaces, is the host's.
        @($ofPlain.Keys | Where-Object { $ofPlain[$_] -ne 'None' } | Where-Object { $_ -notin 'AppArmor', 'Nested user namespaces', 'Kernel log' }) | Should -BeNullOrEmpty
        $ofPlain.Values | Where-Object { $_ -ge 'Medium' } | Should -BeNullOrEmpty
        Test-LxcContainer $plain -Security -Quiet | Should -BeTrue
    }

    It 'gives typed objects, the worst first, with evidence, reach and remedy, and one total' {
        $findings = @(Test-LxcContainer $root -Security)
        $findings | Should -BeOfType [LxcPS.Engine.Diagnostics.SecurityFinding]
        $findings.Severity | Should -Be ($findings.Severity | Sort-Object -Descending)
        $id = (Get-LxcContainer $root).ProcessId
        $points = @{ None = 0; Low = 2; Medium = 10; High = 25; Critical = 60 }
        foreach ($finding in $findings) {
            $finding.Container | Should -Be $root
            $finding.Evidence | Should -Not -BeNullOrEmpty -Because $finding.Name
            $finding.Score | Should -Be $points["$($finding.Severity)"]
            [bool] $finding.Reach | Should -Be ($finding.Severity -ne 'None') -Because $finding.Name
            [bool] $finding.Remedy | Should -Be ($finding.Severity -ne 'None') -Because $finding.Name
        }

        ($findings | Where-Object Name -EQ 'Capabilities').Evidence | Should -Match ([regex]::Match([IO.File]::ReadAllText("/proc/$id/status"), 'CapBnd:\s+(\w+)').Groups[1].Value)
        $findings.Total | Select-Object -Unique | Should -Be ([Math]::Min(100, ($findings | Measure-Object Score -Sum).Sum))
        ($findings | Out-String) | Should -Match 'of 100 points'
        ($findings | Out-String) | Should -Match 'Severity +Score Name +Reach'
    }

    It 'tells a privileged container from an unprivileged one: <Name>' -ForEach @(
        @{ Name = 'User namespace'; Severity = 'High' }
        @{ Name = 'Capabilities'; Severity = 'High' }
        @{ Name = 'No new privileges'; Severity = 'Low' }
        @{ Name = 'Memory limit'; Severity = 'Low' }
        @{ Name = 'Process limit'; Severity = 'Low' }
    ) {
        $ofRoot[$Name] | Should -Be $Severity
        $ofPlain[$Name] | Should -Be None
        Test-LxcContainer $root -Security -Quiet | Should -BeFalse
    }

    It 'sees <Title>' -ForEach @(
        @{ Title = 'that there is no seccomp filter'; Name = 'Seccomp'; Severity = 'Low'; Without = 'lxc.seccomp' }
        @{ Title = 'that there is none in a privileged one'; Name = 'Seccomp'; Severity = 'High'; Without = 'lxc.seccomp'; Privileged = $true; Line = 'lxc.apparmor.profile = unconfined' }
        @{ Title = 'the host''s network'; Name = 'Namespace net'; Severity = 'High'; Without = 'lxc.net'; Line = 'lxc.net.0.type = none', 'lxc.mount.auto =', 'lxc.mount.auto = proc:mixed sys:ro' }
        @{ Title = 'the host''s IPC'; Name = 'Namespace ipc'; Severity = 'Medium'; Line = 'lxc.namespace.keep = ipc'; Privileged = $true }
        @{ Title = 'the host''s name'; Name = 'Namespace uts'; Severity = 'Low'; Line = 'lxc.namespace.keep = uts'; Privileged = $true }
        @{ Title = 'the host''s cgroups'; Name = 'Namespace cgroup'; Severity = 'Low'; Line = 'lxc.namespace.keep = cgroup'; Privileged = $true }
        @{ Title = 'that all devices are allowed'; Name = 'Device rules'; Severity = 'Critical'; Without = 'lxc.cgroup.devices', 'lxc.cgroup2.devices'; Privileged = $true }
        @{ Title = 'that all are, where it can make no nodes'; Name = 'Device rules'; Severity = 'Low'; Without = 'lxc.cgroup.devices', 'lxc.cgroup2.devices' }
        @{ Title = 'an open /sys'; Name = 'Sys'; Severity = 'High|Low'; Without = 'lxc.mount.auto'; Line = 'lxc.mount.auto = proc:mixed sys:rw'; Privileged = $true }
        @{ Title = 'an open /proc'; Name = 'Proc'; Severity = 'High|Low'; Without = 'lxc.mount.auto'; Line = 'lxc.mount.auto = proc:rw sys:mixed'; Privileged = $true }
    ) {
        # Without the setting there is no such finding: the plain container has it as None.
        New-Running $other -Privileged:([bool] $Privileged) -Line @($Line | Where-Object { $_ }) -Without @($Without | Where-Object { $_ })
        (Get-Severity $other)[$Name] | Should -BeIn ($Severity -split '\|')
        $ofPlain[$Name] | Should -Be None
    }

    It 'sees abstract sockets of the host with its network alone' {
        $socket = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
        $socket.Bind([Net.Sockets.UnixDomainSocketEndPoint]::new("`0lxcps-$Unique"))
        $socket.Listen()
        try {
            New-Running $other -Without 'lxc.net', 'lxc.mount.auto' -Line 'lxc.net.0.type = none', 'lxc.mount.auto = proc:mixed sys:ro'
            $finding = Test-LxcContainer $other -Security | Where-Object Name -EQ 'Abstract sockets'
            $finding.Severity | Should -Be Medium
            [int] [regex]::Match($finding.Evidence, '(\d+) abstract').Groups[1].Value | Should -BeGreaterThan 0
        }
        finally {
            $socket.Dispose()
        }

        $ofPlain.ContainsKey('Abstract sockets') | Should -BeFalse
    }

    It 'sees the ids that two containers share, in both' {
        $map = @('u', 'g') | ForEach-Object { "lxc.idmap = $_ 0 3100000000 65536" }
        New-Running $other -Line $map -Without 'lxc.idmap'
        foreach ($name in $other, $plain) {
            $finding = Test-LxcContainer $name -Security | Where-Object Name -EQ 'Ids of other containers'
            $finding.Severity | Should -Be Medium
            $finding.Evidence | Should -Match '/proc/\d+/uid_map.*3100000000 65536'
        }

        Remove-LxcContainer $other -Force
        (Get-Severity $plain)['Ids of other containers'] | Should -Be None
    }

    It 'sees root and users of the host in a map' {
        New-Running $other -Without 'lxc.idmap' -Line 'lxc.idmap = u 0 0 65534', 'lxc.idmap = g 0 0 65534'
        $table = Get-Severity $other
        $table['User namespace'] | Should -Be High
        $table['Ids of host users'] | Should -Be Medium
        $ofPlain['Ids of host users'] | Should -Be None
    }

    It 'judges a path of the host by what can be done there: <Title>' -ForEach @(
        @{ Title = 'written by the host''s root'; Options = 'bind'; Privileged = $true; Severity = 'High' }
        @{ Title = 'read by it'; Options = 'bind,ro'; Privileged = $true; Severity = 'Low' }
        @{ Title = 'written by nobody'; Options = 'bind'; Privileged = $false; Severity = 'Low' }
        @{ Title = 'read by nobody'; Options = 'bind,ro'; Privileged = $false; Severity = 'Low' }
        @{ Title = 'written with its ids mapped'; Options = 'bind,idmap=container'; Privileged = $false; Severity = 'Medium' }
    ) {
        New-Running $other -Privileged:$Privileged -Line "lxc.mount.entry = $shared mnt none $Options 0 0"
        $finding = Test-LxcContainer $other -Security | Where-Object Name -EQ 'Host path /mnt'
        $finding.Severity | Should -Be $Severity
        $finding.Evidence | Should -BeLike "*mountinfo: * /mnt *"
        @($ofPlain.Keys + $ofRoot.Keys | Where-Object { $_ -like 'Host path*' }) | Should -BeNullOrEmpty -Because 'the root file system is no path of the host'
    }

    It 'sees a directory of the system, written' {
        New-Running $other -Privileged -Line 'lxc.mount.entry = /etc mnt none bind 0 0'
        (Get-Severity $other)['Host path /mnt'] | Should -Be Critical
    }

    It 'sees a socket that takes orders' {
        $socket = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
        $socket.Bind([Net.Sockets.UnixDomainSocketEndPoint]::new("$shared/docker.sock"))
        $socket.Listen()
        try {
            New-Running $other -Line "lxc.mount.entry = $shared/docker.sock dev/control none bind,create=file 0 0"
            (Get-Severity $other)['Control socket /dev/control'] | Should -Be Critical
            Test-LxcContainer $other -Security -Quiet | Should -BeFalse
        }
        finally {
            $socket.Dispose()
            [IO.File]::Delete("$shared/docker.sock")
        }
    }

    It 'sees a device that was given to it, until it is taken' -Skip:(-not (Test-Path /dev/fuse)) {
        New-Running $other
        (Get-Severity $other).Keys | Where-Object { $_ -like 'Device /*' } | Should -BeNullOrEmpty
        Add-LxcDevice $other -Path /dev/fuse
        (Get-Severity $other)['Device /dev/fuse'] | Should -Be Low
        Remove-LxcDevice $other -Path /dev/fuse
        (Get-Severity $other).Keys | Where-Object { $_ -like 'Device /*' } | Should -BeNullOrEmpty
    }

    It 'reads the kernel, not the configuration' {
        New-Running $other
        [IO.File]::AppendAllText((Get-LxcContainer $other).ConfigPath, "lxc.seccomp.profile =`nlxc.no_new_privs = 1`n")
        $table = Get-Severity $other
        $table['Seccomp'] | Should -Be None
        $table['No new privileges'] | Should -Be Low
    }

    It 'has nothing to read of a stopped container, and goes on with the others' {
        [void] (New-TestContainer $other)
        $outcome = Get-Outcome { $other, $plain | Test-LxcContainer -Security }
        Assert-OneError $outcome ContainerNotRunning InvalidOperation $other
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Start-LxcContainer'
        $outcome.Output.Container | Select-Object -Unique | Should -Be $plain
        (Get-Outcome { Test-LxcContainer $other -Security -Quiet }).Output | Should -Be $false
    }

    It 'tells the container''s AppArmor label from none' -Tag AppArmor {
        $ofPlain['AppArmor'] | Should -Be None
        (Test-LxcContainer $plain -Security | Where-Object Name -EQ 'AppArmor').Evidence | Should -Match '/attr/apparmor/current: lxc-.*\(enforce\)'
        $ofRoot['AppArmor'] | Should -Be None
        foreach ($case in @{ Privileged = $true; Severity = 'High' }, @{ Privileged = $false; Severity = 'Low' }) {
            New-Running $other -Privileged:$case.Privileged -Line 'lxc.apparmor.profile = unconfined'
            $finding = Test-LxcContainer $other -Security | Where-Object Name -EQ 'AppArmor'
            $finding.Severity | Should -Be $case.Severity
            $finding.Evidence | Should -Match 'unconfined'
            Remove-LxcContainer $other -Force
        }

        # What must be denied by the profile is less grave with it.
        New-Running $other -Privileged -Without 'lxc.mount.auto' -Line 'lxc.mount.auto = proc:rw sys:rw'
        $confined = Get-Severity $other
        Remove-LxcContainer $other -Force
        New-Running $other -Privileged -Without 'lxc.mount.auto' -Line 'lxc.mount.auto = proc:rw sys:rw', 'lxc.apparmor.profile = unconfined'
        $free = Get-Severity $other
        'Proc', 'Sys' | ForEach-Object { $confined[$_]; $free[$_] } | Should -Be Low, High, Low, High
    }

    It 'sees the kernel''s file systems in a container that may nest' -Tag AppArmor {
        New-Running $other -Config @{ 'lxc.apparmor.allow_nesting' = '1' }
        (Get-Severity $other)['Kernel file system /sys/kernel/security'] | Should -Be Low
        $ofPlain.Keys | Where-Object { $_ -like 'Kernel file system*' } | Should -BeNullOrEmpty
    }
}
