BeforeDiscovery {
    . $PSScriptRoot/BadNames.ps1
    $hasLxc = [bool] (Get-Command lxc-copy, lxc-destroy -ErrorAction Ignore)
    # A mount that is attached nowhere as a layer; see open_tree(2).
    $hasMemoryLayer = [Environment]::OSVersion.Version -ge [version] '6.15'
    # A file system that shares blocks, of btrfs-progs.
    $hasReflink = [bool] (Get-Command mkfs.btrfs -CommandType Application -ErrorAction Ignore) -and (Select-String -Path /proc/filesystems -Pattern 'btrfs' -Quiet)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    . $PSScriptRoot/OddFiles.ps1
    $base = "base-$Unique"
    [void] (New-TestContainer $base @{ 'lxc.net.0.type' = 'veth'; 'lxc.net.0.hwaddr' = '00:16:3e:11:22:33'; 'lxc.mount.entry' = "$LxcPath/$base/shared srv none bind,create=dir 0 0" })
    [void] [IO.Directory]::CreateDirectory("$LxcPath/$base/shared")
    $rootfs = "$LxcPath/$base/rootfs"
    [IO.File]::WriteAllText("$rootfs/etc/hostname", "$base`n")
    [IO.File]::WriteAllText("$rootfs/etc/machine-id", "0123456789abcdef0123456789abcdef`n")

    function Remove-Copies {
        Get-LxcContainer | Where-Object Name -NE $base | Remove-LxcContainer -Force
    }
}

AfterAll {
    Remove-Copies
    Assert-NothingLeft
}

