# Copies and snapshots of the containers of a user who is not root: their files belong to his subordinate ids, and stay theirs.
BeforeDiscovery {
    $missing = 'setpriv', 'unshare', 'newuidmap', 'newgidmap' | Where-Object { -not (Get-Command $_ -CommandType Application -ErrorAction Ignore) }
    if ($missing) { Write-Warning "Copies of users' containers are not tested: $($missing -join ', ') is missing" }
}

BeforeAll {
    . $PSScriptRoot/Common.ps1
    . $PSScriptRoot/Probe.ps1
    . $PSScriptRoot/Rootless.ps1
    $first = 1500000000
    $one = New-User lxcpsone 60711 "$($first):65536"
    Register-UserProfile

    # A container with files of several owners, closed to others, and what copies are apt to lose.
    $lines = Invoke-As $one @'
$WarningPreference = 'Ignore'
New-LxcContainer source -Template Busybox | Out-Null
Start-LxcContainer source -Command sh -ArgumentList '-c', 'echo source > /etc/hostname; echo 0123 > /etc/machine-id; mkdir -p /srv/closed; echo text > /srv/closed/owned; ln /srv/closed/owned /srv/closed/link; chown -R 12:34 /srv/closed; chmod 700 /srv/closed; chmod 4755 /srv/closed/owned'
'@
    $lines | Should -BeNullOrEmpty

    function Get-Tree {
        # What a root file system has, but for what tells a copy from its source.
        param([string] $Path)
        & find $Path '-printf' '%P %y %m %U:%G %s %n %l\n' | Where-Object { $_ -notmatch '^(etc/(hostname|hosts|machine-id))? ' } | Sort-Object
    }
}

AfterAll {
    Unregister-UserProfile
    Remove-UserContainers $one
    Remove-TestContainers
    Get-Leftover | Should -BeNullOrEmpty
}

