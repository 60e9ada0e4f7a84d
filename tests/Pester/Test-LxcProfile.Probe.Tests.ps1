BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $enabled = '/sys/module/apparmor/parameters/enabled'
    $hasAppArmor = [IO.File]::Exists($enabled) -and [IO.File]::ReadAllText($enabled).Trim() -eq 'Y'
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Test-LxcProfile, trying things' {
    It 'is refused by a kernel without AppArmor' {
        if ($hasAppArmor) {
            Set-ItResult -Skipped -Because 'this kernel has AppArmor'
            return
        }

        [void] (New-TestContainer $one)
        foreach ($script in { Test-LxcProfile -Container $one -Path /etc/passwd }, { Test-LxcProfile -Profile lxc-any -Capability sys_admin }) {
            $outcome = Get-Outcome $script
            $outcome.Errors.Exception.ErrorId | Should -Be 'HostUnsupported'
            $outcome.Errors[0].CategoryInfo.Category | Should -Be NotImplemented
            $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'apparmor=1'
            $outcome.Output | Should -BeNullOrEmpty
        }

        (Get-Outcome { Test-LxcProfile -Container $one -Path /etc/passwd -Quiet }).Output | Should -Be $false
        Remove-LxcContainer $one -Confirm:$false
    }

    It 'refuses <Title>' -ForEach @(
        @{ Title = 'a path that is relative'; Arguments = @{ Path = 'etc/passwd' }; Id = 'ConfinementFailed' }
        @{ Title = 'a line that is no mount'; Arguments = @{ Mount = 'proc' }; Id = 'ConfigInvalidValue' }
        @{ Title = 'a name that is no capability'; Arguments = @{ Capability = 'sys_everything' }; Id = 'ConfinementFailed' }
    ) {
        $outcome = Get-Outcome { Test-LxcProfile -Profile unconfined @Arguments }
        $outcome.Errors.Exception.ErrorId | Should -Be $Id
        $outcome.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $outcome.Output | Should -BeNullOrEmpty
    }

    It 'says which container there is not' {
        (Get-Outcome { Test-LxcProfile -Container "none-$Unique" -Path /etc/passwd }).Errors.Exception.ErrorId | Should -Be 'ContainerNotFound'
    }
}

