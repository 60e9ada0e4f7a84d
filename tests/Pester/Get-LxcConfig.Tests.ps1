BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Config.ps1
    $one = "one-$Unique"
    $two = "two-$Unique"
    [void] (New-TestContainer $one, $two @{ 'lxc.environment' = 'A=1', 'B=2' })
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Get-LxcConfigKey' {
    It 'gives every key once, with its documentation' {
        $keys = Get-LxcConfigKey
        $keys.Count | Should -BeGreaterThan 120
        ($keys.Key | Sort-Object -Unique).Count | Should -Be $keys.Count
        $keys | Where-Object { -not $_.Summary } | Should -BeNullOrEmpty
        $keys | ForEach-Object { $_.PSObject.TypeNames[0] } | Sort-Object -Unique | Should -Be 'LxcPS.LxcConfigKey'
    }

    It 'has each key that LXC''s manual page has' -Skip:(-not (Test-Path /usr/share/man/man5/lxc.container.conf.5.gz)) {
        # Skipped where the manual page of the package lxc is not installed.
        $text = (zcat /usr/share/man/man5/lxc.container.conf.5.gz) -join "`n" -replace '\\-', '-' -replace '\\&', ''
        $names = [regex]::Matches($text, '(?m)^\\\*\(T<\\fB(lxc\.[^\\]+)\\fR\\\*\(T>\s*$') | ForEach-Object { $_.Groups[1].Value } | Sort-Object -Unique
        $names.Count | Should -BeGreaterThan 80
        $names | ForEach-Object { $_ -replace '\[i\]', '0' -replace '\.\[.*$', '.net' } |
            Where-Object { -not (Get-LxcConfigKey $_ -ErrorAction Ignore) } | Should -BeNullOrEmpty
    }

    It 'finds a key as a configuration has it, as the table has it, and by pattern' {
        $key = Get-LxcConfigKey lxc.net.7.type
        $key.Key | Should -BeExactly 'lxc.net.[i].type'
        $key.Type | Should -Be 'Choice'
        $key.Choices | Should -Contain 'macvlan'
        $key.IsList | Should -BeFalse
        $key.Support | Should -Be 'Served'
        (Get-LxcConfigKey 'lxc.net.[i].type').Key | Should -BeExactly $key.Key
        (Get-LxcConfigKey lxc.sysctl.net.ipv4.ip_forward).Key | Should -BeExactly 'lxc.sysctl.*'
        (Get-LxcConfigKey LXC.Cap.*).Key | Should -Be 'lxc.cap.drop', 'lxc.cap.keep'
        (Get-LxcConfigKey lxc.net.3.vlan*).Key | Should -BeExactly 'lxc.net.[i].vlan.id'
        Get-LxcConfigKey no.such.* | Should -BeNullOrEmpty
        ('lxc.arch', 'lxc.tty.max' | Get-LxcConfigKey).Key | Should -Be 'lxc.arch', 'lxc.tty.max'
    }

    It 'says when a change takes effect' {
        (Get-LxcConfigKey lxc.uts.name).Effect | Should -Be 'AtStart'
        (Get-LxcConfigKey lxc.start.auto).Effect | Should -Be 'WhenUsed'
        (Get-LxcConfigKey lxc.cgroup2.memory.max).Effect | Should -Be 'Live'
    }

    It 'refuses what is no key, and names what was meant' -ForEach @(
        @{ Key = 'lxc.cap.dorp'; Advice = 'Did you mean lxc.cap.drop?' }
        @{ Key = 'lxc.utsname'; Advice = 'Its name is now lxc.uts.name.' }
        @{ Key = 'lxc.kmsg'; Advice = 'Remove the line: the key has no successor.' }
    ) {
        $outcome = Get-Outcome { Get-LxcConfigKey $Key }
        $outcome.Output | Should -BeNullOrEmpty
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'ConfigUnknownKey,LxcPS.Commands.GetLxcConfigKeyCommand'
        $outcome.Errors[0].TargetObject | Should -BeExactly $Key
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -BeExactly $Advice
    }

    It 'has a view and completes keys' {
        Get-LxcConfigKey lxc.arch | Out-String -Width 160 | Should -Match '(?m)^lxc\.arch\s+Choice\s+False\s+AtStart\s+Served\s+The architecture'
        Get-CompletedText 'Get-LxcConfigKey lxc.cap.' | Should -Be 'lxc.cap.drop', 'lxc.cap.keep'
        Get-CompletedText 'Get-LxcConfigKey lxc.net.[i].vl' | Should -Be "'lxc.net.[i].vlan.id'"
    }
}

