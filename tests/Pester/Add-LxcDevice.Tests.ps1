BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Devices.ps1
    $plain = "plain-$Unique"
    $privileged = "privileged-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $plain, $stopped)
    [void] (New-TestContainer $privileged -Privileged)
    Start-LxcContainer $plain, $privileged
}

AfterAll {
    Assert-NothingLeft
}

Describe 'Add-LxcDevice to a running <Kind> container' -Tag Vm -ForEach @{ Kind = 'unprivileged'; Prefix = 'plain'; Base = 0 }, @{ Kind = 'privileged'; Prefix = 'privileged'; Base = 100 } {
    BeforeAll {
        $name = "$Prefix-$Unique"
    }

    It 'gives it at once, and at every later start' {
        $node = New-Node "start$Base" ($Base + 1)
        Get-Reach $name /dev/first | Should -Be 'missing'
        Add-LxcDevice $name $node -Target /dev/first | Should -BeNullOrEmpty
        Get-Reach $name /dev/first '<>' | Should -Be 'open'
        $device = Get-LxcDevice $name -Path /dev/first
        $device.Type, $device.Major, $device.Minor, $device.Access, $device.Source | Should -Be 'Character', 240, ($Base + 1), 'rwm', $node
        $device.IsAllowed, $device.IsConfigured, $device.IsPresent | Should -Be $true, $true, $true
        Restart-LxcContainer $name
        Get-Reach $name /dev/first '<>' | Should -Be 'open'
        Remove-LxcDevice $name /dev/first
        Restart-LxcContainer $name
        Get-Reach $name /dev/first | Should -Be 'missing'
    }

    It 'gives no more access than is asked for' {
        Add-LxcDevice $name (New-Node "read$Base" ($Base + 2)) -Target /dev/reading -Access r
        Get-Reach $name /dev/reading '<' | Should -Be 'open'
        Get-Reach $name /dev/reading '>' | Should -Be 'denied'
        Remove-LxcDevice $name /dev/reading
    }

    It 'gives a block device' {
        Add-LxcDevice $name (New-Node "block$Base" ($Base + 3) -Type b) -Target /dev/disk/one
        (Get-LxcDevice $name -Path /dev/disk/one).Type | Should -Be 'Block'
        Get-Reach $name /dev/disk/one | Should -Be 'open'
        Remove-LxcDevice $name /dev/disk/one
        Get-Reach $name /dev/disk/one | Should -Be 'missing'
    }

    It 'makes a node of the mode that is asked for, the container''s root its owner' {
        Add-LxcDevice $name (New-Node "mode$Base" ($Base + 4) -Mode '0600') -Target /dev/mode -Mode 640
        Invoke-In $name 'stat -c "%a %u %g" /dev/mode' | Should -Be '640 0 0'
        Get-Reach $name /dev/mode | Should -Be 'open'
        Restart-LxcContainer $name
        Invoke-In $name 'stat -c "%a %u %g" /dev/mode' | Should -Be '640 0 0'
        Get-Reach $name /dev/mode | Should -Be 'open'
        Remove-LxcDevice $name /dev/mode
        [IO.Directory]::Exists("$LxcPath/$name/devices") | Should -BeFalse
    }

    It 'takes a place outside of /dev, and a link on the host' {
        $node = New-Node "place$Base" ($Base + 5)
        & ln '-s' $node "$node.link"
        Add-LxcDevice $name "$node.link" -Target '/opt/a place/node'
        Get-Reach $name '/opt/a place/node' | Should -Be 'open'
        (Get-LxcDevice $name -Path '/opt/*').IsPresent | Should -BeTrue
        Remove-LxcDevice $name '/opt/a place/node'
        Get-Reach $name '/opt/a place/node' | Should -Be 'missing'
    }

    It 'gives it to a container that is suspended' {
        Suspend-LxcContainer $name
        Add-LxcDevice $name (New-Node "frozen$Base" ($Base + 6)) -Target /dev/frozen
        Resume-LxcContainer $name
        Get-Reach $name /dev/frozen | Should -Be 'open'
        Remove-LxcDevice $name /dev/frozen
    }

    It 'changes nothing with -WhatIf' {
        $lines, $rules = (Get-DeviceLine $name), (Get-DeviceRule $name)
        Add-LxcDevice $name (New-Node "whatif$Base" ($Base + 7)) -Target /dev/whatif -WhatIf
        Get-DeviceLine $name | Should -Be $lines
        Get-DeviceRule $name | Should -Be $rules
    }

    It 'changes nothing where the configuration cannot be written' {
        $node = New-Node "readonly$Base" ($Base + 8)
        $lines, $rules = (Get-DeviceLine $name), (Get-DeviceRule $name)
        $directory = (Join-Path $LxcPath $name)
        & mount '--bind' $directory $directory
        & mount '-o' 'remount,ro,bind' $directory
        try {
            (Get-Outcome { Add-LxcDevice $name $node -Target /dev/readonly }).Errors.Count | Should -Be 1
            Get-DeviceRule $name | Should -Be $rules
            Get-Reach $name /dev/readonly | Should -Be 'missing'
        }
        finally {
            & umount $directory
        }

        Get-DeviceLine $name | Should -Be $lines
    }
}

