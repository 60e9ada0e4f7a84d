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
        $rules = (Get-LxcContainer $own | Get-LxcDenial -Suggest).Rule
        $rules | Should -Contain '"/kept here" w,'
        Set-LxcContainer $named -Config @{ 'lxc.apparmor.profile' = 'generated'; 'lxc.apparmor.raw' = @($rules) }
        (New-LxcProfile "lxc-x$Unique" -Base None -Rule $rules | Test-LxcProfile).IsValid | Should -BeTrue
    }
}
