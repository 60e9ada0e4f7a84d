# What a container lays in the way of a device: nothing outside of it is touched, and neither configuration nor rules change.
BeforeDiscovery {
    $hasFuse = [bool] ([IO.File]::ReadAllLines('/proc/filesystems') -match '\tfuse$') -and (Test-Path /dev/fuse)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Devices.ps1
    [void] (New-TestContainer "plain-$Unique")
    [void] (New-TestContainer "privileged-$Unique" -Privileged)
    Start-LxcContainer "*-$Unique"
    $outside = Join-Path $LxcPath 'outside'
    [void](New-Item -ItemType Directory $outside)
    [IO.File]::WriteAllText("$outside/file", '')
    $node = New-Node hostile 1
}

AfterAll {
    Assert-NothingLeft
}

Describe 'A hostile <Prefix> container' -ForEach @{ Prefix = 'plain' }, @{ Prefix = 'privileged' } {
    BeforeAll {
        $name = "$Prefix-$Unique"
    }

    BeforeEach {
        $lines, $rules = (Get-DeviceLine $name), (Get-DeviceRule $name)
    }

    AfterEach {
        [IO.Directory]::GetFileSystemEntries($outside) | Should -Be "$outside/file"
        [IO.FileInfo]::new("$outside/file").Length | Should -Be 0
        Get-DeviceLine $name | Should -Be $lines
        Get-DeviceRule $name | Should -Be $rules
    }

    It 'has <Case> at the place: refused' -ForEach @(
        @{ Case = 'a link to a file of the host'; Make = 'ln -s $outside/file /dev/trap' }
        @{ Case = 'a link that climbs'; Make = 'ln -s ../../../../../../../../$outside/file /dev/trap' }
        @{ Case = 'a link to nothing'; Make = 'ln -s $outside/new /dev/trap' }
        @{ Case = 'a directory'; Make = 'mkdir /dev/trap' }
        @{ Case = 'a FIFO'; Make = 'mkfifo /dev/trap' }
        @{ Case = 'a file with something in it'; Make = 'echo x >/dev/trap' }
        @{ Case = 'a mount of something else'; Make = 'echo x >/tmp/other; touch /dev/trap; mount -o bind /tmp/other /dev/trap' }
    ) {
        Invoke-In $name $Make.Replace('$outside', $outside)
        Assert-DeviceError { Add-LxcDevice $name $node -Target /dev/trap } DeviceExists ResourceExists $name
        Invoke-In $name 'umount /dev/trap 2>/dev/null; rm -r /dev/trap'
    }

    It 'has <Case> on the way: it stays inside' -ForEach @(
        @{ Case = 'a link to a directory of the host'; Make = 'mkdir -p $outside; ln -s $outside /dev/way' }
        @{ Case = 'a link that climbs'; Make = 'mkdir -p $outside; ln -s ../../../../../../../$outside /dev/way' }
    ) {
        Invoke-In $name $Make.Replace('$outside', $outside)
        Add-LxcDevice $name $node -Target /dev/way/trap
        Get-Reach $name "$outside/trap" | Should -Be 'open'
        Remove-LxcDevice $name /dev/way/trap
        Get-Reach $name "$outside/trap" | Should -Be 'missing'
        Invoke-In $name "rm -r /dev/way; rm -r '$outside'"
    }

    It 'has a link through /proc on the way: refused' {
        Invoke-In $name 'ln -s /proc/1/root/tmp /dev/way'
        (Get-Outcome { Add-LxcDevice $name $node -Target /dev/way/trap }).Errors.FullyQualifiedErrorId | Should -BeLike 'DeviceFailed,*'
        Invoke-In $name 'rm /dev/way; ls /tmp/trap 2>/dev/null'
    }

    It 'has a file on the way: refused' {
        Invoke-In $name 'touch /dev/way'
        (Get-Outcome { Add-LxcDevice $name $node -Target /dev/way/trap }).Errors.FullyQualifiedErrorId | Should -BeLike 'Device*,*'
        Invoke-In $name 'rm /dev/way'
    }

    It 'puts something else where the device was: that stays, and the rest goes' {
        Add-LxcDevice $name $node -Target /dev/trap
        Invoke-In $name "umount /dev/trap 2>/dev/null; rm -f /dev/trap; ln -s $outside/file /dev/trap"
        Remove-LxcDevice $name /dev/trap
        Invoke-In $name 'readlink /dev/trap; rm /dev/trap' | Should -Be "$outside/file"
    }

    It 'takes the device away itself' {
        Add-LxcDevice $name $node -Target /dev/trap
        Invoke-In $name 'umount /dev/trap 2>/dev/null; rm -f /dev/trap'
        (Get-LxcDevice $name -Path /dev/trap).IsPresent | Should -BeFalse
        Remove-LxcDevice $name /dev/trap
    }

    It 'has mounted another directory on /dev: it stays inside' {
        $before = (Get-LxcContainer $name).ProcessId
        Invoke-In $name "mkdir -p $outside/dev; mount -o bind $outside/dev /dev"
        Add-LxcDevice $name $node -Target /dev/trap
        Get-Reach $name /dev/trap | Should -Be 'open'
        Remove-LxcDevice $name /dev/trap
        Invoke-In $name "umount /dev; rm -r '$outside'"
        (Get-LxcContainer $name).ProcessId | Should -Be $before
    }
}

