BeforeDiscovery {
    . $PSScriptRoot/Missing.ps1
}

BeforeAll {
    . $PSScriptRoot/Tools.ps1
    $ours = @{ privileged = "op-$Unique"; unprivileged = "ou-$Unique" }
    $theirs = @{ privileged = "tp-$Unique"; unprivileged = "tu-$Unique" }
    foreach ($kind in 'privileged', 'unprivileged') {
        Start-Ours $ours[$kind] $kind @{ 'lxc.group' = 'web', 'db'; 'lxc.start.auto' = '1' }
        Start-Theirs $theirs[$kind] $kind 'lxc.group = web', 'lxc.group = db', 'lxc.start.auto = 1'
    }

    # An address of the container's own, on an interface that only it has.
    foreach ($name in @($ours.Values) + @($theirs.Values)) {
        Invoke-LxcCommand $name sh '-c', 'ip link add d0 type veth peer name d1 && ip addr add 10.99.0.7/24 dev d0 && ip link set d0 up'
    }

    $asked = 'lxc.uts.name', 'lxc.rootfs.path', 'lxc.net.0.type', 'lxc.cap.drop', 'lxc.mount.auto', 'lxc.tty.max', 'lxc.group', 'lxc.start.auto',
        'lxc.idmap'

    function Get-Table {
        # The table of lxc-ls as objects.
        $rows = @(Use-Tool lxc-ls @args)
        $heads = $rows[0].Trim() -split '\s+'
        foreach ($row in $rows | Select-Object -Skip 1) {
            # Values of groups and addresses are separated by a comma and a space.
            $values = $row.Trim() -replace ', ', ',' -split '\s+'
            $object = [ordered]@{}
            for ($i = 0; $i -lt $heads.Count; $i++) {
                $object[$heads[$i]] = $values[$i]
            }

            [pscustomobject] $object
        }
    }

    function Assert-Info {
        # Every field of lxc-info, and what Get-LxcContainer has of the same.
        param([string] $Name)
        $fields = Get-Field -n $Name -H
        $container = Get-LxcContainer $Name
        $fields['Name'] | Should -BeExactly $container.Name
        $fields['State'] | Should -BeExactly "$($container.State)".ToUpperInvariant()
        [int] $fields['PID'] | Should -Be $container.ProcessId
        $fields['IP'] | Should -BeExactly '10.99.0.7'
        @($container.IPAddress | Where-Object { -not [Net.IPAddress]::IsLoopback($_) -and $_.AddressFamily -eq 'InterNetwork' }).ForEach({ "$_" }) | Should -Be '10.99.0.7'
        [long] $fields['CPU use'] | Should -BeGreaterThan 0
        [math]::Abs([long] $fields['CPU use'] / 100 - $container.CpuTime.Ticks) | Should -BeLessThan ([TimeSpan]::FromSeconds(1).Ticks)
        $fields['BlkIO use'] | Should -Match '^\d+$'
        $fields['KMem use'] | Should -Match '^\d+$'
        [long] $fields['Memory use'] | Should -BeGreaterThan 0
        [math]::Abs([long] $fields['Memory use'] - $container.MemoryUsage) | Should -BeLessThan 2MB
    }

    function Assert-Row {
        param([string] $Name, [string] $Kind)
        $columns = 'NAME,STATE,PID,RAM,SWAP,AUTOSTART,GROUPS,INTERFACE,IPV4,IPV6,UNPRIVILEGED'
        $row = Get-Table -f -F $columns | Where-Object NAME -EQ $Name
        $container = Get-LxcContainer $Name
        $row.STATE | Should -BeExactly 'RUNNING'
        $row.PID | Should -Be $container.ProcessId
        [double] ($row.RAM -replace 'MB') | Should -BeGreaterThan 0
        [math]::Abs([double] ($row.RAM -replace 'MB') - $container.MemoryUsage / 1MB) | Should -BeLessThan 2
        $row.SWAP | Should -Match '^[\d.]+MB$'
        $row.AUTOSTART | Should -Be ([int] $container.AutoStart)
        $row.GROUPS -split ',' | Should -Be $container.Group
        $row.INTERFACE -split ',' | Should -Contain 'd0'
        $row.IPV4 | Should -Be '10.99.0.7'
        $row.UNPRIVILEGED | Should -Be "$($container.Unprivileged)"
        $container.Unprivileged | Should -Be ($Kind -eq 'unprivileged')
    }

    function Get-Top {
        # The line of a container in lxc-top.
        param([string] $Name)
        $top = Start-Tool lxc-top, '-d', '1' -Terminal
        Read-Tool $top "(?m)$Name\s.*KiB"
        Read-Tool $top 'TOTAL'
        Send-Tool $top 'q'
        Wait-Tool $top | Should -Be 0
    }
}

