BeforeDiscovery {
    # What the kernel tells is root's to read, and a container mostly has no such device.
    $closed = try { [IO.File]::OpenRead('/dev/kmsg').Dispose(); $false } catch { $true }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
}

AfterAll {
    Remove-TestContainers
}

Describe 'Get-LxcDenial' {
    It 'has nothing of a container that was denied nothing' -Skip:$closed {
        $name = "none-$Unique"
        [void] (New-TestContainer $name)
        Get-LxcDenial $name | Should -BeNullOrEmpty
        Get-LxcContainer $name | Get-LxcDenial -Since (Get-Date).AddHours(-1) -Suggest | Should -BeNullOrEmpty
    }

    It 'says why the kernel''s log cannot be read' -Skip:(-not $closed) {
        $outcome = Get-Outcome { Get-LxcDenial }
        $outcome.Errors.Exception.ErrorId | Should -BeIn 'PermissionDenied', 'HostUnsupported'
        $outcome.Errors.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'says which container there is not' {
        $outcome = Get-Outcome { Get-LxcDenial nobody }
        $outcome.Errors.FullyQualifiedErrorId | Should -Be 'ContainerNotFound,LxcPS.Commands.GetLxcDenialCommand'
        Get-LxcDenial nobody* | Should -BeNullOrEmpty
    }
}

Describe 'Get-LxcDenial of the kernel' -Tag AppArmor {
    BeforeAll {
        $own = "own-$Unique"
        $named = "named-$Unique"
        $rule = 'audit deny "/kept here" rw,'
        [void] (New-TestContainer $own @{ 'lxc.apparmor.raw' = $rule })
        New-LxcProfile "lxc-$Unique" -DenyPath /srv/** | Register-LxcProfile -PolicyPath "$LxcPath-policy"
        [void] (New-TestContainer $named | Set-LxcProfile "lxc-$Unique" -PassThru)
        $before = Get-Date
        Start-LxcContainer $own, $named
        Invoke-LxcCommand $own sh '-c' 'echo x >"/kept here"; mkdir -p /tmp/p; mount -t proc proc /tmp/p; mount -t ext4 none /tmp/p' -ErrorAction SilentlyContinue 2>&1 | Out-Null
        Invoke-LxcCommand $named sh '-c' 'mkdir -p /srv; echo x >/srv/x' -ErrorAction SilentlyContinue 2>&1 | Out-Null
    }

    AfterAll {
        Get-LxcContainer $own, $named | Stop-LxcContainer -Kill
        Remove-LxcProfile "lxc-$Unique" -PolicyPath "$LxcPath-policy" -Confirm:$false
        Remove-Item "$LxcPath-policy" -Recurse
    }

    It 'tells what a container was denied' {
        $denial = @(Get-LxcDenial $own | Where-Object Path -EQ '/kept here')[0]
        $denial | Should -BeOfType ([LxcPS.LxcDenial])
        $denial.Container | Should -Be $own
        $denial.Profile | Should -Be "lxc-$($own)_<$LxcPath>"
        $denial.IsDenied | Should -BeTrue
        $denial.Program | Should -Be 'sh'
        $denial.Requested | Should -Match '[wc]'
        $denial.ProcessId | Should -BeGreaterThan 1
        $denial.Time | Should -BeGreaterThan $before.AddSeconds(-1)
        $denial.Rule | Should -BeNullOrEmpty
    }

    It 'knows the container by its named profile' {
        $denial = @(Get-LxcDenial $named)[0]
        $denial.Container | Should -Be $named
        $denial.Profile | Should -Be "lxc-$Unique"
        $denial.Path | Should -Be '/srv/x'
        Get-LxcDenial -Since (Get-Date).AddMinutes(5) | Should -BeNullOrEmpty
    }

    It 'suggests rules that permit it' {
        $denials = Get-LxcContainer $own | Get-LxcDenial -Suggest
        $denials.RulePlace | Sort-Object -Unique | Should -Be 'lxc.apparmor.raw'
        (Get-LxcDenial $named -Suggest)[0].RulePlace | Should -Be "profile lxc-$Unique"
        $rules = $denials.Rule
        $rules | Should -Contain '"/kept here" w,'
        Set-LxcContainer $named -Config @{ 'lxc.apparmor.profile' = 'generated'; 'lxc.apparmor.raw' = @($rules) }
        (New-LxcProfile "lxc-x$Unique" -Base None -Rule $rules | Test-LxcProfile).IsValid | Should -BeTrue
    }
}

Describe 'Get-LxcDenial of a container''s own profiles' -Tag AppArmor {
    BeforeAll {
        $nest = "nest-$Unique"
        [void] (New-TestContainer $nest @{ 'lxc.apparmor.allow_nesting' = '1' })
        # Compiled outside: the container has no parser.
        'profile inner { file, audit deny /kept w, }', 'profile "odd one" flags=(complain) { /bin/** mrix, }' |
            apparmor_parser --skip-kernel-load --skip-cache --ofile "$LxcPath/$nest/rootfs/policy"
        Start-LxcContainer $nest
        Invoke-LxcCommand $nest sh '-c' 'cat /policy >/sys/kernel/security/apparmor/.replace' -ErrorAction Stop
        foreach ($profile in 'inner', 'odd one') {
            Invoke-LxcCommand $nest sh '-c' "echo `"exec $profile`" >/proc/self/attr/apparmor/exec; exec sh -c 'echo x >/kept'" -ErrorAction SilentlyContinue 2>&1 | Out-Null
        }
    }

    It 'tells it as the container''s, with the profile''s name inside' {
        $denial = @(Get-LxcDenial $nest -Suggest | Where-Object Profile -EQ inner)[0]
        $denial.Container | Should -Be $nest
        $denial.Namespace | Should -Be "lxc-$($nest)_<$($LxcPath.Replace('/', '-'))>"
        $denial.IsDenied | Should -BeTrue
        $denial.Path | Should -Be '/kept'
        $denial.Rule | Should -Be '/kept w,'
        $denial.RulePlace | Should -Be "profile inner inside $nest"
    }

    It 'tells what one that complains let pass' {
        $denial = @(Get-LxcDenial $nest | Where-Object { $_.Profile -eq 'odd one' -and $_.Path -eq '/kept' })[0]
        $denial.IsDenied | Should -BeFalse
        $denial.Namespace | Should -Not -BeNullOrEmpty
        $denial.RulePlace | Should -BeNullOrEmpty
    }

    It 'tells it when the container is gone, and never as another''s' {
        Stop-LxcContainer $nest -Kill
        Remove-LxcContainer $nest -Confirm:$false
        (Get-LxcDenial | Where-Object Profile -EQ inner).Container | Should -Contain $nest
        $other = Join-Path $LxcPath other
        [void] [IO.Directory]::CreateDirectory($other)
        Get-LxcDenial -LxcPath $other | Where-Object Namespace | Should -BeNullOrEmpty
        [IO.Directory]::Delete($other)
    }
}
