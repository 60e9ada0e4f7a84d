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

    function Use-EtcLxc {
        # Runs a tool, or a script with the module, where /etc/lxc has an lxc.conf of this text, or none. The host's files stay as they are.
        # A plain function, because options of the tools are no parameters.
        $text, $tool, $rest = $args
        [void] (New-Item -ItemType Directory "$LxcPath.etc" -Force)
        [IO.File]::WriteAllText("$LxcPath.etc/lxc.conf", "$text`n")
        if (-not $text) {
            [IO.File]::Delete("$LxcPath.etc/lxc.conf")
        }

        $line = @($tool) + @($rest)
        if (-not $tool) {
            [IO.File]::WriteAllText("$LxcPath.ask.ps1", "`$ErrorActionPreference = 'Stop'; Import-Module '$env:LXCPS_MODULE'; $rest")
            $line = @($Shell) + '-NoProfile', '-NonInteractive', '-File', "$LxcPath.ask.ps1"
        }

        $output = & unshare --mount --propagation private sh -c 'mount --bind "$1" /etc/lxc && shift && exec "$@"' sh "$LxcPath.etc" @line 2>&1 | ForEach-Object { "$_" }
        if ($LASTEXITCODE -ne 0) {
            throw ($output -join ' ')
        }

        $output
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
        Use-EtcLxc "lxc.lxcpath = $LxcPath" lxc-config lxc.lxcpath | Should -BeExactly $LxcPath
        Use-EtcLxc "lxc.lxcpath = $LxcPath" $null "(Get-LxcContainer '$($ours.privileged)').LxcPath" | Should -BeExactly $LxcPath
    }
}

Describe 'lxc-config: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Get-LxcConfig -System has the keys of lxc-config -l, with the values of lxc-config: <Case>' -ForEach @(
        @{ Case = 'with no file'; Text = '' }
        @{ Case = 'with a file'; Text = "# lxc.bdev.lvm.vg = no`nlxc.bdev.lvm.vg = disk`n  lxc.cgroup.pattern=of/%n`nlxc.cgroup.use = memory,freezer`nlxc.lxcpath = /srv/lxc/`nlxc.bdev.lvm.vg = late" }
    ) {
        $keys = Use-EtcLxc $Text lxc-config -l
        $settings = Use-EtcLxc $Text $null 'Get-LxcConfig -System | ConvertTo-Json -AsArray' | Out-String | ConvertFrom-Json
        $settings.Key | Should -Be $keys
        foreach ($setting in $settings) {
            # Of what has no value the tool says so, on its standard output.
            $value = Use-EtcLxc $Text lxc-config $setting.Key
            $value | Should -BeExactly $(if ($null -eq $setting.Value) { "$($setting.Key) is not set." } else { $setting.Value })
            $setting.File | Should -Be $(if ($Text -match "(?m)^\s*$([regex]::Escape($setting.Key))\s*=") { '/etc/lxc/lxc.conf' })
        }
    }

    It 'New-LxcContainer takes the network of lxc.default_config, as lxc-create does' {
        [IO.File]::WriteAllText("$LxcPath.default", "lxc.net.0.type = empty`nlxc.net.0.flags = up`nlxc.net.1.type = empty`n")
        $text = "lxc.default_config = $LxcPath.default"
        Use-EtcLxc $text lxc-create -P $LxcPath -n "dt-$Unique" -t busybox | Out-Null
        Use-EtcLxc $text $null "New-LxcContainer 'do-$Unique' -Template Busybox -LxcPath '$LxcPath'" | Out-Null
        $networks = foreach ($name in "dt-$Unique", "do-$Unique") { (Get-LxcConfig $name lxc.net.* | ForEach-Object { "$_" }) -join '; ' }
        $networks | Should -Be (@('lxc.net.0.type = empty; lxc.net.0.flags = up; lxc.net.1.type = empty') * 2)
    }

    It 'Start-LxcContainer makes the cgroups that lxc-start makes by lxc.cgroup.pattern and lxc.cgroup.use' {
        $name = "tg-$Unique"
        New-Theirs $name privileged
        $text = "lxc.cgroup.pattern = lxcps-$Unique/%n`nlxc.cgroup.use = memory,freezer,devices"
        $groups = foreach ($start in 'lxc', 'ours') {
            if ($start -eq 'lxc') {
                Use-EtcLxc $text lxc-start -P $LxcPath -n $name -d | Out-Null
            }
            else {
                Use-EtcLxc $text $null "Start-LxcContainer '$name' -LxcPath '$LxcPath'" | Out-Null
            }

            $id = (Get-LxcContainer $name).ProcessId
            $parent = [int] (@([IO.File]::ReadAllLines("/proc/$id/status") -like 'PPid:*')[0] -split '\s+')[1]
            # Ours goes to its own when nobody waits for the start any more.
            Wait-Until { @([IO.File]::ReadAllLines("/proc/$parent/cgroup") -match "lxcps-$Unique").Count -eq @([IO.File]::ReadAllLines("/proc/$id/cgroup") -match "lxcps-$Unique").Count } | Should -BeTrue
            (@($id, $parent) | ForEach-Object { [IO.File]::ReadAllLines("/proc/$_/cgroup") -match "lxcps-$Unique" | Sort-Object }) -join "`n"
            (Get-LxcContainer $name).MemoryUsage | Should -BeGreaterThan 0
            Stop-LxcContainer $name -Kill
            # LXC leaves the directories above its own.
            & find /sys/fs/cgroup -maxdepth 4 -depth -path "*/lxcps-$Unique*" -type d -exec rmdir '{}' + 2>$null
        }

        $groups[0] | Should -BeLike "*:/lxcps-$Unique/$name/payload*:/lxcps-$Unique/$name/monitor*"
        $groups[1] | Should -BeExactly $groups[0]
        { Use-EtcLxc 'lxc.cgroup.use = gravity' $null "Start-LxcContainer '$name' -LxcPath '$LxcPath'" } | Should -Throw '*gravity*lxc.cgroup.use*'
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