Describe 'Copies of the containers of a user who is not root' -Skip:([bool] $missing) {
    It 'have the files of all owners, and a name of their own' {
        $lines = Invoke-As $one @'
$WarningPreference = 'Ignore'
(Copy-LxcContainer source full).Name
Start-LxcContainer full -Command sh -ArgumentList '-c', 'cat /etc/hostname; cat /etc/machine-id; stat -c "%u:%g %a" /srv/closed/owned'
'@
        $lines | Should -Be 'full', 'full', '12:34 4755'
        Get-Tree "$($one.LxcPath)/full/rootfs" | Should -Be (Get-Tree "$($one.LxcPath)/source/rootfs")
        & stat '-c' '%u:%g %a' "$($one.LxcPath)/full/rootfs/srv/closed/owned" "$($one.LxcPath)/full" "$($one.LxcPath)/full/config" |
            Should -Be "$($first + 12):$($first + 34) 4755", "$($one.Id):$($one.Id) 770", "$($one.Id):$($one.Id) 640"
    }

    It 'are laid over their source with -Snapshot, which then must stay, and are whole again where that is asked for' {
        $lines = Invoke-As $one @'
$WarningPreference = 'Ignore'
(Copy-LxcContainer source laid -Snapshot).Name
Start-LxcContainer laid -Command sh -ArgumentList '-c', 'cat /etc/hostname; cat /srv/closed/owned; rm /srv/closed/link; echo more > /srv/more'
Remove-LxcContainer source -Confirm:$false
(Copy-LxcContainer laid beside).Name
(Copy-LxcContainer laid merged -Storage Dir).Name
foreach ($name in 'beside', 'merged') { Start-LxcContainer $name -Command sh -ArgumentList '-c', 'cat /etc/hostname; cat /srv/more; ls -A /srv/closed' }
Get-Content "$HOME/.local/share/lxc/merged/config" | Select-String rootfs.path | ForEach-Object Line
Remove-LxcContainer laid, beside, merged -Confirm:$false
'@
        $lines[0..2] | Should -Be 'laid', 'laid', 'text'
        $lines[3] | Should -BeLike 'error|ContainerNeeded|*laid*'
        $lines[4..5] | Should -Be 'beside', 'merged'
        $lines[6..11] | Should -Be 'beside', 'more', 'owned', 'merged', 'more', 'owned'
        $lines[12] | Should -Be "lxc.rootfs.path = dir:$($one.LxcPath)/merged/rootfs"
        $lines | Should -HaveCount 13
        Get-Content "$($one.LxcPath)/source/rootfs/etc/hostname" | Should -Be 'source'
    }

    It 'are gone when they stop, where they are ephemeral' {
        $lines = Invoke-As $one @'
$WarningPreference = 'Ignore'
(Copy-LxcContainer source brief -Ephemeral).Name
Start-LxcContainer brief -Command sh -ArgumentList '-c', 'mkdir -p /srv/own; chown 5:6 /srv/own; chmod 700 /srv/own; echo ran'
'@
        $lines | Should -Be 'brief', 'ran'
        Invoke-As $one '$WarningPreference = "Ignore"; (Copy-LxcContainer source memory -Ephemeral -InMemory).Name; Start-LxcContainer memory -Command sh -ArgumentList "-c", "echo x > /srv/made && cat /srv/made"' | Should -Be 'memory', 'x'
        Wait-Until { -not [IO.Directory]::Exists("$($one.LxcPath)/brief") } | Should -BeTrue
        Wait-Until { -not ((Get-ChildItem $one.LxcPath -Force).Name -like '.*') } | Should -BeTrue -Because 'the files of all owners are gone'
    }

    It 'have what lies beside the root file system too, whoever owns it, and tell how much is copied' {
        [void] [IO.Directory]::CreateDirectory("$($one.LxcPath)/source/hooks")
        [IO.File]::WriteAllText("$($one.LxcPath)/source/hooks/mine", 'x')
        [IO.File]::WriteAllText("$($one.LxcPath)/source/hooks/theirs", 'x')
        & chown '-R' "$($one.Id):$($one.Id)" "$($one.LxcPath)/source/hooks"
        & chown "$($first + 5):$($first + 6)" "$($one.LxcPath)/source/hooks/theirs"
        & chmod 600 "$($one.LxcPath)/source/hooks/theirs"
        Invoke-As $one 'Copy-LxcContainer source files | Out-Null; Rename-LxcContainer files renamed; Checkpoint-LxcContainer renamed; Rename-LxcContainer renamed back; Restore-LxcSnapshot back snap0 -Confirm:$false' | Should -BeNullOrEmpty
        & stat '-c' '%u:%g %a' "$($one.LxcPath)/back/hooks/mine" "$($one.LxcPath)/back/hooks/theirs" | Should -Be "$($one.Id):$($one.Id) 644", "$($first + 5):$($first + 6) 600"
        Invoke-As $one 'Remove-LxcContainer back -Confirm:$false' | Should -BeNullOrEmpty
        Remove-Item "$($one.LxcPath)/source/hooks" -Recurse -Force
    }

    It 'are refused with the reason: of what runs, of what is not there, over one that is there, on what only root can have' {
        $lines = Invoke-As $one @'
$WarningPreference = 'Ignore'
Start-LxcContainer full
Copy-LxcContainer full other
Stop-LxcContainer full -Kill
Copy-LxcContainer nosuch other
Copy-LxcContainer source full
Copy-LxcContainer source other -Storage Loop
Copy-LxcContainer source other -NewLxcPath /proc/nowhere
Remove-LxcContainer full -Confirm:$false
'@
        $lines[0] | Should -BeLike 'error|ContainerRunning|*|Stop it first*'
        $lines[1] | Should -BeLike 'error|ContainerNotFound|*'
        $lines[2] | Should -BeLike 'error|ContainerExists|*'
        $lines[3] | Should -BeLike 'error|PermissionDenied|PermissionDenied|*Loop*root alone*|Use Dir*'
        $lines[4] | Should -BeLike 'error|*/proc/nowhere*'
        $lines | Should -HaveCount 5
        (Get-ChildItem $one.LxcPath -Force).Name | Should -Be 'source'
    }
}

