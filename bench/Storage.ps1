<#
.SYNOPSIS
The lines of bench/Measure-LxcPS.ps1 on making, copying and renaming containers. Dot-sourced by it; the variables are its.
#>

function Measure-Work {
    # Both sides in turn, with what has to be taken away after each. Long work: fewer rounds do, and there is no hot and cold.
    param([scriptblock] $Ours, [scriptblock] $Theirs, [scriptblock] $After, [int] $Rounds)
    if (-not ($notes -like 'Lines without*')) {
        $notes.Add('Lines without hot and cold are of fewer runs: 5 to 10.')
    }

    $times = @{ Ours = [Collections.Generic.List[double]]::new(); Theirs = [Collections.Generic.List[double]]::new() }
    foreach ($round in 0..$Rounds) {
        foreach ($side in $(if ($round % 2) { 'Theirs', 'Ours' } else { 'Ours', 'Theirs' })) {
            $step = if ($side -eq 'Ours') { $Ours } else { $Theirs }
            if ($step) {
                $time = & $step
                [void](& $After)
                if ($round -gt 0) { $times[$side].Add($time) }
            }
        }
    }

    $times
}

function New-Tree {
    # 300 MB in files of many sizes, which no compression makes smaller.
    param([string] $Path)
    $random = [Random]::new(1)
    $size = 0
    for ($i = 0; $size -lt 300MB; $i++) {
        $bytes = [byte[]]::new($random.Next(1KB, 200KB))
        $random.NextBytes($bytes)
        if ($i % 50 -eq 0) { [void](New-Item -ItemType Directory "$Path/data/$([int]($i / 50))" -Force) }
        [IO.File]::WriteAllBytes("$Path/data/$([int][math]::Floor($i / 50))/$i", $bytes)
        $size += $bytes.Length
    }
}

function Measure-Create {
    $theirs = if ($lxcCreate) { { $lxc.Run($lxcCreate, @('-P', $containers, '-n', 'made', '-t', 'busybox')) } }
    $times = Measure-Work { Measure-Call { New-LxcContainer made -Template Busybox } } $theirs { Remove-LxcContainer made -Force -Confirm:$false } ([math]::Min($Runs, 10))
    Add-Row 'New-LxcContainer -Template Busybox' '' $times.Ours 'lxc-create -t busybox' $times.Theirs 0.1
}

function Measure-Debian {
    # One Debian for all of them, of the distribution's packages.
    if (-not (Get-Command mmdebstrap -ErrorAction Ignore)) {
        $notes.Add('mmdebstrap is not installed: the lines with a Debian are left out.')
        return
    }

    $image = Save-LxcImage Debian -Release bookworm
    $archive = Join-Path $WorkPath 'debian.tar.xz'
    tar -cf $archive --numeric-owner --use-compress-program='xz -1' -C $image.Path .
    [void](New-LxcContainer base -Template $archive -Privileged -Config @{ 'lxc.net.0.type' = 'empty' })
    $rounds = [math]::Min($Runs, 7)
    $theirs = if ($lxcCopy -and $lxcStart) {
        { $lxc.Run($lxcCopy, @('-P', $containers, '-p', $containers, '-n', 'base', '-N', 'second', '-s', '-B', 'overlay')) + $lxc.Run($lxcStart, @('-P', $containers, '-n', 'second', '-d')) }
    }
    $ours = { Measure-Call { New-LxcContainer second -Template Debian -Release bookworm -Privileged -Config @{ 'lxc.net.0.type' = 'empty' } | Start-LxcContainer } }
    $times = Measure-Work $ours $theirs { Remove-LxcContainer second -Force -Confirm:$false } $rounds
    Add-Row 'Second container of a Debian image, to running' '' $times.Ours 'lxc-copy -s, lxc-start' $times.Theirs 0.8

    Measure-Boot

    $target = Join-Path $WorkPath 'unpacked'
    $plain = {
        [void](New-Item -ItemType Directory $target)
        $lxc.Run('/usr/bin/tar', @('--extract', "--file=$archive", "--directory=$target", '--numeric-owner', '--xattrs', '--xattrs-include=*', '--acls'))
    }
    $times = Measure-Work { Measure-Call { New-LxcContainer made -Template $archive } } $plain {
        if (Get-LxcContainer made*) { Remove-LxcContainer made -Force -Confirm:$false }
        if (Test-Path $target) { Remove-Item $target -Recurse -Force }
    } ([math]::Min($Runs, 5))
    Add-Row 'New-LxcContainer of a Debian archive (xz)' '' $times.Ours 'tar -x' $times.Theirs 1.3

    # Whether the last cost what the first did. Their init is one program: of a hundred systemds that boot at once one would measure those. And what was unpacked
    # before is on the disk: creation waits for the disk, which else has that to write first.
    sync
    $names = 1..100 | ForEach-Object { 'many{0:000}' -f $_ }
    $times = foreach ($name in $names) {
        Measure-Call { New-LxcContainer $name -Image debian/bookworm -Config @{ 'lxc.net.0.type' = 'empty'; 'lxc.init.cmd' = '/usr/bin/sleep infinity' } | Start-LxcContainer }
    }
    $disk = $names | ForEach-Object { [double]((du -sk "$containers/$_") -split '\s+')[0] }
    Add-Row '100 containers of one image, made and started, each' '' $times '' $null 1000 -Absolute
    Add-Row 'The same, one of the last 20' '' $times[80..99] 'one of the first 20' $times[0..19] 1.3
    Add-Row '100 containers of one image, disk of each' '' $disk '' $null 1000 'KiB' -Absolute
    Stop-LxcContainer $names -Kill
    Remove-LxcContainer $names -Force -Confirm:$false
    Remove-LxcContainer base -Force -Confirm:$false
    Remove-LxcImage debian/bookworm -Confirm:$false
}

