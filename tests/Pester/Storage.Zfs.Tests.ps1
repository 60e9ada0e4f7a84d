BeforeDiscovery {
    # ZFS in user space, with a daemon and a pool of this file's own: of a ZFS in the kernel, or of another daemon, the pools are somebody's.
    $hasZfs = [bool] (Get-Command zfs-fuse -CommandType Application -ErrorAction Ignore) -and (Test-Path /dev/fuse) -and -not (Test-Path /dev/zfs) -and
        -not (Select-String -Path /proc/net/unix -Pattern '/zfs/zfs_socket' -Quiet)
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Expect.ps1
    $one = "one-$Unique"
    $copy = "copy-$Unique"

    function Get-Dataset {
        # Below the pool, with what they are clones of.
        param([string] $Fields = 'name')
        @(& zfs list -H -r -t all -o $Fields lxc | ForEach-Object { $_ -replace "`t", ' ' } | Where-Object { $_ -match '^lxc/' } | Sort-Object)
    }
}

AfterAll {
    Assert-NothingLeft
}

Describe 'The storage Zfs' -Tag Vm -Skip:(-not $hasZfs) {
    BeforeAll {
        [void] [IO.Directory]::CreateDirectory('/run/zfs')
        [void] [IO.Directory]::CreateDirectory('/run/lock/zfs')
        $daemon = [Diagnostics.Process]::Start([Diagnostics.ProcessStartInfo]@{
                FileName = 'zfs-fuse'; Arguments = "--no-daemon --no-kstat-mount --pidfile '$LxcPath.pid'"; RedirectStandardError = $true; RedirectStandardOutput = $true
            })
        Wait-Until { & zpool list *>$null; $LASTEXITCODE -eq 0 } 20 | Should -BeTrue
        & sh -c 'truncate -s 200M "$1" && zpool create -m none lxc "$1" 2>/dev/null' sh "$LxcPath.disk"
        $LASTEXITCODE | Should -Be 0

        # FUSE maps no ids for this daemon.
        $PSDefaultParameterValues['New-LxcContainer:Privileged'] = $true
    }

    AfterAll {
        & zpool destroy lxc
        $daemon.Kill()
        $daemon.WaitForExit()
        Remove-Item "$LxcPath.disk", "$LxcPath.pid", /run/lxc/zfs -Recurse -Force -ErrorAction Ignore
    }

    AfterEach {
        Get-LxcContainer | Remove-LxcContainer -Force
        Get-Dataset | Should -BeNullOrEmpty
        [IO.Directory]::GetFileSystemEntries($LxcPath) | Should -BeNullOrEmpty
    }

    It 'keeps a root file system in a dataset, of the size that is asked for, which goes with the container' {
        $container = New-LxcContainer $one -Template Busybox -Storage Zfs -Size 20MB
        $container.Rootfs | Should -Be "zfs:lxc/$one"
        (Get-Item /run/lxc/zfs).UnixMode | Should -Be 'drwx------'
        $lines = @(Use-Container $one 'grep " / " /proc/mounts; dd if=/dev/zero of=/big bs=1M count=30 2>&1; rm /big; touch /mark')
        $lines[0] | Should -Match "^lxc/$one / fuse.zfs rw,"
        $lines -join ' ' | Should -Match 'quota exceeded|No space left'

        # As after a boot, which mounts nothing.
        Wait-Until { & zfs unmount "lxc/$one" *>$null; $LASTEXITCODE -eq 0 } | Should -BeTrue
        Use-Container $one 'ls /mark' | Should -Be '/mark'
    }

    It 'is copied at once, by clones that need nothing' {
        [void] (New-LxcContainer $one -Template Busybox -Storage Zfs -Size 20MB)
        [IO.File]::WriteAllText("/run/lxc/zfs/lxc/$one/mark", "first`n")
        Checkpoint-LxcContainer $one
        (Copy-LxcContainer $one $copy -Snapshot).Rootfs | Should -Be "zfs:lxc/$copy"
        & zfs get -H -p -o value refquota "lxc/$copy" | Should -Be 20MB
        [IO.File]::WriteAllText("/run/lxc/zfs/lxc/$one/mark", "second`n")
        Restore-LxcSnapshot $one snap0 -Confirm:$false
        [IO.File]::ReadAllText("/run/lxc/zfs/lxc/$((Get-LxcContainer $one).Rootfs.Split('/')[-1])/mark") | Should -Be "first`n"
        Remove-LxcContainer $one -Force
        Use-Container $copy 'cat /mark; hostname' | Should -Be 'first', $copy
        Rename-LxcContainer $copy "named-$Unique"
        Use-Container "named-$Unique" 'cat /mark' | Should -Be 'first'
        Get-Dataset 'name,origin' | Should -Be "lxc/$copy -" -Because 'no snapshot stays without its clone'
    }

    It 'is copied from and to other storages, and goes with an ephemeral copy' {
        [void] (New-LxcContainer $one -Template Busybox)
        [void] (Copy-LxcContainer $one $copy -Storage Zfs)
        Copy-LxcContainer $copy "brief-$Unique" -Ephemeral | Start-LxcContainer
        Get-Dataset | Should -Contain "lxc/brief-$Unique"
        Stop-LxcContainer "brief-$Unique" -Kill
        Wait-Until { -not (Test-Path "$LxcPath/brief-$Unique") } | Should -BeTrue
        Get-Dataset | Should -Be "lxc/$copy"
        (Copy-LxcContainer $copy "dir-$Unique" -Storage Dir).Rootfs | Should -Be "dir:$LxcPath/dir-$Unique/rootfs"
        Remove-LxcContainer $one, $copy -Force
        Use-Container "dir-$Unique" hostname | Should -Be "dir-$Unique"
    }

    It 'leaves nothing where it is too small, and refuses what it cannot be' {
        Assert-OneError (Get-Outcome { New-LxcContainer $one -Template Busybox -Storage Zfs -Size 1MB }) StorageFull LimitsExceeded $one
        Test-Path "$LxcPath/$one" | Should -BeFalse
        Get-Dataset | Should -BeNullOrEmpty
        Assert-OneError (Get-Outcome { New-LxcContainer $one -Template Busybox -Storage Zfs -FileSystem ext4 }) StorageUnsupported NotImplemented $one
    }

    It 'leaves no dataset when its <What> is killed' -ForEach @{ What = 'creation' }, @{ What = 'copy' } {
        [void] (New-LxcContainer $one -Template Busybox -Storage Zfs)
        $script = $What -eq 'copy' ? "Copy-LxcContainer '$one' 'cut-$Unique'" : "New-LxcContainer 'cut-$Unique' -Template Busybox -Storage Zfs -Privileged"
        foreach ($delay in $env:LXCPS_LONG ? (1..50 | ForEach-Object { Get-Random -Maximum 400 }) : 60) {
            $session = Start-Session $script
            [void] (Wait-Until { (Test-Path "$LxcPath/cut-$Unique") -or $session.HasExited })
            Start-Sleep -Milliseconds $delay
            & kill -KILL $session.Id
            $session.WaitForExit()
            if (-not (Get-LxcContainer "cut-$Unique*")) {
                # A program that outlives the session has the name until it has ended.
                Wait-Until { [bool] (Invoke-Expression "$script -ErrorAction Ignore") } 20 | Should -BeTrue
            }

            Use-Container "cut-$Unique" hostname | Should -Be "cut-$Unique"
            Remove-LxcContainer "cut-$Unique" -Force
            Get-Dataset | Should -Be "lxc/$one"
        }
    }
}

