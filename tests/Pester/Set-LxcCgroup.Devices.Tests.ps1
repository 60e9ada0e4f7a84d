BeforeDiscovery {
    # Where no v1 hierarchy has the devices, the program of v2 decides on them.
    $mounts = [IO.File]::ReadAllLines('/proc/self/mountinfo')
    $isPure = [bool] ($mounts -match ' /sys/fs/cgroup \S+ .*- cgroup2 ')
    $hasLxc = (Get-Command lxc-cgroup, lxc-start -CommandType Application -ErrorAction Ignore).Count -ge 2
    $isV1Devices = [bool] ($mounts -match ' - cgroup \S+ (\S+,)?devices(,|$)')
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Devices.ps1
    $name = "rules-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $name, $stopped)

    # The node is bound by the configuration, and the rules are what the tests change.
    $node = New-Node rule 1
    Add-LxcDevice $name $node -Target /dev/rule
    Set-LxcCgroup $name -Key devices.deny -Value 'c 240:1 rwm'
    Start-LxcContainer $name

    function Send-Command {
        # A request as LXC's clients send it; the result of the answer, or null where there is none.
        param([int] $Command, [byte[]] $Data)
        $socket = [Net.Sockets.Socket]::new('Unix', 'Stream', 'Unspecified')
        try {
            $socket.Connect([Net.Sockets.UnixDomainSocketEndPoint]::new("`0$LxcPath/$name/command"))
            [void] $socket.Send([BitConverter]::GetBytes($Command) + [BitConverter]::GetBytes($Data.Length) + [byte[]]::new(8))
            [void] $socket.Send($Data)
            $answer = [byte[]]::new(16)
            if ($socket.Receive($answer) -eq 16) {
                [BitConverter]::ToInt32($answer, 0)
            }
        }
        finally {
            $socket.Dispose()
        }
    }

    function Get-Item240 {
        # struct device_item of a rule for 240:1, of the size that a version of LXC has.
        param([int] $Size, [int] $Allow, [string] $Access = 'rwm', [char] $Type = 'c')
        $bytes = [byte[]]::new($Size)
        $bytes[0] = [byte] $Type
        [BitConverter]::GetBytes(240).CopyTo($bytes, 4)
        [BitConverter]::GetBytes(1).CopyTo($bytes, 8)
        [Text.Encoding]::ASCII.GetBytes($Access).CopyTo($bytes, 12)
        [BitConverter]::GetBytes($Allow).CopyTo($bytes, 16)
        if ($Size -eq 24) {
            [BitConverter]::GetBytes(-1).CopyTo($bytes, 20)
        }

        , $bytes
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Set-LxcCgroup with a device rule' -Tag Vm {
    It 'changes what a running container may use, at once and at later starts' {
        Get-Reach $name /dev/rule | Should -Be 'denied'
        Set-LxcCgroup $name -Key devices.allow -Value 'c 240:1 rw' -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        Get-Reach $name /dev/rule '<>' | Should -Be 'open'
        Restart-LxcContainer $name
        Get-Reach $name /dev/rule '<>' | Should -Be 'open'
        Set-LxcCgroup $name -Key devices.deny -Value 'c 240:1 w'
        Get-Reach $name /dev/rule '>' | Should -Be 'denied'
        Get-Reach $name /dev/rule '<' | Should -Be 'open'
        Set-LxcCgroup $name -Key devices.deny -Value 'c 240:1 rwm'
        Get-Reach $name /dev/rule | Should -Be 'denied'
        Get-Reach $name /dev/null | Should -Be 'open'
    }

    It 'takes keys of both versions, and a device by its node on the host' {
        Set-LxcCgroup $name -Key lxc.cgroup2.devices.allow -Value "c 240:1 r"
        Get-Reach $name /dev/rule '<' | Should -Be 'open'
        Set-LxcCgroup $name -Key lxc.cgroup.devices.deny -Value 'c 240:1 r'
        Get-Reach $name /dev/rule '<' | Should -Be 'denied'
        Set-LxcCgroup $name -Key devices.allow -Value '/dev/loop-control rw'
        @(Get-DeviceLine $name) -match 'devices.allow = c 10:237 rw' | Should -HaveCount 1
        Set-LxcCgroup $name -Key devices.deny -Value '/dev/loop-control rw'
        Get-DeviceLine $name | Should -Not -Match '10:237'
    }

    It 'keeps the other rules' {
        $lines = Get-DeviceLine $stopped
        Set-LxcCgroup $stopped -Key devices.allow -Value 'c 240:2 rwm'
        Get-DeviceLine $stopped | Should -HaveCount ($lines.Count + 1)
        Set-LxcCgroup $stopped -Key devices.deny -Value 'c 240:2 rwm'
        Get-DeviceLine $stopped | Should -Be $lines
    }

    It 'empties the list with a rule for all' {
        Set-LxcCgroup $stopped -Key devices.allow -Value a
        (Get-LxcDevice $stopped).Type | Should -Be 'All'
        Set-LxcCgroup $stopped -Key devices.deny -Value a
        Get-LxcDevice $stopped | Should -BeNullOrEmpty
    }

    It 'refuses what is no rule: <Value>' -ForEach @{ Value = 'c 240:1 x' }, @{ Value = 'c 240 r' }, @{ Value = '/etc/passwd r' }, @{ Value = '/dev/nothing-here r' } {
        $lines, $rules = (Get-DeviceLine $name), (Get-DeviceRule $name)
        $outcome = Get-Outcome { Set-LxcCgroup $name -Key devices.allow -Value $Value }
        $outcome.Errors.FullyQualifiedErrorId | Should -BeLike 'ConfigInvalidValue,*'
        Get-DeviceLine $name | Should -Be $lines
        Get-DeviceRule $name | Should -Be $rules
    }

    It 'changes nothing beside a limit that is refused, or where the configuration cannot be written' {
        $lines, $rules = (Get-DeviceLine $name), (Get-DeviceRule $name)
        (Get-Outcome { Set-LxcCgroup $name -CpuSet 9999 -Key devices.allow -Value 'c 240:1 r' }).Errors.Count | Should -Be 1
        Get-DeviceRule $name | Should -Be $rules
        $directory = (Join-Path $LxcPath $name)
        & mount '--bind' $directory $directory
        & mount '-o' 'remount,ro,bind' $directory
        try {
            (Get-Outcome { Set-LxcCgroup $name -Key devices.allow -Value 'c 240:1 r' }).Errors.Count | Should -Be 1
            (Get-Outcome { Set-LxcCgroup $name -Key devices.deny -Value a }).Errors.Count | Should -Be 1
            Get-DeviceRule $name | Should -Be $rules
            Get-Reach $name /dev/rule | Should -Be 'denied'
        }
        finally {
            & umount $directory
        }

        Get-DeviceLine $name | Should -Be $lines
    }
}

Describe 'The program of cgroup v2' -Tag CgroupV2 -Skip:$isV1Devices {
    It 'is replaced by the command of LXC''s clients, in the form of <Version>' -ForEach @(
        @{ Version = 'LXC 4.0.0'; Size = 24 }, @{ Version = 'LXC 4.0.10'; Size = 20 }, @{ Version = 'LXC 5 and later'; Size = 40 }
    ) {
        Send-Command 14 (Get-Item240 $Size 1) | Should -Be 0
        Get-Reach $name /dev/rule '<>' | Should -Be 'open'
        Send-Command 14 (Get-Item240 $Size 0) | Should -Be 0
        Get-Reach $name /dev/rule | Should -Be 'denied'
    }

    It 'stays as it is when a request is none' {
        $rules = Get-DeviceRule $name
        Send-Command 14 ([byte[]]::new(7)) | Should -Be -22
        Send-Command 14 ([byte[]]::new(40)) | Should -Be -22
        Send-Command 14 (Get-Item240 40 1 'rwx') | Should -Be -22
        Send-Command 14 ((Get-Item240 40 1) + (Get-Item240 40 1 'q')) | Should -Be -22
        Get-DeviceRule $name | Should -Be $rules
        Get-Reach $name /dev/rule | Should -Be 'denied'
    }

    It 'is replaced for lxc-cgroup' -Skip:(-not ($isPure -and $hasLxc)) {
        & lxc-cgroup -P $LxcPath -n $name devices.allow 'c 240:1 rwm'
        $LASTEXITCODE | Should -Be 0
        Get-Reach $name /dev/rule '<>' | Should -Be 'open'
        & lxc-cgroup -P $LxcPath -n $name devices.deny 'c 240:1 w'
        Get-Reach $name /dev/rule '<' | Should -Be 'open'
        Get-Reach $name /dev/rule '>' | Should -Be 'denied'
        Set-LxcCgroup $name -Key devices.deny -Value 'c 240:1 rwm'
        Get-Reach $name /dev/rule | Should -Be 'denied'
    }

    It 'is LXC''s own in a container that lxc-start started, and is replaced by it for us' -Skip:(-not ($isPure -and $hasLxc)) {
        $theirs = "theirs-$Unique"
        [void] (New-TestContainer $theirs -Privileged -Config @{ 'lxc.net.0.type' = 'empty'; 'lxc.apparmor.profile' = 'unconfined' })
        Set-LxcContainer $theirs -Config @{ 'lxc.seccomp.profile' = '' }
        Add-LxcDevice $theirs $node -Target /dev/rule
        Set-LxcCgroup $theirs -Key devices.deny -Value 'c 240:1 rwm'
        & lxc-start -P $LxcPath -n $theirs
        $LASTEXITCODE | Should -Be 0
        Get-Reach $theirs /dev/rule | Should -Be 'denied'
        Set-LxcCgroup $theirs -Key devices.allow -Value 'c 240:1 rw'
        Get-Reach $theirs /dev/rule '<>' | Should -Be 'open'
        Set-LxcCgroup $theirs -Key devices.deny -Value 'c 240:1 rw'
        Get-Reach $theirs /dev/rule | Should -Be 'denied'
        Add-LxcDevice $theirs (New-Node theirs 12) -Target /dev/added
        Get-Reach $theirs /dev/added | Should -Be 'open'
        Remove-LxcDevice $theirs /dev/added
        Get-Reach $theirs /dev/added | Should -Be 'missing'
        Stop-LxcContainer $theirs -Kill
    }

    It 'never lets through what is denied while it is replaced' {
        $script = ': >/tmp/stop; rm /tmp/stop; while [ ! -e /tmp/stop ]; do if true </dev/rule; then echo through; fi 2>/tmp/said; grep -q "such device" /tmp/said && echo through; done; echo end'
        $watcher = Start-Beside "Invoke-LxcCommand $name sh -ArgumentList '-c', '$script'"
        foreach ($i in 1..20) {
            Set-LxcCgroup $name -Key devices.allow -Value 'c 240:9 rwm'
            Set-LxcCgroup $name -Key devices.deny -Value 'c 240:9 rwm'
        }

        Invoke-In $name ': >/tmp/stop'
        $watcher.Pipeline.EndInvoke($watcher.Handle) | Should -Be 'end'
        $watcher.Pipeline.Dispose()
    }
}

Describe 'The command of LXC''s clients where v1 has the devices' -Skip:(-not $isV1Devices) {
    It 'is refused, as the files say what holds' {
        Send-Command 14 (Get-Item240 40 1) | Should -Be -95
        Get-Reach $name /dev/rule | Should -Be 'denied'
    }
}
