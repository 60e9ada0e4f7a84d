# Dot-sourced by the tests of what is killed and of what finds the disk full, those of root and those of users: in BeforeDiscovery for what is done,
# in BeforeAll after Common.ps1, Probe.ps1 and Expect.ps1 for how. $place is the directory of containers, $owner has it, $shift is the host's id of
# the containers' root.

# What is done, by a session that is killed; what is whole after it; and the next try.
$operations = @(
    @{
        Operation = 'New-LxcContainer'
        Command   = { "New-LxcContainer '$new' -Template '$outside/rootfs.tar' -LxcPath '$place'" }
        Check     = { Assert-WholeIfListed $new }
        Next      = { Remove-Listed $new; [void] (New-LxcContainer $new -Template "$outside/rootfs.tar" -LxcPath $place); Assert-Whole "$place/$new/rootfs" first; Remove-Listed $new }
    }
    @{
        Operation = 'Copy-LxcContainer'
        Command   = { "Copy-LxcContainer '$base' '$new' -LxcPath '$place'" }
        Check     = { Assert-WholeIfListed $new }
        Next      = { Remove-Listed $new; [void] (Copy-LxcContainer $base $new -LxcPath $place); Assert-Whole "$place/$new/rootfs" first; Remove-Listed $new }
    }
    @{
        Operation = 'Checkpoint-LxcContainer'
        Command   = { "Checkpoint-LxcContainer '$base' -LxcPath '$place'" }
        Check     = { Get-LxcSnapshot $base -LxcPath $place | ForEach-Object { Assert-Whole "$place/$base/snaps/$($_.SnapshotName)/rootfs" first } }
        Next      = { Get-LxcSnapshot $base -LxcPath $place | ForEach-Object { Remove-LxcSnapshot $base $_.SnapshotName -LxcPath $place -Confirm:$false }; Checkpoint-LxcContainer $base -LxcPath $place; Assert-Whole "$place/$base/snaps/snap0/rootfs" first; Remove-LxcSnapshot $base snap0 -LxcPath $place -Confirm:$false }
    }
    @{
        Operation = 'Restore-LxcSnapshot'
        Prepare   = { Checkpoint-LxcContainer $base -LxcPath $place; Set-Files "$place/$base/rootfs" second }
        Command   = { "Restore-LxcSnapshot '$base' snap0 -LxcPath '$place' -Confirm:`$false" }
        # From the moment when the files are set aside it is finished by whoever opens the container.
        Check     = { (Get-LxcContainer $base -LxcPath $place).Rootfs | Should -Not -BeNullOrEmpty; Assert-Whole "$place/$base/rootfs" first, second }
        Next      = { Restore-LxcSnapshot $base snap0 -LxcPath $place -Confirm:$false; Assert-Whole "$place/$base/rootfs" first; [IO.Directory]::GetFileSystemEntries("$place/$base", '.*') | Should -BeNullOrEmpty; Remove-LxcSnapshot $base snap0 -LxcPath $place -Confirm:$false }
    }
    @{
        Operation = 'Export-LxcContainer'
        Command   = { "Export-LxcContainer '$base' '$place/archives/$base.tar' -LxcPath '$place'" }
        Check     = { if (Test-Path "$place/archives/$base.tar") { Assert-Archive } }
        Next      = { Export-LxcContainer $base "$place/archives/$base.tar" -LxcPath $place -Force; Assert-Archive; [IO.Directory]::GetFileSystemEntries("$place/archives") | Should -HaveCount 1; [IO.File]::Delete("$place/archives/$base.tar") }
    }
    @{
        Operation = 'Export-LxcContainer -Format Oci'
        Room      = 1MB
        Command   = { "Export-LxcContainer '$base' '$place/archives/$base' -Format Oci -LxcPath '$place'" }
        Check     = { if (Test-Path "$place/archives/$base") { Assert-Layout } }
        Next      = { Remove-Item "$place/archives/$base" -Recurse -Force -ErrorAction Ignore; Export-LxcContainer $base "$place/archives/$base" -LxcPath $place -Format Oci; Assert-Layout; [IO.Directory]::GetFileSystemEntries("$place/archives") | Should -HaveCount 1; Remove-Item "$place/archives/$base" -Recurse -Force }
    }
    @{
        Operation = 'Import-LxcContainer'
        Prepare   = { if (-not (Test-Path "$outside/$base.tar.zst")) { Export-LxcContainer $base $outside -LxcPath $place } }
        Command   = { "Import-LxcContainer '$outside/$base.tar.zst' '$new' -LxcPath '$place'" }
        Check     = { Assert-WholeIfListed $new }
        Next      = { Remove-Listed $new; [void] (Import-LxcContainer "$outside/$base.tar.zst" $new -LxcPath $place); Assert-Whole "$place/$new/rootfs" first; Remove-Listed $new }
    }
    @{
        Operation = 'Import-LxcImage'
        Command   = { "Import-LxcImage '$outside/rootfs.tar' -Name lxcps/fault -ImagePath '$place/images'" }
        Check     = { Get-LxcImage -ImagePath "$place/images" | ForEach-Object { Assert-Whole $_.Path first } }
        Next      = { Remove-Image; Import-LxcImage "$outside/rootfs.tar" -Name lxcps/fault -ImagePath "$place/images" | ForEach-Object { Assert-Whole $_.Path first }; Remove-Image }
    }
    @{
        Operation = 'Rename-LxcContainer'
        Room      = 8KB
        Command   = { "Rename-LxcContainer '$base' '$new' -LxcPath '$place'" }
        Check     = { @(Get-LxcContainer $base, $new -LxcPath $place -ErrorAction Ignore) | Should -HaveCount 1 }
        Next      = {
            if (-not (Get-LxcContainer $new -LxcPath $place -ErrorAction Ignore)) {
                Rename-LxcContainer $base $new -LxcPath $place
            }

            Assert-Whole "$place/$new/rootfs" first
            (Get-LxcContainer $new -LxcPath $place).Rootfs | Should -Be "dir:$place/$new/rootfs"
            Rename-LxcContainer $new $base -LxcPath $place
            (Get-LxcContainer $base -LxcPath $place).Rootfs | Should -Be "dir:$place/$base/rootfs"
        }
    }
)

