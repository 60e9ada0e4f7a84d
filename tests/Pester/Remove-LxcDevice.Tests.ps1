BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Devices.ps1
    $running = "running-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $running, $stopped)
    Start-LxcContainer $running
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Remove-LxcDevice' {
    It 'undoes all that Add-LxcDevice did' {
        $lines, $rules = (Get-DeviceLine $running), (Get-DeviceRule $running)
        $files = Invoke-In $running 'ls -la /dev | cut -c 1-10,40-; wc -l </proc/self/mountinfo'
        Add-LxcDevice $running (New-Node all 1) -Target /dev/all
        Add-LxcDevice $running (New-Node mode 2) -Target /dev/mode -Mode 600
        Remove-LxcDevice $running /dev/all, /dev/mode | Should -BeNullOrEmpty
        Get-DeviceLine $running | Should -Be $lines
        Get-DeviceRule $running | Should -Be $rules
        Invoke-In $running 'ls -la /dev | cut -c 1-10,40-; wc -l </proc/self/mountinfo' | Should -Be $files
    }

    It 'denies the device as well as taking its node' {
        Add-LxcDevice $running (New-Node deny 3) -Target /dev/deny -Mode 666
        Invoke-In $running 'touch /tmp/kept; mount -o bind /dev/deny /tmp/kept'
        Get-Reach $running /tmp/kept | Should -Be 'open'
        Remove-LxcDevice $running /dev/deny
        Get-Reach $running /tmp/kept | Should -Be 'denied'
        Invoke-In $running 'umount /tmp/kept; rm /tmp/kept'
    }

    It 'takes devices from the pipeline, and emits containers with -PassThru' {
        Add-LxcDevice $running, $stopped (New-Node piped 4) -Target /dev/piped
        (Get-LxcDevice "*-$Unique" -Path /dev/piped | Remove-LxcDevice -PassThru).Name | Sort-Object | Should -Be $running, $stopped
        Get-LxcDevice "*-$Unique" -Path /dev/piped | Should -BeNullOrEmpty
    }

    It 'changes nothing with -WhatIf' {
        Add-LxcDevice $running (New-Node whatif 5) -Target /dev/whatif
        Remove-LxcDevice $running /dev/whatif -WhatIf
        Get-Reach $running /dev/whatif | Should -Be 'open'
        Remove-LxcDevice $running /dev/whatif
    }

    It 'changes nothing where the configuration cannot be written' {
        Add-LxcDevice $running (New-Node readonly 6) -Target /dev/readonly
        $lines, $rules = (Get-DeviceLine $running), (Get-DeviceRule $running)
        $directory = (Join-Path $LxcPath $running)
        & mount '--bind' $directory $directory
        & mount '-o' 'remount,ro,bind' $directory
        try {
            (Get-Outcome { Remove-LxcDevice $running /dev/readonly }).Errors.Count | Should -Be 1
            Get-DeviceRule $running | Should -Be $rules
            Get-Reach $running /dev/readonly '<>' | Should -Be 'open'
        }
        finally {
            & umount $directory
        }

        Get-DeviceLine $running | Should -Be $lines
        Remove-LxcDevice $running /dev/readonly
    }

    It 'takes a device away that the host does not have any more' {
        $node = New-Node unplugged 7
        Add-LxcDevice $stopped $node -Target /dev/unplugged -Mode 600
        & rm $node
        Start-LxcContainer $stopped
        Stop-LxcContainer $stopped -Kill
        Remove-LxcDevice $stopped /dev/unplugged
        Get-DeviceLine $stopped | Should -Not -Match 'unplugged|240:7'
    }

    It 'refuses <Case>' -ForEach @(
        @{ Case = 'a device that was not added'; Path = '/dev/nothing'; Id = 'DeviceNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'a device that every container has'; Path = '/dev/null'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'a path that leads out'; Path = '/dev/../x'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
    ) {
        Assert-DeviceError { Remove-LxcDevice $running, $stopped $Path } $Id $Category $running, $stopped
    }
}

Describe 'Get-LxcDevice' {
    It 'tells what every running container has, and what the rules allow besides' {
        $devices = Get-LxcDevice $running
        $devices | Should -BeOfType [LxcPS.LxcDevice]
        ($devices | Where-Object Path -EQ /dev/null) | Should -HaveCount 1
        $devices.Where({ $_.Path -eq '/dev/zero' }).Access | Should -Be 'rwm'
        $devices.Where({ $_.Path -eq '/dev/zero' }).Mode | Should -Be '0666'
        $devices.Where({ -not $_.Path -and $_.Major -eq 136 }).Minor | Should -BeNullOrEmpty
        $devices.Where({ -not $_.Path -and $null -eq $_.Major }).Access | Should -Be 'm', 'm'
    }

    It 'tells the rules of a stopped one from its configuration' {
        $devices = Get-LxcDevice $stopped
        $devices.Where({ $_.Major -eq 1 }).Minor | Sort-Object | Should -Be 3, 5, 7, 8, 9
        $devices.IsConfigured | Should -Not -Contain $false
    }

    It 'says that a container without rules may use all' {
        [void] (New-TestContainer "free-$Unique")
        Set-LxcContainer "free-$Unique" -Config @{ 'lxc.cgroup.devices.allow' = ''; 'lxc.cgroup.devices.deny' = ''; 'lxc.cgroup2.devices.allow' = ''; 'lxc.cgroup2.devices.deny' = '' }
        (Get-LxcDevice "free-$Unique").Type | Should -Be 'All'
    }

    It 'shows them in a table' {
        (Get-LxcDevice $running -Path /dev/null | Out-String -Width 80) -replace '\e\[[\d;]*m' |
            Should -Match "(?s)Name\s+Path\s+Type\s+Device\s+Access\s+Present\s+Source.*/dev/null\s+Character\s+1:3\s+rwm\s+True"
    }

    It 'is an error for a container that is not there, and nothing for a pattern' {
        Assert-DeviceError { Get-LxcDevice "none-$Unique" } ContainerNotFound ObjectNotFound "none-$Unique"
        Get-LxcDevice 'none-*' | Should -BeNullOrEmpty
    }
}
