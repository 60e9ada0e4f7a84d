BeforeDiscovery {
    # The group of volumes that is used where the system's configuration names none; one that is there already is somebody's.
    $hasLvm = [bool] (Get-Command lvcreate, losetup -CommandType Application -ErrorAction Ignore | Where-Object Name -EQ lvcreate) -and
        (Select-String -Path /proc/devices -Pattern 'device-mapper' -Quiet) -and -not (Test-Path /dev/lxc) -and -not (Test-Path /etc/lxc/lxc.conf)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $copy = "copy-$Unique"

    function New-Group {
        # On a file of its own; the thin pool has the name that is used where none is configured.
        param([switch] $Thin)
        & sh -c 'truncate -s 400M "$1" && device=$(losetup --find --show "$1") && vgcreate -qq lxc "$device"' sh "$LxcPath.disk"
        $LASTEXITCODE | Should -Be 0
        if ($Thin) {
            & lvcreate -qq -y --type thin-pool -L 200M -n lxc lxc
            $LASTEXITCODE | Should -Be 0
        }
    }

    function Remove-Group {
        & sh -c 'vgremove -qq -f -y lxc; losetup -d "$(losetup -n -O NAME -j "$1" | head -1)"; rm "$1"' sh "$LxcPath.disk"
    }

    function Get-Volume {
        # name origin pool, without the pool itself.
        param([string] $Fields = 'lv_name')
        @(& lvs --noheadings --separator ' ' -o $Fields lxc | ForEach-Object Trim | Where-Object { $_ -notmatch '^lxc\b' } | Sort-Object)
    }

    function Write-Mark {
        # Into the root file system of a container that does not run, which takes a moment of what a start does.
        param([string] $Name, [string] $Text)
        & sh -c 'mkdir "$1.mark" && mount "$2" "$1.mark" && echo "$3" >"$1.mark/mark" && umount "$1.mark" && rmdir "$1.mark"' sh $LxcPath "/dev/lxc/$Name" $Text
        $LASTEXITCODE | Should -Be 0
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'The storage Lvm' -Tag Vm -Skip:(-not $hasLvm) {
    BeforeAll { New-Group }

    AfterAll { Remove-Group }

    AfterEach {
        Get-LxcContainer | Remove-LxcContainer -Force
        Get-Volume | Should -BeNullOrEmpty
        [IO.Directory]::GetFileSystemEntries($LxcPath) | Should -BeNullOrEmpty
    }

    It 'keeps a root file system on a volume, of the size that is asked for, which goes with the container' {
        $container = New-LxcContainer $one -Template Busybox -Storage Lvm -Size 32MB
        $container.Rootfs | Should -Be "lvm:/dev/lxc/$one"
        Get-Volume 'lv_name,lv_size' | Should -Be "$one 32.00m"
        [IO.Directory]::GetFileSystemEntries("$LxcPath/$one/rootfs") | Should -BeNullOrEmpty
        $lines = @(Use-Container $one 'grep " / " /proc/mounts; stat -c "%u %a" /bin/busybox; dd if=/dev/zero of=/big bs=1M count=40 2>&1; rm /big; touch /mark')
        $lines[0] | Should -Match '^/dev/\S+ / ext4 rw,'
        $lines[1] | Should -Be '0 755'
        $lines -join ' ' | Should -Match 'No space left on device'

        # As after a boot that activated nothing.
        & lvchange -an "lxc/$one"
        Use-Container $one 'ls /mark' | Should -Be '/mark'
    }

    It 'is copied, as a whole or as a snapshot that needs the source' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Lvm -Size 32MB)
        Write-Mark $one text
        (Copy-LxcContainer $one $copy).Rootfs | Should -Be "lvm:/dev/lxc/$copy"
        (Copy-LxcContainer $one "snap-$Unique" -Snapshot).Rootfs | Should -Be "lvm:/dev/lxc/snap-$Unique"
        Get-Volume 'lv_name,origin' | Should -Be $copy, $one, "snap-$Unique $one"
        Assert-OneError (Get-Outcome { Remove-LxcContainer $one -Confirm:$false }) ContainerNeeded InvalidOperation $one
        Use-Container "snap-$Unique" 'cat /mark; hostname' | Should -Be 'text', "snap-$Unique"
        $outcome = Get-Outcome { Copy-LxcContainer "snap-$Unique" "again-$Unique" -Snapshot }
        Assert-OneError $outcome StorageUnsupported NotImplemented "again-$Unique"
        $outcome.Errors[0].Exception.Message | Should -Match 'is a snapshot itself'

        # The whole copy has all of it.
        Remove-LxcContainer "snap-$Unique", $one -Force
        Use-Container $copy 'cat /mark; hostname' | Should -Be 'text', $copy
    }

    It 'is copied from and to other storages, and to another size' {
        [void] (New-LxcContainer $one -Template Busybox)
        [void] (Copy-LxcContainer $one $copy -Storage Lvm -Size 24MB)
        (Copy-LxcContainer $copy "larger-$Unique" -Size 48MB).Rootfs | Should -Be "lvm:/dev/lxc/larger-$Unique"
        Get-Volume 'lv_name,lv_size' | Should -Be "$copy 24.00m", "larger-$Unique 48.00m"
        (Copy-LxcContainer "larger-$Unique" "dir-$Unique" -Storage Dir).Rootfs | Should -Be "dir:$LxcPath/dir-$Unique/rootfs"
        (Copy-LxcContainer "larger-$Unique" "loop-$Unique" -Storage Loop).Rootfs | Should -Be "loop:$LxcPath/loop-$Unique/rootdev"
        [IO.FileInfo]::new("$LxcPath/loop-$Unique/rootdev").Length | Should -Be 48MB
        Remove-LxcContainer $one, "larger-$Unique" -Force
        Use-Container "dir-$Unique" 'hostname' | Should -Be "dir-$Unique"
        Use-Container "loop-$Unique" 'hostname' | Should -Be "loop-$Unique"
    }

    It 'has snapshots, is renamed, and is restored' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Lvm -Size 24MB)
        Write-Mark $one first
        Checkpoint-LxcContainer $one
        Get-Volume | Should -Be $one, "$one.snap0"
        Write-Mark $one second
        Restore-LxcSnapshot $one snap0 -Confirm:$false
        Get-Volume | Should -HaveCount 2 -Because 'the volume that was set aside is gone'
        Rename-LxcContainer $one "named-$Unique"
        Use-Container "named-$Unique" 'cat /mark' | Should -Be 'first'
        Remove-LxcSnapshot "named-$Unique" snap0 -Confirm:$false
        Get-Volume | Should -HaveCount 1
        [void] (New-LxcContainer $one -Template None)
        Remove-LxcContainer $one -Force
        Remove-LxcContainer "named-$Unique" -Force
    }

    It 'goes with an ephemeral copy, and with what LXC destroys' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Lvm -Size 24MB)
        Copy-LxcContainer $one "brief-$Unique" -Ephemeral | Start-LxcContainer
        Get-Volume 'lv_name,origin' | Should -Be "brief-$Unique $one", $one
        Stop-LxcContainer "brief-$Unique" -Kill
        Wait-Until { -not (Test-Path "$LxcPath/brief-$Unique") } | Should -BeTrue
        Get-Volume | Should -Be $one
        if (Get-Command lxc-destroy -ErrorAction Ignore) {
            & lxc-destroy -n $one -P $LxcPath
            $LASTEXITCODE | Should -Be 0
            Get-Volume | Should -BeNullOrEmpty
        }
    }

    It 'takes what lxc-create made' -Skip:(-not (Get-Command lxc-create -ErrorAction Ignore)) {
        & lxc-create -n $one -P $LxcPath -B lvm --fssize 32M -t busybox *>$null
        $LASTEXITCODE | Should -Be 0
        Set-LxcConfig $one lxc.net.0.type empty
        (Copy-LxcContainer $one $copy).Rootfs | Should -Be "lvm:/dev/lxc/$copy"
        Use-Container $one 'grep " / " /proc/mounts' | Should -Match ' / ext4 '
        Remove-LxcContainer $one -Force
        Get-Volume | Should -Be $copy
        & lxc-copy -P $LxcPath -n $copy -N "theirs-$Unique" -s *>$null
        $LASTEXITCODE | Should -Be 0
        Get-Volume 'lv_name,origin' | Should -Be $copy, "theirs-$Unique $copy"
        Use-Container "theirs-$Unique" hostname | Should -Be "theirs-$Unique"
    }

    It 'leaves nothing where the group is full, and the container where its volume is in use' {
        $outcome = Get-Outcome { New-LxcContainer $one -Template Busybox -Storage Lvm -Size 2GB }
        Assert-OneError $outcome StorageFull LimitsExceeded $one
        Test-Path "$LxcPath/$one" | Should -BeFalse
        [void] (New-LxcContainer $one -Template Busybox -Storage Lvm -Size 24MB)
        & lvcreate -qq -y -s -l '100%ORIGIN' -n foreign "lxc/$one"
        $outcome = Get-Outcome { Remove-LxcContainer $one -Confirm:$false }
        Assert-OneError $outcome ContainerNeeded InvalidOperation $one
        $outcome.Errors[0].Exception.Message | Should -Match 'its snapshots foreign would go with it'
        & lvremove -qq -f -y lxc/foreign
        Use-Container $one hostname | Should -Be $one
    }

    It 'leaves no volume when its creation is killed' {
        foreach ($delay in $env:LXCPS_LONG ? (1..50 | ForEach-Object { Get-Random -Maximum 600 }) : 200) {
            $session = Start-Session "New-LxcContainer 'cut-$Unique' -Template Busybox -Storage Lvm -Size 24MB"
            [void] (Wait-Until { (Test-Path "$LxcPath/cut-$Unique") -or $session.HasExited })
            Start-Sleep -Milliseconds $delay
            & kill -KILL $session.Id
            $session.WaitForExit()
        }

        # A program that outlives the session has the name until it has ended.
        if (-not (Get-LxcContainer "cut-$Unique*")) {
            Wait-Until { [bool] (New-LxcContainer "cut-$Unique" -Template Busybox -Storage Lvm -Size 24MB -ErrorAction Ignore) } 60 | Should -BeTrue
        }

        Get-Volume | Should -HaveCount 1
        Use-Container "cut-$Unique" hostname | Should -Be "cut-$Unique"
    }
}

