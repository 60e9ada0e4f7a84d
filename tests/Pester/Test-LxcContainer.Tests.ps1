BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $bad = "bad-$Unique"
    [void] (New-TestContainer $one)
    $tree = "$LxcPath/tree"
    foreach ($directory in 'sbin', 'dev', 'proc', 'sys', 'mnt') {
        [void] [IO.Directory]::CreateDirectory("$tree/$directory")
    }

    function Assert-Agreement {
        # The test says why, and the start fails for that very reason.
        param([string] $Id, [string] $Key)
        $failed = @(Test-LxcContainer $bad | Where-Object Status -EQ Failed)
        $failed | Should -HaveCount 1 -Because "one failure is expected, not '$($failed.Detail -join "', '")'"
        $failed[0].ErrorId | Should -BeExactly $Id
        $failed[0].ConfigKey | Should -BeExactly $Key
        $failed[0].Detail | Should -Not -BeNullOrEmpty
        $failed[0].Advice | Should -Not -BeNullOrEmpty
        $failed[0].Container | Should -Be $bad
        Test-LxcContainer $bad -Quiet | Should -BeFalse
        $outcome = Get-Outcome { Start-LxcContainer $bad }
        $outcome.Errors | Should -HaveCount 1 -Because 'the start fails, too'
        $outcome.Errors[0].Exception.ErrorId | Should -BeExactly $Id
        $outcome.Errors[0].Exception.ConfigKey | Should -BeExactly $Key
        $failed[0]
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Test-LxcContainer' -Tag Vm {
    It 'finds nothing in the way of <Title>, which starts' -ForEach @(
        @{ Title = 'an unprivileged container'; Config = @{}; Privileged = $false }
        @{ Title = 'a privileged container'; Config = @{}; Privileged = $true }
        @{ Title = 'one without a console'; Config = @{ 'lxc.console.path' = 'none' }; Privileged = $false }
        @{ Title = 'one with mounts'; Config = @{ 'lxc.mount.entry' = 'tmpfs mnt/new tmpfs create=dir 0 0'; 'lxc.sysctl.net.ipv4.ip_forward' = '1' }; Privileged = $false }
    ) {
        [void] (New-TestContainer $bad -Config $Config -Privileged:$Privileged)
        $before = find "$LxcPath/$bad" | Sort-Object
        $checks = @(Test-LxcContainer $bad)
        ($checks | Where-Object Status -EQ Failed).Detail | Should -BeNullOrEmpty
        $checks | Should -BeOfType [LxcPS.Engine.Diagnostics.StartCheck]
        foreach ($name in 'Name', 'Configuration', 'Host', 'Plan', 'Seccomp', 'Cgroups', 'Network', 'Namespaces', 'Root file system', 'Mounts', 'Devices', 'Init') {
            @($checks | Where-Object { $_.Name -eq $name -and $_.Status -eq 'Passed' }) | Should -HaveCount 1 -Because "$name is checked"
        }

        Test-LxcContainer $bad -Quiet | Should -BeTrue
        find "$LxcPath/$bad" | Sort-Object | Should -Be $before -Because 'nothing is made'
        Get-Leftover | Should -BeNullOrEmpty
        Start-LxcContainer $bad
        (Get-LxcContainer $bad).State | Should -Be Running
        Remove-LxcContainer $bad -Force
    }

    It 'takes objects, names and patterns from the pipeline' {
        [void] (New-TestContainer $bad)
        (Get-LxcContainer "*-$Unique" | Test-LxcContainer).Container | Sort-Object -Unique | Should -Be $bad, $one
        ("*-$Unique" | Test-LxcContainer).Container | Sort-Object -Unique | Should -Be $bad, $one
        (Test-LxcContainer -InputObject (Get-LxcContainer $one)).Container | Sort-Object -Unique | Should -Be $one
        Test-LxcContainer "none*" | Should -BeNullOrEmpty
        Test-LxcContainer "none*" -Quiet | Should -BeFalse
        [IO.File]::AppendAllText((Get-LxcContainer $bad).ConfigPath, "lxc.nonsense = 1`n")
        @(Test-LxcContainer $one, $bad -Quiet) | Should -Be @($false) -Because 'there is one answer for all'
        Remove-LxcContainer $bad -Confirm:$false
        (Test-LxcContainer $one | Out-String) | Should -Match 'Name +Status +ConfigKey +Detail'
    }

    It 'refuses <Title> as name' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Test-LxcContainer $Value }) InvalidName InvalidArgument $Value
    }

    It 'writes an error for a container that there is not, and tests the others' {
        $outcome = Get-Outcome { Test-LxcContainer "none-$Unique", $one }
        Assert-OneError $outcome ContainerNotFound ObjectNotFound "none-$Unique"
        $outcome.Output.Container | Sort-Object -Unique | Should -Be $one
        Get-Outcome { Test-LxcContainer "none-$Unique" -Quiet } | ForEach-Object Output | Should -Be $false
    }

    It 'says that a running container cannot start' {
        Start-LxcContainer $one
        $failed = @(Test-LxcContainer $one | Where-Object Status -EQ Failed)
        $failed.ErrorId | Should -Be 'ContainerRunning'
        $failed.Advice | Should -Match 'Stop-LxcContainer'
        Stop-LxcContainer $one -Kill
        Test-LxcContainer $one -Quiet | Should -BeTrue
    }

    It 'tells all errors of a configuration, with their lines' {
        $path = (New-TestContainer $bad).ConfigPath
        [IO.File]::AppendAllText($path, "lxc.nonsense = 1`nlxc.start.auto = perhaps`n")
        $count = [IO.File]::ReadAllLines($path).Length
        $failed = @(Test-LxcContainer $bad | Where-Object Status -EQ Failed)
        $failed.ErrorId | Should -Be 'ConfigUnknownKey', 'ConfigInvalidValue'
        $failed.Line | Should -Be ($count - 1), $count
        $failed.ConfigKey | Should -Be 'lxc.nonsense', 'lxc.start.auto'
        (Get-Outcome { Start-LxcContainer $bad }).Errors.Exception.ErrorId | Should -Be 'ConfigUnknownKey'
        Remove-LxcContainer $bad -Confirm:$false
    }
}

