BeforeDiscovery {
    . $PSScriptRoot/Missing.ps1
    # Subvolumes need a file system that has them.
    $missing = @($missing) + @('mkfs.btrfs', 'mkfs.ext4' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) }) -ne $null
}

BeforeAll {
    . $PSScriptRoot/Tools.ps1
    $disk = "$LxcPath.disk"
    $hasDisk = [bool] (Get-Command mkfs.btrfs -CommandType Application -ErrorAction Ignore)
    if ($hasDisk) {
        & sh -c 'truncate -s 800M "$1" && mkfs.btrfs -q "$1" && mount -o loop "$1" "$2"' sh $disk $LxcPath
        if ($LASTEXITCODE -ne 0) {
            throw 'btrfs cannot be mounted'
        }
    }

    function New-OnStorage {
        # A privileged container of either side, on a storage.
        param([string] $By, [string] $Name, [string] $Storage)
        if ($By -eq 'ours') {
            $size = $Storage -eq 'loop' ? @{ Size = 64MB } : @{}
            [void] (New-LxcContainer $Name -Template Busybox -Storage $Storage @size -Privileged -Config @{ 'lxc.net.0.type' = 'empty' })
        }
        else {
            [IO.File]::WriteAllText("$LxcPath.conf", "lxc.net.0.type = empty`n")
            $size = if ($Storage -eq 'loop') { '--fssize', '64M' }
            [void] (Use-Tool lxc-create -n $Name -t busybox -B $Storage -f "$LxcPath.conf" @size)
        }

        (Get-LxcContainer $Name).Rootfs | Should -Be "${Storage}:$LxcPath/$Name/$($Storage -eq 'loop' ? 'rootdev' : 'rootfs')"
    }

    function Assert-Runs {
        # It starts by either side, and keeps what is written.
        param([string] $Name)
        Start-LxcContainer $Name
        Invoke-LxcCommand $Name sh '-c' 'echo text >/root/mark'
        Stop-LxcContainer $Name -Kill
        Use-Tool lxc-start -n $Name -d
        Use-Tool lxc-attach -n $Name '--' cat /root/mark | Should -Be 'text'
        Use-Tool lxc-stop -n $Name -k
    }
}

AfterAll {
    Get-LxcContainer -LxcPath $LxcPath | Remove-LxcContainer -Force -Confirm:$false
    if ($hasDisk) {
        Wait-Until { & umount $LxcPath 2>$null; $LASTEXITCODE -eq 0 } 10 | Should -BeTrue
        [IO.File]::Delete($disk)
    }

    Complete-Test
}

Describe 'lxc-create: LXC''s tool, our container' -Skip:([bool] $missing) {
    It 'the tools start, copy and remove what New-LxcContainer made with -Storage Btrfs or Loop, and take and restore snapshots of Btrfs' -ForEach 'btrfs', 'loop' {
        $name = "os-$_-$Unique"
        New-OnStorage ours $name $_
        Assert-Runs $name
        Use-Tool lxc-copy -n $name -N "copy-$_-$Unique" | Out-Null
        Assert-Runs "copy-$_-$Unique"
        Use-Tool lxc-destroy -n "copy-$_-$Unique" | Out-Null
        if ($_ -eq 'btrfs') {
            Use-Tool lxc-snapshot -n $name | Out-Null
            Restore-LxcSnapshot $name snap0 -NewName "back-$_-$Unique" -Confirm:$false
            Assert-Runs "back-$_-$Unique"
            Checkpoint-LxcContainer $name
            Use-Tool lxc-snapshot -n $name -r snap1 -N "again-$_-$Unique" | Out-Null
            Assert-Runs "again-$_-$Unique"
            Use-Tool lxc-destroy -s -n $name | Out-Null
        }
        else {
            Use-Tool lxc-destroy -n $name | Out-Null
        }

        Test-Path "$LxcPath/$name" | Should -BeFalse
    }
}

Describe 'lxc-create: our cmdlet, LXC''s container' -Skip:([bool] $missing) {
    It 'Start-, Copy-, Checkpoint-, Restore- and Remove- do on what -B btrfs and -B loop made what they do on our own' -ForEach 'btrfs', 'loop' {
        $name = "ts-$_-$Unique"
        New-OnStorage theirs $name $_
        Assert-Runs $name
        (Copy-LxcContainer $name "copy-$_-$Unique").Rootfs | Should -BeLike "${_}:$LxcPath/copy-$_-$Unique/*"
        Assert-Runs "copy-$_-$Unique"
        (Copy-LxcContainer $name "dir-$_-$Unique" -Storage Dir).Rootfs | Should -Be "dir:$LxcPath/dir-$_-$Unique/rootfs"
        Assert-Runs "dir-$_-$Unique"
        Checkpoint-LxcContainer $name
        Restore-LxcSnapshot $name snap0 -Confirm:$false
        Assert-Runs $name
        Remove-LxcContainer $name -Force
        Test-Path "$LxcPath/$name" | Should -BeFalse
    }
}