Describe 'What a profile denies' -Tag AppArmor {
    BeforeAll {
        $name = "lxc-test-$Unique"
        $source = @"
profile $name flags=(attach_disconnected) {
  /** rw,
  /bin/busybox ix,
  /usr/bin/busybox ix,
  /usr/lib{,32,64}/** mr,
  audit deny /etc/hostname w,
  deny /etc/passwd rw,
  mount fstype=tmpfs -> /mnt/,
  capability sys_admin,
  capability sys_chroot,
  capability setuid,
  change_profile,
  network,
  signal,
}
"@
        [IO.File]::WriteAllText("$LxcPath/profile", $source)
        apparmor_parser --replace --skip-cache "$LxcPath/profile"
        $tries = @{
            Path       = '/etc/hostname', '/etc/passwd', '/etc/group', '/no/such/file'
            Access     = 'r', 'w', 'x'
            Mount      = 'none /mnt tmpfs size=64k', 'none /mnt proc', '/etc /mnt none bind'
            Capability = 'sys_chroot', 'setuid', 'sys_pacct', 'net_admin', 'sys_time', 'CAP_WAKE_ALARM', 'mac_admin'
        }

        function Get-Answer {
            # All that was tried, by kind, item and access.
            param([object[]] $Result)
            $table = @{}
            foreach ($try in $Result) {
                $table["$($try.Item) $($try.Access)".Trim()] = $try
            }

            $table
        }

        $before = (Get-Item /etc/hostname).LastWriteTimeUtc
        $text = [IO.File]::ReadAllText('/etc/hostname')
        $mounts = [IO.File]::ReadAllText('/proc/self/mountinfo')
        $under = Get-Answer (Test-LxcProfile -Profile $name @tries)
        $free = Get-Answer (Test-LxcProfile -Profile unconfined @tries)
    }

    AfterAll {
        apparmor_parser --remove "$LxcPath/profile"
    }

    It 'denies <Item>, and without it nothing does' -ForEach @(
        @{ Item = '/etc/hostname w'; Errno = 'EACCES' }
        @{ Item = '/etc/passwd r'; Errno = 'EACCES' }
        @{ Item = '/etc/passwd w'; Errno = 'EACCES' }
        @{ Item = 'none /mnt proc'; Errno = 'EACCES' }
        @{ Item = '/etc /mnt none bind'; Errno = 'EACCES' }
        @{ Item = 'sys_pacct'; Errno = 'EPERM' }
        @{ Item = 'net_admin'; Errno = 'EPERM' }
        @{ Item = 'sys_time'; Errno = 'EPERM' }
        @{ Item = 'CAP_WAKE_ALARM'; Errno = 'EPERM' }
    ) {
        $key = $Item.ToLowerInvariant()
        $under[$key].IsDenied | Should -BeTrue
        $under[$key].Error | Should -Match $Errno
        $under[$key].ErrorWithout | Should -BeNullOrEmpty
        $under[$key].Profile | Should -Be $name
        $free[$key].IsDenied | Should -BeFalse
        $free[$key].Error | Should -BeNullOrEmpty
        $free[$key].Profile | Should -Be unconfined
    }

    It 'allows <Item>' -ForEach @(
        @{ Item = '/etc/hostname r' }
        @{ Item = '/etc/group r' }
        @{ Item = '/etc/group w' }
        @{ Item = 'none /mnt tmpfs size=64k' }
        @{ Item = 'sys_chroot' }
        @{ Item = 'setuid' }
    ) {
        $under[$Item].IsDenied | Should -BeFalse
        $under[$Item].Error | Should -BeNullOrEmpty
        $free[$Item].IsDenied | Should -BeFalse
    }

    It 'tells of programs, and runs none' {
        $busybox = @(Get-Command busybox -CommandType Application)[0].Source
        $sh = @(Get-Command sleep -CommandType Application)[0].Source
        $table = Get-Answer (Test-LxcProfile -Profile $name -Path $busybox, $sh -Access x)
        $table["$busybox x"].IsDenied | Should -BeFalse
        $table["$sh x"].IsDenied | Should -BeTrue
        $other = Get-Answer (Test-LxcProfile -Profile unconfined -Path $busybox, $sh -Access x)
        $other["$busybox x"].IsDenied, $other["$sh x"].IsDenied | Should -Be $false, $false

        # A program that was run would have left this.
        [IO.File]::WriteAllText("$LxcPath/program", "#!/bin/sh`ntouch $LxcPath/has-run`n")
        chmod 755 "$LxcPath/program"
        (Test-LxcProfile -Profile unconfined -Path "$LxcPath/program" -Access x).IsDenied | Should -BeFalse
        [IO.File]::Exists("$LxcPath/has-run") | Should -BeFalse
        [IO.File]::Delete("$LxcPath/program")
    }

    It 'does not know of what is not there, or cannot be tried' {
        $under['/no/such/file r'].IsDenied | Should -BeNullOrEmpty
        $under['/no/such/file r'].Error | Should -Match 'ENOENT'
        $under['mac_admin'].IsDenied | Should -BeNullOrEmpty
        $under['mac_admin'].Error | Should -Be 'not tried'
    }

    It 'has the rule of what the kernel logs' {
        $under['/etc/hostname w'].Rule | Should -Be '/etc/hostname w,'
        $under['sys_pacct'].Rule | Should -Be 'capability sys_pacct,'
        $under['none /mnt proc'].Rule | Should -Match '^mount fstype=proc'
        $under['/etc/passwd r'].Rule | Should -BeNullOrEmpty -Because 'deny logs nothing'
    }

    It 'changes nothing' {
        (Get-Item /etc/hostname).LastWriteTimeUtc | Should -Be $before
        [IO.File]::ReadAllText('/etc/hostname') | Should -Be $text
        [IO.File]::Exists('/no/such/file') | Should -BeFalse
        [IO.File]::ReadAllText('/proc/self/mountinfo') | Should -Be $mounts
        [IO.File]::ReadAllText('/sys/kernel/security/apparmor/profiles') | Should -Not -Match 'lxc-test-\d+-'
    }

    It 'gives one answer with -Quiet, and a table' {
        Test-LxcProfile -Profile $name -Path /etc/group -Quiet | Should -BeTrue
        Test-LxcProfile -Profile $name -Path /etc/group, /etc/passwd -Quiet | Should -BeFalse
        (Test-LxcProfile -Profile $name -Capability sys_chroot | Out-String -Width 120) | Should -Match 'Kind +Item +Access +Denied +Error +Rule'
    }

    It 'says that a profile is not loaded' {
        (Get-Outcome { Test-LxcProfile -Profile lxc-nobody -Path /etc/group }).Errors.Exception.ErrorId | Should -Be 'ProfileNotFound'
    }

    It 'tries in a container that runs, and under what one would start with' {
        $privileged = "root-$Unique"
        [void] (New-TestContainer $privileged -Privileged)
        $tries = @{ Path = '/proc/sysrq-trigger', '/etc/passwd'; Access = 'w'; Mount = 'none /mnt tmpfs', 'none /mnt proc'; Capability = 'sys_chroot', 'sys_time' }
        $stopped = Get-Answer (Test-LxcProfile -Container $privileged @tries)
        $stopped['/proc/sysrq-trigger w'].IsDenied | Should -BeTrue
        $stopped['/proc/sysrq-trigger w'].Profile | Should -BeLike 'lxc-test-*'
        $stopped['/etc/passwd w'].IsDenied | Should -BeFalse
        $stopped['none /mnt proc'].IsDenied | Should -BeTrue
        [IO.File]::ReadAllText('/sys/kernel/security/apparmor/profiles') | Should -Not -Match 'lxc-test-\d+-' -Because 'it is unloaded'
        Start-LxcContainer $privileged
        $running = Get-Answer (Test-LxcProfile -Container $privileged @tries)
        $running['/etc/passwd w'].Container | Should -Be $privileged
        $running['/etc/passwd w'].Profile | Should -BeLike "lxc-$($privileged)_*"
        $running['/etc/passwd w'].IsDenied | Should -BeFalse
        $running['none /mnt tmpfs'].IsDenied | Should -BeFalse
        $running['none /mnt proc'].IsDenied | Should -BeTrue
        $running['sys_chroot'].IsDenied | Should -BeFalse
        $running['sys_time'].IsDenied | Should -BeNullOrEmpty -Because 'the container has dropped it'
        $running['sys_time'].Error | Should -Match 'EPERM'

        # The same under no profile.
        Stop-LxcContainer $privileged -Kill
        Set-LxcContainer $privileged -Config @{ 'lxc.apparmor.profile' = 'unconfined' }
        Start-LxcContainer $privileged
        $free = Get-Answer (Test-LxcProfile -Container $privileged @tries)
        $free['none /mnt proc'].IsDenied | Should -BeFalse
        $free['none /mnt proc'].Profile | Should -Be unconfined
        Remove-LxcContainer $privileged -Force
    }
}
