BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/Items.ps1
    $plain = "plain-$Unique"
    $privileged = "privileged-$Unique"
    $stopped = "stopped-$Unique"
    [void] (New-TestContainer $plain, $stopped)
    [void] (New-TestContainer $privileged -Privileged)
    Start-LxcContainer $plain, $privileged
    Invoke-Shell 'mkdir data outside; echo hello > data/file; chown 1000:1001 data/file; echo only > single; chmod 777 data'
    $data = "$HostFiles/data"

    function Get-Mount {
        # The options of the mounts at a place of a container, as it sees them.
        param([string] $Container, [string] $Path)
        @(Invoke-In $Container 'cat /proc/mounts') -match " $Path " | ForEach-Object { $_.Split(' ')[3] }
    }
}

AfterAll {
    Remove-HostFiles
    Assert-NothingLeft
}

Describe 'Mount-LxcItem and a <Prefix> container' -Tag Vm -ForEach @{ Prefix = 'plain' }, @{ Prefix = 'privileged' } {
    BeforeAll {
        $name = "$Prefix-$Unique"
    }

    It 'binds a directory at a place that it makes, with the owners of the same numbers' {
        Mount-LxcItem $name $data /srv/new/data | Should -BeNullOrEmpty
        Invoke-In $name 'cd /srv/new/data; stat -c %u:%g file; cat file; echo back > answer; chown 33:34 answer' | Should -Be '1000:1001', 'hello'
        & stat '-c' '%u:%g' "$data/answer" | Should -Be '33:34'
        if ($name -eq $plain) {
            Get-Mount $name /srv/new/data | Should -Match 'nosuid,nodev.*idmapped'
        }

        Dismount-LxcItem $name /srv/new/data | Should -BeNullOrEmpty
        Get-Mount $name /srv/new/data | Should -BeNullOrEmpty
        Invoke-In $name 'ls -A /srv/new/data' | Should -BeNullOrEmpty
        & rm "$data/answer"
    }

    It 'binds a file, and read-only' {
        Mount-LxcItem $name "$HostFiles/single" /etc/single -ReadOnly
        Invoke-In $name 'cat /etc/single; echo no > /etc/single || echo refused' 2>$null | Should -Be 'only', 'refused'
        Get-Mount $name /etc/single | Should -Match '^ro,'
        Dismount-LxcItem $name etc/single
        Invoke-In $name 'stat -c %s /etc/single' | Should -Be '0'
    }

    It 'goes out when the container stops' {
        Mount-LxcItem $name $data /mnt
        Restart-LxcContainer $name
        Get-Mount $name /mnt | Should -BeNullOrEmpty
    }

    It 'spreads nothing that is mounted in the container to the host' {
        & mount '--bind' $data $data
        & mount '--make-shared' $data
        try {
            Mount-LxcItem $name $data /mnt
            & mkdir "$data/below"
            Invoke-In $name 'mount -t tmpfs tmpfs /mnt/below && touch /mnt/below/inside'
            [IO.Directory]::GetFileSystemEntries("$data/below") | Should -BeNullOrEmpty
            Invoke-In $name 'umount /mnt/below'
        }
        finally {
            Dismount-LxcItem $name /mnt
            & umount $data
            & rmdir "$data/below"
        }
    }

    It 'stays inside whatever links the container has' {
        Invoke-In $name "mkdir -p /evil; ln -s '$HostFiles/outside' /evil/absolute; ln -s ../../../../..$HostFiles/outside /evil/up; ln -s /srv /evil/srv; ln -s /proc /evil/proc; ln -s / /evil/root"
        foreach ($place in '/evil/absolute', '/evil/up', '/evil/up/deep') {
            (Get-Outcome { Mount-LxcItem $name $data $place }).Errors.Count | Should -Be 1
        }

        foreach ($place in '/evil/proc', '/evil/root', '/evil/proc/sys/kernel', '/evil/root/dev/shm') {
            Assert-ItemError { Mount-LxcItem $name $data $place } ItemInvalid InvalidArgument $name
            Assert-ItemError { Dismount-LxcItem $name $place } ItemInvalid InvalidArgument $name
        }

        Mount-LxcItem $name $data /evil/srv
        Invoke-In $name 'cat /srv/file' | Should -Be 'hello'
        Dismount-LxcItem $name /evil/srv
        [IO.Directory]::GetFileSystemEntries("$HostFiles/outside") | Should -BeNullOrEmpty
        Get-Mount $name /proc | Should -Not -BeNullOrEmpty
        Invoke-In $name 'rm -r /evil'
    }
}

