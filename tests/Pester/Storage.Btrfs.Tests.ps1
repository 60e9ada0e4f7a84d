BeforeDiscovery {
    $hasBtrfs = [bool] (Get-Command mkfs.btrfs, btrfs -CommandType Application -ErrorAction Ignore) -and (Select-String -Path /proc/filesystems -Pattern 'btrfs' -Quiet)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $disk = "$LxcPath.disk"
    $hasDisk = [bool] (Get-Command mkfs.btrfs -CommandType Application -ErrorAction Ignore)
    if ($hasDisk) {
        & sh -c 'truncate -s 800M "$1" && mkfs.btrfs -q "$1" && mount -o loop "$1" "$2"' sh $disk $LxcPath
        if ($LASTEXITCODE -ne 0) {
            throw 'btrfs cannot be mounted'
        }
    }

    function Get-Subvolume {
        # Their paths below the directory of containers.
        @(& btrfs subvolume list $LxcPath | ForEach-Object { ($_ -split ' path ', 2)[1] } | Sort-Object)
    }

    function Add-Inner {
        # Subvolumes in subvolumes, one of them read-only, under a name that is no text.
        & sh -c 'set -e; cd "$1"; btrfs -q subvolume create in; echo in >in/file; btrfs -q subvolume create in/deep; echo deep >in/deep/file
            d=$(printf "odd \376name"); mkdir "$d"; btrfs -q subvolume snapshot -r in/deep "$d/ro"' sh "$LxcPath/$one/rootfs/home"
        $LASTEXITCODE | Should -Be 0
    }
}

AfterAll {
    if ($hasDisk) {
        Get-LxcContainer | Remove-LxcContainer -Force
        & umount $LxcPath
        [IO.File]::Delete($disk)
    }

    Assert-NothingLeft
}

