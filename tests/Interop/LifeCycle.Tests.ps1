BeforeDiscovery {
    . $PSScriptRoot/Missing.ps1
}

BeforeAll {
    . $PSScriptRoot/Tools.ps1

    function Get-Init {
        # What the host sees of a running container's init, that must not differ by who started it.
        param([string] $Name)
        $id = (Get-LxcContainer $Name).ProcessId
        [pscustomobject]@{
            Id          = $id
            Cgroups     = [IO.File]::ReadAllLines("/proc/$id/cgroup") -match ':(memory|freezer|devices|pids):|^0::' | Sort-Object
            Namespaces  = @('cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts').Where{ [IO.FileInfo]::new("/proc/$id/ns/$_").LinkTarget -ne [IO.FileInfo]::new("/proc/self/ns/$_").LinkTarget }
            Environment = [IO.File]::ReadAllText("/proc/$id/environ").Split("`0") -match '^container' | Sort-Object
            Maps        = [IO.File]::ReadAllText("/proc/$id/uid_map").Trim() -replace '\s+', ' '
            Title       = (Get-ProcessTable | Where-Object Id -EQ ([int] (@([IO.File]::ReadAllLines("/proc/$id/status") -like 'PPid:*')[0] -split '\s+')[1])).CommandLine
        }
    }

    function Assert-State {
        # The same state on both sides.
        param([string] $Name, [string] $State)
        "$((Get-LxcContainer $Name).State)" | Should -Be $State
        (Get-Field -n $Name -s)['State'] | Should -BeExactly $State.ToUpperInvariant()
    }
}

AfterAll {
    Complete-Test
}

Describe 'lxc-create: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'refuses the name of a container of ours and leaves it as it is' {
        $name = "oc-$Unique"
        New-Ours $name privileged
        $before = [IO.File]::ReadAllText("$LxcPath/$name/config")
        Invoke-Tool lxc-create -n $name -t busybox | Out-Null
        $LASTEXITCODE | Should -Not -Be 0
        [IO.File]::ReadAllText("$LxcPath/$name/config") | Should -BeExactly $before
        [IO.Directory]::Exists("$LxcPath/$name/rootfs/bin") | Should -BeTrue
    }
}

Describe 'lxc-create: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Start-LxcContainer starts what the template busybox made (<Kind>)' -ForEach $kinds {
        $name = "cb-$Kind-$Unique"
        New-Theirs $name $Kind
        Start-LxcContainer $name
        Invoke-LxcCommand $name hostname | Should -Be $name
        Invoke-LxcCommand $name touch /root/mark
        & stat -c %u "$LxcPath/$name/rootfs/root/mark" | Should -Be ($Kind -eq 'privileged' ? 0 : 300000)
        Stop-LxcContainer $name -Kill
    }

    It 'Start-LxcContainer starts what the template local and no template (none) made' {
        $tree = "cl-$Unique"
        New-Theirs $tree privileged
        $meta = "$LxcPath.meta"
        [void] (New-Item -ItemType Directory $meta)
        [IO.File]::WriteAllText("$meta/config", "lxc.arch = $(uname -m)`nlxc.signal.halt = SIGUSR1`nlxc.mount.entry = /lib lib none ro,bind 0 0`n")
        [IO.File]::WriteAllText("$meta/create-message", "made`n")
        & tar -C $meta -cJf "$LxcPath.meta.tar.xz" .
        & tar -C "$LxcPath/$tree/rootfs" -cJf "$LxcPath.root.tar.xz" .
        Use-Tool lxc-create -n "local-$Unique" -t local -f "$LxcPath.conf" '--' -m "$LxcPath.meta.tar.xz" -f "$LxcPath.root.tar.xz" | Out-Null
        & cp -a "$LxcPath/$tree/rootfs" "$LxcPath/$tree/copy"
        [IO.File]::WriteAllText("$LxcPath.conf", "lxc.net.0.type = empty`nlxc.rootfs.path = dir:$LxcPath/$tree/copy`nlxc.uts.name = none-$Unique`n")
        Use-Tool lxc-create -n "none-$Unique" -t none -f "$LxcPath.conf" | Out-Null
        foreach ($name in "local-$Unique", "none-$Unique") {
            Start-LxcContainer $name
            Invoke-LxcCommand $name hostname | Should -Be $name
            Stop-LxcContainer $name -Kill
        }
    }

    It 'New-LxcContainer refuses the name of a container of LXC''s' {
        New-Theirs "refused-$Unique" privileged
        { New-LxcContainer "refused-$Unique" -Template Busybox } | Should -Throw -ErrorId 'ContainerExists*'
    }
}