Describe 'Get-LxcConfig' {
    It 'gives each setting with file and line' {
        $entries = Get-LxcConfig $one
        $entries | ForEach-Object { $_.PSObject.TypeNames[0] } | Sort-Object -Unique | Should -Be 'LxcPS.LxcConfigEntry'
        $name = $entries | Where-Object Key -EQ lxc.uts.name
        $name.Value | Should -BeExactly $one
        $name.Name | Should -BeExactly $one
        $name.LxcPath | Should -BeExactly $LxcPath
        $name.File | Should -BeExactly "$LxcPath/$one/config"
        [IO.File]::ReadAllLines($name.File)[$name.Line - 1] | Should -BeExactly "lxc.uts.name = $one"
        $name.IsInherited | Should -BeFalse
        "$name" | Should -BeExactly "lxc.uts.name = $one"
    }

    It 'takes containers by pattern and from the pipeline, and keys by pattern' {
        (Get-LxcConfig "*-$Unique" lxc.environment | ForEach-Object { "$($_.Name) $($_.Value)" }) | Should -Be "$one A=1", "$one B=2", "$two A=1", "$two B=2"
        (Get-LxcContainer $two | Get-LxcConfig -Key LXC.UTS.*, lxc.env*).Key | Should -Be 'lxc.uts.name', 'lxc.environment', 'lxc.environment'
        ($one | Get-LxcConfig -Key lxc.uts.name).Value | Should -BeExactly $one
        Get-LxcConfig $one lxc.no.* | Should -BeNullOrEmpty
    }

    It 'gives what counts, from included files and directories too' {
        [void] (New-Item -ItemType Directory "$LxcPath/parts")
        $late = New-ConfigFile parts/b.conf 'lxc.tty.max = 2'
        $early = New-ConfigFile parts/a.conf 'lxc.tty.max = 1', 'lxc.cap.drop = sys_time', 'lxc.cap.drop =', 'lxc.cap.drop = mknod'
        $shared = New-ConfigFile shared.conf "lxc.include = $LxcPath/parts", 'lxc.arch = x86'
        $main = New-ConfigFile main.conf "lxc.include = $shared", 'lxc.arch = amd64', '', 'lxc.tty.dir = lxc'
        $entries = Get-LxcConfig -Path $main
        $entries | ForEach-Object { "$($_.Key) = $($_.Value) $([IO.Path]::GetFileName($_.File)) $($_.Line) $($_.IsInherited)" } | Should -Be @(
            "lxc.include = $shared main.conf 1 False"
            "lxc.include = $LxcPath/parts shared.conf 1 True"
            'lxc.cap.drop = mknod a.conf 4 True'
            'lxc.tty.max = 2 b.conf 1 True'
            'lxc.arch = amd64 main.conf 2 False'
            'lxc.tty.dir = lxc main.conf 4 False'
        )
        $entries[0].Name | Should -BeNullOrEmpty
        (Get-LxcConfig -Path "$LxcPath/parts/*.conf").File | Sort-Object -Unique | Should -Be $early, $late
        $entries | Out-String -Width 120 | Should -Match '(?m)lxc\.tty\.max\s+2\s+b\.conf:1\s*$'
    }

    It 'warns of errors and gives the rest' {
        $path = New-ConfigFile bad.conf 'lxc.utsname = old', 'lxc.arch = x86'
        $entries = Get-LxcConfig -Path $path -WarningVariable warned -WarningAction SilentlyContinue
        $entries.Key | Should -Be 'lxc.arch'
        "$warned" | Should -Match 'bad\.conf: the configuration has an error, which is passed over.*Test-LxcConfig'
    }

    It 'reads a container of the command line whatever else is piped wrong' {
        $outcome = Get-Outcome { Get-LxcConfig $one, no-such, $two -Key lxc.uts.name }
        $outcome.Output.Value | Should -Be $one, $two
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'ContainerNotFound,LxcPS.Commands.GetLxcConfigCommand'
        (Get-Outcome { Get-LxcConfig -Path "$LxcPath/none" }).Errors[0].FullyQualifiedErrorId | Should -BeExactly 'StorageFailed,LxcPS.Commands.GetLxcConfigCommand'
        Get-LxcConfig -Path "$LxcPath/none*" | Should -BeNullOrEmpty
    }
}

Describe 'Get-LxcConfig -System' {
    BeforeAll {
        $keys = 'lxc.default_config', 'lxc.lxcpath', 'lxc.bdev.lvm.vg', 'lxc.bdev.lvm.thin_pool', 'lxc.bdev.zfs.root', 'lxc.cgroup.use', 'lxc.cgroup.pattern'
    }

    It 'gives the settings in force, with where they are from' {
        $settings = Get-LxcConfig -System
        $settings[0] | Should -BeOfType LxcPS.LxcSystemSetting
        $settings.Key | Should -Be $keys
        # /var/lib/lxc if no file says something else, whose line it then is.
        $path = $settings | Where-Object Key -EQ lxc.lxcpath
        $path.Value | Should -BeLike '/*'
        if ($path.File) {
            [IO.File]::ReadAllLines($path.File)[$path.Line - 1] | Should -Match '^\s*lxc\.lxcpath\s*='
        }
        else {
            $path.Line | Should -BeNullOrEmpty
        }
    }

    It 'takes keys as patterns, and completes them' {
        (Get-LxcConfig -System lxc.bdev.*, LXC.LXCPATH).Key | Should -Be 'lxc.lxcpath', 'lxc.bdev.lvm.vg', 'lxc.bdev.lvm.thin_pool', 'lxc.bdev.zfs.root'
        Get-LxcConfig -System lxc.net.* | Should -BeNullOrEmpty
        $line = 'Get-LxcConfig -System -Key lxc.cg'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'lxc.cgroup.use', 'lxc.cgroup.pattern'
    }

    It 'has a table' {
        Get-LxcConfig -System lxc.bdev.zfs.root | Out-String | Should -Match '(?m)^Key\s+Value\s+From\s*$'
    }

    It 'takes no container' {
        { Get-LxcConfig -Name $one -System } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }
}