Describe 'The storage Zfs of a host that cannot' {
    AfterEach {
        [IO.Directory]::GetFileSystemEntries($LxcPath) | Should -BeNullOrEmpty
    }

    It 'names the program that is missing' -Skip:([bool] (Get-Command zfs -CommandType Application -ErrorAction Ignore)) {
        $outcome = Get-Outcome { New-LxcContainer $one -Template Busybox -Storage Zfs }
        Assert-OneError $outcome StorageUnsupported NotImplemented $one
        $outcome.Errors[0].Exception.Message | Should -Match 'needs zfs'
        $outcome.Errors[0].Exception.Advice | Should -Match 'Install the package zfsutils-linux'
    }

    It 'leaves nothing where <Title>' -ForEach @(
        @{ Title = 'there is no such pool'; Answer = "cannot open 'lxc': dataset does not exist"; Id = 'StorageUnsupported'; Category = 'NotImplemented'; Text = "there is no pool 'lxc'" }
        @{ Title = 'the kernel has no ZFS'; Answer = 'The ZFS modules are not loaded.'; Id = 'StorageFailed'; Category = 'InvalidOperation'; Text = 'zfs: The ZFS modules are not loaded' }
    ) {
        # A program of that name that answers as ZFS's does.
        $tools = "$LxcPath.tools"
        [void] [IO.Directory]::CreateDirectory($tools)
        [IO.File]::WriteAllText("$tools/zfs", "#!/bin/sh`necho `"$Answer`" >&2; exit 1`n")
        & chmod 755 "$tools/zfs"
        $path = $env:PATH
        try {
            $env:PATH = "${tools}:$path"
            $outcome = Get-Outcome { New-LxcContainer $one -Template Busybox -Storage Zfs }
        }
        finally {
            $env:PATH = $path
            Remove-Item $tools -Recurse
        }

        Assert-OneError $outcome $Id $Category $one
        $outcome.Errors[0].Exception.Message | Should -Match $Text
    }
}