Describe 'lxc-start: LXC''s tool, our container' -Skip:([bool] $missing) {
    It '-d starts it as Start-LxcContainer does: state, process id, namespaces, cgroups, id map, environment, title (<Kind>)' -ForEach $kinds {
        $name = "os-$Kind-$Unique"
        New-Ours $name $Kind
        Use-Tool lxc-start -n $name -d
        Assert-State $name Running
        $theirs = Get-Init $name
        (Get-Field -n $name -p)['PID'] | Should -Be $theirs.Id
        Use-Tool lxc-stop -n $name -k
        Assert-State $name Stopped
        Start-LxcContainer $name
        Assert-State $name Running
        $ours = Get-Init $name
        foreach ($property in 'Cgroups', 'Namespaces', 'Environment', 'Maps') {
            $ours.$property | Should -Be $theirs.$property -Because $property
        }

        $theirs.Title | Should -BeExactly "[lxc monitor] $LxcPath $name"
        Use-Tool lxc-stop -n $name -k
    }

    It '-F has its console, and ends with it (<Kind>)' -ForEach $kinds {
        $name = "of-$Kind-$Unique"
        New-Ours $name $Kind
        $tool = Start-Tool lxc-start, '-n', $name, '-F' -Terminal
        Wait-Until { (Get-LxcContainer $name).State -eq 'Running' } | Should -BeTrue
        Read-Prompt $tool
        Send-Tool $tool "echo front-`$((40+2))`r"
        Read-Tool $tool 'front-42'
        Stop-LxcContainer $name -Kill
        Wait-Tool $tool | Out-Null
    }

    It 'is refused while ours runs' {
        $name = "ot-$Unique"
        Start-Ours $name privileged
        $id = (Get-LxcContainer $name).ProcessId
        Invoke-Tool lxc-start -n $name -d | Should -Match 'already running'
        (Get-LxcContainer $name).ProcessId | Should -Be $id
    }
}

Describe 'lxc-start: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Start-LxcContainer starts it as lxc-start does: state, process id, namespaces, cgroups, id map, environment (<Kind>)' -ForEach $kinds {
        $name = "ts-$Kind-$Unique"
        Start-Theirs $name $Kind
        Assert-State $name Running
        $theirs = Get-Init $name
        Stop-LxcContainer $name -Kill
        Start-LxcContainer $name
        Assert-State $name Running
        $ours = Get-Init $name
        foreach ($property in 'Cgroups', 'Namespaces', 'Environment', 'Maps') {
            $ours.$property | Should -Be $theirs.$property -Because $property
        }

        (Get-Field -n $name -p)['PID'] | Should -Be $ours.Id
        Stop-LxcContainer $name -Kill
    }

    It 'Start-LxcContainer is refused while LXC''s runs' {
        $name = "tr-$Unique"
        Start-Theirs $name privileged
        { Start-LxcContainer $name } | Should -Throw -ErrorId 'ContainerRunning*'
    }

    It 'Start-LxcContainer''s monitor has the title of LXC''s' {
        $name = "tt-$Unique"
        New-Theirs $name privileged
        Start-LxcContainer $name
        (Get-Init $name).Title | Should -BeExactly "[lxc monitor] $LxcPath $name"
    }
}

