BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    $name = "proc-$Unique"
    [void] (New-TestContainer $name @{ 'lxc.proc.oom_score_adj' = '321' })
    $rootfs = (Join-Path $LxcPath $name 'rootfs')
    [IO.File]::AppendAllText("$rootfs/etc/passwd", "web:x:1000:1000:Web:/srv:/bin/sh`n")
    [IO.File]::AppendAllText("$rootfs/etc/group", "web:x:1000:`nstaff:x:50:web,other`nspare:x:77:`n")
    Start-LxcContainer $name
    $init = (Get-LxcContainer $name).ProcessId

    function Get-StatusField {
        param([object] $Status, [string] $Field)
        $line = @($Status | Where-Object { $_.StartsWith("${Field}:") })
        $line.Count | Should -Be 1 -Because "the status must have $Field"
        $line[0].Substring($Field.Length + 1).Trim()
    }
}

AfterAll {
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Exit codes of Invoke-LxcCommand' -Tag Vm {
    It 'sets $LASTEXITCODE to the program''s' -ForEach 0, 1, 42, 255 {
        Invoke-LxcCommand $name sh '-c' "exit $_"
        $LASTEXITCODE | Should -Be $_
    }

    It 'sets it to 128 plus the signal' {
        Invoke-LxcCommand $name sh '-c' 'kill -9 $$'
        $LASTEXITCODE | Should -Be 137
    }

    It 'says how a line of a shell is given, where it is taken for a program' {
        Invoke-LxcCommand $name 'echo one; echo two' -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems[0].ErrorDetails.RecommendedAction | Should -Match "argument of sh behind '-c'"
    }

    It 'sets it to 127 and writes CommandNotFound for a missing program' -ForEach 'no-such-program', '/no/such/program' {
        Invoke-LxcCommand $name $_ -ErrorAction SilentlyContinue -ErrorVariable problems
        $LASTEXITCODE | Should -Be 127
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'CommandNotFound,*'
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $problems[0].TargetObject | Should -Be $name
        $problems[0].ErrorDetails.Message | Should -Match ([regex]::Escape($_))
        $problems[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'sets it to 126 for a file that is no program' {
        Invoke-LxcCommand $name /etc/passwd -ErrorAction SilentlyContinue -ErrorVariable problems
        $LASTEXITCODE | Should -Be 126
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'CommandNotFound,*'
    }

    It 'writes a terminating error with -ErrorAction Stop' {
        { Invoke-LxcCommand $name no-such-program -ErrorAction Stop } | Should -Throw -ErrorId 'CommandNotFound,*'
    }
}

Describe 'User and environment of a program' {
    It 'is root without -User' {
        Invoke-LxcCommand $name sh '-c' 'echo $(id -u) $(id -g) $HOME $USER; pwd' | Should -Be '0 0 /root root', '/'
    }

    It 'is a user by name, with groups, home and shell' {
        Invoke-LxcCommand $name sh '-c' 'id -u; id -g; id -G; echo $HOME $USER $LOGNAME $SHELL' -User web |
            Should -Be '1000', '1000', '1000 50', '/srv web web /bin/sh'
    }

    It 'is a user by number' -ForEach @(@{ User = '1000'; Ids = '1000 1000' }, @{ User = '4321'; Ids = '4321 4321' }) {
        Invoke-LxcCommand $name sh '-c' 'echo $(id -u) $(id -g)' -User $User | Should -Be $Ids
    }

    It 'has a group by name or number' -ForEach @(@{ Group = 'spare' }, @{ Group = '77' }) {
        Invoke-LxcCommand $name sh '-c' 'echo $(id -u) $(id -g)' -User web -Group $Group | Should -Be '1000 77'
    }

    It 'says that there is no such user or group' -ForEach @(@{ With = @{ User = 'ghost' } }, @{ With = @{ Group = 'ghost' } }) {
        Invoke-LxcCommand $name true @With -ErrorAction SilentlyContinue -ErrorVariable problems
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'CommandFailed,*'
        $problems[0].ErrorDetails.Message | Should -Match "'ghost'"
    }

    It 'cannot read what its user cannot' {
        [IO.File]::WriteAllText("$rootfs/secret", 'x')
        [IO.File]::SetUnixFileMode("$rootfs/secret", 'UserRead')
        Invoke-LxcCommand $name cat /secret | Should -Be 'x'
        Invoke-LxcCommand $name cat /secret -User web -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 1
    }

    It 'runs in -WorkingDirectory' {
        Invoke-LxcCommand $name pwd -WorkingDirectory /usr/bin | Should -BeIn '/usr/bin', '/bin'
        Invoke-LxcCommand $name pwd -WorkingDirectory /etc | Should -Be '/etc'
    }

    It 'says that the working directory is missing' {
        Invoke-LxcCommand $name pwd -WorkingDirectory /no/where -ErrorAction SilentlyContinue -ErrorVariable problems | Should -BeNullOrEmpty
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'CommandFailed,*'
        $problems[0].ErrorDetails.Message | Should -Match '/no/where'
    }

    It 'gets variables of -Environment, whatever is in them' {
        $variables = [ordered]@{ A = 'b c'; EMPTY = ''; EQUALS = 'x=y'; NUMBER = 3; PATH = '/bin:/usr/bin' }
        Invoke-LxcCommand $name sh '-c' 'echo "$A|${EMPTY-unset}|$EQUALS|$NUMBER|$PATH"' -Environment $variables |
            Should -Be 'b c||x=y|3|/bin:/usr/bin'
    }

    It 'shows variables of -Environment to no other user of the host' {
        $readable = Invoke-LxcCommand $name sh '-c' 'echo "$TOKEN"; sleep 0.3' -Environment @{ TOKEN = "t$Unique" } | ForEach-Object {
            $_ | Should -Be "t$Unique"
            (Get-ProcessTable).CommandLine
        }
        $readable | Should -Not -BeNullOrEmpty
        $readable | Where-Object { $_ -like "*t$Unique*" } | Should -BeNullOrEmpty
    }

    It 'takes the session''s variables along, and leaves them behind with -ClearEnvironment' {
        $env:LXCPS_SECRET = 'token'
        try {
            Invoke-LxcCommand $name sh '-c' 'echo "$LXCPS_SECRET"' | Should -Be 'token'
            $lines = Invoke-LxcCommand $name env -ClearEnvironment -Environment @{ MINE = '1' }
            $lines | Should -Contain 'MINE=1'
            $lines | Should -Contain 'container=lxc'
            $names = $lines | ForEach-Object { $_.Split('=')[0] }
            $names | Where-Object { $_ -notin 'MINE', 'container', 'PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TERM' } | Should -BeNullOrEmpty
        }
        finally {
            $env:LXCPS_SECRET = $null
        }
    }

    It 'gets the container''s own PATH, not the session''s' {
        $path = $env:PATH
        $env:PATH = "/opt/of/the/host:$path"
        try {
            Invoke-LxcCommand $name sh '-c' 'echo $PATH' | Should -Not -Match '/opt/of/the/host'
        }
        finally {
            $env:PATH = $path
        }
    }
}

Describe 'Confinement of a program' -Tag Vm {
    It 'is in the namespaces of init' -ForEach 'user', 'mnt', 'pid', 'uts', 'ipc', 'net', 'cgroup', 'time' {
        $own = Invoke-LxcCommand $name readlink "/proc/self/ns/$_"
        $own | Should -Match "^$_`:\[\d+\]$"
        $own | Should -Be ([IO.FileInfo]::new("/proc/$init/ns/$_").LinkTarget)
    }

    It 'is in the container''s control group in every hierarchy' {
        $beside = Start-Beside "Invoke-LxcCommand '$name' sleep 1234"
        try {
            Wait-Until { $script:found = @(Get-ContainerProcess $name | Where-Object CommandLine -EQ 'sleep 1234'); $script:found.Count -eq 1 } | Should -BeTrue
            $groups = [IO.File]::ReadAllText("/proc/$($script:found[0].Id)/cgroup")
            $groups | Should -Match "lxc\.payload\.$name"
            $groups | Should -Be ([IO.File]::ReadAllText("/proc/$init/cgroup"))
        }
        finally {
            [void] (Stop-Beside $beside)
        }
    }

    It 'has the capabilities, filters and flags of init' {
        $own = Invoke-LxcCommand $name cat /proc/self/status
        $theirs = [IO.File]::ReadAllLines("/proc/$init/status")
        foreach ($field in 'CapBnd', 'CapEff', 'CapPrm', 'CapInh', 'CapAmb', 'NoNewPrivs', 'Seccomp', 'Seccomp_filters') {
            Get-StatusField $own $field | Should -Be (Get-StatusField $theirs $field) -Because $field
        }

        Get-StatusField $own Seccomp | Should -Be '2'
        $bounding = [Convert]::ToUInt64((Get-StatusField $own CapBnd), 16)
        foreach ($dropped in 16, 17, 25, 32) {
            # sys_module, sys_rawio, sys_time, mac_override, mac_admin.
            ($bounding -shr $dropped) -band 1 | Should -Be 0 -Because "capability $dropped is dropped"
        }

        Get-StatusField $own SigIgn | Should -Be '0000000000000000'
        Get-StatusField $own SigBlk | Should -Be '0000000000000000'
    }

    It 'has no new privileges, nor sys_admin, where init has none' {
        $strict = "strict-$Unique"
        [void] (New-TestContainer $strict @{ 'lxc.no_new_privs' = '1'; 'lxc.cap.drop' = 'sys_admin', 'setpcap', 'net_raw' })
        Start-LxcContainer $strict
        $status = Invoke-LxcCommand $strict cat /proc/self/status
        Get-StatusField $status NoNewPrivs | Should -Be '1'
        Get-StatusField $status Seccomp | Should -Be '2'
        $bounding = [Convert]::ToUInt64((Get-StatusField $status CapBnd), 16)
        ($bounding -shr 21) -band 1 | Should -Be 0
    }

    It 'enters a container that lost sys_admin without no_new_privs' {
        $narrow = "narrow-$Unique"
        [void] (New-TestContainer $narrow @{ 'lxc.cap.drop' = 'sys_admin', 'net_raw' })
        Start-LxcContainer $narrow
        $status = Invoke-LxcCommand $narrow cat /proc/self/status
        Get-StatusField $status Seccomp | Should -Be '2'
        Get-StatusField $status CapEff | Should -Be (Get-StatusField ([IO.File]::ReadAllLines("/proc/$((Get-LxcContainer $narrow).ProcessId)/status")) CapEff)
    }

    It 'has no capability but of its user' {
        Get-StatusField (Invoke-LxcCommand $name cat /proc/self/status -User web) CapEff | Should -Be '0000000000000000'
    }

    It 'has its three streams open and nothing else' {
        # Looked at from outside: whatever looks from inside opens something to look.
        $beside = Start-Beside "Invoke-LxcCommand '$name' sleep 1235"
        try {
            Wait-Until { $script:found = @(Get-ContainerProcess $name | Where-Object CommandLine -EQ 'sleep 1235'); $script:found.Count -eq 1 } | Should -BeTrue
            $links = [IO.Directory]::GetFileSystemEntries("/proc/$($script:found[0].Id)/fd")
            $links | ForEach-Object { [IO.Path]::GetFileName($_) } | Sort-Object | Should -Be '0', '1', '2'
            $links | ForEach-Object { [IO.FileInfo]::new($_).LinkTarget } | Should -Match '^pipe:'
        }
        finally {
            [void] (Stop-Beside $beside)
        }
    }

    It 'has the OOM score of init' {
        [IO.File]::ReadAllText("/proc/$init/oom_score_adj").Trim() | Should -Be '321'
        Invoke-LxcCommand $name cat /proc/self/oom_score_adj | Should -Be '321'
    }

    It 'has the resource limits of init' {
        $limited = "limited-$Unique"
        [void] (New-TestContainer $limited @{ 'lxc.prlimit.nofile' = '100:200'; 'lxc.prlimit.core' = '0' })
        Start-LxcContainer $limited
        $process = (Get-LxcContainer $limited).ProcessId
        [IO.File]::ReadAllText("/proc/$process/limits") | Should -Match 'Max open files\s+100\s+200 '
        Invoke-LxcCommand $limited cat /proc/self/limits | Should -Be ([IO.File]::ReadAllLines("/proc/$process/limits"))
    }

    It 'leads a session of its own without a terminal' {
        Invoke-LxcCommand $name sh '-c' 'test -t 0 || test -t 1 || test -t 2 || (: </dev/tty) 2>/dev/null'
        $LASTEXITCODE | Should -Not -Be 0
    }
}