Describe 'The storage Lvm in a thin pool' -Tag Vm -Skip:(-not $hasLvm) {
    BeforeAll { New-Group -Thin }

    AfterAll { Remove-Group }

    AfterEach {
        Get-LxcContainer | Remove-LxcContainer -Force
        Get-Volume | Should -BeNullOrEmpty
    }

    It 'takes the room that is written, and is copied at once, by snapshots that need nothing' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Lvm -Size 1GB)
        Get-Volume 'lv_name,pool_lv,lv_size' | Should -Be "$one lxc 1.00g"
        Write-Mark $one first
        Checkpoint-LxcContainer $one
        [void] (Copy-LxcContainer $one $copy -Snapshot)
        Get-Volume 'lv_name,origin' | Should -Be "$copy $one", $one, "$one.snap0 $one"
        Write-Mark $one second
        Restore-LxcSnapshot $one snap0 -Confirm:$false
        Use-Container $one 'cat /mark' | Should -Be 'first'
        Remove-LxcContainer $one -Force
        Get-Volume | Should -Be $copy

        # As at the next boot: what is not skipped is there again.
        & vgchange -qq -an lxc
        & vgchange -qq -ay lxc
        Test-Path "/dev/lxc/$copy" | Should -BeTrue
        Use-Container $copy 'cat /mark; hostname' | Should -Be 'first', $copy
    }
}