Describe 'lxc-execute: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'runs a program with its output and exit code (<Kind>)' -ForEach $kinds {
        $name = "oe-$Kind-$Unique"
        New-Ours $name $Kind
        Invoke-Tool lxc-execute -n $name '--' sh -c 'echo "ran on $(hostname)"; exit 3' | Should -Be "ran on $name"
        $LASTEXITCODE | Should -Be 3
        Assert-State $name Stopped
    }
}

Describe 'lxc-execute: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Start-LxcContainer -Command runs a program with its output and exit code (<Kind>)' -ForEach $kinds {
        $name = "te-$Kind-$Unique"
        New-Theirs $name $Kind
        Start-LxcContainer $name -Command sh '-c', 'echo "ran on $(hostname)"; exit 3' -ErrorAction SilentlyContinue | Should -Be "ran on $name"
        $LASTEXITCODE | Should -Be 3
        Assert-State $name Stopped
    }
}

Describe 'lxc-stop: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'without options it shuts down, with -k it is killed (<Kind>)' -ForEach $kinds {
        $name = "op-$Kind-$Unique"
        Start-Ours $name $Kind
        Use-Tool lxc-stop -n $name -t 20
        Assert-State $name Stopped
        Start-LxcContainer $name
        Use-Tool lxc-stop -n $name -k
        Assert-State $name Stopped
        Get-LxcContainer $name | Start-LxcContainer -PassThru | ForEach-Object State | Should -Be Running
        Use-Tool lxc-stop -n $name -k
    }

    It '-r reboots it, and returns when it runs again (<Kind>)' -ForEach $kinds {
        $name = "or-$Kind-$Unique"
        Start-Ours $name $Kind
        $before = (Get-LxcContainer $name).ProcessId
        Use-Tool lxc-stop -n $name -r -t 20
        Assert-State $name Running
        (Get-LxcContainer $name).ProcessId | Should -Not -Be $before
        Use-Tool lxc-stop -n $name -k
    }

    It '--nokill leaves one that does not end; without it that one is killed when the time is up' {
        $name = "on-$Unique"
        Start-Ours $name privileged @{ 'lxc.signal.halt' = 'SIGCONT' }
        Invoke-Tool lxc-stop -n $name --nokill -t 1 | Out-Null
        $LASTEXITCODE | Should -Not -Be 0
        Assert-State $name Running
        Use-Tool lxc-stop -n $name -t 1
        Assert-State $name Stopped
    }
}

Describe 'lxc-stop: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Stop-LxcContainer shuts it down, with -Kill it is killed (<Kind>)' -ForEach $kinds {
        $name = "tp-$Kind-$Unique"
        Start-Theirs $name $Kind
        Stop-LxcContainer $name -Timeout 20 -NoKill
        Assert-State $name Stopped
        Use-Tool lxc-start -n $name -d
        Stop-LxcContainer $name -Kill
        Assert-State $name Stopped
        Use-Tool lxc-start -n $name -d
        Stop-LxcContainer $name -Kill
    }

    It 'Restart-LxcContainer restarts it (<Kind>)' -ForEach $kinds {
        $name = "tq-$Kind-$Unique"
        Start-Theirs $name $Kind
        $before = (Get-LxcContainer $name).ProcessId
        Restart-LxcContainer $name -Timeout 20
        Assert-State $name Running
        (Get-LxcContainer $name).ProcessId | Should -Not -Be $before
        Stop-LxcContainer $name -Kill
    }

    It 'Stop-LxcContainer -NoKill leaves one that does not end; without it that one is killed when the time is up' {
        $name = "tn-$Unique"
        Start-Theirs $name privileged
        [IO.File]::WriteAllText("$LxcPath/$name/config", [IO.File]::ReadAllText("$LxcPath/$name/config") + "lxc.signal.halt = SIGCONT`n")
        { Stop-LxcContainer $name -NoKill -Timeout 1 } | Should -Throw
        Assert-State $name Running
        Stop-LxcContainer $name -Timeout 1
        Assert-State $name Stopped
    }
}