Describe 'The storage Btrfs' -Skip:(-not $hasBtrfs) {
    AfterEach {
        Get-LxcContainer | Remove-LxcContainer -Force
        Get-Subvolume | Should -BeNullOrEmpty
        [IO.Directory]::GetFileSystemEntries($LxcPath) | Should -BeNullOrEmpty
    }

    It 'keeps a root file system in a subvolume (<Kind>)' -ForEach @{ Kind = 'unprivileged' }, @{ Kind = 'privileged' } {
        $container = New-LxcContainer $one -Template Busybox -Storage Btrfs -Privileged:($Kind -eq 'privileged')
        $container.Rootfs | Should -Be "btrfs:$LxcPath/$one/rootfs"
        Get-Subvolume | Should -Be "$one/rootfs"
        Use-Container $one 'grep -c " / btrfs " /proc/mounts; touch /mark; stat -c %u /mark' | Should -Be 1, 0
        Rename-LxcContainer $one "named-$Unique"
        Use-Container "named-$Unique" 'ls /mark' | Should -Be '/mark'
    }

    It 'is what Best picks here: <Template>' -ForEach @{ Template = 'Busybox' }, @{ Template = 'Host' } {
        (New-LxcContainer $one -Template $Template -Storage Best).Rootfs | Should -Be "btrfs:$LxcPath/$one/rootfs"
        Start-LxcContainer $one -Command sh '-c' 'hostname' | Should -Be $one
    }

    It 'is an overlay where Best is of a directory, and a copy of it where asked for' {
        [void] (New-LxcContainer $one -Template Busybox)
        (New-LxcContainer "best-$Unique" -Template "$LxcPath/$one/rootfs" -Storage Best).Rootfs | Should -BeLike "overlay:$LxcPath/$one/rootfs:*"
        (New-LxcContainer "own-$Unique" -Template "$LxcPath/$one/rootfs" -Storage Btrfs).Rootfs | Should -Be "btrfs:$LxcPath/own-$Unique/rootfs"
        & stat -c '%a %u %Y' "$LxcPath/own-$Unique/rootfs" | Should -Be (& stat -c '%a %u %Y' "$LxcPath/$one/rootfs")
        Remove-LxcContainer "best-$Unique", $one -Force
        Use-Container "own-$Unique" 'hostname' | Should -Be "own-$Unique"
    }

    It 'is copied as a snapshot with all subvolumes inside, which source and copy keep apart: <Title>' -ForEach @{ Title = 'full'; Arguments = @{} }, @{ Title = '-Snapshot'; Arguments = @{ Snapshot = $true } } {
        [void] (New-LxcContainer $one -Template Busybox -Storage Btrfs)
        Add-Inner
        & dd if=/dev/urandom of="$LxcPath/$one/rootfs/data" bs=1M count=100 status=none
        & sync -f $LxcPath
        $before = [IO.DriveInfo]::new($LxcPath).AvailableFreeSpace
        $copy = Copy-LxcContainer $one "copy-$Unique" @Arguments
        & sync -f $LxcPath
        $before - [IO.DriveInfo]::new($LxcPath).AvailableFreeSpace | Should -BeLessThan 20MB
        $copy.Rootfs | Should -Be "btrfs:$LxcPath/copy-$Unique/rootfs"
        Get-Subvolume | Should -HaveCount 8
        # Nothing is laid over the source: it may go.
        [IO.File]::WriteAllText("$LxcPath/$one/rootfs/home/in/file", 'changed')
        Remove-LxcContainer $one -Force
        Get-Subvolume | Should -HaveCount 4
        Use-Container "copy-$Unique" 'cat /etc/hostname /home/in/file /home/in/deep/file /home/odd*/ro/file; touch /home/in/deep/new && ! touch /home/odd*/ro/new 2>/dev/null && echo read-only' |
            Should -Be "copy-$Unique", 'in', 'deep', 'deep', 'read-only'
    }

    It 'is copied from and to other storages with what subvolumes hold: <To>' -ForEach @{ To = 'Dir' }, @{ To = 'Loop' } {
        [void] (New-LxcContainer $one -Template Busybox -Storage Btrfs)
        Add-Inner
        $size = $To -eq 'Loop' ? @{ Size = 32MB } : @{}
        [void] (Copy-LxcContainer $one "copy-$Unique" -Storage $To @size)
        Remove-LxcContainer $one -Force
        Get-Subvolume | Should -BeNullOrEmpty
        Use-Container "copy-$Unique" 'cat /etc/hostname /home/in/file /home/in/deep/file /home/odd*/ro/file; touch /root/mark' | Should -Be "copy-$Unique", 'in', 'deep', 'deep'
        (Copy-LxcContainer "copy-$Unique" "back-$Unique" -Storage Best).Rootfs | Should -Be "btrfs:$LxcPath/back-$Unique/rootfs"
        Use-Container "back-$Unique" 'cat /etc/hostname; ls /root/mark' | Should -Be "back-$Unique", '/root/mark'
    }

    It 'is not asked for by a directory that has subvolumes inside: they are copied, exported and kept, and what is mounted there is not' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Dir)
        Add-Inner
        & sh -c 'mkdir "$1" && mount -t tmpfs tmpfs "$1" && echo host >"$1/file"' sh "$LxcPath/$one/rootfs/home/mounted"
        try {
            [void] (Copy-LxcContainer $one "copy-$Unique")
            Checkpoint-LxcContainer $one
            [void] (Export-LxcContainer $one "$LxcPath.tar")
        }
        finally {
            & umount "$LxcPath/$one/rootfs/home/mounted"
        }

        [void] (Import-LxcContainer "$LxcPath.tar" "moved-$Unique")
        [IO.File]::Delete("$LxcPath.tar")
        foreach ($root in "$LxcPath/copy-$Unique/rootfs", "$LxcPath/$one/snaps/snap0/rootfs", "$LxcPath/moved-$Unique/rootfs") {
            & sh -c 'cd "$1/home" && cat in/file in/deep/file odd*/ro/file && ls mounted' sh $root | Should -Be 'in', 'deep', 'deep' -Because $root
        }

        Get-LxcSnapshot $one | Remove-LxcSnapshot -Confirm:$false
    }

    It 'has snapshots that share its blocks, and goes back to them' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Btrfs)
        Add-Inner
        [IO.File]::WriteAllText("$LxcPath/$one/rootfs/mark", 'first')
        Checkpoint-LxcContainer $one
        Get-Subvolume | Should -Contain "$one/snaps/snap0/rootfs"
        [IO.File]::WriteAllText("$LxcPath/$one/rootfs/mark", 'second')
        Restore-LxcSnapshot $one snap0 -Confirm:$false
        Use-Container $one 'cat /mark /home/in/deep/file' | Should -Be 'firstdeep'
        Get-Subvolume | Should -HaveCount 8
        Remove-LxcSnapshot $one snap0 -Confirm:$false
        Get-Subvolume | Should -HaveCount 4
    }

    It 'is removed with what a container made inside: subvolumes of its own' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Btrfs)
        [void] (New-LxcContainer "dir-$Unique" -Template Busybox -Storage Dir)
        Add-Inner
        & btrfs -q subvolume create "$LxcPath/dir-$Unique/rootfs/home/in"
        & btrfs -q subvolume snapshot -r "$LxcPath/$one/rootfs/home/in" "$LxcPath/dir-$Unique/rootfs/home/ro"
        $LASTEXITCODE | Should -Be 0
        Remove-LxcContainer $one, "dir-$Unique" -Force
        Get-Subvolume | Should -BeNullOrEmpty
    }

    It 'holds as much as its size says, where quotas are enabled' {
        $outcome = Get-Outcome { New-LxcContainer $one -Template Busybox -Storage Btrfs -Size 20MB }
        Assert-OneError $outcome StorageUnsupported NotImplemented $one
        $outcome.Errors[0].Exception.Message | Should -Match 'quotas are not enabled'
        Get-Subvolume | Should -BeNullOrEmpty
        & btrfs quota enable $LxcPath
        try {
            [void] (New-LxcContainer $one -Template Busybox -Storage Btrfs -Size 20MB)
            $lines = @(Use-Container $one 'dd if=/dev/zero of=/big bs=1M count=40 2>&1; stat -c %s /big')
            $lines -join ' ' | Should -Match 'quota exceeded'
            [long] $lines[-1] | Should -BeLessThan 20MB
            [void] (Copy-LxcContainer $one "copy-$Unique" -Size 40MB)
            @(Use-Container "copy-$Unique" 'dd if=/dev/zero of=/more bs=1M count=10 2>&1; stat -c %s /more')[-1] | Should -Be "$(10MB)"
        }
        finally {
            & btrfs quota disable $LxcPath
        }
    }

    It 'cannot be copied to where there is no btrfs, unless on another storage' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Btrfs)
        $other = "$LxcPath.other"
        try {
            Assert-OneError (Get-Outcome { Copy-LxcContainer $one "copy-$Unique" -NewLxcPath $other }) StorageUnsupported NotImplemented "copy-$Unique"
            [IO.Directory]::GetFileSystemEntries($other) | Should -BeNullOrEmpty
            (Copy-LxcContainer $one "copy-$Unique" -NewLxcPath $other -Storage Best).Rootfs | Should -Be "dir:$other/copy-$Unique/rootfs"
        }
        finally {
            Get-LxcContainer -LxcPath $other | Remove-LxcContainer -Force
            Remove-Item $other, "/run/lxc/lock$other" -Recurse -Force -ErrorAction Ignore
        }
    }

    It 'leaves no subvolume behind when a creation or copy of it is killed at any moment' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Btrfs)
        Add-Inner
        $delays = $env:LXCPS_LONG ? (1..50 | ForEach-Object { Get-Random -Maximum 60 }) : 0, 5, 15
        foreach ($delay in $delays) {
            foreach ($script in "Copy-LxcContainer '$one' 'cut-$Unique'", "New-LxcContainer 'cut-$Unique' -Template '$LxcPath/$one/rootfs' -Storage Btrfs") {
                $session = Start-Session $script
                [void] (Wait-Until { (Test-Path "$LxcPath/cut-$Unique") -or $session.HasExited })
                Start-Sleep -Milliseconds $delay
                & kill -KILL $session.Id
                $session.WaitForExit()
                if (Get-LxcContainer "cut-$Unique*") {
                    Use-Container "cut-$Unique" 'cat /etc/hostname' | Should -Not -BeNullOrEmpty
                    Remove-LxcContainer "cut-$Unique" -Force
                }
            }
        }

        [void] (Copy-LxcContainer $one "cut-$Unique")
        Remove-LxcContainer "cut-$Unique" -Force
        Get-Subvolume | Should -HaveCount 4
    }
}