Describe 'The storage Lvm of a host that cannot' {
    AfterEach {
        [IO.Directory]::GetFileSystemEntries($LxcPath) | Should -BeNullOrEmpty
    }

    It 'names the program that is missing' -Skip:([bool] (Get-Command lvcreate -CommandType Application -ErrorAction Ignore)) {
        $outcome = Get-Outcome { New-LxcContainer $one -Template Busybox -Storage Lvm }
        Assert-OneError $outcome StorageUnsupported NotImplemented $one
        $outcome.Errors[0].Exception.Message | Should -Match 'needs lvcreate'
        $outcome.Errors[0].Exception.Advice | Should -Match 'Install the package lvm2'
    }

    It 'leaves nothing where <Title>' -ForEach @(
        @{ Title = 'there is no such group'; List = 'echo "  Volume group \"lxc\" not found" >&2; exit 5'; Make = 'exit 9'; Id = 'StorageUnsupported'; Category = 'NotImplemented'; Text = "there is no volume group 'lxc'"; Advice = 'lxc.bdev.lvm.vg' }
        @{ Title = 'the group is full'; List = 'exit 0'; Make = 'echo "  Volume group \"lxc\" has insufficient free space (1 extents): 8 required." >&2; exit 5'; Id = 'StorageFull'; Category = 'LimitsExceeded'; Text = 'insufficient free space'; Advice = 'vgs lxc' }
        @{ Title = 'the kernel has no volumes'; List = 'exit 0'; Make = 'echo "  Check that device-mapper is available in the kernel." >&2; exit 5'; Id = 'StorageFailed'; Category = 'InvalidOperation'; Text = 'lvcreate: Check that device-mapper'; Advice = 'dm_mod' }
    ) {
        # Programs of these names that answer as LVM's do.
        $tools = "$LxcPath.tools"
        [void] [IO.Directory]::CreateDirectory($tools)
        [IO.File]::WriteAllText("$tools/lvs", "#!/bin/sh`n$List`n")
        [IO.File]::WriteAllText("$tools/lvcreate", "#!/bin/sh`n$Make`n")
        & chmod 755 "$tools/lvs" "$tools/lvcreate"
        $path = $env:PATH
        try {
            $env:PATH = "${tools}:$path"
            $outcome = Get-Outcome { New-LxcContainer $one -Template Busybox -Storage Lvm -Size 24MB }
        }
        finally {
            $env:PATH = $path
            Remove-Item $tools -Recurse
        }

        Assert-OneError $outcome $Id $Category $one
        $outcome.Errors[0].Exception.Message | Should -Match $Text
        $outcome.Errors[0].Exception.Advice | Should -Match $Advice
    }

    It 'takes the group of the system''s configuration, and is the best where one is named there' -Skip:(-not (Test-Path /etc/lxc)) {
        $tools = "$LxcPath.tools"
        [void] [IO.Directory]::CreateDirectory($tools)
        [IO.File]::WriteAllText("$tools/lvs", "#!/bin/sh`necho '  Volume group `"own`" not found' >&2; exit 5`n")
        [IO.File]::WriteAllText("$tools/lvcreate", "#!/bin/sh`nexit 9`n")
        & chmod 755 "$tools/lvs" "$tools/lvcreate"
        $Shell = @('unshare', '-m', '--propagation', 'private', 'sh', '-c',
            "mount -t tmpfs none /etc/lxc && echo 'lxc.bdev.lvm.vg = own' >/etc/lxc/lxc.conf && PATH=${tools}:`$PATH exec `"`$@`"", 'sh') + $Shell
        try {
            Get-SessionText "New-LxcContainer '$one' -Template Busybox -Storage Best" | Should -Match "there is no volume group 'own'"
        }
        finally {
            Remove-Item $tools -Recurse
        }
    }

    It 'refuses the template Host' {
        Assert-OneError (Get-Outcome { New-LxcContainer $one -Template Host -Storage Lvm }) StorageUnsupported NotImplemented $one
    }
}