Describe 'lxc-destroy: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'removes a stopped one and with -f a running one, with all that is theirs (<Kind>)' -ForEach $kinds {
        $name = "od-$Kind-$Unique"
        Start-Ours $name $Kind
        Invoke-Tool lxc-destroy -n $name | Out-Null
        $LASTEXITCODE | Should -Not -Be 0
        Use-Tool lxc-destroy -n $name -f | Out-Null
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
        New-Ours $name $Kind
        Use-Tool lxc-destroy -n $name | Out-Null
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
    }
}

Describe 'lxc-destroy: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Remove-LxcContainer removes a stopped one and with -Force a running one (<Kind>)' -ForEach $kinds {
        $name = "td-$Kind-$Unique"
        Start-Theirs $name $Kind
        { Remove-LxcContainer $name -Confirm:$false } | Should -Throw -ErrorId 'ContainerRunning*'
        Remove-LxcContainer $name -Force -Confirm:$false
        [IO.Directory]::Exists("$LxcPath/$name") | Should -BeFalse
        New-Theirs $name $Kind
        Remove-LxcContainer $name -Confirm:$false
        @(Use-Tool lxc-ls -1 | ForEach-Object Trim) | Should -Not -Contain $name
    }
}

Describe 'lxc-autostart: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'starts, lists and stops by the group and order that Set-LxcContainer writes' {
        $names = "oa1-$Unique", "oa2-$Unique"
        $names | ForEach-Object { New-Ours $_ privileged }
        Set-LxcContainer $names[0] -AutoStart $true -Group auto -StartOrder 1
        Set-LxcContainer $names[1] -AutoStart $true -Group auto -StartOrder 5
        @(Use-Tool lxc-autostart -g auto -L | ForEach-Object { ($_ -split ' ')[0] }) | Should -Be $names
        Use-Tool lxc-autostart -g auto
        $names | ForEach-Object { Assert-State $_ Running }
        Use-Tool lxc-autostart -g auto -s -t 20
        $names | ForEach-Object { Assert-State $_ Stopped }
    }
}

Describe 'lxc-autostart: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Get-LxcContainer finds them by AutoStart and group for Start-LxcContainer' {
        $name = "ta-$Unique"
        New-Theirs $name privileged 'lxc.start.auto = 1', 'lxc.group = boot'
        Get-LxcContainer -Group boot | Where-Object AutoStart | Start-LxcContainer
        Assert-State $name Running
        Stop-LxcContainer $name -Kill
    }

    It 'Start-LxcContainer -AutoStart starts what lxc-autostart lists, in its order, by group and for all' {
        $first = "tb-$Unique"
        $second = "ta2-$Unique"
        $grouped = "tg-$Unique"
        New-Theirs $first privileged 'lxc.start.auto = 1', 'lxc.start.order = 1', 'lxc.start.delay = 1'
        New-Theirs $second privileged 'lxc.start.auto = 1', 'lxc.start.order = 5'
        New-Theirs $grouped privileged 'lxc.start.auto = 1', 'lxc.group = auto2', 'lxc.start.order = -1'
        $mine = { @($args | ForEach-Object { $_ } | Where-Object { $_ -in $first, $second, $grouped }) }
        $listed = { & $mine (Use-Tool lxc-autostart -L @args | ForEach-Object { ($_ -split ' ')[0] }) }
        & $mine (Start-LxcContainer -AutoStart -WhatIf -PassThru).Name | Should -Be (& $listed)
        & $mine (Start-LxcContainer -AutoStart -All -WhatIf -PassThru).Name | Should -Be (& $listed -a)
        & $mine (Start-LxcContainer -AutoStart -Group auto2, '' -WhatIf -PassThru).Name | Should -Be (& $listed -g 'auto2,')
        & $mine (Start-LxcContainer -AutoStart -Group auto2 -WhatIf -PassThru).Name | Should -Be $grouped
        & $mine (Start-LxcContainer -AutoStart -Group auto2, '' -PassThru).Name | Should -Be $grouped, $first, $second
        $grouped, $first, $second | ForEach-Object { Assert-State $_ Running }
        Get-LxcContainer -State Running | Stop-LxcContainer -Kill
    }
}