Describe 'A file system that never answers' -Skip:(-not $hasFuse) {
    BeforeAll {
        $name = "privileged-$Unique"
        Add-LxcDevice $name /dev/fuse
        $before = (Get-DeviceLine $name), (Get-DeviceRule $name)

        # Mounted, and whoever opened it reads no request.
        $holder = Start-Beside "Invoke-LxcCommand $name sh -ArgumentList '-c', 'exec 3<>/dev/fuse; mkdir -p /dev/way; mount -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none /dev/way; sleep 1000'"
        Wait-Until { Invoke-In $name 'grep -c " /dev/way fuse " /proc/mounts; true' | Where-Object { $_ -eq '1' } } | Should -BeTrue
    }

    AfterAll {
        [void] (Stop-Beside $holder)
    }

    It 'holds nobody up for long, and nothing is changed' {
        Assert-DeviceError { Add-LxcDevice $name $node -Target /dev/way/trap } Timeout OperationTimeout $name
        Assert-DeviceError { Get-LxcDevice $name } Timeout OperationTimeout $name
        [void] (Stop-Beside $holder)
        Wait-Until { Invoke-In $name 'umount -l /dev/way; true'; Invoke-In $name 'grep -c " /dev/way fuse " /proc/mounts; true' | Where-Object { $_ -eq '0' } } | Should -BeTrue
        (Get-DeviceLine $name), (Get-DeviceRule $name) | Should -Be $before
        @(Get-ProcessTable).CommandLine -match 'lxcps-monitor device.*' -match $Unique | Should -BeNullOrEmpty
    }

    It 'does not hold up Ctrl+C' {
        $holder = Start-Beside "Invoke-LxcCommand $name sh -ArgumentList '-c', 'exec 3<>/dev/fuse; mount -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none /dev/way; sleep 1000'"
        Wait-Until { Invoke-In $name 'grep -c " /dev/way fuse " /proc/mounts; true' | Where-Object { $_ -eq '1' } } | Should -BeTrue
        $adding = Start-Beside "Add-LxcDevice $name '$node' -Target /dev/way/trap"
        Wait-Until { @(Get-ProcessTable).CommandLine -match 'lxcps-monitor device.*add' -match $Unique } | Should -BeTrue
        (Stop-Beside $adding).TotalSeconds | Should -BeLessThan 5
        [void] (Stop-Beside $holder)
        Wait-Until { -not (@(Get-ProcessTable).CommandLine -match 'lxcps-monitor device' -match $Unique) } | Should -BeTrue
        Invoke-In $name 'umount -l /dev/way; rmdir /dev/way'
        (Get-DeviceLine $name), (Get-DeviceRule $name) | Should -Be $before
    }
}