Describe 'Add-LxcDevice' {
    It 'writes the configuration of a stopped container, which holds from the next start' {
        Add-LxcDevice $stopped (New-Node stopped 20) -Target /dev/later
        (Get-LxcDevice $stopped -Path /dev/later).IsPresent | Should -BeNullOrEmpty
        Start-LxcContainer $stopped
        Get-Reach $stopped /dev/later '<>' | Should -Be 'open'
        Stop-LxcContainer $stopped -Kill
        Remove-LxcDevice $stopped /dev/later
        Get-DeviceLine $stopped | Should -Not -Match '240|later'
    }

    It 'takes containers and devices from the pipeline' {
        $node = New-Node pipeline 21
        (Get-LxcContainer $plain, $stopped | Add-LxcDevice -Path $node -Target /dev/piped -PassThru).Name | Should -Be $plain, $stopped
        (Get-LxcDevice "*-$Unique" -Path /dev/piped).Name | Sort-Object | Should -Be $plain, $stopped
        Get-LxcDevice "*-$Unique" -Path /dev/piped | Remove-LxcDevice
        Get-LxcDevice "*-$Unique" -Path /dev/piped | Should -BeNullOrEmpty
        $nodes = (New-Node several1 22), (New-Node several2 23)
        Get-Item $nodes | Add-LxcDevice $plain
        (Get-LxcDevice $plain | Where-Object Source).Source | Sort-Object | Should -Be $nodes
        Remove-LxcDevice $plain $nodes
    }

    It 'writes no rule for what the rules allow already' {
        $path = New-Node known 24
        & rm $path
        & mknod -m 666 $path c 10 229
        $rules = Get-DeviceRule $plain
        Add-LxcDevice $plain $path -Target /dev/known
        @(Get-DeviceLine $plain) -match '10:229' | Should -HaveCount 1
        Remove-LxcDevice $plain /dev/known
        Get-DeviceRule $plain | Should -Be $rules
    }

    It 'keeps the rule as long as the device has another place' {
        $node = New-Node twice 25
        Add-LxcDevice $plain $node -Target /dev/twice1
        Add-LxcDevice $plain $node -Target /dev/twice2
        Remove-LxcDevice $plain /dev/twice1
        Get-Reach $plain /dev/twice2 | Should -Be 'open'
        Remove-LxcDevice $plain /dev/twice2
        Get-DeviceLine $plain | Should -Not -Match '240:25'
    }

    It 'warns of a node that the container''s root cannot open' {
        Add-LxcDevice $plain (New-Node closed 26 -Mode '0600') -Target /dev/closed -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -Match '-Mode'
        Get-Reach $plain /dev/closed | Should -Be 'closed'
        Remove-LxcDevice $plain /dev/closed
    }

    It 'goes with the container when that is renamed' {
        Add-LxcDevice $stopped (New-Node renamed 27) -Target /dev/renamed -Mode 600
        Rename-LxcContainer $stopped "other-$Unique"
        Start-LxcContainer "other-$Unique"
        Get-Reach "other-$Unique" /dev/renamed | Should -Be 'open'
        Stop-LxcContainer "other-$Unique" -Kill
        Remove-LxcDevice "other-$Unique" /dev/renamed
        [IO.Directory]::Exists("$LxcPath/other-$Unique/devices") | Should -BeFalse
        Rename-LxcContainer "other-$Unique" $stopped
    }
}

