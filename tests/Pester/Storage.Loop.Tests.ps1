BeforeDiscovery {
    $hasExt4 = [bool] (Get-Command mkfs.ext4 -CommandType Application -ErrorAction Ignore) -and (Test-Path /dev/loop-control)
    $hasBtrfs = $hasExt4 -and [bool] (Get-Command mkfs.btrfs -CommandType Application -ErrorAction Ignore) -and (Select-String -Path /proc/filesystems -Pattern 'btrfs' -Quiet)
    $hasXfs = $hasExt4 -and [bool] (Get-Command mkfs.xfs -CommandType Application -ErrorAction Ignore)
    $kinds = @(@{ FileSystem = 'ext4'; Size = 32MB }) + @($hasBtrfs ? @{ FileSystem = 'btrfs'; Size = 128MB } : @()) + @($hasXfs ? @{ FileSystem = 'xfs'; Size = 320MB } : @())
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"

    function Get-LoopLeftover {
        # Devices of files of these tests, mounts of theirs, and helpers at work.
        foreach ($device in [IO.Directory]::GetDirectories('/sys/block', 'loop*')) {
            try {
                if ([IO.File]::ReadAllText("$device/loop/backing_file").Contains($LxcPath)) {
                    "device $device"
                }
            }
            catch [IO.DirectoryNotFoundException], [IO.FileNotFoundException] {
                Write-Debug "$device has no file, or lost it just now."
            }
        }

        [IO.File]::ReadAllLines('/proc/self/mountinfo') | Where-Object { $_.Contains($LxcPath) }
        Get-ProcessTable | Where-Object { $_.CommandLine.Contains('storage --report') -and $_.CommandLine.Contains($LxcPath) } | ForEach-Object CommandLine
    }

    function Assert-NoLoop {
        # What is mounted goes when the last process that sees it has ended.
        Wait-Until { -not (Get-LoopLeftover) } 10 | Should -BeTrue -Because "nothing stays behind, as here: $(Get-LoopLeftover)"
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'The storage Loop' -Skip:(-not $hasExt4) {
    AfterEach {
        Get-LxcContainer | Remove-LxcContainer -Force
        Assert-NoLoop
    }

    It 'keeps a root file system in a file, which grows as it is written' -Tag Vm {
        $container = New-LxcContainer $one -Template Busybox -Storage Loop
        $container.Rootfs | Should -Be "loop:$LxcPath/$one/rootdev"
        [IO.FileInfo]::new("$LxcPath/$one/rootdev").Length | Should -Be 1GB
        [int] (stat -c %a "$LxcPath/$one/rootdev") | Should -Be 600
        [long] (stat -c %b "$LxcPath/$one/rootdev") * 512 | Should -BeLessThan 30MB
        [IO.Directory]::GetFileSystemEntries("$LxcPath/$one/rootfs") | Should -BeNullOrEmpty
        Assert-NoLoop
        Test-LxcContainer $one -Quiet | Should -BeTrue
        $lines = @(Use-Container $one 'grep " / " /proc/mounts; stat -c "%u %a" /bin/busybox; touch /mark')
        $lines[0] | Should -Match '^/dev/loop\d+ / ext4 rw,'
        $lines[1] | Should -Be '0 755'
        Use-Container $one 'ls /mark' | Should -Be '/mark'
    }

    It 'keeps that of a privileged container too' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Loop -Size 32MB -Privileged)
        $lines = @(Use-Container $one 'grep " / " /proc/mounts; cat /proc/self/uid_map')
        $lines[0] | Should -Match '^/dev/loop\d+ / ext4 rw,'
        $lines[1] | Should -Match '^\s+0\s+0\s+4294967295$'
    }

    It 'has the size and file system that are asked for, and no more room: <FileSystem>' -ForEach $kinds {
        [void] (New-LxcContainer $one -Template Busybox -Storage Loop -Size $Size -FileSystem $FileSystem)
        [IO.FileInfo]::new("$LxcPath/$one/rootdev").Length | Should -Be $Size
        $lines = @(Use-Container $one "grep ' / ' /proc/mounts; dd if=/dev/zero of=/big bs=1M count=$($Size / 1MB) 2>&1; stat -c %s /big")
        $lines[0] | Should -Match " / $FileSystem "
        $lines -join ' ' | Should -Match 'No space left on device'
        [long] $lines[-1] | Should -BeLessThan $Size
        [long] $lines[-1] | Should -BeGreaterThan ($Size / 4)
        [void] (Use-Container $one 'rm /big; echo text >/mark')
        $copy = Copy-LxcContainer $one "copy-$Unique"
        $copy.Rootfs | Should -Be "loop:$LxcPath/copy-$Unique/rootdev"
        [IO.FileInfo]::new("$LxcPath/copy-$Unique/rootdev").Length | Should -Be $Size

        # Both at a time: no two file systems have one identity.
        Start-LxcContainer $one, "copy-$Unique"
        Invoke-LxcCommand "copy-$Unique" sh '-c' 'hostname; cat /etc/hostname /mark' | Should -Be "copy-$Unique", "copy-$Unique", 'text'
        Stop-LxcContainer $one, "copy-$Unique" -Kill
    }

    It 'is copied from and to other storages: <From> to <To>' -ForEach @{ From = 'Dir'; To = 'Loop' }, @{ From = 'Loop'; To = 'Dir' }, @{ From = 'Overlay'; To = 'Loop' }, @{ From = 'Overlay'; To = 'Dir' } {
        $arguments = $From -eq 'Overlay' ? @{ Storage = 'Dir' } : $From -eq 'Loop' ? @{ Storage = 'Loop'; Size = 32MB } : @{ Storage = 'Dir' }
        [void] (New-LxcContainer $one -Template Busybox @arguments)
        $source = $one
        if ($From -eq 'Overlay') {
            $source = "over-$Unique"
            [void] (New-LxcContainer $source -Template "$LxcPath/$one/rootfs" -Storage Overlay)
        }

        Use-Container $source 'hostname >/etc/hostname; echo text >/home/file; ln /home/file /home/link; chown 7:8 /home/file; chmod 4711 /home/file; rm /bin/vi; rm -rf /mnt; mkdir /mnt'
        $size = $To -eq 'Loop' ? @{ Size = 48MB } : @{}
        $copy = Copy-LxcContainer $source "copy-$Unique" -Storage $To @size
        $copy.Rootfs | Should -Be ($To -eq 'Loop' ? "loop:$LxcPath/copy-$Unique/rootdev" : "dir:$LxcPath/copy-$Unique/rootfs")
        $names = [IO.Directory]::GetFileSystemEntries("$LxcPath/copy-$Unique") | ForEach-Object { [IO.Path]::GetFileName($_) } | Sort-Object
        $names | Should -Be ($To -eq 'Loop' ? @('config', 'rootdev', 'rootfs') : @('config', 'rootfs'))
        Assert-NoLoop
        # The source may go: the copy has all of it.
        Remove-LxcContainer $source -Force
        Use-Container "copy-$Unique" 'cat /etc/hostname /home/link; stat -c "%u %g %a %h" /home/file; ls /bin/vi 2>&1 || true; ls -A /mnt' |
            Should -Be "copy-$Unique", 'text', '7 8 4711 2', 'ls: /bin/vi: No such file or directory'
        if ($To -eq 'Dir') {
            Test-Path "$LxcPath/copy-$Unique/rootfs/lost+found" | Should -BeFalse
        }
    }

    It 'has snapshots, is renamed, and keeps the identity of what is restored' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Loop -Size 32MB)
        Use-Container $one 'echo first >/mark; echo 0123456789abcdef0123456789abcdef >/etc/machine-id'
        Checkpoint-LxcContainer $one
        [IO.File]::ReadAllText("$LxcPath/$one/snaps/snap0/config") | Should -Match "(?m)^lxc.rootfs.path = loop:$LxcPath/$one/snaps/snap0/rootdev$"
        Use-Container $one 'echo second >/mark'
        (Restore-LxcSnapshot $one snap0 -NewName "new-$Unique" -PassThru -Confirm:$false).Name | Should -Be "new-$Unique"
        Use-Container "new-$Unique" 'cat /mark /etc/hostname /etc/machine-id' | Should -Be 'first', "new-$Unique"
        Restore-LxcSnapshot $one snap0 -Confirm:$false
        Rename-LxcContainer $one "named-$Unique"
        (Get-LxcContainer "named-$Unique").Rootfs | Should -Be "loop:$LxcPath/named-$Unique/rootdev"
        Use-Container "named-$Unique" 'cat /mark /etc/machine-id' | Should -Be 'first', '0123456789abcdef0123456789abcdef'
        Restore-LxcSnapshot "named-$Unique" snap0 -Confirm:$false
        Use-Container "named-$Unique" 'cat /mark' | Should -Be 'first'
    }

    # keys: lxc.rootfs.options
    It 'takes options of its file system and of the mount' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Loop -Size 32MB)
        Set-LxcConfig $one lxc.rootfs.options 'idmap=container,nosuid,errors=remount-ro,data=journal'
        Use-Container $one 'grep " / " /proc/mounts' | Should -Match ' ext4 rw,nosuid,.*errors=remount-ro,data=journal'
        Set-LxcConfig $one lxc.rootfs.options 'idmap=container,nonsense'
        $outcome = Get-Outcome { Start-LxcContainer $one }
        Assert-OneError $outcome RootfsFailed InvalidArgument $one
        $outcome.Errors[0].Exception.Message | Should -Match 'nonsense'
    }

    It 'is there again after a reboot from inside' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Loop -Size 32MB)
        Start-LxcContainer $one
        $before = (Get-LxcContainer $one).ProcessId
        Invoke-LxcCommand $one sh '-c' 'echo text >/mark; reboot -f' -ErrorAction Ignore
        Wait-Reboot $one $before
        Invoke-LxcCommand $one cat /mark | Should -Be 'text'
        Stop-LxcContainer $one -Kill
    }

    It 'goes with an ephemeral copy' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Loop -Size 32MB)
        Copy-LxcContainer $one "brief-$Unique" -Ephemeral | Start-LxcContainer
        Invoke-LxcCommand "brief-$Unique" touch /mark
        Stop-LxcContainer "brief-$Unique" -Kill
        Test-Path "$LxcPath/brief-$Unique" | Should -BeFalse
    }

    It 'takes what an archive and a directory hold' {
        [void] (New-LxcContainer $one -Template Busybox)
        & tar -C "$LxcPath/$one/rootfs" -cf "$LxcPath/root.tar" .
        [void] (New-LxcContainer "tar-$Unique" -Template "$LxcPath/root.tar" -Storage Loop -Size 32MB)
        [void] (New-LxcContainer "dir-$Unique" -Template "$LxcPath/$one/rootfs" -Storage Loop -Size 32MB)
        [IO.File]::Delete("$LxcPath/root.tar")
        Remove-LxcContainer $one -Force
        foreach ($name in "tar-$Unique", "dir-$Unique") {
            Use-Container $name 'test -x /bin/busybox && hostname' | Should -Be $name
        }
    }

    It 'takes an image, whole, which may go afterwards' {
        [void] (New-LxcContainer $one -Template Busybox)
        & tar -C "$LxcPath/$one/rootfs" -cf "$LxcPath.tar" .
        try {
            [void] (Import-LxcImage "$LxcPath.tar" -Name box -ImagePath "$LxcPath.images")
            $container = New-LxcContainer "image-$Unique" -Image box -ImagePath "$LxcPath.images" -Storage Loop -Size 32MB
            $container.Rootfs | Should -Be "loop:$LxcPath/image-$Unique/rootdev"
            Remove-LxcImage box -ImagePath "$LxcPath.images" -Confirm:$false
            Use-Container "image-$Unique" 'cat /etc/hostname' | Should -Be "image-$Unique"
        }
        finally {
            Remove-Item "$LxcPath.tar", "$LxcPath.images" -Recurse -Force -ErrorAction Ignore
        }
    }

    It 'is reached by Copy-LxcItem, running or not' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Loop -Size 32MB)
        [IO.File]::WriteAllText("$LxcPath/item", "text`n")
        Copy-LxcItem "$LxcPath/item" /root/item -ToContainer $one
        Assert-NoLoop
        Use-Container $one 'cat /root/item; stat -c %u /root/item' | Should -Be 'text', 0
        Copy-LxcItem /root/item "$LxcPath/back" -FromContainer $one
        [IO.File]::ReadAllText("$LxcPath/back") | Should -Be "text`n"
        [IO.File]::Delete("$LxcPath/item")
        [IO.File]::Delete("$LxcPath/back")
    }

    It 'is not mounted twice: a file that another has is an error that names who' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Loop -Size 32MB)
        $device = & losetup --find --show "$LxcPath/$one/rootdev"
        try {
            $outcome = Get-Outcome { Start-LxcContainer $one }
        }
        finally {
            & losetup -d $device
        }

        Assert-OneError $outcome RootfsFailed ResourceBusy $one
        $outcome.Errors[0].Exception.Message | Should -Match "is in use by $device"
    }

    It 'says what a file is that holds no file system' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Loop -Size 32MB)
        [IO.File]::WriteAllText("$LxcPath/$one/rootdev", 'none')
        $outcome = Get-Outcome { Start-LxcContainer $one }
        Assert-OneError $outcome RootfsFailed InvalidOperation $one
        $outcome.Errors[0].Exception.Message | Should -Match 'holds none of the file systems'
    }

    It 'leaves nothing where it is too small for the template, or the host''s disk is full' {
        Assert-OneError (Get-Outcome { New-LxcContainer $one -Template Busybox -Storage Loop -Size 1MB }) StorageFull LimitsExceeded $one
        Test-Path "$LxcPath/$one" | Should -BeFalse
        $disk = "$LxcPath/small"
        [void] [IO.Directory]::CreateDirectory($disk)
        & mount -t tmpfs -o size=1m tmpfs $disk
        try {
            $outcome = Get-Outcome { New-LxcContainer $one -Template Busybox -Storage Loop -Size 32MB -LxcPath "$disk/lxc" }
            $outcome.Output | Should -BeNullOrEmpty
            $outcome.Errors | Should -HaveCount 1
            $outcome.Errors[0].Exception.ErrorId | Should -BeIn 'StorageFull', 'StorageFailed'
            [IO.Directory]::GetFileSystemEntries("$disk/lxc") | Should -BeNullOrEmpty
            Wait-Until { -not (Get-LoopLeftover | Where-Object { $_ -match 'device' }) } 10 | Should -BeTrue
        }
        finally {
            & umount $disk
            Remove-Item $disk, "/run/lxc/lock$disk" -Recurse -Force -ErrorAction Ignore
        }
    }

    It 'refuses what it cannot be: <Title>' -ForEach @(
        @{ Title = 'the template Host'; Script = { New-LxcContainer $one -Template Host -Storage Loop }; Text = "template 'Host'" }
        @{ Title = 'the template None'; Script = { New-LxcContainer $one -Template None -Storage Loop }; Text = "template 'None'" }
        @{ Title = 'a directory with a size'; Script = { New-LxcContainer $one -Template Busybox -Storage Dir -Size 1GB }; Text = 'Dir cannot be limited' }
        @{ Title = 'a size without a storage'; Script = { New-LxcContainer $one -Template Busybox -Size 1GB }; Text = 'Dir cannot be limited' }
        @{ Title = 'a directory with a file system'; Script = { New-LxcContainer $one -Template Busybox -Storage Dir -FileSystem ext4 }; Text = 'no file system of its own' }
        @{ Title = 'an overlay over no directory'; Script = { New-LxcContainer $one -Template Busybox -Storage Overlay }; Text = 'laid over a directory' }
        @{ Title = 'a subvolume elsewhere than on btrfs'; Script = { New-LxcContainer $one -Template Busybox -Storage Btrfs }; Text = 'not on btrfs' }
    ) {
        $outcome = Get-Outcome $Script
        Assert-OneError $outcome StorageUnsupported NotImplemented $one
        $outcome.Errors[0].Exception.Message | Should -Match $Text
        Test-Path "$LxcPath/$one" | Should -BeFalse
    }

    It 'refuses a copy that it cannot be: <Title>' -ForEach @(
        @{ Title = 'a snapshot of a file'; Script = { Copy-LxcContainer $one "copy-$Unique" -Snapshot }; Text = 'cannot be a snapshot' }
        @{ Title = 'an overlay over a file'; Script = { Copy-LxcContainer $one "copy-$Unique" -Storage Overlay }; Text = 'No overlay' }
        @{ Title = 'with its writes in memory'; Script = { Copy-LxcContainer $one "copy-$Unique" -Ephemeral -InMemory }; Text = 'writes in memory' }
        @{ Title = 'a directory with a size'; Script = { Copy-LxcContainer $one "copy-$Unique" -Storage Dir -Size 1GB }; Text = 'cannot be limited' }
    ) {
        [void] (New-LxcContainer $one -Template Busybox -Storage Loop -Size 32MB)
        $outcome = Get-Outcome $Script
        Assert-OneError $outcome StorageUnsupported NotImplemented "copy-$Unique"
        $outcome.Errors[0].Exception.Message | Should -Match $Text
        Test-Path "$LxcPath/copy-$Unique" | Should -BeFalse
    }

    It 'leaves no mount, no device and no half container when <What> is killed at any moment' -ForEach @(
        @{ What = 'its creation'; Script = { "New-LxcContainer 'cut-$Unique' -Template '$LxcPath/$one/rootfs' -Storage Loop -Size 64MB" } }
        @{ What = 'a copy of it'; Script = { "Copy-LxcContainer 'file-$Unique' 'cut-$Unique' -Size 96MB" } }
    ) {
        [void] (New-LxcContainer $one -Template Busybox)
        & dd if=/dev/urandom of="$LxcPath/$one/rootfs/data" bs=1M count=30 status=none
        [void] (New-LxcContainer "file-$Unique" -Template "$LxcPath/$one/rootfs" -Storage Loop -Size 64MB)
        $delays = $env:LXCPS_LONG ? (1..50 | ForEach-Object { Get-Random -Maximum 250 }) : 0, 30, 60, 100
        foreach ($delay in $delays) {
            $session = Start-Session (& $Script)
            [void] (Wait-Until { (Test-Path "$LxcPath/cut-$Unique") -or $session.HasExited })
            Start-Sleep -Milliseconds $delay
            & kill -KILL $session.Id
            $session.WaitForExit()
            Assert-NoLoop
            if (Get-LxcContainer "cut-$Unique*") {
                Use-Container "cut-$Unique" 'stat -c %s /data' | Should -Be "$(30MB)"
                Remove-LxcContainer "cut-$Unique" -Force
            }
        }

        (Invoke-Expression (& $Script)).Name | Should -Be "cut-$Unique"
        Use-Container "cut-$Unique" 'stat -c %s /data' | Should -Be "$(30MB)"
    }

    It 'stops at Ctrl+C, and leaves nothing' {
        [void] (New-LxcContainer $one -Template Busybox)
        & dd if=/dev/urandom of="$LxcPath/$one/rootfs/data" bs=1M count=60 status=none
        $beside = Start-Beside "New-LxcContainer 'cut-$Unique' -Template '$LxcPath/$one/rootfs' -Storage Loop -Size 128MB"
        [void] (Wait-Until { Test-Path "$LxcPath/cut-$Unique/rootdev" })
        (Stop-Beside $beside).TotalSeconds | Should -BeLessThan 10
        Assert-NoLoop
        Test-Path "$LxcPath/cut-$Unique" | Should -BeFalse
    }
}