# With LXCPS_LONG the numbers that find what happens once in fifty times; without it what a build can wait for.
$rounds = if ($env:LXCPS_LONG) { 50 } else { 4 }
$random = [Random]::new(4711)
$base = "base-$Unique"
$new = "new-$Unique"
$outside = "/tmp/lxcps-outside-$Unique"

function Set-Files {
    # Many files of one word, and a large one.
    param([string] $Root, [string] $Word)
    & sh -c 'for i in $(seq 300); do echo "$2" >"$1/f$i"; done; dd if=/dev/zero bs=1M count=16 status=none | tr "\0" x >"$1/data"' sh $Root $Word
}

function Assert-Whole {
    param([string] $Root, [string[]] $Word)
    $words = @(& sh -c 'cat "$1"/f* | sort | uniq -c' sh $Root)
    $words | Should -HaveCount 1 -Because 'all files are of one time'
    $words[0].Trim() | Should -BeIn $Word.ForEach({ "300 $_" })
    & sh -c 'stat -c %u:%g "$1"/f* | sort | uniq -c' sh $Root | ForEach-Object Trim | Should -Be "200 $($shift):$shift", "100 $($shift + 12):$($shift + 34)"
    [IO.FileInfo]::new("$Root/data").Length | Should -Be 16MB
    Test-Path "$Root/bin/busybox" | Should -BeTrue
}

function Assert-WholeIfListed {
    param([string] $Name)
    Assert-Whole "$place/$base/rootfs" first
    if ((Get-LxcContainer -LxcPath $place).Name -contains $Name) {
        Assert-Whole "$place/$Name/rootfs" first
        (Get-LxcContainer $Name -LxcPath $place).Rootfs | Should -Be "dir:$place/$Name/rootfs"
    }
}

function Assert-Archive {
    @(& tar --list "--file=$place/archives/$base.tar" | Where-Object { $_ -match '^rootfs/f\d+$' }) | Should -HaveCount 300
    $LASTEXITCODE | Should -Be 0
}

function Assert-Layout {
    $blobs = [IO.Directory]::GetFiles("$place/archives/$base/blobs/sha256")
    $blobs | Should -HaveCount 3
    $blobs | ForEach-Object { (Get-FileHash $_).Hash | Should -Be ([IO.Path]::GetFileName($_)) }
    Test-Path "$place/archives/$base/index.json", "$place/archives/$base/oci-layout" | Should -Be $true, $true
}

function Remove-Listed {
    param([string] $Name)
    if ((Get-LxcContainer -LxcPath $place).Name -contains $Name) {
        Remove-LxcContainer $Name -LxcPath $place -Force
    }
}

function Remove-Image {
    Get-LxcImage -ImagePath "$place/images" | ForEach-Object { Remove-LxcImage $_.Name -ImagePath "$place/images" -Confirm:$false }
}

