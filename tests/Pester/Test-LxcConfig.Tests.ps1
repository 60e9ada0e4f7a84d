BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Config.ps1
    $one = "one-$Unique"
    [void] (New-TestContainer $one)
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Test-LxcConfig' {
    It 'finds nothing wrong with what New-LxcContainer writes' {
        Test-LxcConfig $one | Should -BeNullOrEmpty
        Test-LxcConfig $one -Quiet | Should -BeTrue
        Get-LxcContainer $one | Test-LxcConfig -Quiet | Should -BeTrue
    }

    It 'tells all errors at once, of included files too, with the names that were meant' {
        $included = New-ConfigFile included.conf '# fine', 'lxc.idmap = u 0 1'
        $path = New-ConfigFile bad.conf 'lxc.utsname = a', 'lxc.cap.dorp = mknod', 'lxc.tty.max = many', "lxc.include = $included", 'lxc.arch',
        'lxc.include = /no/such/file', 'lxc.namespace.share.mnt = 1', 'lxc.network.type = veth', 'lxc.kmsg = 0'
        $problems = Test-LxcConfig -Path $path
        $problems | ForEach-Object { $_.PSObject.TypeNames[0] } | Sort-Object -Unique | Should -Be 'LxcPS.LxcConfigProblem'
        $problems | ForEach-Object { "$([IO.Path]::GetFileName($_.File)) $($_.Line) $($_.Severity) $($_.Key) [$($_.Value)] $($_.Suggestion)".TrimEnd() } | Should -Be @(
            'bad.conf 1 Error lxc.utsname [a] lxc.uts.name'
            'bad.conf 2 Error lxc.cap.dorp [mknod] lxc.cap.drop'
            'bad.conf 3 Error lxc.tty.max [many]'
            'included.conf 2 Error lxc.idmap [u 0 1]'
            'bad.conf 5 Error  [lxc.arch]'
            'bad.conf 6 Error lxc.include [/no/such/file]'
            'bad.conf 8 Error lxc.network.type [veth] lxc.net.[i].type'
            'bad.conf 9 Error lxc.kmsg [0]'
            'bad.conf 7 Warning lxc.namespace.share.mnt [1]'
        )
        $problems | Where-Object { -not $_.Reason } | Should -BeNullOrEmpty
        $problems[2].Reason | Should -Match '^it must be a number'
        Test-LxcConfig -Path $path -Quiet | Should -BeFalse
        $problems[0, 1] | Out-String -Width 120 | Should -Match 'bad\.conf:2\s+Error\s+lxc\.cap\.dorp\s+there is no key lxc\.cap\.dorp \[lxc\.cap\.drop\]'
    }

    It 'takes warnings for no error, and files of bytes that are no text for what they are' {
        $path = New-ConfigFile warn.conf 'lxc.namespace.share.mnt = 1'
        (Test-LxcConfig -Path $path).Severity | Should -Be 'Warning'
        Test-LxcConfig -Path $path -Quiet | Should -BeTrue
        [IO.File]::WriteAllBytes("$LxcPath/bytes.conf", [byte[]] (0xEF, 0xBB, 0xBF) + [Text.Encoding]::ASCII.GetBytes("lxc.arch = x86`nlxc.init.cmd = a`0b`n"))
        $problems = Test-LxcConfig -Path "$LxcPath/bytes.conf"
        $problems.Line | Should -Be 1, 2
        $problems[0].Reason | Should -Match 'byte order mark'
        $problems[1].Reason | Should -Match 'control character'
    }

    It 'is an error, and $false, where there is nothing to test' {
        $outcome = Get-Outcome { Test-LxcConfig no-such, $one -Quiet }
        $outcome.Errors.Count | Should -Be 1
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'ContainerNotFound,LxcPS.Commands.TestLxcConfigCommand'
        $outcome = Get-Outcome { Test-LxcConfig -Path "$LxcPath/none" -Quiet }
        $outcome.Errors[0].FullyQualifiedErrorId | Should -BeExactly 'StorageFailed,LxcPS.Commands.TestLxcConfigCommand'
        $outcome.Output | Should -Be $false
        Test-LxcConfig -Path "$LxcPath/none*" -Quiet | Should -BeFalse
    }
}