Describe 'Mount-LxcItem' {
    It 'emits the mount with -PassThru, which Dismount-LxcItem takes' {
        $mounts = @(Mount-LxcItem $plain, $privileged $data /mnt -ReadOnly -PassThru)
        $mounts | Should -BeOfType ([LxcPS.LxcItemMount])
        $mounts.Name | Should -Be $plain, $privileged
        $mounts[0].LxcPath, $mounts[0].Path, $mounts[0].Destination, $mounts[0].ReadOnly | Should -Be $LxcPath, $data, '/mnt', $true
        ($mounts[0] | Format-Table | Out-String -Width 200) | Should -Match "$plain\s+True\s"
        ($mounts | Dismount-LxcItem -PassThru).Name | Should -Be $plain, $privileged
        Get-Mount $plain /mnt | Should -BeNullOrEmpty
    }

    It 'takes containers and files from the pipeline' {
        Get-LxcContainer $plain, $privileged | Mount-LxcItem -Path $data -Destination /mnt
        Invoke-LxcCommand $plain, $privileged cat /mnt/file | Should -Be 'hello', 'hello'
        Get-LxcContainer $plain, $privileged | Dismount-LxcItem -Destination /mnt
        Get-Item "$HostFiles/single" | Mount-LxcItem $plain -Destination /etc/piped
        Dismount-LxcItem $plain /etc/piped
    }

    It 'puts one mount upon the other, and takes the upper one away first' {
        Mount-LxcItem $plain $data /mnt
        Mount-LxcItem $plain "$HostFiles/outside" /mnt
        Invoke-In $plain 'ls /mnt' | Should -BeNullOrEmpty
        Dismount-LxcItem $plain /mnt
        Invoke-In $plain 'ls /mnt' | Should -Be 'file'
        Dismount-LxcItem $plain /mnt
    }

    It 'mounts in a suspended container' {
        Suspend-LxcContainer $plain
        Mount-LxcItem $plain $data /mnt
        Resume-LxcContainer $plain
        Invoke-In $plain 'cat /mnt/file' | Should -Be 'hello'
        Dismount-LxcItem $plain /mnt
    }

    It 'changes nothing with -WhatIf' {
        (Mount-LxcItem $plain $data /srv/whatif -PassThru -WhatIf).Destination | Should -Be '/srv/whatif'
        Invoke-In $plain 'ls /srv' | Should -Not -Match 'whatif'
        Mount-LxcItem $plain $data /mnt
        Dismount-LxcItem $plain /mnt -WhatIf
        Get-Mount $plain /mnt | Should -Not -BeNullOrEmpty
        $line = "Dismount-LxcItem -LxcPath $LxcPath -Name $plain -Destination "
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be '/mnt'
        Dismount-LxcItem $plain /mnt
    }
}

Describe 'Mount-LxcItem and Dismount-LxcItem refuse' {
    It '<Case>' -ForEach @(
        @{ Case = 'a path that is not there'; Source = 'none'; Place = '/mnt'; Id = 'ItemNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'the root'; Place = '/'; Id = 'ItemInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'the root by other words'; Place = '/srv/..'; Id = 'ItemInvalid'; Category = 'InvalidArgument' }
        @{ Case = '/dev'; Place = '/dev'; Id = 'ItemInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'a new place in /dev'; Place = '/dev/new/place'; Id = 'ItemInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'a place in /proc'; Place = '/proc/sys'; Id = 'ItemInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'a file for a directory'; Place = '/etc/passwd'; Id = 'ItemExists'; Category = 'ResourceExists' }
        @{ Case = 'a directory for a file'; Source = 'single'; Place = '/etc'; Id = 'ItemExists'; Category = 'ResourceExists' }
    ) {
        $path = Join-Path $HostFiles ($Source ?? 'data')
        Assert-ItemError { Mount-LxcItem $plain $path $Place } $Id $Category $plain
        Invoke-In $plain 'ls /dev' | Should -Not -Match 'new'
    }

    It 'a container that does not run or is not there, and go on with the others' {
        Assert-ItemError { Mount-LxcItem $stopped, $plain $data /mnt } ContainerNotRunning InvalidOperation $stopped
        Assert-ItemError { Dismount-LxcItem "none-$Unique", $plain /mnt } ContainerNotFound ObjectNotFound "none-$Unique"
        Get-Mount $plain /mnt | Should -BeNullOrEmpty
    }

    It 'what is no path of the file system' {
        Assert-ItemError { Mount-LxcItem $plain env:PATH /mnt } StorageFailed InvalidOperation 'env:PATH'
    }

    It 'a place where nothing is mounted' {
        Assert-ItemError { Dismount-LxcItem $plain /srv } ItemNotFound ObjectNotFound $plain
        Assert-ItemError { Dismount-LxcItem $plain /none } ItemNotFound ObjectNotFound $plain
        Assert-ItemError { Dismount-LxcItem $plain /etc/passwd } ItemNotFound ObjectNotFound $plain
    }

    It 'a file system that cannot map ids, and leave no place behind' {
        Assert-ItemError { Mount-LxcItem $plain /proc/self /srv/proc/deep } MountFailed InvalidArgument $plain
        Invoke-In $plain 'ls /srv' | Should -Not -Match 'proc'
    }
}