function New-Base {
    # Of an archive, in which files belong to several ids.
    if (-not (Test-Path "$outside/rootfs.tar")) {
        $tree = [IO.Directory]::CreateDirectory("$outside/tree/bin").Parent.FullName
        Copy-Item /bin/busybox "$tree/bin/busybox"
        [void] (New-Item -ItemType SymbolicLink "$tree/bin/sh" -Target busybox)
        Set-Files $tree first
        & sh -c 'for i in $(seq 100); do chown 12:34 "$1/f$i"; done' sh $tree
        & tar -cf "$outside/rootfs.tar" -C $tree .
    }

    foreach ($directory in $outside, $place, "$place/archives") {
        [void] [IO.Directory]::CreateDirectory($directory)
        & chown "$($owner):$owner" $directory
    }

    [void] (New-LxcContainer $base -Template "$outside/rootfs.tar" -LxcPath $place)
}

function Get-Straggler {
    # The processes that killed sessions left.
}

function Assert-NothingHidden {
    # After a try that worked.
    foreach ($directory in $place, "$place/$base", "$place/$base/snaps", "$place/archives", "$place/images") {
        if ([IO.Directory]::Exists($directory)) {
            [IO.Directory]::GetFileSystemEntries($directory, '.*') -notlike '*/.downloads' | Should -BeNullOrEmpty
        }
    }
}

function Assert-SurvivesDeath {
    # The operation is killed at random moments: afterwards all is whole, and the next try works.
    if ($Prepare) {
        . $Prepare
    }

    # How long it takes by itself, in a session that is not the first to do it.
    $go = { param($session) $session.StandardInput.WriteLine('go'); $session.StandardOutput.ReadLine() | Should -Be 'begins' }
    $script = "[void] [Console]::In.ReadLine(); [Console]::Out.WriteLine('begins'); $(. $Command); [Console]::Out.WriteLine('done')"
    # Each is started while the one before is looked at: they only wait.
    $session = Start-Session $script
    $following = Start-Session $script
    . $go $session
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $session.StandardOutput.ReadLine() | Out-Null
    $whole = $watch.Elapsed.TotalMilliseconds
    $session.WaitForExit()
    . $Check
    . $Next
    $killed = 0
    # More where all were too late, as on a machine that was busy when the time was taken.
    for ($round = 1; $round -le $rounds -or ($killed -eq 0 -and $round -le 3 * $rounds); $round++) {
        if ($Prepare) {
            . $Prepare
        }

        $session = $following
        . $go $session
        $began = [DateTime]::Now
        Start-Sleep -Milliseconds ($random.NextDouble() * $whole)
        if ($session.HasExited) {
            $whole = [Math]::Min($whole, ($session.ExitTime - $began).TotalMilliseconds)
        }
        else {
            $killed++
        }

        $session.Kill()
        $session.WaitForExit()
        $following = Start-Session $script
        . $Check

        # What the killed session was about to execute holds the container's name until it is executed.
        for ($end = [DateTime]::UtcNow.AddSeconds(5); ; Start-Sleep -Milliseconds 20) {
            try {
                . $Next
                break
            }
            catch {
                if ("$($_.FullyQualifiedErrorId)" -notlike 'ContainerBusy,*' -or [DateTime]::UtcNow -gt $end) {
                    throw
                }
            }
        }

        Assert-NothingHidden
        Wait-Until { -not (Get-Straggler) } | Should -BeTrue -Because "nothing runs on: $(Get-Straggler)"
    }

    $following.Kill()
    $following.WaitForExit()
    if ($env:LXCPS_LONG) {
        Write-Host "$killed of $rounds were killed before they had done"
    }

    $killed | Should -BeGreaterThan 0
}

function Assert-SurvivesFullDisk {
    # The same on a disk that is full at some moment of the operation.
    $full = 0
    foreach ($round in 1..$rounds) {
        if ($Prepare) {
            . $Prepare
        }

        $used = [long] (& stat -f -c '%b %f %S' $place | ForEach-Object { $part = $_.Split(' '); ([long] $part[0] - [long] $part[1]) * [long] $part[2] })
        & mount -o "remount,size=$($used + $random.Next(0, ($Room ?? 16MB)))" $place
        $outcome = Get-Outcome ([scriptblock]::Create((. $Command)))
        $outcome.Errors | ForEach-Object { $_.FullyQualifiedErrorId | Should -BeLike 'StorageFull,*'; $_.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty }
        $outcome.Errors.Count | Should -BeLessOrEqual 1
        $full += $outcome.Errors.Count
        & mount -o remount,size=200m $place
        . $Check
        . $Next
        Assert-NothingHidden
    }

    if ($env:LXCPS_LONG) {
        Write-Host "$full of $rounds found the disk full"
    }

    $full | Should -BeGreaterThan 0
}