Describe 'Update-LxcConfig' {
    BeforeAll {
        $legacy = @(
            '# a container of 2015', 'lxc.utsname = old', '', '  lxc.tty=4', 'lxc.rootfs = /srv/old/rootfs', 'lxc.mount = /srv/old/fstab',
            'lxc.network.type = veth', 'lxc.network.ipv4 = 10.0.3.5/24', 'lxc.network.type = empty', '#lxc.pts = 1024', 'lxc.pivotdir = lxc_putold'
        )
    }

    It 'gives keys their new names, and keeps comments and order' {
        $path = New-ConfigFile legacy.conf $legacy
        Update-LxcConfig -Path $path | Should -BeNullOrEmpty
        [IO.File]::ReadAllLines($path) | Should -Be @(
            '# a container of 2015', 'lxc.uts.name = old', '', '  lxc.tty.max=4', 'lxc.rootfs.path = /srv/old/rootfs', 'lxc.mount.fstab = /srv/old/fstab',
            'lxc.net.0.type = veth', 'lxc.net.0.ipv4.address = 10.0.3.5/24', 'lxc.net.1.type = empty', '#lxc.pts = 1024'
        )
        Test-LxcConfig -Path $path -Quiet | Should -BeTrue
        Update-LxcConfig -Path $path -PassThru | Should -BeNullOrEmpty
    }

    It 'shows the difference with -WhatIf, and changes nothing' {
        $path = New-ConfigFile shown.conf $legacy
        $before = [IO.File]::ReadAllText($path)
        $text = Get-SessionText "Update-LxcConfig -Path '$path' -WhatIf"
        $text | Should -Match 'line 2: lxc\.utsname = old -> lxc\.uts\.name = old'
        $text | Should -Match 'line 11: lxc\.pivotdir = lxc_putold -> \(removed\)'
        $changes = Update-LxcConfig -Path $path -WhatIf -PassThru
        $changes.Line | Should -Be 2, 4, 5, 6, 7, 8, 9, 11
        $changes[1].Old | Should -BeExactly '  lxc.tty=4'
        $changes[1].New | Should -BeExactly '  lxc.tty.max=4'
        $changes[-1].New | Should -BeNullOrEmpty
        [IO.File]::ReadAllText($path) | Should -BeExactly $before
    }

    It 'updates containers of the pipeline' {
        $config = "$LxcPath/$one/config"
        [IO.File]::WriteAllText($config, ([IO.File]::ReadAllText($config) -replace 'lxc\.uts\.name', 'lxc.utsname'))
        $changes = $one, 'no-such' | Update-LxcConfig -PassThru -ErrorAction SilentlyContinue -ErrorVariable problem
        $changes.Name | Should -BeExactly $one
        $changes.New | Should -BeExactly "lxc.uts.name = $one"
        $changes | ForEach-Object { $_.PSObject.TypeNames[0] } | Should -Be 'LxcPS.LxcConfigChange'
        $problem[0].FullyQualifiedErrorId | Should -BeExactly 'ContainerNotFound,LxcPS.Commands.UpdateLxcConfigCommand'
        Test-LxcConfig $one -Quiet | Should -BeTrue
        Start-LxcContainer $one
        Stop-LxcContainer $one -Kill
    }

    It 'says the same as lxc-update-config: <Name>' -Skip:(-not (Get-Command lxc-update-config -ErrorAction Ignore)) -ForEach @(
        # Skipped where the package lxc is not installed.
        @{ Name = 'a container of LXC 1'; Text = @'
# Template used to create this container: debian
lxc.network.type = veth
lxc.network.flags = up
lxc.network.link = lxcbr0
lxc.network.name = eth0
lxc.network.hwaddr = 00:16:3e:aa:bb:cc
lxc.network.ipv4 = 10.0.3.5/24
lxc.network.ipv4.gateway = 10.0.3.1
lxc.network.ipv6 = 2001:db8::5/64
lxc.network.script.up = /bin/true
lxc.rootfs = /var/lib/lxc/old/rootfs
lxc.utsname = old
lxc.arch = amd64
lxc.tty = 4
lxc.pts = 1024
lxc.mount = /var/lib/lxc/old/fstab
lxc.cap.drop = sys_module mac_admin mac_override
lxc.autodev = 1
lxc.kmsg = 0
lxc.cgroup.devices.deny = a
lxc.cgroup.devices.allow = c 1:3 rwm
'@ }
        @{ Name = 'several interfaces'; Text = @'
lxc.network.type = veth
lxc.network.link = br0
lxc.network.veth.pair = v0

lxc.network.type = macvlan
lxc.network.macvlan.mode = bridge
lxc.network.mtu = 1400
lxc.network.type = vlan
lxc.network.vlan.id = 5
lxc.network.type = empty
'@ }
        @{ Name = 'numbered interfaces of LXC 2'; Text = @'
lxc.network.0.type = veth
lxc.network.0.link = br0
lxc.network.1.type = phys
lxc.network.1.link = eth9
'@ }
        @{ Name = 'all other keys'; Text = @'
lxc.devttydir = lxc
lxc.aa_profile = unconfined
lxc.aa_allow_incomplete = 1
lxc.se_context = system_u:system_r:lxc_t:s0
lxc.seccomp = /usr/share/lxc/config/common.seccomp
lxc.console = none
lxc.console.logfile = /var/log/x
lxc.haltsignal = SIGUSR1
lxc.rebootsignal = SIGTERM
lxc.stopsignal = SIGKILL
lxc.syslog = daemon
lxc.loglevel = 1
lxc.logfile = /var/log/lxc
lxc.init_cmd = /sbin/init quiet
lxc.init_uid = 0
lxc.init_gid = 0
lxc.id_map = u 0 100000 65536
lxc.id_map = g 0 100000 65536
lxc.pivotdir = lxc_putold
lxc.hook.pre-start = /bin/true
lxc.start.auto = 1
lxc.environment = A=lxc.tty
lxc.rootfs.mount = /mnt
lxc.rootfs = /srv/x
lxc.rootfs.backend = overlayfs
'@ }
    ) {
        $ours = New-ConfigFile ours.conf ($Text.Trim() -split '\r?\n')
        $theirs = New-ConfigFile theirs.conf ($Text.Trim() -split '\r?\n')
        Push-Location $LxcPath
        try {
            lxc-update-config -c $theirs
            $LASTEXITCODE | Should -Be 0
        }
        finally {
            Pop-Location
        }

        Update-LxcConfig -Path $ours
        Test-LxcConfig -Path $theirs -Quiet | Should -BeTrue
        # Where no backend was named theirs names that of a directory, which is what such a path means.
        $settings = { (Get-LxcConfig -Path $args[0] | ForEach-Object { "$($_.Key) = $($_.Value -replace '^dir:(?=/)')" }) }
        & $settings $ours | Should -Be (& $settings $theirs)
        (& $settings $ours).Count | Should -BeGreaterThan 3
    }
}