Describe 'Add-LxcDevice refuses' {
    AfterEach {
        Get-DeviceLine $plain | Should -Not -Match 'mount.entry|240'
    }

    It '<Case>' -ForEach @(
        @{ Case = 'a path that is not there'; Path = '/dev/nothing-here'; Id = 'DeviceNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'a directory'; Path = '/dev'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'an ordinary file'; Path = '/etc/passwd'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'a path that is none of the file system'; Path = 'env:PATH'; Id = 'StorageFailed'; Category = 'InvalidOperation' }
        @{ Case = 'a place that is a name only'; Path = '/dev/full'; Target = 'fuse'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'a place that leads out'; Path = '/dev/full'; Target = '/dev/../../etc/x'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'a place that ends in a slash'; Path = '/dev/full'; Target = '/dev/x/'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'the root'; Path = '/dev/full'; Target = '/'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'a device that every container has'; Path = '/dev/full'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'a terminal of the container'; Path = '/dev/full'; Target = '/dev/tty1'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'a place in /proc'; Path = '/dev/full'; Target = '/proc/x'; Id = 'DeviceInvalid'; Category = 'InvalidArgument' }
    ) {
        $place = if ($Target) { @{ Target = $Target } } else { @{} }
        Assert-DeviceError { Add-LxcDevice $plain, $stopped $Path @place } $Id $Category $plain, $stopped
    }

    It 'several devices for one place' {
        Assert-DeviceError { Add-LxcDevice $plain /dev/full, /dev/zero -Target /dev/x } DeviceInvalid InvalidArgument $plain
    }

    It 'a container that is not there, and goes on with the others' {
        $node = New-Node others 40
        Assert-DeviceError { Add-LxcDevice "none-$Unique", $stopped $node -Target /dev/others } ContainerNotFound ObjectNotFound "none-$Unique"
        Remove-LxcDevice $stopped /dev/others
    }

    It 'a second device at a place' {
        Add-LxcDevice $stopped (New-Node second 41) -Target /dev/second
        Assert-DeviceError { Add-LxcDevice $stopped /dev/full -Target /dev/second } DeviceExists ResourceExists $stopped
        Remove-LxcDevice $stopped /dev/second
    }

    It 'an access or a mode that is none: <Parameters.Keys>' -ForEach @{ Parameters = @{ Access = 'x' } }, @{ Parameters = @{ Access = 'rwmr' } }, @{ Parameters = @{ Mode = '888' } }, @{ Parameters = @{ Mode = 'rw' } } {
        { Add-LxcDevice $plain /dev/full -Target /dev/x @Parameters } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }
}

Describe 'Completion of devices' {
    It 'offers nodes of the host' {
        $line = "Add-LxcDevice x '$NodeDirectory/"
        [void] (New-Node complete 50)
        (TabExpansion2 $line $line.Length).CompletionMatches.ListItemText | Should -Contain "$NodeDirectory/complete"
        (TabExpansion2 'Add-LxcDevice x /dev/nul' 24).CompletionMatches.CompletionText | Should -Contain '/dev/null'
    }

    It 'offers the places of what was added' {
        Add-LxcDevice $stopped (New-Node complete2 51) -Target /dev/completed
        $line = "Remove-LxcDevice -LxcPath $LxcPath -Name $stopped -Path "
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be '/dev/completed'
        Remove-LxcDevice $stopped /dev/completed
    }
}