function Measure-Boot {
    # systemd's own word on when a boot is over. Both sides are asked by the same cmdlet, and shut down, so that no journal is left torn.
    [void](New-LxcContainer booted -Image debian/bookworm -Storage Dir -Config @{ 'lxc.net.0.type' = 'empty' })
    # Before that socket is there, nobody answers.
    $script = 'until [ -S /run/systemd/private ]; do sleep 0.01; done; exec systemctl is-system-running --wait'
    $wait = {
        Measure-Call {
            $state = Invoke-LxcCommand booted sh '-c' $script -Timeout 60
            if ($state -ne 'running') { throw "The Debian that was booted is '$state', not running" }
        }
    }
    $ours = { (Measure-Call { Start-LxcContainer booted }) + (& $wait) }
    $theirs = if ($lxcStart) { { $lxc.Run($lxcStart, @('-P', $containers, '-n', 'booted', '-d')) + (& $wait) } }
    $times = Measure-Work $ours $theirs { Stop-LxcContainer booted -NoKill } ([math]::Min($Runs, 10))
    Add-Row 'Boot of a stock Debian to running, user namespace' '' $times.Ours 'lxc-start -d' $times.Theirs 1.1
    Remove-LxcContainer booted -Force -Confirm:$false
}

function Clear-Copy {
    param([string] $Path)
    find $Path -type f -size +0 -exec truncate --size=0 '{}' +
    sync
}

function Measure-Copy {
    $rounds = [math]::Min($Runs, 5)
    [void](New-LxcContainer big -Template Busybox -Privileged -Config @{ 'lxc.net.0.type' = 'empty' })
    New-Tree "$containers/big/rootfs"

    # All copies stay until the end here, and with shared blocks: ext4 passes over inodes that were freed within the last minutes, one by one, which then is most of what a
    # copy takes. But they are emptied: in a virtual machine memory that its host has to give first takes more than copying into it. And each begins with nothing left to
    # write of the one before.
    $made = @{ Count = 0 }
    $theirs = if ($lxcCopy) { { $made.Count++; $lxc.Run($lxcCopy, @('-P', $containers, '-p', $containers, '-n', 'big', '-N', "copy$($made.Count)")) } }
    $times = Measure-Work { $made.Count++; Measure-Call { Copy-LxcContainer big "copy$($made.Count)" } } $theirs { Clear-Copy "$containers/copy$($made.Count)" } $rounds
    Add-Row 'Copy-LxcContainer, 300 MB' '' $times.Ours 'lxc-copy' $times.Theirs 0.7
    Remove-LxcContainer copy* -Force -Confirm:$false

    $back = if ($lxcCopy) {
        { $lxc.Run($lxcCopy, @('-P', $containers, '-p', $containers, '-n', 'big', '-N', 'other', '-R')) }
    }
    $times = Measure-Work { Measure-Call { Rename-LxcContainer big other } } $back { Rename-LxcContainer other big } $rounds
    Add-Row 'Rename-LxcContainer, 300 MB' '' $times.Ours 'lxc-copy -R' $times.Theirs 0.1
    Measure-Reflink $rounds
    Remove-LxcContainer big -Force -Confirm:$false
}

function Measure-Reflink {
    # On a btrfs of its own, in a file.
    param([int] $Rounds)
    if (-not (Get-Command mkfs.btrfs -ErrorAction Ignore)) {
        $notes.Add('mkfs.btrfs is not installed (apt-get install btrfs-progs): the line with shared blocks is left out.')
        return
    }

    $file = Join-Path $WorkPath 'btrfs'
    $shared = Join-Path $WorkPath 'shared'
    truncate -s 6G $file
    [void](mkfs.btrfs -q $file)
    [void](New-Item -ItemType Directory $shared)
    mount -o loop $file $shared
    try {
        [void](Copy-LxcContainer big -NewName big -NewLxcPath $shared)

        # The others' view of the host is older than this mount.
        $timer = New-Timer @{} @()
        $made = @{ Count = 0 }
        $theirs = if ($lxcCopy) { { $made.Count++; $timer.Run($lxcCopy, @('-P', $shared, '-p', $shared, '-n', 'big', '-N', "copy$($made.Count)")) } }
        $times = Measure-Work { $made.Count++; Measure-Call { Copy-LxcContainer big "copy$($made.Count)" -LxcPath $shared } } $theirs { Clear-Copy "$shared/copy$($made.Count)" } $Rounds
        Add-Row 'Copy-LxcContainer, 300 MB, shared blocks (btrfs)' '' $times.Ours 'lxc-copy' $times.Theirs 0.05
        [void](Copy-LxcContainer big volume -LxcPath $shared -Storage Btrfs)
        $theirs = if ($lxcCopy) { { $timer.Run($lxcCopy, @('-P', $shared, '-p', $shared, '-n', 'volume', '-N', 'copy')) } }
        $times = Measure-Work { Measure-Call { Copy-LxcContainer volume copy -LxcPath $shared } } $theirs { Remove-LxcContainer copy -Force -Confirm:$false -LxcPath $shared } $Rounds
        Add-Row 'Copy-LxcContainer, 300 MB, a subvolume (btrfs)' '' $times.Ours 'lxc-copy' $times.Theirs 1.1
    }
    finally {
        if ($timer) {
            [void]$timers.Remove($timer)
            $timer.Dispose()
        }

        umount $shared
    }
}