Describe 'What Test-LxcContainer and a start fail with' {
    AfterEach {
        Get-LxcContainer -State Starting, Aborting, Stopping | Should -BeNullOrEmpty
        if (Get-LxcContainer "$bad*") {
            Remove-LxcContainer $bad -Force
        }

        Get-Leftover | Should -BeNullOrEmpty
    }

    It '<Title>' -ForEach @(
        @{ Title = 'a value that is not served'; Key = 'lxc.namespace.share.mnt'; Value = 'other'; Id = 'ConfigUnsupported' }
        @{ Title = 'a namespace of a container that does not run'; Key = 'lxc.namespace.share.net'; Value = 'other'; Id = 'NamespaceFailed' }
        @{ Title = 'a gateway of a bridge that is missing'; Key = 'lxc.net.0.ipv4.gateway'; Value = 'auto'; Id = 'NetworkFailed'; Named = 'lxc.net.0.link'; With = @{ 'lxc.net.0.type' = 'veth'; 'lxc.net.0.link' = 'nobridge0'; 'lxc.net.0.flags' = 'up'; 'lxc.net.0.ipv4.address' = '10.99.0.2/24' } }
        @{ Title = 'a bridge that is missing'; Key = 'lxc.net.0.link'; Value = 'nobridge0'; Id = 'NetworkFailed'; With = @{ 'lxc.net.0.type' = 'veth' } }
        @{ Title = 'a link that is no bridge'; Key = 'lxc.net.0.link'; Value = 'lo'; Id = 'NetworkFailed'; With = @{ 'lxc.net.0.type' = 'veth' } }
        @{ Title = 'a pair whose name is taken'; Key = 'lxc.net.0.veth.pair'; Value = 'lo'; Id = 'NetworkFailed'; With = @{ 'lxc.net.0.type' = 'veth' } }
        @{ Title = 'a mount whose source is missing'; Key = 'lxc.mount.entry'; Value = '/no/such/source mnt none bind 0 0'; Id = 'MountFailed' }
        @{ Title = 'a mount whose place is missing'; Key = 'lxc.mount.entry'; Value = '/tmp no/such/place none bind 0 0'; Id = 'MountFailed' }
        @{ Title = 'a mount of a file system that there is not'; Key = 'lxc.mount.entry'; Value = 'none mnt nosuchfs defaults 0 0'; Id = 'MountFailed' }
        @{ Title = 'a mount with an option that the file system has not'; Key = 'lxc.mount.entry'; Value = 'none mnt tmpfs size=lots 0 0'; Id = 'MountFailed' }
        @{ Title = 'a mount table that is missing'; Key = 'lxc.mount.fstab'; Value = '/no/such/table'; Id = 'MountFailed' }
        @{ Title = 'a hook that is missing'; Key = 'lxc.hook.pre-start'; Value = '/no/such/hook'; Id = 'HookFailed' }
        @{ Title = 'a hook that cannot be executed'; Key = 'lxc.hook.pre-start'; Value = '/etc/passwd'; Id = 'HookFailed' }
        @{ Title = 'a hook for the mounts that is missing'; Key = 'lxc.hook.mount'; Value = '/no/such/hook'; Id = 'HookFailed' }
        @{ Title = 'a hook in the container that is missing'; Key = 'lxc.hook.start'; Value = '/no/such/hook'; Id = 'HookFailed' }
        @{ Title = 'a sysctl that is not the container''s'; Key = 'lxc.sysctl.kernel.pid_max'; Value = '4194304'; Id = 'StartFailed' }
        @{ Title = 'a file of proc that there is not'; Key = 'lxc.proc.nosuchfile'; Value = '1'; Id = 'StartFailed' }
        @{ Title = 'a controller that this host has not'; Key = 'lxc.cgroup2.nosuch.max'; Value = '1'; Id = 'CgroupControllerMissing' }
        @{ Title = 'a working directory that is missing'; Key = 'lxc.init.cwd'; Value = '/no/such/directory'; Id = 'InitFailed' }
        @{ Title = 'a user that is not mapped'; Key = 'lxc.init.uid'; Value = '70000'; Id = 'InitFailed' }
        @{ Title = 'an init that is missing'; Key = 'lxc.init.cmd'; Value = '/sbin/nothing'; Id = 'InitFailed' }
    ) {
        $config = @{ $Key = $Value }
        if ($With) {
            $config += $With
        }

        [void] (New-TestContainer $bad)
        $path = (Get-LxcContainer $bad).ConfigPath
        $lines = [IO.File]::ReadAllLines($path) | Where-Object { $_ -notlike 'lxc.net.0.*' -and $_ -notlike 'lxc.pty.max*' -and $_ -notlike 'lxc.tty.max*' }
        [IO.File]::WriteAllLines($path, [string[]] (@($lines) + @($config.Keys | Sort-Object -Descending | ForEach-Object { "$_ = $($config[$_])" })))
        [void] (Assert-Agreement $Id ($Named ?? $Key))
    }

    It 'an AppArmor profile <Title>' -Tag AppArmor -ForEach @(
        @{ Title = 'that is not loaded'; Key = 'lxc.apparmor.profile'; Value = 'lxc-nobody' }
        @{ Title = 'with a rule that is none'; Key = 'lxc.apparmor.raw'; Value = 'nonsense,' }
    ) {
        [void] (New-TestContainer $bad -Config @{ $Key = $Value })
        $failed = @(Test-LxcContainer $bad | Where-Object Status -EQ Failed)
        $failed.Name | Should -Be 'AppArmor'
        $failed.ErrorId | Should -Be 'ConfinementFailed'
        $outcome = Get-Outcome { Start-LxcContainer $bad }
        $outcome.Errors.Exception.ErrorId | Should -Be 'ConfinementFailed'
        $outcome.Errors.Exception.ConfigKey | Should -Be $failed.ConfigKey
        Remove-LxcContainer $bad -Confirm:$false
        [void] (New-TestContainer $bad)
        (Test-LxcContainer $bad | Where-Object Name -EQ 'AppArmor').Status | Should -Be Passed
        Test-LxcContainer $bad -Quiet | Should -BeTrue
        [IO.File]::ReadAllText('/sys/kernel/security/apparmor/profiles') | Should -Not -Match $bad -Because 'nothing is loaded'
        Start-LxcContainer $bad
    }

    It 'a root file system that is missing' {
        [void] (New-LxcContainer $bad -Template None -Config @{ 'lxc.rootfs.path' = "dir:$LxcPath/missing" })
        $failed = Assert-Agreement RootfsFailed lxc.rootfs.path
        $failed.Detail | Should -BeLike "*$LxcPath/missing*ENOENT*"
    }

    It 'id maps that the kernel does not take' {
        [void] (New-TestContainer $bad)
        $path = (Get-LxcContainer $bad).ConfigPath
        $lines = [IO.File]::ReadAllLines($path) | ForEach-Object { $_; if ($_ -like 'lxc.idmap*') { $_ } }
        [IO.File]::WriteAllLines($path, [string[]] $lines)
        [void] (Assert-Agreement IdMapFailed lxc.idmap)
    }

    It 'an init that <Title>' -ForEach @(
        @{ Title = 'is missing'; Content = $null; Mode = 755; Says = 'missing' }
        @{ Title = 'is not executable'; Content = "#!/sbin/other`n"; Mode = 644; Says = 'cannot be executed' }
        @{ Title = 'has an interpreter that is missing'; Content = "#!/sbin/other`n"; Mode = 755; Says = "needs '/sbin/other'" }
        @{ Title = 'is no program'; Content = "no program`n"; Mode = 755; Says = 'is no program' }
        @{ Title = 'is a directory'; Content = ''; Mode = 755; Says = 'is a directory' }
    ) {
        $init = "$tree/sbin/init"
        if ($Content) {
            [IO.File]::WriteAllText($init, $Content)
            chmod $Mode $init
        }
        elseif ($null -ne $Content) {
            [void] [IO.Directory]::CreateDirectory($init)
        }

        [void] (New-LxcContainer $bad -Template None -Config @{ 'lxc.rootfs.path' = "dir:$tree" })
        $failed = Assert-Agreement InitFailed lxc.init.cmd
        Remove-Item $init -Recurse -ErrorAction Ignore
        $failed.Detail | Should -BeLike "*$Says*"
    }

    It 'an init for another machine, or without its loader' {
        # A copy of this machine's own, with another number in the field e_machine; and one whose loader is not in the container.
        [void] (New-LxcContainer $bad -Template None -Config @{ 'lxc.rootfs.path' = "dir:$tree" })
        $bytes = [IO.File]::ReadAllBytes('/bin/true')
        $machine = $bytes[18]
        $bytes[18] = 22 # EM_S390
        [IO.File]::WriteAllBytes("$tree/sbin/init", $bytes)
        chmod 755 "$tree/sbin/init"
        (Assert-Agreement InitFailed lxc.init.cmd).Detail | Should -BeLike '*another architecture*'
        $bytes[18] = $machine
        [IO.File]::WriteAllBytes("$tree/sbin/init", $bytes)
        (Assert-Agreement InitFailed lxc.init.cmd).Detail | Should -BeLike "*needs '/lib*"
        Remove-Item "$tree/sbin/init"
    }

    It 'a seccomp policy that does not compile' {
        [IO.File]::WriteAllText("$LxcPath/policy", "2`ndenylist`n[all]`nnosuchcall errno 1 [oops]`n")
        [void] (New-TestContainer $bad -Config @{ 'lxc.seccomp.profile' = "$LxcPath/policy" })
        [void] (Assert-Agreement ConfigSyntax lxc.seccomp.profile)
        Remove-Item "$LxcPath/policy"
    }

    It 'a log file of the console that cannot be made' {
        [void] (New-TestContainer $bad -Config @{ 'lxc.console.logfile' = '/no/such/directory/log' })
        $failed = @(Test-LxcContainer $bad | Where-Object Status -EQ Failed)
        $failed.ErrorId | Should -Be 'StartFailed'
        $failed.ConfigKey | Should -Be 'lxc.console.logfile'
        (Get-Outcome { Start-LxcContainer $bad }).Errors.Exception.ErrorId | Should -Be 'StartFailed'
    }

    It 'warns of what is left out, and the container starts' {
        [void] (New-TestContainer $bad -Config @{ 'lxc.mount.entry' = '/no/such/source mnt none bind,optional 0 0' })
        $checks = @(Test-LxcContainer $bad)
        ($checks | Where-Object Status -EQ Failed).Detail | Should -BeNullOrEmpty
        ($checks | Where-Object { $_.Status -eq 'Warning' -and $_.ConfigKey -eq 'lxc.mount.entry' }).Detail | Should -BeLike '*/no/such/source*left out*'
        Test-LxcContainer $bad -Quiet | Should -BeTrue
        Start-LxcContainer $bad
    }

    It 'warns of ids that another user has' {
        [void] (New-TestContainer $bad)
        $first = [int64] ([IO.File]::ReadAllLines((Get-LxcContainer $bad).ConfigPath) -match '^lxc.idmap = u' -split ' ')[4]
        $table = "$LxcPath/subuid"
        [IO.File]::WriteAllText($table, "somebody:$($first + 100):10`n")
        $script = "Import-Module '$env:LXCPS_MODULE'; (Test-LxcContainer $bad -LxcPath $LxcPath | Where-Object { `$_.Name -eq 'Subordinate ids' } | ForEach-Object { `"`$(`$_.Status) `$(`$_.Detail)`" })"
        $text = unshare -m -- sh -c "mount --bind $table /etc/subuid && exec $Shell -NoProfile -NonInteractive -Command `"`$0`"" $script
        "$text" | Should -Match "Warning .*/etc/subuid.*somebody"
        (Test-LxcContainer $bad | Where-Object Name -EQ 'Subordinate ids').Status | Should -Be Passed
        Remove-Item $table
    }
}