Describe 'Snapshots of the containers of a user who is not root' -Skip:([bool] $missing) {
    It 'keep what was, and bring it back: <Case>' -ForEach @(
        @{ Case = 'a directory'; Name = 'plain'; Copy = '' }
        @{ Case = 'an overlay'; Name = 'over'; Copy = '-Snapshot' }
    ) {
        $lines = Invoke-As $one @"
`$WarningPreference = 'Ignore'
Copy-LxcContainer source $Name $Copy | Out-Null
(Checkpoint-LxcContainer $Name -Comment before -PassThru).SnapshotName
Start-LxcContainer $Name -Command sh -ArgumentList '-c', 'rm -r /srv/closed; mkdir /srv/new; chown 9:9 /srv/new; chmod 700 /srv/new'
Restore-LxcSnapshot $Name snap0 -Confirm:`$false
Start-LxcContainer $Name -Command sh -ArgumentList '-c', 'cat /etc/hostname; stat -c "%u:%g %a" /srv/closed/owned; ls /srv'
Restore-LxcSnapshot $Name snap0 -NewName $($Name)2 -Confirm:`$false
Start-LxcContainer $($Name)2 -Command sh -ArgumentList '-c', 'cat /etc/hostname; ls /srv'
Get-LxcSnapshot $Name | ForEach-Object { "`$(`$_.SnapshotName) `$(`$_.Comment)" }
Remove-LxcSnapshot $Name snap0 -Confirm:`$false
Get-LxcSnapshot $Name
"@
        $lines | Should -Be 'snap0', $Name, '12:34 4755', 'closed', "$($Name)2", 'closed', 'snap0 before'
        (Get-ChildItem "$($one.LxcPath)/$Name" -Force).Name | Should -Not -Contain '.restore'
        & stat '-c' '%u:%g' "$($one.LxcPath)/$Name/config" | Should -Be "$($one.Id):$($one.Id)"
        Invoke-As $one "Remove-LxcContainer $Name, $($Name)2 -Confirm:`$false" | Should -BeNullOrEmpty
    }

    It 'go with their container, and a restore that was cut off is finished when it is looked at' {
        $lines = Invoke-As $one @'
$WarningPreference = 'Ignore'
Copy-LxcContainer source cut | Out-Null
Checkpoint-LxcContainer cut | Out-Null
'@
        $lines | Should -BeNullOrEmpty
        # As a session leaves it that is killed when all is put together: see RestoreSteps.
        $directory = "$($one.LxcPath)/cut"
        [void] [IO.Directory]::CreateDirectory("$directory/.restore/new")
        & cp '-a' "$directory/snaps/snap0/rootfs" "$directory/config" "$directory/.restore/new/"
        [IO.File]::WriteAllText("$directory/rootfs/srv/late", 'x')
        [IO.File]::WriteAllText("$directory/.restoring", 'aside')
        & chown "$($one.Id):$($one.Id)" "$directory/.restore" "$directory/.restore/new" "$directory/.restoring"
        Invoke-As $one '$WarningPreference = "Ignore"; Start-LxcContainer cut -Command ls -ArgumentList /srv' | Should -Be 'closed'
        (Get-ChildItem $directory -Force).Name | Should -Not -Contain '.restoring'
        (Get-ChildItem $directory -Force).Name | Should -Not -Contain '.restore'
        Invoke-As $one 'Remove-LxcContainer cut -Confirm:$false; Restore-LxcSnapshot source nosuch -Confirm:$false' | Should -BeLike 'error|SnapshotNotFound|*'
        (Get-ChildItem $one.LxcPath -Force).Name | Should -Be 'source'
    }
}