AfterAll {
    Complete-Test
}

Describe 'lxc-info: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'every field is what Get-LxcContainer has (<Kind>)' -ForEach $kinds {
        Assert-Info $ours[$Kind]
    }

    It '-c gives configuration items of the running container as they are in the file (<Kind>)' -ForEach $kinds {
        $name = $ours[$Kind]
        $lines = [IO.File]::ReadAllLines("$LxcPath/$name/config")
        foreach ($key in $asked) {
            $values = @($lines | Where-Object { $_ -match "^$([regex]::Escape($key))\s*=" } | ForEach-Object { ($_ -split '\s*=\s*', 2)[1] -replace '^dir:' })
            $shown = (Use-Tool lxc-info -n $name -c $key) -join ' '
            ($shown -replace "^$([regex]::Escape($key)) =\s*").Trim() | Should -BeExactly ($values -join ' ') -Because $key
        }
    }
}

Describe 'lxc-info: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Get-LxcContainer has every field of lxc-info (<Kind>)' -ForEach $kinds {
        Assert-Info $theirs[$Kind]
    }

    It 'Get-LxcContainer has the configuration that lxc-info -c gives (<Kind>)' -ForEach $kinds {
        $container = Get-LxcContainer $theirs[$Kind]
        $container.HostName | Should -BeExactly ((Use-Tool lxc-info -n $container.Name -c lxc.uts.name) -replace '^.*= ')
        $container.Rootfs -replace '^dir:' | Should -BeExactly ((Use-Tool lxc-info -n $container.Name -c lxc.rootfs.path) -replace '^.*= ')
        $container.ConfigError | Should -BeNullOrEmpty
    }
}

Describe 'lxc-ls: LXC''s tool, our container' -Skip:([bool] $missing) {
    It '-f -F with all columns shows what Get-LxcContainer has (<Kind>)' -ForEach $kinds {
        Assert-Row $ours[$Kind] $Kind
    }

    It '-f shows its default columns, and --running, --active, --frozen, --stopped and -g choose' {
        $row = Get-Table -f | Where-Object NAME -EQ $ours.privileged
        $row.STATE, $row.AUTOSTART, $row.IPV4, $row.UNPRIVILEGED | Should -Be 'RUNNING', '1', '10.99.0.7', 'false'
        foreach ($choice in '--running', '--active', '--groups=web,db') {
            Use-Tool lxc-ls -1 $choice | ForEach-Object Trim | Should -Contain $ours.unprivileged -Because $choice
        }

        foreach ($choice in '--frozen', '--stopped', '--groups=mail') {
            Use-Tool lxc-ls -1 $choice | ForEach-Object Trim | Should -Not -Contain $ours.unprivileged -Because $choice
        }
    }
}

Describe 'lxc-ls: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Get-LxcContainer has all columns of lxc-ls -f (<Kind>)' -ForEach $kinds {
        Assert-Row $theirs[$Kind] $Kind
    }

    It 'Get-LxcContainer lists the names that lxc-ls -1 lists, and chooses by state and group' {
        $names = @(Use-Tool lxc-ls -1 | ForEach-Object Trim) -ne ''
        (Get-LxcContainer).Name | Sort-Object | Should -Be @($names | Sort-Object)
        (Get-LxcContainer -State Running -Group db).Name | Should -Contain $theirs.unprivileged
        (Get-LxcContainer -State Stopped, Frozen).Name | Should -Not -Contain $theirs.unprivileged
    }
}