Describe 'Copy-LxcContainer' {
    AfterEach {
        Remove-Copies
    }

    It 'makes a container of its own: host name, hardware address, machine id, paths' -Tag Vm {
        $copy = Copy-LxcContainer $base "copy-$Unique"
        $copy | Should -BeOfType ([LxcPS.LxcContainer])
        $copy.Name | Should -Be "copy-$Unique"
        $copy.HostName | Should -Be "copy-$Unique"
        $copy.Rootfs | Should -Be "dir:$LxcPath/copy-$Unique/rootfs"
        (Get-LxcConfig "copy-$Unique" lxc.net.0.hwaddr).Value | Should -Match '^00:16:3e(:[0-9a-f]{2}){3}$'
        (Get-LxcConfig "copy-$Unique" lxc.net.0.hwaddr).Value | Should -Not -Be '00:16:3e:11:22:33'
        (Get-LxcConfig "copy-$Unique" lxc.mount.entry).Value | Should -Be "$LxcPath/copy-$Unique/shared srv none bind,create=dir 0 0"
        [IO.File]::ReadAllText("$LxcPath/copy-$Unique/rootfs/etc/hostname") | Should -BeExactly "copy-$Unique`n"
        [IO.File]::ReadAllText("$LxcPath/copy-$Unique/rootfs/etc/machine-id") | Should -BeExactly ''
        [IO.File]::ReadAllText("$rootfs/etc/machine-id") | Should -BeExactly "0123456789abcdef0123456789abcdef`n"
        Start-LxcContainer $base, "copy-$Unique"
        Invoke-LxcCommand "copy-$Unique" hostname | Should -Be "copy-$Unique"
        Stop-LxcContainer $base -Kill
    }

    It 'copies odd names, holes, hard links, attributes, capabilities, devices and owners bit by bit' {
        $odd = "$rootfs/odd"
        New-OddFile $odd
        [void] (Copy-LxcContainer $base "odd-$Unique")
        $tree = Get-Tree $rootfs
        foreach ($attribute in 'user\.kind', 'trusted\.kind', 'security\.capability', 'system\.posix_acl_access', 'dangling trusted\.kind', 'escape security\.capability') {
            $tree | Should -Match $attribute
        }

        Get-Tree "$LxcPath/odd-$Unique/rootfs" | Should -BeExactly $tree
        Checkpoint-LxcContainer "odd-$Unique"
        & rm -rf "$LxcPath/odd-$Unique/rootfs/odd"
        Restore-LxcSnapshot "odd-$Unique" snap0 -Confirm:$false
        Get-Tree "$LxcPath/odd-$Unique/rootfs" | Should -BeExactly $tree -Because 'a snapshot has all of it, and what is restored from it'
        Remove-LxcSnapshot "odd-$Unique" snap0 -Confirm:$false
        & rm -rf $odd
    }

    It 'shares blocks where the file system can' -Skip:(-not $hasReflink) {
        $disk = "$LxcPath/disk"
        $mount = "$LxcPath/mount"
        & sh -c 'truncate -s 400M "$1" && mkfs.btrfs -q "$1" && mkdir "$2" && mount -o loop "$1" "$2"' sh $disk $mount
        $LASTEXITCODE | Should -Be 0
        try {
            [void] (New-LxcContainer big -Template Busybox -LxcPath "$mount/lxc")
            & dd if=/dev/urandom of="$mount/lxc/big/rootfs/data" bs=1M count=150 status=none
            & sync -f $mount
            $before = [IO.DriveInfo]::new($mount).AvailableFreeSpace
            [void] (Copy-LxcContainer big shared -LxcPath "$mount/lxc")
            & sync -f $mount
            $before - [IO.DriveInfo]::new($mount).AvailableFreeSpace | Should -BeLessThan 20MB
            Remove-LxcContainer big, shared -LxcPath "$mount/lxc" -Force
        }
        finally {
            & umount $mount
            Remove-Item $mount, $disk -Recurse -Force
        }
    }

    It 'lays a snapshot over the source, which runs and keeps its writes to itself: <Kind>' -Tag Vm -ForEach @{ Kind = 'unprivileged' }, @{ Kind = 'privileged' } {
        $source = $base
        if ($Kind -eq 'privileged') {
            $source = "root-$Unique"
            [void] (New-TestContainer $source -Privileged)
        }

        [void] (Copy-LxcContainer $source "laid-$Unique" -Snapshot)
        (Get-LxcContainer "laid-$Unique").Rootfs | Should -Be "overlay:$LxcPath/$source/rootfs:$LxcPath/laid-$Unique/overlay/delta"
        Start-LxcContainer "laid-$Unique"
        @(Invoke-LxcCommand "laid-$Unique" sh '-c' 'hostname; echo new >/root-file; rm /bin/vi')[0] | Should -Be "laid-$Unique"
        Test-Path "$LxcPath/$source/rootfs/bin/vi" | Should -BeTrue
        Test-Path "$LxcPath/$source/rootfs/root-file" | Should -BeFalse
        [IO.File]::ReadAllText("$LxcPath/laid-$Unique/overlay/delta/root-file") | Should -Be "new`n"
        Stop-LxcContainer "laid-$Unique" -Kill
        Start-LxcContainer "laid-$Unique"
        Invoke-LxcCommand "laid-$Unique" cat /root-file | Should -Be 'new'
        Stop-LxcContainer "laid-$Unique" -Kill
        if ($Kind -eq 'unprivileged') {
            [IO.File]::ReadAllText("$LxcPath/laid-$Unique/overlay/delta/etc/hostname") | Should -BeExactly "laid-$Unique`n"
            [IO.FileInfo]::new("$LxcPath/laid-$Unique/overlay/delta/etc/machine-id").Length | Should -Be 0
        }
    }

    It 'keeps a source from being removed or renamed while copies are laid over it' {
        [void] (Copy-LxcContainer $base "first-$Unique", "second-$Unique" -Snapshot)
        foreach ($script in { Remove-LxcContainer $base -Force }, { Rename-LxcContainer $base "other-$Unique" }) {
            $outcome = Get-Outcome $script
            Assert-OneError $outcome ContainerNeeded InvalidOperation $base
            $outcome.Errors[0].Exception.Message | Should -Match "first-$Unique, second-$Unique"
        }

        Rename-LxcContainer "first-$Unique" "renamed-$Unique"
        Remove-LxcContainer "second-$Unique" -Force
        (Get-Outcome { Remove-LxcContainer $base -Force }).Errors[0].Exception.Message | Should -Match "the container renamed-$Unique is laid over it"
        Remove-LxcContainer "renamed-$Unique" -Force
        Test-Path "$LxcPath/$base/lxc_snapshots" | Should -BeFalse
    }

    It 'is no matter of order where both are removed' {
        [void] (Copy-LxcContainer $base "below-$Unique")
        [void] (Copy-LxcContainer "below-$Unique" "above-$Unique" -Snapshot)
        "below-$Unique", "above-$Unique" | Remove-LxcContainer -Force
        Get-LxcContainer *-$Unique | Should -HaveCount 1
    }

    It 'is known to LXC''s tools, and knows what they made' -Skip:(-not $hasLxc) {
        [void] (New-TestContainer "root-$Unique" -Privileged)
        [void] (Copy-LxcContainer "root-$Unique" "ours-$Unique" -Snapshot)
        & lxc-destroy -P $LxcPath -n "root-$Unique" 2>&1 | Out-Null
        Test-Path "$LxcPath/root-$Unique/config" | Should -BeTrue
        & lxc-destroy -P $LxcPath -n "ours-$Unique" | Out-Null
        & lxc-copy -P $LxcPath -n "root-$Unique" -N "theirs-$Unique" -s -B overlay
        (Get-Outcome { Remove-LxcContainer "root-$Unique" -Force }).Errors[0].Exception.ErrorId | Should -Be 'ContainerNeeded'
        Remove-LxcContainer "theirs-$Unique" -Force
        Remove-LxcContainer "root-$Unique" -Force
        Get-LxcContainer "root-$Unique*" | Should -BeNullOrEmpty
    }

    It 'copies a copy that is laid over another: it shares the same source' {
        [void] (Copy-LxcContainer $base "laid-$Unique" -Snapshot)
        [IO.File]::WriteAllText("$LxcPath/laid-$Unique/overlay/delta/mark", 'mark')
        [void] (Copy-LxcContainer "laid-$Unique" "again-$Unique")
        Start-LxcContainer "again-$Unique"
        Invoke-LxcCommand "again-$Unique" cat /mark | Should -Be 'mark'
        Stop-LxcContainer "again-$Unique" -Kill
        Remove-LxcContainer "laid-$Unique" -Force
        (Get-Outcome { Remove-LxcContainer $base -Force }).Errors[0].Exception.ErrorId | Should -Be 'ContainerNeeded'
    }

    It 'makes what goes when it stops: -Ephemeral' {
        Copy-LxcContainer $base "brief-$Unique" -Ephemeral | Start-LxcContainer
        Invoke-LxcCommand "brief-$Unique" touch /mark
        Stop-LxcContainer "brief-$Unique" -Kill
        Get-LxcContainer "brief-$Unique*" | Should -BeNullOrEmpty
        Test-Path "$LxcPath/$base/lxc_snapshots" | Should -BeFalse
    }

    # keys: lxcps.rootfs.in_memory
    It 'keeps what it writes in memory: -Ephemeral -InMemory, <Kind>' -Skip:(-not $hasMemoryLayer) -ForEach @{ Kind = 'unprivileged' }, @{ Kind = 'privileged' } {
        $source = $base
        if ($Kind -eq 'privileged') {
            $source = "root-$Unique"
            [void] (New-TestContainer $source -Privileged)
        }

        Copy-LxcContainer $source "brief-$Unique" -Ephemeral -InMemory | Start-LxcContainer
        Invoke-LxcCommand "brief-$Unique" sh '-c' 'hostname; stat -c %a:%u /; echo new >/mark; echo changed >/etc/profile; rm /bin/vi; chmod 4755 /bin/busybox; cat /mark /etc/profile; test -e /bin/vi || echo gone; dd if=/dev/zero of=/large bs=1M count=30 2>/dev/null' |
            Should -Be "brief-$Unique", "$(& stat -c %a:%u "$LxcPath/$source/rootfs")", 'new', 'changed', 'gone'
        [long] (& du -sm "$LxcPath/brief-$Unique").Split("`t")[0] | Should -BeLessThan 5
        Test-Path "$LxcPath/brief-$Unique/overlay/delta/mark", "$LxcPath/$source/rootfs/mark" | Should -Be $false, $false
        Get-Content /proc/self/mounts | Should -Not -Match "brief-$Unique"
        Stop-LxcContainer "brief-$Unique" -Kill
        Get-LxcContainer "brief-$Unique*" | Should -BeNullOrEmpty
        Assert-OneError (Get-Outcome { Copy-LxcContainer $base "brief-$Unique" -InMemory }) ConfigInvalidValue InvalidArgument $base
    }

    It 'shows how much is copied and how fast, where it takes long' {
        & sh -c 'for i in $(seq 100); do dd if=/dev/urandom of="$1/big$i" bs=1M count=3 status=none; done' sh $rootfs

        # However fast the machine is: it rests for a while once it has written something.
        $slow = [IO.Directory]::CreateDirectory("$TestDrive/slow").FullName
        [IO.File]::WriteAllText("$slow/cp", "#!/bin/sh`n(while [ -e /proc/`$`$/io ] && ! grep -q '^wchar: [1-9]' /proc/`$`$/io; do :; done; kill -STOP `$`$; sleep 0.7; kill -CONT `$`$) >/dev/null 2>&1 &`nexec '$((Get-Command cp -CommandType Application)[0].Source)' `"`$@`"`n")
        & chmod 755 "$slow/cp"
        $path = $env:PATH
        try {
            $env:PATH = "${slow}:$path"
            $copy = [powershell]::Create().AddScript("Import-Module '$env:LXCPS_MODULE'; Copy-LxcContainer '$base' 'shown-$Unique' -LxcPath '$LxcPath'")
            [void] $copy.Invoke()
            $text = @($copy.Streams.Progress | Where-Object StatusDescription -Match 'Copying files')
            $copy.Dispose()
        }
        finally {
            $env:PATH = $path
        }

        & sh -c 'rm "$1"/big*' sh $rootfs
        $text.StatusDescription | Should -Match '^Copying files: [1-9][\d.]* [KMG]?i?B, [1-9][\d.]* [KMG]?i?B/s$'
    }

    It 'copies what the template Host makes' {
        [void] (New-LxcContainer "host-$Unique" -Template Host)
        [void] (Copy-LxcContainer "host-$Unique" "hosted-$Unique")
        Start-LxcContainer "hosted-$Unique" -Command sh '-c' 'test -x /usr/bin/env && hostname' | Should -Be "hosted-$Unique"
    }

    It 'copies into another directory, takes settings, objects and computed names' {
        $other = "$LxcPath/other"
        try {
            $copies = Get-LxcContainer $base | Copy-LxcContainer -NewName { $_.Name + '-x' } -NewLxcPath $other -Config @{ 'lxc.start.auto' = $true; 'lxc.environment' = 'A=1', 'B=2' }
            $copies.Name | Should -Be "$base-x"
            $copies.LxcPath | Should -Be $other
            $copies.AutoStart | Should -BeTrue
            @(Get-LxcConfig "$base-x" lxc.environment -LxcPath $other).Value | Should -Be 'A=1', 'B=2'
        }
        finally {
            Get-LxcContainer -LxcPath $other | Remove-LxcContainer -Force
            Remove-Item $other, "/run/lxc/lock$other" -Recurse -Force -ErrorAction Ignore
        }
    }

    # keys: lxc.hook.clone
    It 'runs the hooks of the copy, and undoes a copy that they refuse' {
        [IO.File]::WriteAllText("$LxcPath/hook", "#!/bin/sh`necho `"`$LXC_NAME of `$LXC_SRC_NAME: `$* at `$LXC_ROOTFS_MOUNT`" >>$LxcPath/note`n")
        chmod 755 "$LxcPath/hook"
        Add-LxcConfig $base lxc.hook.clone "$LxcPath/hook"
        [void] (Copy-LxcContainer $base "hooked-$Unique")
        [IO.File]::ReadAllText("$LxcPath/note").Trim() | Should -Be "hooked-$Unique of ${base}: hooked-$Unique lxc clone at $LxcPath/hooked-$Unique/rootfs"
        Remove-LxcConfig $base lxc.hook.clone
        Register-LxcHook PostCopy -All { throw "no copies of $env:LXC_SRC_NAME" }
        $outcome = Get-Outcome { Copy-LxcContainer $base "refused-$Unique" -Snapshot }
        Get-LxcHook -All | Unregister-LxcHook
        $outcome.Output | Should -BeNullOrEmpty
        Assert-OneError $outcome HookFailed InvalidOperation "refused-$Unique"
        $outcome.Errors[0].Exception.Message | Should -Match "no copies of $base"
        Test-Path "$LxcPath/refused-$Unique" | Should -BeFalse
        Test-Path "$LxcPath/$base/lxc_snapshots" | Should -BeFalse
    }

    It 'changes nothing with -WhatIf' {
        Copy-LxcContainer $base "none-$Unique" -WhatIf | Should -BeNullOrEmpty
        Test-Path "$LxcPath/none-$Unique" | Should -BeFalse
    }

    It 'refuses a source that runs, and goes on with others' {
        [void] (New-TestContainer "runs-$Unique")
        Start-LxcContainer "runs-$Unique"
        $outcome = Get-Outcome { "runs-$Unique", $base | Copy-LxcContainer -NewName { "$_-copy" } }
        Assert-OneError $outcome ContainerRunning InvalidOperation "runs-$Unique"
        $outcome.Output.Name | Should -Be "$base-copy"
    }

    It 'refuses a name that is taken: the container there stays as it is' {
        [void] (New-TestContainer "taken-$Unique")
        $before = [IO.File]::ReadAllText("$LxcPath/taken-$Unique/config")
        Assert-OneError (Get-Outcome { Copy-LxcContainer $base "taken-$Unique" }) ContainerExists ResourceExists "taken-$Unique"
        [IO.File]::ReadAllText("$LxcPath/taken-$Unique/config") | Should -BeExactly $before
    }

    It 'refuses a name that is no name: <Title>' -ForEach $badNames {
        Assert-OneError (Get-Outcome { Copy-LxcContainer $base $Value }) InvalidName InvalidArgument $Value
    }

    It 'says that a source does not exist' {
        Assert-OneError (Get-Outcome { Copy-LxcContainer "no-$Unique" x }) ContainerNotFound ObjectNotFound "no-$Unique"
    }

    It 'leaves nothing on a full disk' {
        $disk = "$LxcPath/small"
        [void] [IO.Directory]::CreateDirectory($disk)
        & mount -t tmpfs -o size=1m tmpfs $disk
        try {
            $outcome = Get-Outcome { Copy-LxcContainer $base "full-$Unique" -NewLxcPath "$disk/lxc" }
            Assert-OneError $outcome StorageFull LimitsExceeded "full-$Unique"
            [IO.Directory]::GetFileSystemEntries("$disk/lxc") | Should -BeNullOrEmpty
        }
        finally {
            & umount $disk
            Remove-Item $disk, "/run/lxc/lock$disk" -Recurse -Force -ErrorAction Ignore
        }
    }

    It 'leaves nothing half-made when it is killed at any moment' {
        & dd if=/dev/urandom of="$rootfs/data" bs=1M count=60 status=none
        foreach ($delay in 0, 20, 60, 120, 200) {
            $session = Start-Session "Copy-LxcContainer '$base' 'cut-$Unique' -LxcPath '$LxcPath'"
            [void] (Wait-Until { (Test-Path "$LxcPath/cut-$Unique") -or $session.HasExited })
            Start-Sleep -Milliseconds $delay
            & kill -KILL $session.Id
            $session.WaitForExit()
            $listed = @(Get-LxcContainer "cut-$Unique*")
            if ($listed) {
                [IO.FileInfo]::new("$LxcPath/cut-$Unique/rootfs/data").Length | Should -Be 60MB
                Remove-LxcContainer "cut-$Unique" -Force
            }
        }

        (Copy-LxcContainer $base "cut-$Unique").Name | Should -Be "cut-$Unique"
        [IO.FileInfo]::new("$LxcPath/cut-$Unique/rootfs/data").Length | Should -Be 60MB
        [IO.File]::Delete("$rootfs/data")
    }
}