Describe 'lxc-top: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'shows it with its use of memory (<Kind>)' -ForEach $kinds {
        Get-Top $ours[$Kind]
    }
}

Describe 'lxc-top: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Get-LxcContainer and Get-LxcCgroup have the use of memory and processor to sort by' {
        Get-Top $theirs.privileged
        $sorted = @(Get-LxcContainer | Sort-Object MemoryUsage -Descending)
        $sorted.Name | Should -Contain $theirs.privileged
        $use = Get-LxcCgroup $theirs.privileged
        $use.MemoryUsage, $use.CpuTime.Ticks | ForEach-Object { $_ | Should -BeGreaterThan 0 }
        $use.IoRead, $use.IoWritten | ForEach-Object { $_ | Should -BeGreaterOrEqual 0 }
    }

    It 'Show-LxcContainer shows it anew every second, sorts by the same letters, and ends with q (<Kind>)' -ForEach $kinds {
        $file = "$LxcPath.show.ps1"
        [IO.File]::WriteAllText($file, "Import-Module '$env:LXCPS_MODULE'; Show-LxcContainer -Interval 1 -LxcPath '$LxcPath'; exit 0")
        $command = (@($Shell) + '-NoProfile', '-File', $file | ForEach-Object { "'$_'" }) -join ' '
        $session = Start-Beneath 'script', '-qefc', "stty rows 40 cols 150; $command", '/dev/null'
        Read-Tool $session "(?s)$($theirs[$Kind]) .*KiB.*TOTAL"
        Send-Tool $session 'm'
        Read-Tool $session "(?s)Memory▼.*$($theirs[$Kind]) +[\d.]+ "
        Send-Tool $session 'q'
        Wait-Tool $session | Should -Be 0
    }
}

Describe 'lxc-config: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'takes no container: lxc.lxcpath is the directory that the cmdlets use without -LxcPath' {
        [void] (New-Item -ItemType Directory "$LxcPath.etc")
        [IO.File]::WriteAllText("$LxcPath.etc/lxc.conf", "lxc.lxcpath = $LxcPath`n")
        [IO.File]::WriteAllText("$LxcPath.ask.ps1", "Import-Module '$env:LXCPS_MODULE'; (Get-LxcContainer '$($ours.privileged)').LxcPath")
        $run = { & unshare --mount --propagation private sh -c 'mount --bind "$1" /etc/lxc && shift && exec "$@"' sh "$LxcPath.etc" @args }
        & $run lxc-config lxc.lxcpath | Should -BeExactly $LxcPath
        & $run @Shell -NoProfile -NonInteractive -File "$LxcPath.ask.ps1" | Should -BeExactly $LxcPath
    }
}

Describe 'lxc-config: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'cannot: no cmdlet prints the settings of /etc/lxc/lxc.conf; it is lxc.lxcpath alone that the cmdlets use' {
        Assert-Absent '*-LxcDefault*'
        Assert-Absent '*-LxcSetting*'
    }
}

Describe 'lxc-checkconfig: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'takes no container: it finds what Test-LxcHost finds of namespaces and cgroups' {
        $text = (Use-Tool lxc-checkconfig) -replace "`e\[[\d;]*m" -join "`n"
        foreach ($name in 'Utsname', 'Ipc', 'Pid', 'User', 'Network') {
            $text | Should -Match "(?m)^$name namespace: enabled"
        }

        Test-LxcHost -Quiet | Should -BeTrue
    }
}

Describe 'lxc-checkconfig: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'takes no container: Test-LxcHost has a line for each, with advice' {
        $capabilities = @(Test-LxcHost)
        $capabilities.Count | Should -BeGreaterThan 10
        @($capabilities | Where-Object { $_.IsRequired -and -not $_.IsAvailable }) | Should -BeNullOrEmpty
        @($capabilities | Where-Object { -not $_.IsAvailable -and -not $_.Advice }) | Should -BeNullOrEmpty
    }
}
